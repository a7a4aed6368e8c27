"""The desk of texts of the house: about, delivery, terms, privacy, answers."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, redirect, render_template, request
from sqlalchemy import select

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin import nouns
from storefront.admin.area import bp, me, takes
from storefront.admin.editing_forms import SAID, EditorForm, as_text, edit, line, seen_by_the_public, text
from storefront.admin.nouns import MOST_BYTES, Answer, Document, Noun
from storefront.admin.stories.findings import Findings
from storefront.admin.words.findings import findings
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.db import db, transaction
from storefront.pages import rewording
from storefront.pages.models import HouseText
from storefront.pages.texts import SLUGS, Text, current, every, placeholders, shipped

LABELS = {"title": "Title", "summary": "Summary", "body": "Text"}


class TextForm(EditorForm):
    title = line("Title", most=120, needed="Enter a title.")
    summary = line("Summary", most=200, needed="Say in a sentence what stands on the page.")
    body = text("Text", most=rewording.MOST_LETTERS, needed="Enter a text.")

    def document(self) -> Document:
        return {name: self[name].data or "" for name in LABELS}


def find(slug: str) -> Text:
    if slug not in SLUGS:
        abort(404)
    return current(slug)


NOUN: Noun[Text] = Noun(
    kind=rewording.KIND,
    words="text",
    folder="/admin/texts",
    permission=Permission.WORDS,
    find=find,
    key=lambda row: row.slug,
    name=lambda row: row.title,
    read=rewording.read,
    change=rewording.change,
    labels=LABELS,
    in_words=lambda field, value: as_text(value),
    page=lambda text_id: seen_by_the_public(current_app.view_functions[f"pages.{SLUGS[text_id - 1]}"]),
)
nouns.register(NOUN)


@bp.get("/texts")
@guard.requires(Permission.WORDS)
def texts() -> str:
    changed = {row.slug: row.changed_at for row in db.session.scalars(select(HouseText))}
    return render_template("admin/texts.html", texts=every(), changed=changed)


@bp.route("/texts/<slug>", methods=["GET", "POST"])
@guard.requires(Permission.WORDS)
@takes(MOST_BYTES)
def text_of_the_house(slug: str) -> Answer:
    return _editor(find(slug))


@bp.post("/texts/<slug>/shipped")
@guard.requires(Permission.WORDS)
def text_as_shipped(slug: str) -> Answer:
    """Go back to the wording that the shop came with. The own wording stays among the versions."""
    row, number, by = find(slug), nouns.based_on(), me().reference
    try:
        with transaction():
            document = rewording.read(shipped(slug))
            rewording.change(row.id, document, based_on=number, by=by, at=now(), words=rewording.BACK)
    except ShopError as error:
        row = find(slug)
        form = TextForm(None, data=rewording.read(row))
        page = render_template(
            "admin/text_of_the_house.html", **_facts(row, form), noun=NOUN, row=row, key=slug, form=form, clash=None,
            kept=None, number=nouns.number_of(NOUN, row), said=None, unsaved=False, wrong=error.message,
        )  # fmt: skip
        return page, 422
    return redirect(f"/admin/texts/{slug}?done=shipped", 303)


@bp.post("/texts/<slug>/lint")
@guard.requires(Permission.WORDS)
@takes(MOST_BYTES)
def lint_text(slug: str) -> str:
    """What the house rules say of words that are still being typed. Nothing is stored."""
    return render_template("admin/_word_findings.html", found=_found(TextForm(request.form), find(slug).slug))


def _editor(row: Text) -> Answer:
    return edit(
        NOUN,
        row,
        lambda sent, document: TextForm(sent, data=document),
        "admin/text_of_the_house.html",
        said=SAID | {"shipped": "The page reads as it was shipped."},
        facts=_facts,
    )


def _facts(row: Text, form: EditorForm) -> dict[str, Any]:
    return {"found": _found(form, row.slug), "placeholders": placeholders(row.slug)}


def _found(form: EditorForm, slug: str) -> Findings:
    document = form.document()
    body = document["body"] = document["body"][: rewording.MOST_LETTERS]
    return findings(rewording.look_over(document, slug=slug), labels=LABELS, field="body", text=body)
