"""A workshop as one document: every fact with a source, no way to reach anybody, nothing invented turned real."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from storefront.core import clock
from storefront.core.clock import now
from storefront.core.faults import NotYetRight
from storefront.db import db, transaction
from storefront.media.models import Picture, Shelf
from storefront.partners import editing
from storefront.partners.models import Certificate, Partner, PartnerKind
from storefront.revisions import keeping
from storefront.revisions.keeping import ChangedMeanwhile
from tests.conftest import NOON
from tests.factories import a_product

LOGO = "brought/mark.png"
SOURCE = {
    "title": "About us", "publisher": "The loom yard", "url": "https://loom-yard.example/about", "date": "2026-01",
    "first_hand": True, "read_on": "2026-11-20",
}  # fmt: skip
FACT = {"claim": "Opened in 2011 with six looms.", "confidence": "high", "as_of": "2026", "sources": [SOURCE]}
CERTIFICATE = {
    "name": "WFTO guarantee", "scope": "enterprise", "status": "reported by its own pages", "licence_number": "L-77",
    "checked_on": "2026-11-01", "valid_until": "2026-12-24", "sources": [SOURCE | {}], "logo": LOGO, "logo_alt": "WFTO",
}  # fmt: skip
GOOD = {
    "name": "Loom Yard", "slug": "loom-yard", "now_known_as": None, "also_known_as": ["The Yard"], "kind": "partner",
    "country": "IN", "region": "West Bengal", "founded": "2011-05", "tagline": "Cloth from six looms.",
    "summary": "Woven cloth and bags.", "goods": ["towels"], "support": ["childcare"], "editor_notes": ["A note."],
    "notice": None, "position": 2, "picture": None, "picture_alt": "", "has_twenty_makers": True, "facts": [FACT],
    "certificates": [CERTIFICATE],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _pictures(app: Flask) -> None:
    with transaction() as session:
        session.add(Picture(shelf=Shelf.PUBLIC, name=LOGO, sha256="0" * 64, width=90, height=40, alt="Old words"))
        session.add(
            Picture(shelf=Shelf.STORIES, name="brought/s.png", sha256="0" * 64, width=4, height=5, alt="A hand")
        )


def made(**changes: Any) -> int:
    with transaction():
        return editing.create(GOOD | changes, by="ANNA", at=now()).id


def change(partner_id: int, *, sells: bool = False, based_on: int | None = None, **changes: Any) -> Any:
    with transaction():
        document = editing.read(editing.load(partner_id)) | changes
        return editing.change(partner_id, document, sells=sells, based_on=based_on, by="BINA", at=now())


def document_of(partner_id: int) -> dict[str, Any]:
    db.session.rollback()
    return editing.read(editing.load(partner_id))


def faults(was: dict[str, Any] | None = None, *, sells: bool = False, **changes: Any) -> dict[str, str]:
    """`changes` name fields with two underscores for a point."""
    document = deepcopy(GOOD)
    for path, value in changes.items():
        *steps, name = path.split("__")
        held: Any = document
        for step in steps:
            held = held[int(step) if step.isdigit() else step]
        held[name] = value
    found = editing.check(document, was=was, sells=sells, today=clock.today())
    return {fault.field: fault.message for fault in found}


def test_a_workshop_is_what_its_document_says() -> None:
    key = made()
    assert document_of(key) == GOOD
    row = db.session.get_one(Partner, key)
    assert (row.kind, row.is_real) == (PartnerKind.PARTNER, True)
    later = {"facts": [FACT | {"claim": "Six looms."}, FACT], "certificates": [], "tagline": "Other words."}
    change(key, **later)
    assert document_of(key) == GOOD | later
    assert [version.number for version in keeping.history("partner", key)] == [2, 1]
    assert change(key) is None


def test_one_that_is_made_up_is_not_real() -> None:
    key = made(kind="sample")
    assert db.session.get_one(Partner, key).is_real is False


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "name"),
    ({"name": "x" * 121}, "name"),
    ({"tagline": "a\x07"}, "tagline"),
    ({"summary": ""}, "summary"),
    ({"slug": "Loom Yard"}, "slug"),
    ({"slug": "new"}, "slug"),
    ({"kind": "named"}, "kind"),
    ({"kind": "nonsense"}, "kind"),
    ({"country": "India"}, "country"),
    ({"founded": "May 2011"}, "founded"),
    ({"position": "first"}, "position"),
    ({"goods": ["x" * 401]}, "goods"),
    ({"support": ["x"] * 31}, "support"),
    ({"picture": "brought/s.png", "picture_alt": "A loom"}, "picture"),
    ({"picture": LOGO}, "picture_alt"),
    ({"facts__0__claim": " "}, "facts.0.claim"),
    ({"facts__0__confidence": "certain"}, "facts.0.confidence"),
    ({"facts__0__sources": []}, "facts.0.sources"),
    ({"facts__0__sources": [SOURCE] * 13}, "facts.0.sources"),
    ({"facts": [FACT] * 61}, "facts"),
    ({"facts__0__sources__0__title": ""}, "facts.0.sources.0.title"),
    ({"facts__0__sources__0__publisher": " "}, "facts.0.sources.0.publisher"),
    ({"facts__0__sources__0__read_on": "yesterday"}, "facts.0.sources.0.read_on"),
    ({"facts__0__sources__0__read_on": "2026-11-25"}, "facts.0.sources.0.read_on"),
    ({"certificates__0__sources": []}, "certificates.0.sources"),
    ({"certificates__0__name": ""}, "certificates.0.name"),
    ({"certificates__0__status": "certified"}, "certificates.0.status"),
    ({"certificates__0__checked_on": "2026-11-25"}, "certificates.0.checked_on"),
    ({"certificates__0__checked_on": "soon"}, "certificates.0.checked_on"),
    ({"certificates__0__valid_until": None}, "certificates.0.valid_until"),
    ({"certificates__0__valid_until": "2026-10-31"}, "certificates.0.valid_until"),
    ({"certificates__0__logo": "brought/none.png"}, "certificates.0.logo"),
    ({"certificates__0__logo_alt": ""}, "certificates.0.logo_alt"),
]
NO_ADDRESS = (
    "", "loom-yard.example", "ftp://loom-yard.example", "javascript:alert(1)", "https://", "https://loom", "https://[::1",
    "https://anna:word@loom-yard.example", "https://loom-yard.example/<b>", "https://a b.example", "data:text/html,x",
)  # fmt: skip
REACHED = ("Call 033 2555 0199.", "Write to loom@yard.example.", "Find us on WhatsApp", "12 Linden Street")


@pytest.mark.any_database
def test_what_is_wrong_is_said_beside_its_field() -> None:
    assert not faults()
    for changes, field in WRONG:
        assert field in faults(**changes), changes


@pytest.mark.any_database
def test_a_source_has_an_address_that_leads_where_it_says() -> None:
    for url in NO_ADDRESS:
        assert set(faults(facts__0__sources__0__url=url)) == {"facts.0.sources.0.url"}, url
    assert not faults(facts__0__sources__0__url="http://www.wfto.com/index.php?option=com_content&id=1852")


@pytest.mark.any_database
def test_nobody_can_be_reached_by_what_is_said() -> None:
    for text in REACHED:
        for field in ("tagline", "summary", "notice", "region", "facts__0__claim", "certificates__0__status"):
            said = f"reported. {text}" if field.startswith("certificates") else text
            assert set(faults(**{field: said})) == {field.replace("__", ".")}, (field, text)
        assert set(faults(goods=[text])) == {"goods"}
        assert set(faults(editor_notes=[text])) == {"editor_notes"}
    stood = deepcopy(GOOD) | {"summary": "120 women in 2018; 120 to 130 in 2020."}
    assert set(faults(summary=stood["summary"])) == {"summary"}
    assert not faults(was=stood, summary=stood["summary"])  # somebody has read it


@pytest.mark.any_database
def test_words_that_the_house_does_not_use_are_refused_wherever_they_stand() -> None:
    for field in ("tagline", "summary", "notice", "facts__0__claim"):
        assert field.replace("__", ".") in faults(**{field: "Rescue a victim with every purchase."})
    assert "certificates.0.logo_alt" in faults(certificates__0__logo_alt="A rescued victim in chains")


def test_an_address_is_given_once_and_stays() -> None:
    key = made()
    with pytest.raises(NotYetRight, match="Another workshop"):
        made()
    with pytest.raises(NotYetRight, match="stays what it is"):
        change(key, slug="yard")


def test_what_was_made_up_never_becomes_real() -> None:
    invented, real = made(kind="sample"), made(slug="real")
    for key, kind in ((invented, "partner"), (real, "sample")):
        with pytest.raises(NotYetRight, match="never becomes real"):
            change(key, kind=kind)
    change(real, kind="directory")
    assert document_of(real)["kind"] == "directory"


def test_a_directory_entry_sells_nothing() -> None:
    key = made()
    with pytest.raises(NotYetRight, match="Goods of this workshop"):
        change(key, kind="directory", sells=True)


def test_a_kind_of_the_demonstration_stays_or_becomes_an_ordinary_one() -> None:
    key = made()
    with transaction():
        db.session.execute(update(Partner).values(kind=PartnerKind.NAMED))
    change(key, tagline="Other words.")
    change(key, kind="partner")
    with pytest.raises(NotYetRight):
        change(key, kind="named")


def test_nobody_writes_over_what_another_saved() -> None:
    key = made()
    change(key, based_on=1, tagline="Hers.")
    with pytest.raises(ChangedMeanwhile):
        change(key, based_on=1, tagline="Mine.")
    assert document_of(key)["tagline"] == "Hers."


def test_a_logo_is_shown_on_the_days_of_a_checked_certificate_and_on_no_other(app: Flask) -> None:
    key = made()
    with transaction() as session:
        session.add(a_product(slug="towel", partner=session.get_one(Partner, key)))
    days = {-24: False, -23: True, 0: True, 30: True, 31: False}  # from 2026-11-01 to 2026-12-24
    for after, is_shown in days.items():
        with time_machine.travel(NOON + timedelta(days=after), tick=False), app.app_context():
            for path in ("/partners/loom-yard", "/shop/towel"):
                page = app.test_client().get(path).text
                assert (LOGO in page) is is_shown, (path, after)
                assert ('alt="WFTO"' in page) is is_shown
                assert ("until 24 December 2026" in page) is is_shown
                assert ("eported, no longer valid" in page) is not is_shown
                assert "WFTO guarantee" in page


def test_one_that_was_never_looked_up_shows_no_logo_and_says_so(app: Flask) -> None:
    key = made(certificates=[CERTIFICATE | {"checked_on": None}])
    with transaction() as session:
        session.add(a_product(slug="towel", partner=session.get_one(Partner, key)))
    client = app.test_client()
    assert LOGO not in client.get("/partners/loom-yard").text + client.get("/shop/towel").text
    assert "Reported, not checked" in client.get("/partners/loom-yard").text
    assert "reported by its own pages" in client.get("/shop/towel").text
    with transaction():
        db.session.execute(update(Certificate).values(status="certified"))
    assert "reported, not checked" in client.get("/shop/towel").text
    assert "certified" not in client.get("/shop/towel").text


def test_rows_of_days_are_days() -> None:
    made()
    row = db.session.scalars(select(Certificate)).one()
    assert (row.checked_on, row.valid_until) == (date(2026, 11, 1), date(2026, 12, 24))
