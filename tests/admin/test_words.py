"""The desk of words: articles, help lines, texts of the house, announcements."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from storefront.accounts.permissions import Permission, Role, allowed
from storefront.admin.nouns import key_of
from storefront.articles import editing as articles
from storefront.articles.models import Article
from storefront.core.clock import now
from storefront.db import db
from storefront.pages import announcing
from storefront.pages.models import Announcement, HouseText
from storefront.revisions.keeping import history
from storefront.revisions.models import Unsaved
from storefront.safety.models import HelpLine
from tests.admin.people import Staff, a_person
from tests.articles.reading import a_source, an_article
from tests.safety.lines import SOURCE, a_line, keep

# The use cases behind these pages are tried on both databases.
pytestmark = pytest.mark.any_database

SCRIPT = "<script>alert(1)</script>"
AN_ARTICLE: dict[str, Any] = {
    "version": "0", "title": "What kantha is", "summary": "A stitch.", "body": "Layers of cloth.", "related": "",
    "reviewed_on": "2026-11-24", "review_due": "2027-05-24",
}  # fmt: skip
A_LINE: dict[str, Any] = {
    "version": "0", "country": "IE", "name": "Night line", "kind": "trafficking", "sms": "", "url": "", "hours": "",
    "languages": "", "emergency_number": "112", "said_beside": "", "verification": "operator_site", "display": "y",
    "last_checked_on": "2026-11-24", "recheck_by": "2027-02-22", "notes": "",
    "number_display": ["1800 111 222"], "number_dial": ["+3531800111222"], "number_label": [""],
    "source_title": ["The line's page"], "source_url": ["https://line.example"], "source_kind": ["operator"],
    "source_source_date": [""], "source_accessed_on": ["2026-11-24"], "source_access_note": ["read"],
}  # fmt: skip
A_TEXT = {"version": "0", "title": "Terms", "summary": "How it works.", "body": "## Who\n\n{shop_name} sells."}
A_NOTICE = {
    "version": "0", "text": "Closed until Monday.", "link": "/delivery", "starts_at": "2026-11-24T12:00", "ends_at": "",
    "is_shown": "y",
}  # fmt: skip


@pytest.fixture
def editor(app: Flask) -> Staff:
    return Staff(app, a_person(Role.EDITOR))


def one(table: type[Any]) -> Any:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(table)).one()


def count(table: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def scripts(page: str) -> list[str]:
    """What would run besides our own files."""
    return re.findall(r'<script(?! type="module" src="/assets/)(?! type="application/ld\+json")[^>]*>', page)


def test_who_opens_the_desk(app: Flask) -> None:
    row = an_article()
    keep(a_line())
    paths = ("/admin/articles", "/admin/articles/articles-a-text", "/admin/articles/articles-a-text/history")
    paths += ("/admin/articles/articles-a-text/preview", "/admin/articles/new", "/admin/help-lines")
    paths += (
        f"/admin/help-lines/{key_of('help_line', one(HelpLine).id)}",
        "/admin/help-lines/new",
        "/admin/texts",
        "/admin/texts/terms",
    )
    paths += ("/admin/announcements", "/admin/announcements/new")
    for role in Role:
        staff, may = Staff(app, a_person(role)), Permission.WORDS in allowed([role])
        assert may is (role in {Role.OWNER, Role.EDITOR})
        for path in paths:
            assert staff.get(path).status_code == (200 if may else 404), (role, path)
        assert staff.post("/admin/articles/articles-a-text", **AN_ARTICLE).status_code == (303 if may else 404)
        AN_ARTICLE["version"] = str(len(history(articles.KIND, row.id)) and history(articles.KIND, row.id)[0].number)
    AN_ARTICLE["version"] = "0"


def test_an_article_is_changed_previewed_and_put_back(editor: Staff) -> None:
    an_article()
    page = editor.get("/admin/articles/articles-a-text").text
    assert 'name="version" value="0"' in page
    typed = AN_ARTICLE | {"title": "Another title", "content_notes": ["Debt", "Fear"]}
    typed |= {
        "source_title": ["A report", ""],
        "source_publisher": ["A publisher", ""],
        "source_url": ["https://report.example", ""],
    }
    typed |= {"source_date": ["2017-09", ""], "source_accessed": ["2026-11-24", ""], "source_access_note": ["", ""]}
    typed |= {"note_date": ["2026-11-20", ""], "note_note": ["Looked *again*.", ""]}
    preview = editor.post("/admin/articles/articles-a-text", preview="1", **typed)
    assert (preview.status_code, '<h1 class="title">Another title</h1>' in preview.text) == (200, True)
    assert one(Article).title == "A text"
    answer = editor.post("/admin/articles/articles-a-text", **typed)
    assert answer.location == "/admin/articles/articles-a-text?done=saved"
    row = one(Article)
    assert (row.title, row.content_notes, row.editor_notes) == (
        "Another title", ["Debt", "Fear"], [{"date": "2026-11-20", "note": "Looked *again*."}],
    )  # fmt: skip
    assert row.sources == [a_source(url="https://report.example", access_note=None)]
    again = editor.post("/admin/articles/articles-a-text", **typed | {"version": "1"})
    assert again.location.endswith("?done=unchanged")
    assert "Another title" in editor.get("/articles/a-text").text
    versions = editor.get("/admin/articles/articles-a-text/history").text
    assert versions.index("Version 1") < versions.index("Version 0")
    back = editor.post("/admin/articles/articles-a-text/history/0", version="1")
    assert back.location == "/admin/articles/articles-a-text/history?done=put_back"
    assert one(Article).title == "A text"


def test_of_two_editors_nothing_is_lost(app: Flask, editor: Staff) -> None:
    an_article()
    other = Staff(app, a_person(Role.OWNER, email="berta@example.org"))
    assert other.post("/admin/articles/articles-a-text", **AN_ARTICLE | {"title": "Hers"}).status_code == 303
    answer = editor.post("/admin/articles/articles-a-text", **AN_ARTICLE | {"title": "Mine"})
    assert answer.status_code == 422
    assert "Berta saved another version" in answer.text
    assert re.search(r"Saved by berta</p><div[^>]*>Hers</div>", answer.text)
    assert 'value="Mine"' in answer.text
    assert 'name="version" value="1"' in answer.text
    assert one(Article).title == "Hers"
    assert (
        editor.post("/admin/articles/articles-a-text", **AN_ARTICLE | {"title": "Mine", "version": "1"}).status_code
        == 303
    )


def test_what_is_refused_keeps_what_was_typed_and_its_version(app: Flask, editor: Staff) -> None:
    an_article()
    typed = AN_ARTICLE | {"body": "Somaly Mam wrote a book.", "title": "Mine", "related": "nowhere"}
    other = Staff(app, a_person(Role.OWNER))
    answer = editor.post("/admin/articles/articles-a-text", **typed)
    assert answer.status_code == 422
    assert "is disputed. Link to /articles/disputed-accounts" in answer.text
    assert "There is no article &#34;nowhere&#34;." in answer.text
    assert "Somaly Mam wrote a book.</textarea>" in answer.text
    other.post("/admin/articles/articles-a-text", **AN_ARTICLE | {"title": "Hers"})
    late = editor.post("/admin/articles/articles-a-text", **typed)
    assert 'name="version" value="1"' in late.text, "told of the other version before anything else"
    assert one(Article).title == "Hers"
    for version in ("", "x", "-1"):
        assert editor.post("/admin/articles/articles-a-text", **AN_ARTICLE | {"version": version}).status_code == 400


def test_faults_of_rows_stand_in_their_row(editor: Staff) -> None:
    an_article()
    rows = {
        "source_title": ["One", "Two"],
        "source_publisher": ["P", "P"],
        "source_url": ["https://a.example", "nowhere"],
    }
    rows |= {f"source_{name}": ["", ""] for name in ("date", "accessed", "access_note")}
    page = editor.post("/admin/articles/articles-a-text", **AN_ARTICLE | rows).text
    assert "Row 2, Web address: Enter an address that begins with" in page
    second = page[page.index(">Source 2<") : page.index(">Source 3<")]
    assert "Web address: Enter an address that begins with" in second
    assert 'value="nowhere"' in second


def test_a_new_article(editor: Staff) -> None:
    new = AN_ARTICLE | {"room": "articles", "slug": "", "title": "What kantha is"}
    answer = editor.post("/admin/articles/new", **new)
    assert answer.location == "/admin/articles/articles-what-kantha-is?done=begun"
    assert "What kantha is" in editor.get("/articles/what-kantha-is").text
    assert editor.post("/admin/articles/new", **new).status_code == 422, "the address is taken"
    for room in ("", "cellar"):
        answer = editor.post("/admin/articles/new", **new | {"slug": "other", "room": room})
        assert answer.status_code == 422
    assert count(Article) == 1
    for key in ("articles-nowhere", "cellar-x", "articles", "stages-what-kantha-is", "articles-A"):
        assert editor.get(f"/admin/articles/{key}").status_code == 404


def test_what_is_overdue_comes_first_and_is_counted(editor: Staff) -> None:
    an_article(slug="fresh", title="Fresh")
    an_article(slug="old", title="Old", reviewed_on=date(2026, 1, 1), review_due=date(2026, 11, 23))
    an_article(slug="today", title="Due now", reviewed_on=date(2026, 1, 1), review_due=date(2026, 11, 24))
    page = editor.get("/admin/articles").text
    assert page.index(">Old</a>") < page.index(">Due now</a>") < page.index(">Fresh</a>")
    assert page.count("Overdue") == 1
    assert re.search(r'href="/admin/articles"[^>]*>Articles <span class="rail-count">1<', page)
    old = {"last_checked_on": date(2026, 1, 1), "recheck_by": date(2026, 11, 23)}
    keep(a_line(name="A"), a_line(name="B", **old), a_line(name="C", display=False, **old))
    page = editor.get("/admin/help-lines").text
    assert page.index(">B</a>") < page.index(">C</a>") < page.index(">A</a>")
    assert re.search(r'href="/admin/help-lines"[^>]*>Help lines <span class="rail-count">1<', page)


def test_the_house_rules_are_asked_as_one_types(editor: Staff) -> None:
    found = editor.post(
        "/admin/articles/lint", **AN_ARTICLE | {"room": "articles", "slug": "a", "body": "She was rescued."}
    )
    assert 'data-summary="1 wording stops saving."' in found.text
    assert '<mark data-severity="block">rescued</mark>' in found.text
    note = AN_ARTICLE | {"room": "articles", "slug": "disputed-accounts", "body": "Somaly Mam wrote."}
    assert "find nothing" in editor.post("/admin/articles/lint", **note).text
    assert "stops saving" in editor.post("/admin/texts/terms/lint", **A_TEXT | {"title": "You saved her"}).text
    assert "stops saving" in editor.post("/admin/announcements/lint", **A_NOTICE | {"text": "You saved her"}).text
    assert count(Article) + count(HouseText) + count(Announcement) == 0


def test_a_help_line_is_made_changed_and_checked(editor: Staff) -> None:
    answer = editor.post("/admin/help-lines/new", **A_LINE)
    line = one(HelpLine)
    assert answer.location == f"/admin/help-lines/{key_of('help_line', line.id)}?done=begun"
    assert line.numbers == [{"display": "1800 111 222", "dial": "+3531800111222", "label": None}]
    assert "1800 111 222" in editor.get("/help-lines").text
    refused = editor.post(
        f"/admin/help-lines/{key_of('help_line', line.id)}",
        **A_LINE | {"version": "1", "verification": "number_not_seen"},
    )
    assert refused.status_code == 422
    assert "the number cannot be shown" in refused.text
    preview = editor.post(
        f"/admin/help-lines/{key_of('help_line', line.id)}",
        preview="1",
        **A_LINE | {"version": "1", "name": "Day line"},
    )
    assert "<h3>Day line</h3>" in preview.text
    assert (
        editor.post(
            f"/admin/help-lines/{key_of('help_line', line.id)}", **A_LINE | {"version": "1", "hours": "always"}
        ).status_code
        == 303
    )
    no_source = editor.post(f"/admin/help-lines/{key_of('help_line', line.id)}/checked", version="2")
    assert (no_source.status_code, "Say at which of its sources" in no_source.text) == (422, True)
    checked = editor.post(f"/admin/help-lines/{key_of('help_line', line.id)}/checked", version="2", source="0")
    assert checked.location == f"/admin/help-lines/{key_of('help_line', line.id)}?done=checked"
    assert one(HelpLine).recheck_by == date(2027, 5, 24)
    stale = editor.post(f"/admin/help-lines/{key_of('help_line', line.id)}/checked", version="2", source="0")
    assert stale.status_code == 422
    assert (
        "Checked today: The line&#39;s page"
        in editor.get(f"/admin/help-lines/{key_of('help_line', line.id)}/history").text
    )
    for key in ("0", "x", "999999999999", "²"):
        assert editor.get(f"/admin/help-lines/{key}").status_code == 404


def test_a_text_is_reworded_and_goes_back(editor: Staff) -> None:
    preview = editor.post("/admin/texts/terms", preview="1", **A_TEXT)
    assert "Running Stitch sells." in preview.text
    assert count(HouseText) == 0
    assert editor.post("/admin/texts/terms", **A_TEXT).location == "/admin/texts/terms?done=saved"
    assert "Running Stitch sells." in editor.get("/terms").text
    wrong = editor.post("/admin/texts/terms", **A_TEXT | {"version": "1", "body": "By {somebody}."})
    assert (wrong.status_code, "{somebody} cannot be filled in." in wrong.text) == (422, True)
    stale = editor.post("/admin/texts/terms/shipped", version="0")
    assert (stale.status_code, count(HouseText)) == (422, 1)
    assert editor.post("/admin/texts/terms/shipped", version="1").location == "/admin/texts/terms?done=shipped"
    assert count(HouseText) == 0
    assert "Whatever the law of your country gives you" in editor.get("/terms").text
    assert editor.post("/admin/texts/terms/history/1", version="2").status_code == 303
    assert one(HouseText).title == "Terms"
    for slug in ("nowhere", "shop"):
        assert editor.get(f"/admin/texts/{slug}").status_code == 404
    assert editor.post("/admin/texts/nowhere/shipped", version="0").status_code == 404


def test_an_announcement_comes_and_goes(app: Flask, editor: Staff) -> None:
    answer = editor.post("/admin/announcements/new", **A_NOTICE)
    row = one(Announcement)
    assert answer.location == f"/admin/announcements/{row.reference}?done=begun"
    assert (row.starts_at, row.ends_at) == (now(), None)
    assert "Closed until Monday." in editor.get("/about").text
    page = editor.get(f"/admin/announcements/{row.reference}").text
    assert 'value="2026-11-24T12:00"' in page
    hidden = {name: value for name, value in A_NOTICE.items() if name != "is_shown"} | {"version": "1"}
    assert editor.post(f"/admin/announcements/{row.reference}", **hidden).status_code == 303
    assert "Closed until Monday." not in editor.get("/about").text
    later = A_NOTICE | {"text": "Soon.", "starts_at": "2026-12-01T09:30", "ends_at": "2026-12-02T09:30"}
    editor.post("/admin/announcements/new", **later)
    db.session.rollback()
    soon = db.session.scalars(select(Announcement).where(Announcement.text == "Soon.")).one()
    assert soon.ends_at - soon.starts_at == timedelta(days=1)
    assert "Soon." in editor.get(f"/admin/announcements/{soon.reference}/preview").text
    assert "Soon." not in editor.get("/about").text
    listed = editor.get("/admin/announcements").text
    assert (">Scheduled<" in listed, ">Hidden<" in listed, ">Shown now<" in listed) == (True, True, False)
    for wrong in ({"starts_at": "soon"}, {"ends_at": "2026-11-24T12:00"}, {"link": "https://x.example"}, {"text": ""}):
        answer = editor.post("/admin/announcements/new", **A_NOTICE | wrong)
        assert answer.status_code == 422, wrong
    assert count(Announcement) == 2


def test_script_is_letters_wherever_it_is_shown(editor: Staff) -> None:
    an_article(title=SCRIPT, summary=SCRIPT, body=SCRIPT, sources=[a_source(title=SCRIPT, publisher=SCRIPT)])
    keep(a_line(name=SCRIPT, said_beside=SCRIPT, hours=SCRIPT, notes=SCRIPT, sources=[SOURCE | {"title": SCRIPT}]))
    line = one(HelpLine)
    editor.post("/admin/announcements/new", **A_NOTICE | {"text": SCRIPT})
    notice = one(Announcement)
    editor.post(
        "/admin/texts/terms", **A_TEXT | {"title": SCRIPT, "summary": SCRIPT, "body": f"## {SCRIPT}\n\n{SCRIPT}"}
    )
    editor.post("/admin/articles/articles-a-text", **AN_ARTICLE | {"title": SCRIPT, "body": f"{SCRIPT} more"})
    folders = (
        f"announcements/{notice.reference}",
        f"help-lines/{key_of('help_line', line.id)}",
        "texts/terms",
        "articles/articles-a-text",
    )
    paths = [f"/admin/{folder}{end}" for folder in folders for end in ("", "/history", "/preview")]
    paths += [f"/admin/{name}" for name in ("announcements", "help-lines", "texts", "articles")]
    paths += ["/", "/terms", "/articles", "/articles/a-text", "/help-lines"]
    for path in paths:
        page = editor.get(path)
        assert page.status_code == 200, path
        assert scripts(page.text) == [], path
        assert "&lt;script&gt;alert(1)" in page.text or (
            path.startswith("/admin/help-lines/") and path.endswith("/history")
        ), path
    for path, typed in (
        ("articles/lint", AN_ARTICLE | {"body": f"rescued {SCRIPT}"}),
        ("texts/terms/lint", A_TEXT | {"body": f"rescued {SCRIPT}"}),
    ):
        assert scripts(editor.post(f"/admin/{path}", **typed).text) == []


def test_what_was_typed_and_not_saved_is_offered_again(editor: Staff) -> None:
    an_article()
    address = "/admin/articles/articles-a-text"
    rows = {"source_title": ["Typed source"], "source_publisher": ["P"], "source_url": [""]}
    rows |= {f"source_{name}": [""] for name in ("date", "accessed", "access_note")}
    kept = editor.post("/admin/unsaved", unsaved_form=address, **AN_ARTICLE | rows | {"title": "Typed"})
    assert kept.status_code == 204
    assert "You typed something here" in editor.get(address).text
    page = editor.get(f"{address}?unsaved=1").text
    assert 'value="Typed"' in page
    assert 'value="Typed source"' in page
    editor.post(address, **AN_ARTICLE | {"title": "Typed"})
    assert count(Unsaved) == 0


def test_a_preview_leaves_the_line_above_the_pages_alone(editor: Staff) -> None:
    editor.post("/admin/announcements/new", **A_NOTICE)
    row = one(Announcement)
    announcing._kept.clear()
    preview = editor.post(
        f"/admin/announcements/{row.reference}", preview="1", **A_NOTICE | {"version": "1", "text": "Only tried."}
    )
    assert "Only tried." in preview.text
    assert "Only tried." not in editor.get("/about").text
