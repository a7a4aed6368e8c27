"""A marker in every private field, looked for in some forty ways in everything that leaves the shop or lies beside it."""

from __future__ import annotations

import json
import logging
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, true

from storefront.accounts.permissions import Role
from storefront.catalog.models import Variant
from storefront.core import clock
from storefront.db import Base, db, transaction
from storefront.demo.contents import contents
from storefront.demo.loading import Loaded
from storefront.jobs.working import work_all
from storefront.mail.connection import FileConnection
from storefront.partners.models import NoteState, WorkshopNote
from storefront.stories import cards, consenting, drafting, jobs, queries, withdrawing
from storefront.stories.drafting import Words
from storefront.stories.models import Channel, Consent, RiskReview, Story
from storefront.stories.spellings import Spelling, find, spellings
from storefront.web import logs
from tests.accounts.people import a_user
from tests.articles.reading import fill_rooms
from tests.stories.telling import BY, PRODUCT, WORKSHOP, begin, tell, words_of

MARKERS = {
    "the workshop's reference of her": "Qvistelreference-0042",
    "a draft's title": "Qvistel unspoken heading",
    "a draft's text": "Qvistel, unspoken & <never> said",
    "a draft's name": "Qvistelina",
    "a draft's note": "Qvistel editing remark",
    "a draft's address": "qvistel-draft-address",
    "words of an earlier version": "Qvistel earlier sentence",
    "a translation nobody agreed to": "জুঁই কুইস্টেল বলে না",
    "the name of a withdrawn story": "Qvistelgonename",
    "the title of a withdrawn story": "Qvistel gone heading",
    "the address of a withdrawn story": "qvistel-gone-address",
    "a note to a workshop": "Qvistel written note",
    "the language spoken": "qvistel-spoken-language",
    "a closed channel's key": "qvistel-closed-channel",
    "who signed the review": "QVISTELSIGNED",
    "whom it puts at risk": "qvistel-at-risk",
}
CODE = "the code on her card"
MOST_SECONDS = 60


@pytest.fixture
def shop_with_secrets(app: Flask) -> dict[str, list[Spelling]]:
    """One public story, one draft and one withdrawn one, with a marker in every field that nobody may read."""
    fill_rooms()
    told = tell()
    gone = tell(
        MARKERS["the address of a withdrawn story"], title=MARKERS["the title of a withdrawn story"],
        text="Qvistel earlier sentence.", display_name=MARKERS["the name of a withdrawn story"],
    )  # fmt: skip
    about = drafting.About(display_name=MARKERS["a draft's name"], country="IN")
    draft = begin(slug=MARKERS["a draft's address"], about=about, text=MARKERS["words of an earlier version"])
    words = Words(MARKERS["a draft's title"], MARKERS["a draft's text"], editor_note=MARKERS["a draft's note"])
    with transaction() as session:
        drafting.save(draft, "en", about=None, words=words, seen=1, author=None, at=clock.now())
        foreign = Words("নীল টেবিল", MARKERS["a translation nobody agreed to"])
        drafting.save(told, "bn", about=None, words=foreign, seen=0, author=None, at=clock.now())
        code = cards.make(told, by=BY, at=clock.now())
        withdrawing.withdraw(gone, by=BY, at=clock.now())
        for story in session.scalars(select(Story)):
            story.storyteller_reference = MARKERS["the workshop's reference of her"]
        for consent in session.scalars(select(Consent)):
            consent.conversation_language = MARKERS["the language spoken"]
            consent.closed_channels = {MARKERS["a closed channel's key"]: "2026-11-24"}
        for review in session.scalars(select(RiskReview)):
            review.signed_by, review.people_at_risk = (
                MARKERS["who signed the review"],
                [MARKERS["whom it puts at risk"]],
            )
        partner = words_of(told).story.partner
        note = WorkshopNote(reference="NOTE1", partner_id=partner.id, text=MARKERS["a note to a workshop"],
                            state=NoteState.WAITING, received_at=clock.now())  # fmt: skip
        session.add(note)
    return {name: spellings(marker) for name, marker in (MARKERS | {CODE: code}).items()}


def leaks(sought: dict[str, list[Spelling]], where: str, content: bytes) -> list[str]:
    return [f"{where}: {name}, {way}" for name, written in sought.items() for way in find(written, content)[:1]]


def addresses(app: Flask) -> list[str]:
    """Every address that a visitor could write down, and those of what is hidden."""
    known = {
        "slug": [
            "jui-the-register", MARKERS["a draft's address"], MARKERS["the address of a withdrawn story"],
            PRODUCT.rpartition("/")[2], WORKSHOP, "walked-away", "education", "life-afterwards",
        ],
        "language": ["bn", "en"],
        "sku": [db.session.scalar(select(Variant.sku))],
        "number": ["1"],
        "reference": ["R7K2M4QX9D"],
    }  # fmt: skip
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        filled = [rule.rule]
        for argument in rule.arguments:
            values = known.get(argument, [])
            filled = [
                part.replace(f"<{argument}>", value) for part in filled for value in values if f"<{argument}>" in part
            ]
        found += filled
    return sorted(set(found))


def test_no_marker_leaves_the_shop(
    app: Flask, client: FlaskClient, shop_with_secrets: dict[str, list[Spelling]],
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], tmp_path: Path,
) -> None:  # fmt: skip
    begun, sought, found = time.perf_counter(), shop_with_secrets, list[str]()
    caplog.set_level(logging.DEBUG)
    log = StringIO()
    with monkeypatch.context() as heard:
        heard.setattr(sys, "stderr", log)
        logs.configure()
    a_user(Role.GUARDIAN, totp=False)
    asked = addresses(app)
    assert len(asked) > 60
    own = {MARKERS["a draft's address"], MARKERS["the address of a withdrawn story"]}
    for address in asked:
        for answer in (client.get(address), client.get(address, headers={"Accept": "application/json"})):
            said = answer.data + b"\n" + str(answer.headers).encode()
            if any(slug in address for slug in own):  # what was asked for may be repeated in a redirect to itself
                assert answer.status_code in {301, 302, 303, 308, 404, 410, 405}, address
                if answer.status_code in {301, 302, 303, 308}:
                    for slug in own:
                        said = said.replace(slug.encode(), b"")
            found += leaks(sought, address, said)

    letters = FileConnection(tmp_path / "letters")
    outside = type(app.extensions["outside"])(stripe=app.extensions["outside"].stripe, mail=letters)
    with time_machine.travel("2027-10-02T12:00:00+00:00", tick=False):  # a reminder is due
        jobs.care(None)
        work_all(outside)
    assert list((tmp_path / "letters").rglob("*.eml"))
    with transaction():
        consenting.close_channel(public(), Channel.PRODUCT_PAGE, by=BY, at=clock.now())

    settings = app.extensions["settings"]
    database = str(db.engine.url.database)
    for path in [*settings.instance_dir.rglob("*"), *(Path(__file__).parents[2] / "static").rglob("*")]:
        if path.is_file() and not str(path).startswith(database):
            found += leaks(sought, f"the file {path.name}", path.read_bytes() + path.name.encode())

    found += leaks(sought, "the export", json.dumps(exported(), ensure_ascii=False).encode())
    out, err = capfd.readouterr()
    found += leaks(sought, "the log", f"{out}\n{err}\n{caplog.text}\n{log.getvalue()}".encode())
    assert '"endpoint": "stories.story"' in log.getvalue()  # and it says no more than that
    assert found == []
    assert time.perf_counter() - begun < MOST_SECONDS


def exported() -> dict[str, Any]:
    """As it is printed, but for the addresses: whoever runs the shop asks for those."""
    told = contents(Loaded(clock.today(), {}, 0, ()))
    for story in told["stories"]:
        story.pop("slug")
    return told


def public() -> str:
    return str(db.session.scalar(select(Story.reference).where(Story.slug == "jui-the-register")))


def test_the_markers_are_there_to_be_found(shop_with_secrets: dict[str, list[Spelling]]) -> None:
    """So that finding none says something: all but those of the withdrawn story lie in the database."""
    everything = b"".join(
        json.dumps([str(value) for value in row], ensure_ascii=False).encode()
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(select(table))
    )
    there = {name for name, written in shop_with_secrets.items() if find(written, everything)}
    erased = {name for name in MARKERS if "withdrawn" in name}
    assert there == shop_with_secrets.keys() - erased - {CODE}


def test_a_page_that_told_one_would_be_noticed(
    client: FlaskClient, shop_with_secrets: dict[str, list[Spelling]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: with consent taken out of the question, the translation nobody agreed to is found at once."""
    assert leaks(shop_with_secrets, "", client.get("/stories/jui-the-register/bn").data) == []
    with transaction():
        translation = words_of(public(), "bn")
        translation.published_at = clock.now()
    assert leaks(shop_with_secrets, "", client.get("/stories/jui-the-register/bn").data) == []
    monkeypatch.setattr(queries, "allows", lambda channel, *, at: true())
    [leak] = leaks(shop_with_secrets, "", client.get("/stories/jui-the-register/bn").data)
    assert "a translation nobody agreed to" in leak
