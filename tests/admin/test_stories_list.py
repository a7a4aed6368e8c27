"""The list at the consent desk: who sees which stories and what of them, and how they are sieved."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from storefront.accounts.permissions import Role
from storefront.core import clock
from storefront.db import transaction
from storefront.stories import drafting, withdrawing
from storefront.stories.drafting import Words
from tests.admin.desk import a_guardian, public
from tests.admin.people import Staff, a_person
from tests.factories import a_partner
from tests.stories.telling import BY, TEXT, TITLE, about, begin, tell, words_of

# The use cases behind these pages are tried on both databases.
pytestmark = pytest.mark.any_database

LIST = "/admin/stories"


def rows(page: str) -> list[str]:
    """What stands in each row, without tags."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)]


def chips(page: str) -> list[str]:
    return [words.strip() for words in re.findall(r'class="chip"[^>]*>([^<]+)<', page)]


def edit(reference: str, author: Any, *, language: str = "en", seen: int = 1, text: str = TEXT + " Again.") -> None:
    with transaction():
        drafting.save(
            reference, language, about=None, words=Words(TITLE, text), seen=seen, author=author, at=clock.now()
        )


def test_a_guardian_sees_every_story_and_no_day_and_no_place(app: Flask) -> None:
    guardian, editor = a_guardian(app), a_person(Role.EDITOR)
    shown = public(editor, partner=a_partner(name="Lamplight (sample partner)"))
    edit(shown, editor, language="bn", seen=0)
    gone = public(editor, slug="gone")
    with transaction():
        withdrawing.withdraw(gone, by=BY, at=clock.now())
    draft = begin(editor, slug="draft")
    page = guardian.get(LIST).text
    draft_row, shown_row, gone_row = rows(page)
    assert draft_row.startswith(f"{TITLE} {draft}")
    assert draft_row.endswith("English Draft")
    assert shown_row == f"{TITLE} {shown} Lamplight English, Bangla (বাংলা) Public now"
    assert gone_row.startswith(f"Erased : {gone} {gone}")
    assert gone_row.endswith("Withdrawn")
    assert chips(page) == ["All 3", "Draft 1", "Public now 1", "Withdrawn 1"]
    assert not re.search(r"20(?:26|27)|Newsletter|Beside products", page.partition("<table")[2])
    for address, name in (("/admin/stories/new", "New story"), ("/admin/stories/letters", "Letters")):
        assert f'href="{address}">{name}</a>' in page


def test_an_editor_sees_drafts_of_her_own_alone(app: Flask) -> None:
    her, other = a_person(Role.EDITOR), a_person(Role.EDITOR)
    own = begin(her, slug="own")
    begin(other, slug="of-another")
    begin(None, slug="of-nobody")
    edit(begin(her, slug="changed-by-another"), other)
    edit(begin(other, slug="translated"), her, language="bn", seen=0)
    public(her, slug="published")
    edit(public(her, slug="published-once"), her)
    tell("demonstration")
    page = Staff(app, her).get(LIST).text
    assert [own in row for row in rows(page)] == [True]
    assert "/admin/stories/letters" not in page
    assert "New story" in page


def test_an_owner_counts_and_reads_no_word(app: Flask) -> None:
    reference = public(a_person(Role.EDITOR))
    page = Staff(app, a_person(Role.OWNER)).get(LIST).text
    assert [row.split()[0] for row in rows(page)] == [reference]
    assert chips(page) == ["All 1", "Public now 1"]
    assert TITLE not in page
    assert "English" not in page
    assert "New story" not in page
    assert "Letters" in page


@pytest.mark.parametrize(
    "role", [Role.CATALOGUE_ADMIN, Role.ORDER_DESK, Role.PARTNER_STAFF, None], ids=lambda role: str(role)
)
def test_nobody_else_finds_it(app: Flask, role: Role | None) -> None:
    with transaction() as session:
        session.add(partner := a_partner())
    person = a_person(*([role] if role else []), partner_id=partner.id if role is Role.PARTNER_STAFF else None)
    staff = Staff(app, person)
    assert [staff.get(path).status_code for path in (LIST, f"{LIST}/new")] == [404, 404]
    assert "Consent desk" not in staff.get("/admin").text


def test_state_and_workshop_stand_in_the_address(app: Flask) -> None:
    guardian, one, two = a_guardian(app), a_partner(name="One"), a_partner(name="Two")
    first, second = begin(slug="first", partner=one), public(slug="second", partner=one)
    third = begin(slug="third", partner=two)
    asked = {
        "": [third, first, second],
        "?state=draft": [third, first],
        f"?partner={one.slug}": [first, second],
        f"?state=public&partner={one.slug}": [second],
        f"?state=public&partner={two.slug}": [],
        "?state=nonsense": [],
        "?partner=%00%27": [],
    }
    for query, found in asked.items():
        page = guardian.get(LIST + query)
        assert page.status_code == 200
        assert [next(ref for ref in (first, second, third) if ref in row) for row in rows(page.text)] == found, query
    page = guardian.get(f"{LIST}?state=draft&partner={one.slug}").text
    assert chips(page) == ["All 2", "Draft 1", "Public now 1"]
    assert f'href="/admin/stories?state=public&amp;partner={one.slug}"' in page


def test_pages(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storefront.admin.stories.listing.SIZE", 2)
    guardian = a_guardian(app)
    for number in range(3):
        begin(slug=f"draft-{number}")
    assert [len(rows(guardian.get(f"{LIST}{query}").text)) for query in ("", "?page=2")] == [2, 1]
    assert "state=draft&amp;page=2" in guardian.get(f"{LIST}?state=draft").text
    assert [guardian.get(f"{LIST}?page={page}").status_code for page in ("3", "0", "x")] == [404] * 3


@pytest.mark.parametrize("role", [Role.GUARDIAN, Role.EDITOR], ids=str)
def test_more_stories_need_no_more_statements(app: Flask, statements: Any, role: Role) -> None:
    staff, counts = Staff(app, a_person(role)), []
    for number in range(5):
        reference = (
            public(staff.person, slug=f"shown-{number}") if number % 2 else begin(staff.person, slug=f"s-{number}")
        )
        edit(reference, staff.person, language="bn", seen=0)
        tell(f"with-a-drawing-{number}")
        with statements() as seen:
            assert staff.get(LIST).status_code == 200
        counts.append(len(seen))
    assert counts[1:] == counts[1:2] * 4


def test_nothing_there_says_what_comes_first(app: Flask) -> None:
    page = Staff(app, a_person(Role.EDITOR)).get(LIST).text
    assert "whom she trusts, asks her" in page
    assert 'class="button" href="/admin/stories/new"' in page
    page = Staff(app, a_person(Role.OWNER)).get(LIST).text
    assert "No story yet" in page
    assert "/admin/stories/new" not in page


def test_a_title_is_letters(app: Flask) -> None:
    reference = begin(about=about(display_name="Jui"))
    with transaction():
        drafting.save(
            reference, "en", about=None, words=Words("<script>{{ 7 * 7 }}", TEXT), seen=1, author=None, at=clock.now()
        )
    page = a_guardian(app).get(LIST).text
    assert "&lt;script&gt;{{ 7 * 7 }}" in page
    assert words_of(reference).title == "<script>{{ 7 * 7 }}"


def found_by(staff: Staff, query: str, references: list[str]) -> list[str]:
    page = staff.get(f"{LIST}?{query}")
    assert page.status_code == 200
    return [next(each for each in references if each in row) for row in rows(page.text)]


def test_it_is_searched_by_reference_and_workshop_and_sorted(app: Flask) -> None:
    guardian, ash, birch = a_guardian(app), a_partner(name="Ash Loom"), a_partner(name="Birch Room")
    first, second = begin(slug="first", partner=birch), public(slug="second", partner=ash)
    third = begin(slug="third", partner=birch)
    every = [first, second, third]
    for query, wanted in {
        f"q={first.lower()}": [first], f"q={second[:6]}": [second], "q=birch": [third, first], "q=loom+ash": [second],
        "q=birch+loom": [], "sort=newest": [third, second, first], "sort=workshop": [second, third, first],
        "sort=nonsense": [third, first, second], f"q={first[1:]}": [],
    }.items():  # fmt: skip
        assert found_by(guardian, query, every) == wanted, query
    page = guardian.get(f"{LIST}?q=birch").text
    assert chips(page)[:2] == ["All 2", "Draft 2"]


def test_nobody_finds_a_story_by_its_words(app: Flask) -> None:
    """Neither by a title that she may read nor by one that she may not."""
    her, other = a_person(Role.EDITOR), a_person(Role.EDITOR)
    own, hidden = begin(her, slug="own"), begin(other, slug="of-another", partner=a_partner(name="Zinnia Yard"))
    every = [own, hidden]
    for staff in (Staff(app, her), a_guardian(app), Staff(app, a_person(Role.OWNER))):
        for words in (TITLE.split()[0], TEXT.split()[0], "of-another"):
            assert found_by(staff, f"q={words}", every) == [], words
    assert found_by(Staff(app, her), f"q={hidden}", every) == []
    assert found_by(Staff(app, her), "q=zinnia", every) == []
    assert found_by(Staff(app, her), "sort=newest", every) == [own]
    assert "Zinnia" not in Staff(app, her).get(f"{LIST}?q=zinnia").text.replace('value="zinnia"', "")


def test_views_of_the_desk_are_kept(app: Flask) -> None:
    guardian = a_guardian(app)
    begin()
    answer = guardian.post(
        "/admin/views", listed="stories", query="state=draft&page=2&q=loom", name="Drafts of the loom"
    )
    assert answer.location == f"{LIST}?q=loom&state=draft"
    assert "Drafts of the loom" in guardian.get(LIST).text
