"""One story at the consent desk: what a page shows to whom, and that every act asks for what it needs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from storefront.accounts.permissions import Role
from storefront.admin.stories.marking import marked
from storefront.audit.models import Act, AuditLine
from storefront.core import clock
from storefront.db import db, transaction
from storefront.partners.models import PartnerKind
from storefront.stories import cards, drafting
from storefront.stories.consenting import MUST_BE_TRUE
from storefront.stories.drafting import Words
from storefront.stories.models import Approval, Channel, Consent, RiskReview, StoryKind, StoryTask, TaskKind
from storefront.stories.vocabulary import CHANNELS, CHECKLIST
from tests.admin.desk import TICKED, a_guardian, address, consent_form, hash_of, public, ready, review_form
from tests.admin.people import Staff, a_person, anew
from tests.conftest import NOON
from tests.factories import a_partner
from tests.jobs.racing import at_once
from tests.stories.telling import (
    SLUG,
    TEXT,
    TITLE,
    about,
    agree,
    approve,
    audited,
    begin,
    look_at_risk,
    story_by,
    tell,
    words_of,
)

TELLING_TOGETHER = "She is 34 and has three children. She came in March 2019. She keeps the register."
HOSTILE = "<script>alert(1)</script>{{ 7 * 7 }}\"'><img src=x onerror=alert(2)>"


@pytest.fixture
def guardian(app: Flask) -> Staff:
    return a_guardian(app)


def seen(staff: Staff, reference: str, more: str = "") -> str:
    answer = staff.get(address(reference, more))
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def in_words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def status_of(client: Any) -> int:
    """Of the story's own page, as a visitor finds it."""
    return int(anew(client, f"/stories/{SLUG}").status_code)


def done(staff: Staff, answer: Any) -> str:
    """What the page says that a change leads to."""
    assert answer.status_code == 303, answer.text
    found = re.search(r'class="flash-words">([^<]+)<', staff.get(answer.headers["Location"]).text)
    assert found
    return found[1]


# --- Who sees what ----------------------------------------------------------------------------------------------------


def test_a_guardian_sees_everything(guardian: Staff, app: Flask) -> None:
    author = a_person(Role.EDITOR, email="noor@example.org")
    reference = public(author)
    page = in_words(seen(guardian, reference))
    for words in (
        TITLE, "Version 1", "English", "Written by noor@example.org", "Approved by person", "Public now", f"/stories/{SLUG}",
        "Yes given 14 November 2026", "May print 21 November 2026", "Today 24 November 2026", "Ends 20 September 2027",
        "Ask again 22 July 2027", "A support worker who is not employed by the workshop", "Bangla (বাংলা), read back",
        "Employer in the room No", "The teller herself", "Story page Close", "Newsletter No", "Published on 24 November 2026",
        *CHECKLIST.values(),
    ):  # fmt: skip
        assert words in page, words
    assert hash_of(reference)[:8] in page
    assert "Newsletter Close" not in page


def test_an_editor_reads_her_draft_and_what_is_missing_without_dates_and_places(app: Flask) -> None:
    editor = Staff(app, a_person(Role.EDITOR))
    reference = ready(editor.person)
    page = in_words(seen(editor, reference))
    for words in ("Jui keeps the attendance register", "There Her yes to these very words", "There Approval by one"):
        assert words in page, words
    for name in CHANNELS.values():
        assert name not in page
    for words in ("14 November", "21 November", "20 September", "support worker", "Receipt", "Record", "Approved by"):
        assert words not in page, words
    assert f"{address(reference)}/ask" in seen(editor, reference)


def test_the_owner_reads_no_word(app: Flask) -> None:
    owner, reference = Staff(app, a_person(Role.OWNER)), public()
    page = in_words(seen(owner, reference))
    for words in ("Public now", "Workshop", "Open places 3 of 7", reference):
        assert words in page, words
    for words in (
        TITLE,
        "Jui",
        "trusted",
        "indebted",
        SLUG,
        "November",
        "2027",
        "support worker",
        "Approved",
        "Yes given",
    ):
        assert words not in page, words
    assert page.count("Close : ") == len(CHANNELS)  # whether one is open or not


def test_the_words_are_marked_where_they_stand() -> None:
    text = "She was *indebted*, then Indebted & trusted; not untrusted.\n\nA night\nschool, amp &amp; <b>trusted</b>"
    html = marked(text, ["indebted", "amp"], ["trusted", "night school"])
    assert html.count('<mark data-word="before">') == 3
    assert '<em><mark data-word="before">indebted</mark></em>' in html
    assert '<mark data-word="now">night\nschool</mark>' in html
    assert "untrusted" in html
    assert "&lt;b&gt;<mark" in html
    assert "&amp;" in html
    assert marked("<script>x</script>", ["script"], []) == (
        '<p>&lt;<mark data-word="before">script</mark>&gt;x&lt;/<mark data-word="before">script</mark>&gt;</p>\n'
    )
    assert "<mark" not in marked("plain", [], [" "])


def test_a_story_of_an_enterprise_needs_no_yes(guardian: Staff, app: Flask) -> None:
    sources = [{"title": "A report", "publisher": "A publisher", "year": 2024, "url": "https://example.org/report"}]
    reference = begin(
        a_person(Role.EDITOR), kind=StoryKind.ENTERPRISE, storyteller_reference=None,
        about=about(display_name=None, sources=sources), partner=a_partner(kind=PartnerKind.DIRECTORY, is_real=True),
    )  # fmt: skip
    page = seen(guardian, reference)
    assert "A report, A publisher, 2024" in page
    for words in ("Where it may appear", "Make her a card", "Review the risk", "Record her answer"):
        assert words not in page
    for path in ("/risk-review", "/consent/en", "/receipt/en"):
        assert guardian.get(address(reference, path)).status_code == 404
    assert "no teller" in guardian.post(address(reference, "/card")).text
    fields = {"words_hash": hash_of(reference)}
    assert guardian.post(address(reference, "/approve/en"), ticked=TICKED, **fields).status_code == 303
    assert done(guardian, guardian.post(address(reference, "/publish/en"), **fields)) == "The words are public."


# --- Reading leaves a line --------------------------------------------------------------------------------------------


def test_every_reading_of_a_consent_leaves_a_line_and_nothing_else_does(guardian: Staff, app: Flask) -> None:
    editor, owner = Staff(app, a_person(Role.EDITOR)), Staff(app, a_person(Role.OWNER))
    reference, empty = public(editor.person), begin(editor.person, slug="not-asked-yet")

    def lines() -> list[AuditLine]:
        return audited(Act.CONSENT_READ)

    for count, path in enumerate(("", "?language=en", "/receipt/en"), start=1):
        seen(guardian, reference, path)
        assert len(lines()) == count, path
    last = lines()[-1]
    assert (last.who, last.subject) == (guardian.person.reference, f"story:{reference}")
    assert last.details["consent"] == story_by(reference).consents[0].reference
    guardian.post(address(reference, "/publish/en"), words_hash="of others")  # the same page, with what is wrong
    assert len(lines()) == 4

    for staff, paths in (
        (guardian, ("/risk-review", "/consent/en", "/withdraw", "/channels/press/close")),
        (editor, ("",)),
        (owner, ("", "/withdraw", "/channels/press/close")),
    ):
        for path in paths:
            seen(staff, reference, path)
    seen(guardian, empty)
    guardian.get("/admin/stories/letters")
    guardian.get("/admin")
    guardian.post(address(reference, "/card"))
    assert guardian.get(address(empty, "/receipt/en")).status_code == 404
    assert len(lines()) == 4
    guardian.post(address(reference, "/withdraw"))
    assert "14 November 2026" in seen(guardian, reference)  # the record stays, and so does the line of who reads it
    assert len(lines()) == 5


# --- Reviewing and recording ------------------------------------------------------------------------------------------


def test_a_review_is_kept(guardian: Staff) -> None:
    reference = begin()
    page = seen(guardian, reference, "/risk-review")
    assert " checked" not in page
    assert done(guardian, guardian.post(address(reference, "/risk-review"), **review_form())).startswith("The review")
    [kept] = story_by(reference).reviews
    assert (kept.people_at_risk, kept.signed_by) == (["storyteller", "family"], guardian.person.reference)
    assert "Her family" in seen(guardian, reference)


NO_REVIEW: list[tuple[dict[str, Any], str]] = [
    ({"people_at_risk": None}, "Please tick whom you thought of."),
    ({"people_at_risk": ["storyteller", "everybody"]}, "Please choose from the list."),
    ({"result": ""}, "Please say what came of it."),
    ({"second_signature": HOSTILE}, "Please choose from the list."),
    ({"reviewed_on": "yesterday"}, "Enter a day like 2026-11-24."),
    ({"reviewed_on": "2026-11-25"}, "The day of the review lies in the future."),
    ({"reviewed_on": "0001-01-01"}, "Enter a day like 2026-11-24."),
    ({"result": ["may_be_shown", "not_to_be_shown"]}, "This was sent twice."),
]


def test_a_review_that_is_none_is_refused_in_words_and_nothing_is_lost(guardian: Staff) -> None:
    reference = begin()
    for changes, said in NO_REVIEW:
        answer = guardian.post(address(reference, "/risk-review"), **review_form(**changes))
        assert answer.status_code == 422, changes
        assert said in answer.text, changes
        assert "Nothing was kept" in answer.text
        assert "<script>" not in answer.text
        if "people_at_risk" not in changes:
            assert answer.text.count(" checked") == 2, changes
    assert story_by(reference).reviews == []


def test_her_answer_is_recorded_as_she_gave_it(guardian: Staff) -> None:
    reference = begin()
    page = seen(guardian, reference, "/consent/en")
    assert " checked" not in page
    assert "24 November 2029" in page  # the latest end
    assert "attendance register" in page
    answer = guardian.post(address(reference, "/consent/en"), **consent_form(reference))
    assert done(guardian, answer).startswith("Her answers are recorded.")
    [kept] = story_by(reference).consents
    assert kept.channels == [Channel.WEB_STORY, Channel.PRODUCT_PAGE]
    assert (kept.paid_minor, kept.paid_currency) == (6000, "USD")
    assert kept.words_hash == hash_of(reference)
    assert "$60.00, whether shown or not" in seen(guardian, reference)


def test_an_empty_form_is_a_no_to_every_place(guardian: Staff) -> None:
    reference = begin()
    fields = consent_form(reference, channels=None, paid_amount=None, paid_currency=None)
    assert guardian.post(address(reference, "/consent/en"), **fields).status_code == 303
    [kept] = story_by(reference).consents
    assert kept.channels == []
    assert kept.paid_minor is None


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    **{name: ({name: None}, sentence) for name, sentence in MUST_BE_TRUE.items()},
    "a place that is none": ({"channels": ["web_story", "everywhere"]}, "Please choose from the list."),
    "yes in the future": ({"granted_on": "2026-11-25"}, "lies in the future"),
    "yes before the words": ({"granted_on": "2026-10-01"}, "were written after that day"),
    "no day": ({"granted_on": ""}, "Enter a day like"),
    "too long": ({"expires_on": "2029-11-17"}, "36 months"),
    "too short": ({"expires_on": "2026-11-20"}, "before anything could be shown"),
    "nobody explained": ({"explained_by": ""}, "Please say who explained it to her."),
    "an employer explained": ({"explained_by": "employer"}, "Please choose from the list."),
    "no language": ({"conversation_language": "xx"}, "Please choose from the list."),
    "nobody vouches": ({"attested_by": ""}, "Please say who vouches for it."),
    "no currency": ({"paid_currency": ""}, "and the currency"),
    "no amount": ({"paid_amount": ""}, "Enter what she was paid"),
    "words for an amount": ({"paid_amount": HOSTILE[:12]}, "Enter what she was paid"),
    "a comma": ({"paid_amount": "1,000"}, "Enter what she was paid"),
    "a part of a yen": ({"paid_amount": "60.5", "paid_currency": "JPY"}, "JPY has no digits after the point."),
    "more than fits": ({"paid_amount": "999999999", "paid_currency": "KWD"}, "very large"),
    "other words": ({"words_hash": "0" * 64}, "changed since they were read back"),
}


def test_what_is_no_answer_is_refused_in_words_and_nothing_is_lost(guardian: Staff) -> None:
    reference = begin()
    for case, (changes, said) in WRONG.items():
        answer = guardian.post(address(reference, "/consent/en"), **consent_form(reference, **changes))
        assert answer.status_code == 422, case
        assert said in answer.text.replace("&#39;", "'"), case
        assert "Nothing was recorded" in answer.text
        unticked = case in MUST_BE_TRUE or case == "other words"
        places = 1 if case == "a place that is none" else 2
        assert answer.text.count(" checked") == len(MUST_BE_TRUE) - unticked + places, case
        assert f'name="words_hash" value="{hash_of(reference)}"' in answer.text
    assert story_by(reference).consents == []
    assert audited(Act.CONSENT_RECORDED) == []


def test_words_that_changed_meanwhile_are_read_back_once_more(guardian: Staff) -> None:
    """The form comes back under the new words, with one box empty: that these were read to her."""
    reference = begin()
    fields = consent_form(reference)
    _edit(reference, TEXT + " New.")
    answer = guardian.post(address(reference, "/consent/en"), **fields)
    assert answer.status_code == 422
    assert "New." in answer.text
    box = re.search(r'<input[^>]*name="read_back"[^>]*>', answer.text)
    assert box
    assert "checked" not in box[0]
    assert re.search(r'name="adult"[^>]*checked', answer.text)


def test_a_yes_to_older_words_is_shown_as_what_it_is(guardian: Staff) -> None:
    reference = public()
    _edit(reference, TEXT + " New.")
    page = seen(guardian, reference)
    assert "She agreed to other words" in page
    assert "Version 2" in page
    assert "Earlier words" in page
    assert "Receipt" not in page
    assert "Nowhere." in page


def _edit(reference: str, text: str) -> None:
    with transaction():
        drafting.save(
            reference, "en", about=None, words=Words(TITLE, text), seen=words_of(reference).number, author=None,
            at=clock.now(),
        )  # fmt: skip


# --- Two people to publish --------------------------------------------------------------------------------------------


def test_the_author_does_not_approve_in_any_browser(app: Flask) -> None:
    author = a_person(Role.GUARDIAN)
    reference = begin(author)
    look_at_risk(reference)
    agree(reference)
    for browser in (Staff(app, author), Staff(app, author)):
        page = seen(browser, reference)
        assert "You wrote these words." in page
        assert 'name="ticked"' not in page
        answer = browser.post(address(reference, "/approve/en"), words_hash=hash_of(reference), ticked=TICKED)
        assert answer.status_code == 422
        assert "Whoever wrote a text does not approve it" in answer.text
    assert words_of(reference).approvals == []


def test_two_browsers_of_one_guardian_are_one_guardian(app: Flask) -> None:
    """Where two people are asked for, one who has signed in twice is still one."""
    reference = begin(text=TELLING_TOGETHER)
    look_at_risk(reference)
    agree(reference)
    person, told = a_person(Role.GUARDIAN), {"words_hash": hash_of(reference)}
    first, second = Staff(app, person), Staff(app, person)
    assert first.post(address(reference, "/approve/en"), ticked=TICKED, **told).status_code == 303
    answer = second.post(address(reference, "/approve/en"), ticked=TICKED, **told)
    assert answer.status_code == 422
    assert "A second approval is another person" in answer.text
    page = in_words(seen(second, reference))
    assert "Missing Approval by 2 people" in page
    assert second.post(address(reference, "/publish/en"), **told).status_code == 422
    other = a_guardian(app)
    assert other.post(address(reference, "/approve/en"), ticked=TICKED, **told).status_code == 303
    assert second.post(address(reference, "/publish/en"), **told).status_code == 303


def test_every_point_is_ticked(guardian: Staff) -> None:
    reference = begin()
    for point, words in CHECKLIST.items():
        ticked = [one for one in TICKED if one != point]
        answer = guardian.post(address(reference, "/approve/en"), words_hash=hash_of(reference), ticked=ticked)
        assert answer.status_code == 422
        assert f"Still open: {words}." in answer.text
        assert answer.text.count(" checked") == len(TICKED) - 1
    assert words_of(reference).approvals == []


def test_what_was_looked_at_is_what_is_approved(guardian: Staff) -> None:
    reference = begin()
    seen_hash = hash_of(reference)
    _edit(reference, TEXT + " New.")
    for path in ("/approve/en", "/publish/en"):
        answer = guardian.post(address(reference, path), words_hash=seen_hash, ticked=TICKED)
        assert answer.status_code == 422
        assert "have changed since you opened the page" in answer.text
    assert words_of(reference).approvals == []


def test_published_on_the_eighth_day_and_not_on_the_sixth(app: Flask, client: Any) -> None:
    reference = ready(days_ago=0)
    told = {"words_hash": hash_of(reference)}
    with time_machine.travel(NOON + timedelta(days=6), tick=False):
        guardian = a_guardian(app)
        page = seen(guardian, reference)
        assert ">Publish</button>" not in page
        answer = guardian.post(address(reference, "/publish/en"), **told)
        assert answer.status_code == 422
        assert "Seven days to think again, until 1 December 2026" in in_words(answer.text)
        assert status_of(client) == 404
    with time_machine.travel(NOON + timedelta(days=8), tick=False):
        guardian = a_guardian(app)
        assert ">Publish</button>" in seen(guardian, reference)
        assert done(guardian, guardian.post(address(reference, "/publish/en"), **told)) == "The words are public."
        assert status_of(client) == 200


@pytest.mark.real_clock
def test_approving_against_withdrawing_ends_unpublished(app: Flask, client: Any) -> None:
    """Two guardians press at the same moment: whoever is first, the story is gone and nobody sees a fault."""
    reference = begin(at=clock.now() - timedelta(30))
    look_at_risk(reference)
    agree(reference)
    one, other, owner = a_guardian(app), a_guardian(app), Staff(app, a_person(Role.OWNER))
    told = {"words_hash": hash_of(reference)}

    def approve_and_publish(staff: Staff) -> list[int]:
        return [
            staff.post(address(reference, "/approve/en"), ticked=TICKED, **told).status_code,
            staff.post(address(reference, "/publish/en"), **told).status_code,
        ]

    answers = at_once(
        app,
        [
            lambda: approve_and_publish(one),
            lambda: owner.post(address(reference, "/withdraw")).status_code,
            lambda: approve_and_publish(other),
        ],
    )
    assert answers[1] == 303
    assert {status for answer in (answers[0], answers[2]) for status in answer} <= {303, 422}
    story = story_by(reference)
    assert story.withdrawn_at is not None
    assert story.wordings == []
    assert db.session.scalar(select(func.count(Approval.id))) == 0
    assert status_of(client) in {404, 410}


# --- Taking back ------------------------------------------------------------------------------------------------------


def test_withdrawing_asks_once_and_never_why(app: Flask, client: Any) -> None:
    reference, owner = public(), Staff(app, a_person(Role.OWNER, email="owner@example.org"))
    page = seen(owner, reference, "/withdraw")
    form = re.search(r'<form method="post" action="/admin/stories/\w+/withdraw">(.*?)</form>', page, re.DOTALL)
    assert form
    assert "Withdraw now" in form[1]
    assert "Keep" in form[1]
    assert re.findall(r'name="(\w+)"', form[1]) == ["csrf_token"]
    assert status_of(client) == 200
    answer = owner.post(address(reference, "/withdraw"))
    assert done(owner, answer) == "The story is withdrawn."
    assert status_of(client) == 410
    page = seen(owner, reference)
    assert "/admin/stories/letters" in page
    assert "This story was taken back" in page
    assert owner.post(address(reference, "/withdraw")).status_code == 303  # twice is the same as once
    assert len(audited(Act.STORY_WITHDRAWN)) == 1
    assert "It has been withdrawn already." in seen(owner, reference, "/withdraw")


def test_one_place_is_closed(guardian: Staff, client: Any) -> None:
    reference = public()
    assert "Close one place: Story page?" in seen(guardian, reference, "/channels/web_story/close")
    answer = guardian.post(address(reference, "/channels/web_story/close"))
    assert done(guardian, answer).startswith("That place is closed.")
    assert status_of(client) != 200
    page = in_words(seen(guardian, reference))
    assert "Story page closed No" in page
    assert "Beside products Close : Beside products Yes" in page
    assert guardian.get(address(reference, "/channels/everywhere/close")).status_code == 404


def test_hidden_for_proceedings_and_shown_again(guardian: Staff, client: Any) -> None:
    reference = public()
    assert "is hidden until" in done(guardian, guardian.post(address(reference, "/hide")))
    assert status_of(client) != 200
    page = seen(guardian, reference)
    assert "Hidden for proceedings" in page
    assert f"{address(reference)}/show-again" in page
    answer = guardian.post(address(reference, "/show-again"))
    assert answer.status_code == 422
    assert "Please say who vouches for it." in answer.text
    assert status_of(client) != 200
    answer = guardian.post(address(reference, "/show-again"), attested_by="independent_advocate")
    assert done(guardian, answer) == "The story may be shown again."
    assert status_of(client) == 200


def test_an_editor_asks_and_a_guardian_finds_it(app: Flask, guardian: Staff) -> None:
    editor = Staff(app, a_person(Role.EDITOR))
    reference = public(editor.person)
    for _ in range(2):
        assert "on the desk today" in done(editor, editor.post(address(reference, "/ask")))
    [task] = db.session.scalars(select(StoryTask)).all()
    assert (task.kind, task.story_reference) == (TaskKind.WITHDRAWAL_ASKED, reference)
    assert "A guardian has been asked to withdraw this story." in seen(guardian, reference)
    today = guardian.get("/admin").text
    assert f"Somebody asks to withdraw story {reference}" in today
    assert f'href="{address(reference)}"' in today
    assert '1<span class="visually-hidden"> to be done today' in today


# --- The card ---------------------------------------------------------------------------------------------------------


def test_a_card_is_shown_once_and_the_one_before_is_void(app: Flask, guardian: Staff) -> None:
    reference = public()
    answer = guardian.post(address(reference, "/card"))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    codes = re.findall(r"(?:[2-9A-Z]{4}-){3}[2-9A-Z]{4}", answer.text)
    assert len(codes) == 2  # in her language and in English
    assert len(set(codes)) == 1
    for words in ("http://localhost/withdraw", 'lang="bn"', "কার্ডের কোড", "shown once", "void from now on"):
        assert words in answer.text, words
    db.session.rollback()
    assert cards.story_of(codes[0]) == reference
    assert codes[0] not in seen(guardian, reference)
    again = guardian.post(address(reference, "/card")).text
    db.session.rollback()
    with pytest.raises(cards.UnknownCode):
        cards.story_of(codes[0])
    assert codes[0] not in again
    assert len(audited(Act.CARD_MADE)) == 2
    assert guardian.get(address(reference, "/card")).status_code == 404


# --- What is stored stays text, and costs the same --------------------------------------------------------------------


def test_a_stored_script_is_shown_as_text(app: Flask, guardian: Staff) -> None:
    """In every field that takes text, whatever let it in."""
    author = Staff(app, a_person(Role.EDITOR))
    reference = tell(
        title=HOSTILE, text=f"{HOSTILE} once, {HOSTILE} now", display_name=HOSTILE, region=HOSTILE,
        sources=[{"title": HOSTILE, "publisher": HOSTILE, "year": HOSTILE, "url": "javascript:alert(3)"}],
    )  # fmt: skip
    with transaction():
        story = story_by(reference)
        wording = story.wordings[0]
        wording.before_words, wording.now_words, wording.editor_note = [HOSTILE, "once"], ["now"], HOSTILE
        wording.written_by_id = author.person.id
        story.drawing.alt = story.partner.name = HOSTILE
        story.storyteller_reference = HOSTILE
        wording.seal()
        story.consents[0].words_hash = wording.words_hash
    pages = [
        seen(guardian, reference, path)
        for path in ("", "/consent/en", "/risk-review", "/withdraw", "/channels/press/close", "/receipt/en")
    ]
    pages += [seen(author, reference), guardian.post(address(reference, "/card")).text]
    assert sum("&lt;script&gt;" in page for page in pages) >= 4
    for page in pages:
        assert "<script>" not in page
        assert "<img src=x" not in page
        assert "javascript:" not in page
        assert "{{ 7 * 7 }}" in page or "alert" not in page


def test_the_page_costs_the_same_for_a_long_history(app: Flask, guardian: Staff, statements: Any) -> None:
    reference = public()

    def cost() -> int:
        with statements() as sent:
            seen(guardian, reference)
        return len(sent)

    few = cost()
    for number in range(5):
        look_at_risk(reference)
        _edit(reference, f"{TEXT} Once more {number}.")
        agree(reference, granted_on=clock.today())
        approve(reference, a_person(Role.GUARDIAN))
    story = story_by(reference)
    assert (len(story.wordings), len(story.consents), len(story.reviews)) == (6, 6, 6)
    assert cost() <= few + 2  # who wrote and who approved
    assert few <= 30
    assert db.session.scalar(select(func.count(Consent.id))) == db.session.scalar(select(func.count(RiskReview.id)))
