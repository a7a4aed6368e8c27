"""Writing at the consent desk: new stories, edits, translations, drawings, and what the house rules say of them."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from storefront.accounts.permissions import Role
from storefront.admin.stories.differences import differences, side_by_side
from storefront.admin.stories.findings import findings, marked
from storefront.admin.stories.forms_of_writing import countries
from storefront.core import clock
from storefront.db import db, transaction
from storefront.media.files import file_of
from storefront.media.models import Picture, Shelf
from storefront.partners.models import Partner
from storefront.settings import settings
from storefront.stories import checking, drafting, withdrawing
from storefront.stories.drafting import MOST_LETTERS, Words
from storefront.stories.models import Pathway, Stage, Story, StoryKind, Wording
from storefront.style_guide.linting import Finding, Severity
from tests.admin.desk import a_guardian, address, public
from tests.admin.people import SAME, Staff, a_person, anew
from tests.factories import a_partner
from tests.media.files import flat, photograph, saved
from tests.stories.telling import BY, TEXT, TITLE, about, begin, story_by, tell, words_of

NEW = "/admin/stories/new"
LINT = "/admin/stories/lint"
BLOCKED = "She was rescued in Kolkata."
HOSTILE = "</textarea><script>alert(1)</script>{{ 7 * 7 }}"


@pytest.fixture
def editor(app: Flask) -> Staff:
    return Staff(app, a_person(Role.EDITOR))


@pytest.fixture
def guardian(app: Flask) -> Staff:
    return a_guardian(app)


def a_workshop(**changes: Any) -> Partner:
    with transaction() as session:
        session.add(partner := a_partner(**changes))
    return partner


def new_form(partner: Partner, **changes: Any) -> dict[str, Any]:
    given = {
        "kind": "illustration", "partner": partner.slug, "storyteller_reference": "ST-0042", "language": "en",
        "title": "The Blue Table", "text": TEXT, "display_name": "Jui", "country": "IN",
    }  # fmt: skip
    return given | changes


def form_of(staff: Staff, path: str) -> MultiDict[str, str]:
    """Everything that the page's form would send as it stands."""
    page = staff.get(path).text
    form = re.search(r"<form[^>]*data-lint.*?</form>", page, re.DOTALL)
    assert form, page
    sent: MultiDict[str, str] = MultiDict()
    for tag in re.findall(r"<input[^>]*>", form[0]):
        kind = re.search(r'type="(\w+)"', tag)
        if kind and kind[1] == "checkbox" and " checked" not in tag:
            continue
        if name := re.search(r'name="([^"]+)"', tag):
            value = re.search(r'value="([^"]*)"', tag)
            sent.add(name[1], _plain(value[1] if value else ""))
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', form[0], re.DOTALL):
        sent.add(name, _plain(text))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        sent.add(name, chosen[1] if chosen else "")
    return sent


def _plain(text: str) -> str:
    for sign, letter in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(sign, letter)
    return text


def stands(reference: str, language: str = "en") -> Wording:
    """The words as they stand after what another session did."""
    db.session.rollback()
    return words_of(reference, language)


def send(staff: Staff, path: str, form: MultiDict[str, str], **changes: Any) -> Any:
    for name, value in changes.items():
        form.setlist(name, value if isinstance(value, list) else [value])
    return anew(staff.client, path, method="POST", data=form, headers=SAME)


def wrong(page: str) -> set[str]:
    """Fields that say that something is wrong."""
    return set(re.findall(r'id="([a-z_]+)-wrong"', page))


# New stories


def test_a_draft_holds_everything_that_was_said(app: Flask, editor: Staff) -> None:
    partner = a_workshop(has_twenty_makers=True)
    answer = send(
        editor, NEW, form_of(editor, NEW),
        **new_form(partner, region="Kerala", pathway="walked_away", stage="education", before="indebted\r\n\r\nindebted",
                   now="trusted", editor_note="A note.", outcomes=["housing", "education"],
                   content_notes=["Debt"], helped_by=["friend"]),
    )  # fmt: skip
    assert answer.status_code == 303
    story = db.session.scalars(select(Story)).one()
    assert answer.location == f"/admin/stories/{story.reference}/words/en?done=begun"
    wording = stands(story.reference)
    assert (story.slug, story.kind, story.partner_id, story.storyteller_reference) == (
        "the-blue-table", StoryKind.ILLUSTRATION, partner.id, "ST-0042",
    )  # fmt: skip
    assert (story.display_name, story.country, story.region) == ("Jui", "IN", "Kerala")
    assert (story.pathway, story.stage) == (Pathway.WALKED_AWAY, Stage.EDUCATION)
    assert (story.outcomes, story.content_notes, story.helped_by) == (["housing", "education"], ["Debt"], ["friend"])
    assert (wording.title, wording.text, wording.before_words, wording.now_words, wording.editor_note) == (
        "The Blue Table", TEXT, ["indebted"], ["trusted"], "A note.",
    )  # fmt: skip
    assert (wording.written_by_id, wording.number, wording.published_at) == (editor.person.id, 1, None)
    assert "The draft is kept." in editor.get(answer.location).text


def test_an_enterprise_with_its_sources(app: Flask, editor: Staff) -> None:
    partner = a_workshop(is_real=True, kind="partner")
    form = new_form(
        partner, kind="enterprise", storyteller_reference="", display_name="", slug="beginners",
        source_title=["Fifteen years", "", "About"], source_publisher=["Freeset", "", "Banzaid"],
        source_url=["https://example.org/15", "", "http://example.net"], source_date=["2016-10", "", ""],
    )  # fmt: skip
    assert send(editor, NEW, MultiDict({"csrf_token": editor.form_token()}), **form).status_code == 303
    story = db.session.scalars(select(Story)).one()
    assert story.sources == [
        {"title": "Fifteen years", "publisher": "Freeset", "url": "https://example.org/15", "date": "2016-10"},
        {"title": "About", "publisher": "Banzaid", "url": "http://example.net", "date": None},
    ]
    assert (story.slug, story.display_name, story.storyteller_reference) == ("beginners", None, None)
    path = address(story.reference, "/words/en")
    page = editor.get(path).text
    assert 'name="display_name"' not in page
    assert send(editor, path, form_of(editor, path)).location.endswith("done=unchanged")


SOURCE = {"source_title": "A", "source_publisher": "B", "source_url": "https://example.org", "source_date": "2026"}
OF_ENTERPRISE = {"kind": "enterprise", "storyteller_reference": "", "display_name": "", "partner": "real"}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"kind": ""}, "kind"),
    ({"kind": "poem"}, "kind"),
    ({"partner": ""}, "partner"),
    ({"partner": "nobody"}, "partner"),
    ({"partner": "real"}, "partner"),
    ({"kind": "testimony"}, "partner"),
    ({"storyteller_reference": ""}, "storyteller_reference"),
    ({"storyteller_reference": "Jui Das"}, "storyteller_reference"),
    ({"language": "xx"}, "language"),
    ({"title": " "}, "title"),
    ({"title": "x" * 201}, "title"),
    ({"title": "নীল টেবিল"}, "slug"),
    ({"slug": "With Capitals"}, "slug"),
    ({"slug": "taken"}, "slug"),
    ({"text": ""}, "text"),
    ({"text": "x" * (MOST_LETTERS + 1)}, "text"),
    ({"text": "a\x07b"}, "text"),
    ({"before": "afraid"}, "before"),
    ({"now": "\n".join(f"word{n}" for n in range(13))}, "now"),
    ({"display_name": ""}, "display_name"),
    ({"country": ""}, "country"),
    ({"country": "EU"}, "country"),
    ({"region": "Kerala"}, "region"),
    ({"pathway": "flying"}, "pathway"),
    ({"outcomes": ["fame"]}, "outcomes"),
    ({"content_notes": ["Beaten by her uncle"]}, "content_notes"),
    ({"helped_by": ["a man called Ravi"]}, "helped_by"),
    (OF_ENTERPRISE, "sources"),
    (OF_ENTERPRISE | SOURCE | {"source_url": "javascript:alert(1)"}, "sources"),
    (OF_ENTERPRISE | SOURCE | {"source_url": "https://[bad"}, "sources"),
    (OF_ENTERPRISE | SOURCE | {"source_title": ""}, "sources"),
    (OF_ENTERPRISE | SOURCE | {"source_publisher": ""}, "sources"),
    (OF_ENTERPRISE | SOURCE | {"source_date": "last year"}, "sources"),
]


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(app: Flask, editor: Staff) -> None:
    begin(slug="taken")
    sample = a_workshop()
    a_workshop(slug="real", is_real=True, kind="partner")
    for changes, field in REFUSED:
        form = new_form(sample, editor_note="Typed here.") | changes
        answer = send(editor, NEW, MultiDict({"csrf_token": editor.form_token()}), **form)
        assert (answer.status_code, wrong(answer.text)) == (422, {field}), changes
        assert "Typed here." in answer.text
        assert f'href="#{field}"' in answer.text
        assert f'id="{field}"' in answer.text
    assert len(db.session.scalars(select(Story)).all()) == 1


def test_the_offered_address_stands_in_the_field_when_it_is_taken(app: Flask, editor: Staff) -> None:
    begin(slug="the-blue-table")
    answer = send(editor, NEW, MultiDict({"csrf_token": editor.form_token()}), **new_form(a_workshop()))
    assert wrong(answer.text) == {"slug"}
    assert re.search(r'name="slug"[^>]*value="the-blue-table"', answer.text)


# Edits and translations


def test_an_unchanged_form_changes_nothing(app: Flask, guardian: Staff) -> None:
    reference = tell()
    path = address(reference, "/words/en")
    before = stands(reference)
    assert send(guardian, path, form_of(guardian, path)).location == f"{path}?done=unchanged"
    after = stands(reference)
    assert (after.id, after.published_at) == (before.id, before.published_at)
    assert "Nothing was different" in guardian.get(f"{path}?done=unchanged").text


def test_an_edit_is_a_new_version_by_whoever_saved_it(app: Flask, guardian: Staff) -> None:
    reference = public(a_person(Role.EDITOR))
    path = address(reference, "/words/en")
    assert "These words are public now." in guardian.get(path).text
    answer = send(guardian, path, form_of(guardian, path), text=TEXT + " She laughs.", country="BD")
    assert answer.location == f"{path}?done=saved"
    wording = stands(reference)
    assert (wording.number, wording.published_at, wording.written_by_id) == (2, None, guardian.person.id)
    assert wording.text == TEXT + " She laughs."
    assert story_by(reference).country == "BD"
    page = guardian.get(answer.location).text
    assert "Nobody has agreed to these words yet." in page
    assert "public now" not in page


def test_a_translation_is_written_beside_the_original(app: Flask, editor: Staff) -> None:
    reference = begin(editor.person)
    path = address(reference, "/words/bn")
    page = editor.get(path).text
    assert "Translate into Bangla" in page
    assert TEXT[:40] in page
    assert 'name="country"' not in page
    form = form_of(editor, path)
    assert form["seen"] == "0"
    answer = send(editor, path, form, title="নীল টেবিল", text="জুঁই খাতা রাখে।" * 1300, country="BD")
    assert answer.status_code == 303
    wording = stands(reference, "bn")
    assert (wording.number, wording.title, wording.text) == (1, "নীল টেবিল", "জুঁই খাতা রাখে।" * 1300)
    assert story_by(reference).country == "IN"
    page = editor.get(address(reference, "/words/en")).text
    assert "she has to agree anew to every one of them: English, Bangla" in page
    assert send(
        editor, address(reference, "/words/en"), form_of(editor, address(reference, "/words/en")), country="BD"
    ).status_code == 303  # fmt: skip
    assert stands(reference, "bn").number == 2
    assert 'dir="rtl"' in editor.get(address(reference, "/words/ur")).text


def test_two_at_once_see_both_versions(app: Flask, editor: Staff, guardian: Staff) -> None:
    reference = begin(editor.person)
    path = address(reference, "/words/en")
    hers, theirs = form_of(editor, path), form_of(guardian, path)
    hers["text"], theirs["text"] = "She keeps the red register.", f"She keeps the blue register. {HOSTILE}"
    with transaction():
        drafting.save(
            reference, "en", about=about(country="BD"), words=Words(TITLE, "She keeps the red register."), seen=1,
            author=editor.person, at=clock.now(),
        )  # fmt: skip
    answer = send(guardian, path, theirs)
    assert answer.status_code == 422
    assert "Somebody else has saved this page meanwhile." in answer.text
    assert "She keeps the <del>red register.</del>" in answer.text
    assert "She keeps the <ins>blue register. &lt;/textarea&gt;&lt;script&gt;" in answer.text
    assert re.findall(r"<h3>(Text|Title|Country)</h3>", answer.text) == ["Text", "Country"]
    assert "<del>Bangladesh</del>" in answer.text
    assert "<ins>India</ins>" in answer.text
    assert stands(reference).text == "She keeps the red register."
    assert re.search(r'name="seen"[^>]*value="2"', answer.text)
    assert re.search(r"<textarea[^>]*name=\"text\"[^>]*>\s*She keeps the blue register.", answer.text)
    assert 'data-unsaved="yes"' in answer.text
    theirs["seen"] = "2"
    assert send(guardian, path, theirs).status_code == 303
    assert stands(reference).number == 3


def test_who_may_write_where(app: Flask, editor: Staff, guardian: Staff) -> None:
    other, owner = Staff(app, a_person(Role.EDITOR)), Staff(app, a_person(Role.OWNER))
    own = begin(editor.person, slug="own")
    mixed = begin(other.person, slug="mixed")
    with transaction():
        drafting.save(mixed, "bn", about=None, words=Words(TITLE, TEXT), seen=0, author=editor.person, at=clock.now())
    shown = public(editor.person, slug="shown")
    once = public(editor.person, slug="once")
    with transaction():
        drafting.save(
            once, "en", about=None, words=Words(TITLE, TEXT + "!"), seen=1, author=editor.person, at=clock.now()
        )
    gone = public(editor.person, slug="gone")
    with transaction():
        withdrawing.withdraw(gone, by=BY, at=clock.now())
    allowed = {own: {editor, guardian}, mixed: {guardian}, shown: {guardian}, once: {guardian}, gone: set()}
    for reference, writers in allowed.items():
        number = len(db.session.scalars(select(Wording)).all())
        for staff in (editor, other, owner, guardian):
            expected = staff in writers
            for more in ("/words/en", "/words/bn", "/drawing"):
                status = staff.get(address(reference, more)).status_code
                assert status == (200 if expected else 404), (reference, more, staff.person.roles)
            if not expected:
                for more in ("/words/en", "/words/bn", "/drawing", "/drawing/remove"):
                    answer = staff.post(address(reference, more), title="T", text="Other.", seen="1", country="IN",
                                        display_name="Jui")  # fmt: skip
                    # Whoever wrote some of it keeps what she typed, and changes nothing.
                    hers = {mixed, shown, once} if staff is editor else {mixed} if staff is other else set()
                    is_kept = reference in hers and "words" in more
                    assert answer.status_code == (422 if is_kept else 404), (reference, more)
                assert staff.post(LINT, story=reference, text=BLOCKED).status_code == 404
        db.session.rollback()
        assert len(db.session.scalars(select(Wording)).all()) == number
    assert [guardian.get(address(own, f"/words/{code}")).status_code for code in ("xx", "EN", "e")] == [404] * 3
    assert guardian.get(address("NOSUCH", "/words/en")).status_code == 404


def published_meanwhile(reference: str) -> Story:
    """The lock of a story that was published while somebody waited for it."""
    drafting.lock(reference)
    db.session.execute(Wording.__table__.update().values(published_at=clock.now()))
    db.session.expire_all()
    return drafting.lock(reference)


def test_what_is_published_while_she_types_is_not_overwritten(app: Flask, editor: Staff, monkeypatch: Any) -> None:
    """The right to write is asked once more behind the lock; nothing that she typed is lost."""
    reference = begin(editor.person)
    path = address(reference, "/words/en")
    form = form_of(editor, path)
    monkeypatch.setattr("storefront.admin.stories.writing.lock", published_meanwhile)
    answer = send(editor, path, form, text="Other words.")
    assert answer.status_code == 422
    assert "This draft is no longer yours alone" in answer.text
    assert stands(reference).text == TEXT


def test_what_an_editor_typed_is_not_lost_when_a_guardian_takes_over(
    app: Flask, editor: Staff, guardian: Staff
) -> None:
    reference = begin(editor.person)
    path, translated = address(reference, "/words/en"), address(reference, "/words/bn")
    form, translation = form_of(editor, path), form_of(editor, translated)
    send(guardian, path, form_of(guardian, path), text="She keeps the red register.")
    send(guardian, translated, form_of(guardian, translated), title="গোপন", text="সে খাতা রাখে।")
    answer = send(editor, path, form, text="She keeps the blue register.")
    assert answer.status_code == 422
    assert ">She keeps the blue register.</textarea>" in answer.text
    assert "red register" not in answer.text
    answer = send(editor, translated, translation, title="নীল", text="জুঁই খাতা রাখে।")
    assert answer.status_code == 422
    assert "জুঁই খাতা রাখে।" in answer.text
    assert "গোপন" not in answer.text
    assert stands(reference).text == "She keeps the red register."
    assert editor.get(path).status_code == 404


def test_typed_words_are_letters(app: Flask, editor: Staff) -> None:
    reference = begin(editor.person)
    path = address(reference, "/words/en")
    answer = send(editor, path, form_of(editor, path), text=f"She was rescued. {HOSTILE}", editor_note=HOSTILE)
    page = editor.get(answer.location).text
    assert "<script>alert" not in page
    assert "{{ 7 * 7 }}" in page


# The house rules


def test_the_house_rules_answer_as_one_types_and_keep_nothing(app: Flask, editor: Staff, capfd: Any) -> None:
    reference = begin(editor.person)
    before = stands(reference)
    page = editor.post(LINT, story=reference, text=BLOCKED, title="Saved", now="x" * 5000).text
    assert 'data-summary="2 wordings stop approval' in page
    assert '<mark data-severity="block">rescued</mark><sup><a href="#finding-' in page
    assert '<mark data-severity="block">Kolkata</mark>' in page
    assert "It cannot be approved" in page
    assert "<html" not in page
    db.session.rollback()
    assert stands(reference).id == before.id
    assert "rescued" not in capfd.readouterr().err
    assert "The house rules find nothing." in editor.post(LINT, text="She keeps the register.").text


def test_names_that_sound_like_places_are_spared(app: Flask, editor: Staff) -> None:
    partner = a_workshop(name="Kolkata")
    asked = {"text": "She works at Kolkata with nine others.", "kind": "illustration"}
    assert "It tells where she is" in editor.post(LINT, **asked).text
    assert "It tells where she is" not in editor.post(LINT, **asked, partner=partner.slug).text
    reference = begin(editor.person, partner=partner)
    assert "It tells where she is" not in editor.post(LINT, **asked, story=reference).text


def test_without_scripts_the_findings_stand_under_the_form(app: Flask, editor: Staff) -> None:
    reference = begin(editor.person, text=BLOCKED)
    path = address(reference, "/words/en")
    assert "Stops approval" in editor.get(path).text
    answer = send(editor, path, form_of(editor, path), text="She was rescued.")
    assert answer.status_code == 303
    page = editor.get(answer.location).text
    assert '<mark data-severity="block">rescued</mark>' in page
    refused = send(editor, path, form_of(editor, path), text=BLOCKED, title="")
    assert "Kolkata</mark>" in refused.text


def test_only_writers_ask_the_house_rules(app: Flask, guardian: Staff) -> None:
    assert guardian.post(LINT, text=BLOCKED).status_code == 200
    assert Staff(app, a_person(Role.OWNER)).post(LINT, text=BLOCKED).status_code == 404
    assert guardian.get(LINT).status_code == 404


def test_a_long_text_is_taken_and_one_beyond_every_measure_is_not(app: Flask, editor: Staff) -> None:
    assert editor.post(LINT, text="ক" * 20_000).status_code == 200
    assert editor.post(LINT, text="ক" * 200_000).status_code == 413
    assert Staff(app, a_person(Role.OWNER)).post(LINT, text="ক" * 20_000).status_code == 413
    assert editor.post("/admin/notes/X/pass", text="ক" * 20_000).status_code == 413


def test_marks_may_overlap_and_every_number_is_there() -> None:
    text = "one two three"
    found = [
        (1, Finding(Severity.WARN, "r", "one two", 0, 7, "")),
        (2, Finding(Severity.BLOCK, "r", "two three", 4, 13, "")),
    ]
    html = str(marked(text, found))
    assert html == (
        '<mark data-severity="warn">one </mark><mark data-severity="block">two</mark><sup><a href="#finding-1">1</a></sup>'
        '<mark data-severity="block"> three</mark><sup><a href="#finding-2">2</a></sup>'
    )
    assert marked("<b>", []) == "&lt;b&gt;"


def test_the_summary_says_what_comes_of_it() -> None:
    remarks = checking.remarks(
        kind=StoryKind.ILLUSTRATION, title="T", text=f"{BLOCKED} She is 34 and has three children.", before=[], now=[]
    )
    summary = findings(remarks, BLOCKED).summary
    assert re.fullmatch(r"\d wordings stop approval, two people must approve(, .*)?\.", summary), summary


def test_differences_are_marked_word_by_word() -> None:
    assert side_by_side("a b c", "a x c") == ("a <del>b </del>c", "a <ins>x </ins>c")
    assert side_by_side("<b>", "") == ("<del>&lt;b&gt;</del>", "")
    [one] = differences({"Title": "a", "Text": "b"}, {"Title": "a", "Text": "c"})
    assert (one.label, one.theirs, one.ours) == ("Text", "<del>b</del>", "<ins>c</ins>")


def test_countries_are_countries() -> None:
    assert {"IN", "BD", "GB"} <= set(countries())
    assert not {"EU", "UN", "ZZ", "419"} & set(countries())


# The drawing


def upload(staff: Staff, reference: str, content: bytes, name: str = "a.png", **fields: str) -> Any:
    given = {
        "csrf_token": staff.form_token(),
        "drawing": FileStorage(BytesIO(content), name),
        "alt": "A table.",
    } | fields
    boundary, body = encode_multipart(given)
    return anew(
        staff.client, address(reference, "/drawing"), method="POST", data=body, headers=SAME,
        content_type=f"multipart/form-data; boundary={boundary}",
    )  # fmt: skip


def test_a_drawing_is_painted_anew_and_the_former_one_erased(app: Flask, guardian: Staff) -> None:
    reference = tell()
    with transaction():
        drafting.save(reference, "bn", about=None, words=Words(TITLE, TEXT), seen=0, author=None, at=clock.now())
    former = story_by(reference).drawing
    assert former
    former_id, file = former.id, file_of(settings.media_dir, former.shelf, former.name)
    assert file.exists()
    answer = upload(guardian, reference, saved(flat(), "WEBP", lossless=True))
    assert answer.location == address(reference, "/drawing?done=changed")
    picture = story_by(reference).drawing
    assert picture
    assert (picture.alt, picture.shelf, picture.name[-4:]) == ("A table.", Shelf.STORIES, ".png")
    assert not file.exists()
    assert db.session.get(Picture, former_id) is None
    assert (stands(reference).number, stands(reference, "bn").number) == (2, 2)
    page = guardian.get(answer.location).text
    assert "she has to agree anew in every language" in page
    shown = guardian.get(address(reference, "/drawing/picture"))
    assert (shown.mimetype, shown.headers["Cache-Control"]) == ("image/png", "no-store")
    assert shown.data == file_of(settings.media_dir, picture.shelf, picture.name).read_bytes()

    kept = file_of(settings.media_dir, picture.shelf, picture.name)
    assert guardian.post(address(reference, "/drawing/remove")).status_code == 303
    assert story_by(reference).drawing is None
    assert not kept.exists()
    assert guardian.get(address(reference, "/drawing/picture")).status_code == 404


def test_a_drawing_comes_too_late_for_what_is_published(app: Flask, editor: Staff, monkeypatch: Any) -> None:
    reference = begin(editor.person)
    monkeypatch.setattr("storefront.admin.stories.drawing.lock", published_meanwhile)
    assert upload(editor, reference, saved(flat(), "PNG")).status_code == 404
    assert editor.post(address(reference, "/drawing/remove")).status_code == 404
    db.session.rollback()
    assert story_by(reference).drawing is None
    assert stands(reference).number == 1


def test_files_that_are_refused(app: Flask, editor: Staff) -> None:
    reference = begin(editor.person)
    drawing = saved(flat(), "PNG")
    for content, name, fields, field in [
        (saved(photograph(), "PNG"), "a.png", {}, "drawing"),
        (saved(photograph(), "JPEG"), "a.png", {}, "drawing"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", {}, "drawing"),
        (b"", "", {}, "drawing"),
        (b"\x89PNG broken", "a.png", {}, "drawing"),
        (b"x" * 10_000_001, "a.png", {}, "drawing"),
        (drawing, "a.png", {"alt": " "}, "alt"),
    ]:
        answer = upload(editor, reference, content, name, **fields)
        assert (answer.status_code, wrong(answer.text)) == (422, {field}), (name, content[:20])
    assert story_by(reference).drawing is None
    assert db.session.scalars(select(Picture)).all() == []
    assert list((settings.media_dir / "stories").rglob("*.*")) == []
    assert upload(editor, reference, b"x" * 12_000_000).status_code == 413
    assert upload(editor, reference, drawing).status_code == 303


def test_the_picture_is_shown_to_readers_of_the_words_alone(app: Flask, guardian: Staff) -> None:
    reference = tell(published=False)
    path = address(reference, "/drawing/picture")
    assert guardian.get(path).status_code == 200
    assert Staff(app, a_person(Role.EDITOR)).get(path).status_code == 404
    assert Staff(app, a_person(Role.OWNER)).get(path).status_code == 404
    assert Staff(app, a_person(Role.OWNER, Role.EDITOR)).get(path).status_code == 404
    assert app.test_client().get(path).status_code == 303
    picture = story_by(reference).drawing
    assert picture
    file_of(settings.media_dir, picture.shelf, picture.name).write_bytes(b"another picture")
    assert guardian.get(path).status_code == 404
