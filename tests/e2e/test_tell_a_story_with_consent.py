"""A story from the first draft to the page, and back: four people, none of whom can do it alone; one can take it back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storefront.accounts.permissions import Role
from storefront.core import clock
from storefront.stories.models import Story, Wording
from storefront.stories.vocabulary import CHECKLIST
from tests.e2e.conftest import Visit
from tests.e2e.shopper import Shopper
from tests.e2e.staff import come
from tests.e2e.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
TITLE, SLUG = "The green scissors", "meera-the-green-scissors"
TEXT = "Meera cuts the cloth for every bag. She was indebted for a long time. Today she is trusted with the green scissors."


def test_from_the_draft_to_the_page_and_back(store: Store, visit: Visit) -> None:
    editor, guardian = come(store, visit, Role.EDITOR), come(store, visit, Role.GUARDIAN)
    other = come(store, visit, Role.GUARDIAN, width=390, scripts=False)
    reader = visit(store)
    desk = _write(editor)

    editor.open(desk)
    expect(editor.heading(TITLE)).to_be_visible()
    expect(editor.page.locator("mark[data-word=now]")).to_have_text("trusted")
    expect(editor.page.get_by_role("main")).not_to_contain_text("Where it may appear")

    _review_and_record(guardian, desk)
    expect(guardian.button("Publish")).to_have_count(0)

    other.open(desk)
    for point in CHECKLIST.values():
        other.page.get_by_label(point).check()
    other.button("Approve these words").click()
    expect(other.page.get_by_text("You have approved these very words.")).to_be_visible()

    reader.open(f"/stories/{SLUG}")
    expect(reader.heading("There is no page here")).to_be_visible()
    guardian.page.reload()
    guardian.button("Publish").click()
    expect(guardian.page.get_by_text("The words are public.")).to_be_visible()
    live = guardian.page.get_by_role("region", name="Live at this moment")
    expect(live.get_by_role("link", name=f"/stories/{SLUG}")).to_be_visible()
    reader.page.reload()
    expect(reader.heading(TITLE)).to_be_visible()

    guardian.page.get_by_role("link", name="Receipt").click()
    expect(guardian.page.get_by_role("main")).to_contain_text(f"{store.url}/stories/{SLUG}")
    guardian.open(desk)

    guardian.page.get_by_role("link", name="Withdraw", exact=True).click()
    guardian.page.get_by_role("link", name="Keep").click()
    guardian.page.get_by_role("link", name="Withdraw", exact=True).click()
    guardian.button("Withdraw now").click()
    expect(guardian.page.get_by_text("The story is withdrawn.")).to_be_visible()
    reader.page.reload()
    expect(reader.heading(re.compile("^This page is no longer here"))).to_be_visible()
    expect(reader.page.get_by_role("main")).not_to_contain_text("Meera")
    editor.page.reload()
    expect(editor.heading("There is no page here")).to_be_visible()

    guardian.page.get_by_role("link", name="Letters to be sent", exact=True).click()
    expect(guardian.page.get_by_text(f"{store.url}/stories/{SLUG}", exact=True)).to_have_count(3)
    for left in (2, 1, 0):
        guardian.button("Done").first.click()
        expect(guardian.button("Done")).to_have_count(left)
    expect(guardian.page.get_by_role("heading", name="No letter waits")).to_be_visible()


def _review_and_record(guardian: Shopper, desk: str) -> None:
    """Eight days ago she said yes to these words, for two places."""
    page, today = guardian.page, clock.today()
    guardian.open(desk)
    page.get_by_role("link", name="Review the risk").click()
    page.get_by_label("The teller herself").check()
    page.get_by_label("What came of it").select_option("may_be_shown")
    page.get_by_label("Who looked with you").select_option("social_worker")
    page.get_by_label("Day of the review").fill(today.isoformat())
    guardian.button("Keep this review").click()
    expect(page.get_by_text("The review is kept.")).to_be_visible()

    page.get_by_role("link", name="Record her answer").click()
    expect(page.locator("main :checked:not(option)")).to_have_count(0)
    guardian.button("Record her answer").click()  # with nothing said
    expect(page.get_by_role("heading", name="Nothing was recorded")).to_be_visible()
    page.get_by_label("Explained by").select_option("support_worker")
    page.get_by_label("Language spoken").select_option("bn")
    page.get_by_label("Attested by").select_option("social_worker")
    page.get_by_label("Day of her yes").fill((today - timedelta(8)).isoformat())
    page.get_by_label("Last day").fill((today + timedelta(365)).isoformat())
    for place in ("Story page", "Beside products"):
        page.get_by_label(place).check()
    statements = page.locator('main input[type=checkbox][value="y"]')
    expect(statements).to_have_count(7)
    for box in statements.all():
        box.check()
    guardian.button("Record her answer").click()
    expect(page.get_by_text("Her answers are recorded.")).to_be_visible()


def _write(editor: Shopper) -> str:
    """A draft at the desk, as if a month ago; the address of its story there."""
    page, store = editor.page, editor.store
    editor.open("/admin/stories/new")
    page.get_by_label("Kind").select_option("illustration")
    page.get_by_label("Workshop", exact=True).select_option("sample-lamplight-stitch-room")
    page.get_by_label("The workshop's reference").fill("ST-0042")
    page.get_by_label("Language").select_option("en")
    page.get_by_label("Title").first.fill(TITLE)
    page.get_by_label("Text", exact=True).fill(TEXT)
    page.get_by_label("Words for before").fill("indebted")
    page.get_by_label("Words for now").fill("trusted")
    page.get_by_label(re.compile("^Address")).fill(SLUG)
    page.get_by_label("Name on the page").fill("Meera")
    page.get_by_label("Country", exact=True).select_option("IN")
    editor.button("Keep this draft").click()
    page.wait_for_url("**/words/en?done=begun")
    desk = "/" + page.url.removeprefix(store.url).strip("/").partition("/words/")[0]
    with Session(store.engine) as session, session.begin():
        story = session.scalars(select(Story).where(Story.reference == desk.rpartition("/")[2])).one()
        session.execute(
            update(Wording).where(Wording.story_id == story.id).values(written_at=clock.now() - timedelta(30))
        )
    return desk
