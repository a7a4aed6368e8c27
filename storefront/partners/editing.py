"""Making and changing what is known of workshops. Every change is a version that can be compared and put back.

A workshop is edited as one document:
```
{"name", "slug", "now_known_as": str or None, "also_known_as": [str], "kind", "country", "region",
 "founded": str or None, "tagline", "summary", "goods", "support", "editor_notes": [str], "notice": str or None,
 "position": int, "picture": name or None, "picture_alt", "has_twenty_makers": bool,
 "facts": [{"claim", "confidence", "as_of": str or None, "sources": [SOURCE]}],
 "certificates": [{"name", "scope": str or None, "status", "licence_number": str or None, "checked_on",
                   "valid_until": day or None, "sources": [SOURCE], "logo": name or None, "logo_alt"}]}
SOURCE = {"title", "publisher", "url", "date": str or None, "first_hand": bool, "read_on": day}
```
Days are written as in ISO 8601. Whether a workshop is real follows from its kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from storefront.core.faults import Fault, day_of, of_text, refuse
from storefront.core.slugs import is_slug
from storefront.db import db
from storefront.media.hanging import picture_faults, picture_of
from storefront.partners.contact_details import contact_details
from storefront.partners.models import Certificate, Confidence, Fact, Partner, PartnerKind
from storefront.partners.wording import REPORTED
from storefront.revisions import keeping
from storefront.revisions.models import Revision
from storefront.style_guide.fields import Remark, blocks, remarks
from storefront.style_guide.linting import Kind

Document = dict[str, Any]
KIND = "partner"  # under which versions are kept
MADE_HERE = (PartnerKind.PARTNER, PartnerKind.DIRECTORY, PartnerKind.SAMPLE)  # the others came with the demonstration
PLAIN = ("name", "now_known_as", "also_known_as", "country", "region", "founded", "tagline", "summary", "goods",
         "support", "editor_notes", "notice", "position", "has_twenty_makers")  # fmt: skip
LINES = ("also_known_as", "goods", "support", "editor_notes")
MOST: dict[str, int] = {
    "name": 120,
    "now_known_as": 120,
    "region": 120,
    "founded": 10,
    "tagline": 200,
    "summary": 2000,
    "notice": 1000,
}  # letters
MANY_LINES = {"summary", "notice"}  # texts of several lines
MOST_IN_A_LINE, MOST_IN_A_CLAIM, MOST_IN_A_FIELD = 400, 600, 500  # letters
MOST_LINES, MOST_FACTS, MOST_CERTIFICATES, MOST_SOURCES = 30, 60, 20, 12
COUNTRY = re.compile(r"[A-Z]{2}")
FOUNDED = re.compile(r"[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
NEEDED = {
    "name": "Enter the name.", "region": "Enter the region.", "tagline": "Say in one sentence what is made there.",
    "summary": "Say what it is and does.", "status": "Say how it was reported.",
    "title": "Enter the title of the source.", "publisher": "Enter who published the source.",
}  # fmt: skip


def empty() -> Document:
    """What a form for a new workshop begins with."""
    last = db.session.scalar(select(func.max(Partner.position)))
    return {
        "name": "", "slug": "", "now_known_as": None, "also_known_as": [], "kind": PartnerKind.PARTNER.value,
        "country": "", "region": "", "founded": None, "tagline": "", "summary": "", "goods": [], "support": [],
        "editor_notes": [], "notice": None, "position": 0 if last is None else last + 1, "picture": None,
        "picture_alt": "", "has_twenty_makers": False, "facts": [], "certificates": [],
    }  # fmt: skip


def load(partner_id: int) -> Partner:
    """The workshop with all its rows, read anew."""
    query = select(Partner).where(Partner.id == partner_id).execution_options(populate_existing=True)
    return db.session.scalars(
        query.options(
            joinedload(Partner.picture),
            selectinload(Partner.facts),
            selectinload(Partner.certificates).joinedload(Certificate.logo),
        )
    ).one()


def read(partner: Partner) -> Document:
    plain = {name: getattr(partner, name) for name in PLAIN}
    return plain | {name: list(plain[name]) for name in LINES} | {
        "slug": partner.slug,
        "kind": partner.kind.value,
        "picture": partner.picture.name if partner.picture else None,
        "picture_alt": partner.picture.alt if partner.picture else "",
        "facts": [
            {"claim": row.claim, "confidence": row.confidence.value, "as_of": row.as_of, "sources": _whole(row.sources)}
            for row in partner.facts
        ],
        "certificates": [
            {
                "name": row.name,
                "scope": row.scope,
                "status": row.status,
                "licence_number": row.licence_number,
                "checked_on": row.checked_on.isoformat() if row.checked_on else None,
                "valid_until": row.valid_until.isoformat() if row.valid_until else None,
                "sources": _whole(row.sources),
                "logo": row.logo.name if row.logo else None,
                "logo_alt": row.logo.alt if row.logo else "",
            }
            for row in partner.certificates
        ],
    }  # fmt: skip


def _whole(sources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sources with all their parts; older rows may lack some."""
    nothing = {"title": "", "publisher": "", "url": "", "date": None, "first_hand": False, "read_on": ""}
    return [{name: each.get(name) or default for name, default in nothing.items()} for each in sources]


def create(document: Document, *, by: str, at: datetime) -> Partner:
    """A new workshop. Raises `NotYetRight`."""
    refuse(check(document, was=None, sells=False, today=at.date()))
    partner = Partner(slug=document["slug"])
    _write(partner, document)
    keeping.keep(KIND, partner.id, read(load(partner.id)), was=None, by=by, at=at, words="Made")
    return partner


def change(
    partner_id: int,
    document: Document,
    *,
    sells: bool,
    based_on: int | None,
    by: str,
    at: datetime,
    words: str = "",
) -> Revision | None:
    """Make the workshop what the document says; returns the new version, or None where nothing differs.

    `sells`: goods of it stand in the shop. Raises `NotYetRight`, and `ChangedMeanwhile`.
    """
    keeping.lock(KIND, partner_id, based_on=based_on)
    partner = load(partner_id)
    was = read(partner)
    refuse(check(document, was=was, sells=sells, today=at.date()))
    _write(partner, document)
    return keeping.keep(KIND, partner_id, read(load(partner_id)), was=was, by=by, at=at, words=words)


def check(document: Document, *, was: Document | None, sells: bool, today: date) -> list[Fault]:
    """All faults, in the order of the form. `was` is what the workshop is now, or None for a new one."""
    return [
        *_texts(document),
        *_place(document, was, sells=sells),
        *_facts(document, today),
        *_certificates(document, today),
        *_reached(document, was),
        *blocks(style(document)),
    ]


def _texts(document: Document) -> Iterator[Fault]:
    for name, most in MOST.items():
        is_long, needed = name in MANY_LINES, NEEDED.get(name, "")
        yield from of_text(name, document[name], most=most, lines=is_long, needed=needed)
    for name in LINES:
        if len(document[name]) > MOST_LINES:
            yield Fault(name, f"Please use at most {MOST_LINES} lines.")
        for line in document[name][:MOST_LINES]:
            yield from of_text(name, line, most=MOST_IN_A_LINE)
    if document["founded"] and not FOUNDED.fullmatch(document["founded"]):
        yield Fault("founded", "Enter a year, a month or a day: 2001, 2001-09 or 2001-09-17.")
    if type(document["position"]) is not int or not 0 <= document["position"] <= 9999:
        yield Fault("position", "Enter a whole number from 0 to 9999.")


def _place(document: Document, was: Document | None, *, sells: bool) -> Iterator[Fault]:
    kind, slug = document["kind"], document["slug"]
    if was is not None and slug != was["slug"]:
        yield Fault("slug", "The address of a workshop stays what it is: labels and stories lead there.")
    elif was is None and (not is_slug(slug) or slug == "new"):
        yield Fault("slug", "An address holds small letters, digits and single hyphens.")
    elif was is None and db.session.scalar(select(Partner.id).where(Partner.slug == slug)):
        yield Fault("slug", "Another workshop has this address.")
    if kind not in {*MADE_HERE, *((was["kind"],) if was else ())}:
        yield Fault("kind", "Choose what it is.")
    elif was is not None and _is_real(kind) != _is_real(was["kind"]):
        yield Fault("kind", "What was made up never becomes real, nor the other way. Make a new workshop.")
    elif kind == PartnerKind.DIRECTORY and sells:
        yield Fault("kind", "Goods of this workshop stand in the shop. A directory entry sells nothing here.")
    if not COUNTRY.fullmatch(document["country"]):
        yield Fault("country", "Choose a country.")
    yield from picture_faults("picture", document["picture"], document["picture_alt"])


def _facts(document: Document, today: date) -> Iterator[Fault]:
    if len(document["facts"]) > MOST_FACTS:
        yield Fault("facts", f"One workshop has at most {MOST_FACTS} facts.")
    for place, each in enumerate(document["facts"][:MOST_FACTS]):
        where = f"facts.{place}"
        needed = "Say what is known, or take this fact out."
        yield from of_text(f"{where}.claim", each["claim"], most=MOST_IN_A_CLAIM, needed=needed)
        yield from of_text(f"{where}.as_of", each["as_of"], most=40)
        if each["confidence"] not in set(Confidence):
            yield Fault(f"{where}.confidence", "Choose how sure we are.")
        yield from _sources(where, each["sources"], today)


def _certificates(document: Document, today: date) -> Iterator[Fault]:
    if len(document["certificates"]) > MOST_CERTIFICATES:
        yield Fault("certificates", f"One workshop has at most {MOST_CERTIFICATES} certificates.")
    for place, each in enumerate(document["certificates"][:MOST_CERTIFICATES]):
        where = f"certificates.{place}"
        for name, most in (("name", 120), ("scope", 200), ("status", 200), ("licence_number", 80)):
            yield from of_text(f"{where}.{name}", each[name], most=most, needed=NEEDED.get(name, ""))
        if each["status"].strip() and not each["status"].lower().startswith(REPORTED):
            yield Fault(
                f"{where}.status",
                'Begin with "reported" or "claimed". That it was checked follows from the days below.',
            )
        checked, valid = (day_of(each[name]) for name in ("checked_on", "valid_until"))
        for name, day in (("checked_on", checked), ("valid_until", valid)):
            if each[name] and day is None:
                yield Fault(f"{where}.{name}", "Enter a day like 2026-11-24.")
        if checked and checked > today:
            yield Fault(f"{where}.checked_on", "This day has not come yet.")
        if checked and not valid:
            yield Fault(f"{where}.valid_until", "Say until when it is valid, as the register says.")
        elif checked and valid and valid < checked:
            yield Fault(f"{where}.valid_until", "It had ended before it was looked up.")
        yield from _sources(where, each["sources"], today)
        yield from picture_faults(f"{where}.logo", each["logo"], each["logo_alt"])


def _sources(where: str, sources: list[dict[str, Any]], today: date) -> Iterator[Fault]:
    if not sources:
        yield Fault(f"{where}.sources", "Name at least one source. What nobody can source is not said.")
    if len(sources) > MOST_SOURCES:
        yield Fault(f"{where}.sources", f"Please name at most {MOST_SOURCES} sources.")
    for place, each in enumerate(sources[:MOST_SOURCES]):
        here = f"{where}.sources.{place}"
        for name in ("title", "publisher", "date"):
            yield from of_text(f"{here}.{name}", each[name], most=MOST_IN_A_FIELD, needed=NEEDED.get(name, ""))
        if len(each["url"]) > MOST_IN_A_FIELD or not is_web_address(each["url"]):
            yield Fault(f"{here}.url", "Enter an address that begins with https:// or http://.")
        read_on = day_of(each["read_on"])
        if read_on is None:
            yield Fault(f"{here}.read_on", "Enter the day on which it was read, like 2026-11-24.")
        elif read_on > today:
            yield Fault(f"{here}.read_on", "This day has not come yet.")


def _said(document: Document) -> Iterator[tuple[str, str]]:
    """Every text that readers see, with its field; not sources, which are the words and addresses of others."""
    for name in ("name", "now_known_as", "region", "tagline", "summary", "notice"):
        yield name, document[name] or ""
    for name in LINES:
        yield from ((name, line) for line in document[name][:MOST_LINES])
    for place, each in enumerate(document["facts"][:MOST_FACTS]):
        yield f"facts.{place}.claim", each["claim"]
    for place, each in enumerate(document["certificates"][:MOST_CERTIFICATES]):
        for name in ("name", "scope", "status"):
            yield f"certificates.{place}.{name}", each[name] or ""


def _reached(document: Document, was: Document | None) -> Iterator[Fault]:
    """No way to reach anybody. What stood there before has been read by a person, and is not held up again."""
    before = {text for _, text in _said(was)} if was else set()
    for field, text in _said(document):
        if text not in before:
            yield from (Fault(field, str(found)) for found in contact_details(text[: MOST["summary"]]))


def style(document: Document) -> list[Remark]:
    """What the style guide says of all that readers see."""
    kinds = {"editor_notes": Kind.NOTE}
    return remarks((field, text[: MOST["summary"]], kinds.get(field, Kind.PAGE)) for field, text in _said(document))


def is_web_address(given: str) -> bool:
    """Whether readers can follow it, and it leads where it says: no name and password stands before the host."""
    try:
        parts = urlsplit(given)
    except ValueError:
        return False
    is_plain = given.isprintable() and not set(given) & set(" <>\"'`\\")
    return is_plain and parts.scheme in {"https", "http"} and "." in (parts.hostname or "") and "@" not in parts.netloc


def _write(partner: Partner, document: Document) -> None:
    for name in PLAIN:
        setattr(partner, name, document[name])
    partner.kind = PartnerKind(document["kind"])
    partner.is_real = _is_real(document["kind"])
    partner.picture = picture_of(document["picture"], document["picture_alt"])
    partner.facts, partner.certificates = [], []
    db.session.add(partner)
    db.session.flush()
    partner.facts = [
        Fact(
            position=place,
            claim=each["claim"],
            confidence=Confidence(each["confidence"]),
            as_of=each["as_of"],
            sources=_whole(each["sources"]),
        )
        for place, each in enumerate(document["facts"])
    ]
    partner.certificates = [_certificate(each, place) for place, each in enumerate(document["certificates"])]
    db.session.flush()


def _certificate(each: Document, place: int) -> Certificate:
    return Certificate(
        position=place,
        name=each["name"],
        scope=each["scope"],
        status=each["status"],
        licence_number=each["licence_number"],
        checked_on=day_of(each["checked_on"]),
        valid_until=day_of(each["valid_until"]),
        sources=_whole(each["sources"]),
        logo=picture_of(each["logo"], each["logo_alt"]),
    )


def _is_real(kind: str) -> bool:
    return kind != PartnerKind.SAMPLE
