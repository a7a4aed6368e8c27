"""Writing at the desk: a new story, an edit, a translation, and what the house rules say as one types."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, me, takes
from storefront.admin.stories.access import may_edit
from storefront.admin.stories.differences import Difference, differences
from storefront.admin.stories.drafts import find_to_write, has_passed_on
from storefront.admin.stories.findings import Findings, findings
from storefront.admin.stories.forms_of_writing import (
    MOST_IN_A_LIST,
    MOST_WORDS,
    NewStoryForm,
    OriginalForm,
    WordsForm,
    form_for,
)
from storefront.admin.stories.wording import NAMES
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.db import db, transaction
from storefront.partners.models import Partner
from storefront.partners.queries import listed
from storefront.stories import checking, drafting, vocabulary
from storefront.stories.drafting import MOST_LETTERS, CannotBeWritten, ChangedMeanwhile
from storefront.stories.locking import NoSuchStory, lock
from storefront.stories.models import Story, StoryKind
from storefront.stories.states import shown
from storefront.web.forms import is_posted

Answer = tuple[str, int] | AnyResponse
MOST_BYTES = 400_000  # a letter of Bengali takes nine in a form, and there may be 20,000

SAID = {
    "begun": "The draft is kept. Nobody but writers and guardians sees it, and nobody has agreed to it yet.",
    "saved": "Saved. Nobody has agreed to these words yet.",
    "unchanged": "Nothing was different, so nothing was changed.",
}


class HasPassedOn(ShopError):
    """Raised when a draft is no longer an editor's own."""

    def __init__(self) -> None:
        super().__init__("A guardian has meanwhile changed or published this story.")


@bp.route("/stories/new", methods=["GET", "POST"])
@guard.requires(Permission.STORIES_WRITE)
@takes(MOST_BYTES)
def story_new() -> Answer:
    workshops = list(db.session.scalars(listed()))
    form = NewStoryForm(request.form if is_posted() else None, workshops)
    if is_posted() and form.validate():
        try:
            with transaction():
                story = _begin(form)
                address = f"/admin/stories/{story.reference}/words/{story.language}?done=begun"
            return redirect(address, 303)
        except CannotBeWritten as error:
            form.refuse(error.message, error.field)
    page = render_template(
        "admin/story_new.html",
        form=form,
        found=_remarks(form, kind=_kind(form.kind.data), names=[form.display_name.data or ""]),
    )
    return page, 422 if form.errors else 200


@bp.route("/stories/<reference>/words/<language>", methods=["GET", "POST"])
@guard.requires(Permission.STORIES_WRITE)
@takes(MOST_BYTES)
def story_words(reference: str, language: str) -> Answer:
    """The words in one language: an edit, or a translation while there are none."""
    if language not in vocabulary.LANGUAGES:
        abort(404)
    if is_posted() and has_passed_on(reference):
        return _too_late()
    story = find_to_write(reference)
    form = form_for(story, language, request.form if is_posted() else None)
    theirs: list[Difference] = []
    if is_posted() and form.validate():
        try:
            return redirect(f"/admin/stories/{reference}/words/{language}?done={_save(reference, language, form)}", 303)
        except NoSuchStory:
            abort(404)
        except HasPassedOn:
            return _too_late()
        except CannotBeWritten as error:
            form.refuse(error.message, error.field)
        except ChangedMeanwhile as error:
            form.refuse(error.message)
            theirs = _what_differs(form, find_to_write(reference), language)
        story = find_to_write(reference)
    return _words_page(form, story, language, theirs=theirs)


@bp.post("/stories/lint")
@guard.requires(Permission.STORIES_WRITE)
@takes(MOST_BYTES)
def lint_story() -> str:
    """What the house rules say of words that are still being typed. Nothing is stored, and nothing of them logged."""
    reference, form = request.form.get("story", ""), WordsForm(request.form)
    if reference:
        story = find_to_write(reference)
        names, kind = _names(form, story), story.kind
        drawing = story.drawing.alt if story.drawing else ""
    else:
        workshop = db.session.scalar(select(Partner).where(Partner.slug == request.form.get("partner", "")))
        names = [request.form.get("display_name", ""), *([workshop.name, workshop.known_as] if workshop else [])]
        kind, drawing = _kind(request.form.get("kind", "")), ""
    return render_template("admin/_story_findings.html", found=_remarks(form, kind=kind, names=names, drawing=drawing))


def _words_page(form: Any, story: Story, language: str, *, theirs: list[Difference]) -> Answer:
    wording = story.current(language)
    page = render_template(
        "admin/story_words.html",
        form=form,
        story=story,
        language=language,
        wording=wording,
        original=story.current(story.language) if language != story.language else None,
        theirs=theirs,
        is_public=wording is not None and wording.id in shown(at=now()),
        found=_remarks(
            form, kind=story.kind, names=_names(form, story), drawing=story.drawing.alt if story.drawing else ""
        ),
        written=[NAMES[code] for code in _written(story)],
        others=[code for code in _written(story) if code != language],
        missing=[code for code in vocabulary.LANGUAGES if code not in _written(story)],
        languages=NAMES,
        right_to_left=language in vocabulary.RIGHT_TO_LEFT,
        said=None if form.errors else SAID.get(request.args.get("done", "")),
    )
    return page, 422 if form.errors else 200


def _too_late() -> Answer:
    """What she typed while her draft passed into other hands is not lost; of the story she reads nothing more."""
    return render_template("admin/_story_too_late.html", form=WordsForm(request.form)), 422


def _begin(form: NewStoryForm) -> Story:
    return drafting.begin(
        slug=form.address(),
        kind=StoryKind(form.kind.data),
        partner=db.session.scalars(select(Partner).where(Partner.slug == form.partner.data)).one(),
        storyteller_reference=form.storyteller_reference.data or None,
        language=form.language.data,
        about=form.about(),
        words=form.words(),
        author=me(),
        at=now(),
    )


def _save(reference: str, language: str, form: Any) -> str:
    """Asked once more behind the story's lock, since it may have been published meanwhile. Returns what was done."""
    seen = int(form.seen.data)
    with transaction():
        story = lock(reference)
        if not may_edit(story):
            raise HasPassedOn
        about = form.about(story) if isinstance(form, OriginalForm) else None
        wording = drafting.save(reference, language, about=about, words=form.words(), seen=seen, author=me(), at=now())
        return "unchanged" if wording.number == seen else "saved"


def _written(story: Story) -> list[str]:
    """The languages that have words, the one it was told in first."""
    codes = {each.language for each in story.wordings if each.is_current}
    return sorted(codes, key=lambda code: (code != story.language, code))


def _what_differs(form: Any, story: Story, language: str) -> list[Difference]:
    """Between what somebody else has saved and what was typed here, which goes on as an edit of theirs."""
    theirs = form_for(story, language)
    form.seen.data = theirs.seen.data
    return differences(_by_label(theirs), _by_label(form))


def _by_label(form: Any) -> dict[str, str]:
    return {field.label.text: _as_text(field) for field in form if field.name != "seen"}


def _as_text(field: Any) -> str:
    """What a field holds, as its page says it."""
    words = getattr(field, "choices", {})
    held = field.data if isinstance(field.data, list) else [field.data or ""]
    rows = [
        ", ".join(filter(None, each.values())) if isinstance(each, dict) else words.get(each, each) for each in held
    ]
    return "\n".join(rows)


def _kind(given: str | None) -> StoryKind:
    return StoryKind(given) if given in set(StoryKind) else StoryKind.ILLUSTRATION


def _names(form: Any, story: Story) -> list[str]:
    return [*checking.names_of(story), request.form.get("display_name", "")[:60]]


def _remarks(form: WordsForm, *, kind: StoryKind, names: list[str], drawing: str = "") -> Findings:
    """Also of a form that was refused: of what is too long, as much is read as may be saved."""
    text = (form.text.data or "")[:MOST_LETTERS]
    remarks = checking.remarks(
        kind=kind,
        title=(form.title.data or "")[:200],
        text=text,
        before=_few(form.before.words),
        now=_few(form.now.words),
        editor_note=(form.editor_note.data or "")[:2000],
        drawing_alt=drawing,
        names=[name for name in names if name],
    )
    return findings(remarks, text)


def _few(words: list[str]) -> list[str]:
    return [word[:MOST_IN_A_LIST] for word in words[:MOST_WORDS]]
