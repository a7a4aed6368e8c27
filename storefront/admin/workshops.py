"""Workshops: what is known of them and from where, their certificates, and how their page looks. No persons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import abort, render_template, request
from sqlalchemy import exists, func, select

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin import filled_in, nouns, typed
from storefront.admin.area import bp, me, takes
from storefront.admin.filled_in import State
from storefront.admin.nouns import Answer, Document, Noun
from storefront.admin.stories.forms_of_writing import countries
from storefront.catalog.models import Product
from storefront.catalog.queries import is_shown
from storefront.core import clock
from storefront.core.clock import now
from storefront.core.slugs import is_slug
from storefront.db import db
from storefront.media.addresses import Shown, shown
from storefront.media.models import Picture
from storefront.pages import workshops
from storefront.partners import editing, wording
from storefront.partners.editing import KIND, MADE_HERE
from storefront.partners.models import Confidence, Partner, PartnerKind
from storefront.partners.queries import with_everything_known
from storefront.revisions.models import Revision
from storefront.stories import queries as stories
from storefront.stories.models import Channel, Story
from storefront.web.filters import country
from storefront.web.forms import is_posted

LABELS = {
    "name": "Name", "now_known_as": "Now known as", "also_known_as": "Also known as", "kind": "What it is",
    "country": "Country", "region": "Region", "founded": "Founded", "tagline": "One sentence",
    "summary": "The workshop", "goods": "Goods",
    "support": "Support", "editor_notes": "Editor's notes", "notice": "Notice above everything",
    "position": "Place in the list", "picture": "Picture", "picture_alt": "What the picture shows",
    "has_twenty_makers": "Twenty makers or more", "facts": "Facts", "certificates": "Certificates",
}  # fmt: skip
KINDS = {
    PartnerKind.PARTNER: "A partner: a real enterprise that has agreed to sell here",
    PartnerKind.NAMED: "Named: a real enterprise with demonstration listings only",
    PartnerKind.DIRECTORY: "A directory entry: a real enterprise that sells nothing here",
    PartnerKind.SAMPLE: "Made up for a demonstration",
}
SAID = {
    "made": "The workshop is on the list.", "saved": "Saved.",
    "unchanged": "Nothing was different, so nothing was changed.",
}  # fmt: skip


def _blank_source() -> Document:
    return {"title": "", "publisher": "", "url": "", "date": None, "first_hand": False, "read_on": str(clock.today())}


def _blank_fact() -> Document:
    return {"claim": "", "confidence": Confidence.MEDIUM.value, "as_of": None, "sources": [_blank_source()]}


def _blank_certificate() -> Document:
    return {
        "name": "", "scope": None, "status": "reported, not checked", "licence_number": None, "checked_on": None,
        "valid_until": None, "sources": [_blank_source()], "logo": None, "logo_alt": "",
    }  # fmt: skip


BLANKS: dict[str, Callable[[], Document]] = {
    "facts": _blank_fact,
    "certificates": _blank_certificate,
    "sources": _blank_source,
}


def find(slug: str) -> Partner:
    query = with_everything_known().where(Partner.slug == slug)
    found = db.session.scalar(query) if is_slug(slug) else None
    return found if found is not None else abort(404)


def in_words(field: str, value: Any) -> str:
    """One value of a workshop's document as a person reads it; empty where there is none."""
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if field in _SAID:
        return _SAID[field](value)
    return "\n".join(value) if isinstance(value, list) else str(value)


def _fact(each: Document) -> str:
    as_of = f", as of {each['as_of']}" if each["as_of"] else ""
    return f"{each['claim']} ({each['confidence']}{as_of})\n{_sources(each)}"


def _certificate(each: Document) -> str:
    parts = [
        each["name"],
        each["scope"],
        each["status"],
        each["licence_number"] and f"licence {each['licence_number']}",
    ]
    parts += [f"{words} {each[name]}" for name, words in (("checked_on", "checked on"), ("valid_until", "valid until"))
              if each[name]]  # fmt: skip
    parts += [f"logo {each['logo']}: {each['logo_alt']}"] if each["logo"] else []
    return f"{', '.join(part for part in parts if part)}\n{_sources(each)}"


def _sources(each: Document) -> str:
    return "\n".join(
        f"- {source['title']}, {source['publisher']}, {source['date'] or 'undated'}, read on {source['read_on']}"
        f"{', first hand' if source['first_hand'] else ''}: {source['url']}"
        for source in each["sources"]
    )


_SAID: dict[str, Callable[[Any], str]] = {
    "country": country,
    "kind": lambda value: KINDS.get(value, str(value)),
    "facts": lambda rows: "\n".join(map(_fact, rows)),
    "certificates": lambda rows: "\n".join(map(_certificate, rows)),
}


def change(
    row_id: int, document: Document, *, based_on: int | None, by: str, at: datetime, words: str = ""
) -> Revision | None:
    return editing.change(row_id, document, sells=_sells(row_id, at), based_on=based_on, by=by, at=at, words=words)


def _sells(partner_id: int, at: datetime) -> bool:
    goods = exists().where(Product.partner_id == partner_id, is_shown(at=at))
    return bool(db.session.scalar(select(goods)))


def draw_public(partner_id: int) -> str:
    """The page as the public sees it. Inside `trying()`."""
    query = with_everything_known().where(Partner.id == partner_id).execution_options(populate_existing=True)
    found = workshops.shown(db.session.scalars(query).one(), at=now())
    return render_template("partners/partner.html", is_preview=True, **found)


PARTNER: Noun[Partner] = Noun(
    kind=KIND,
    words="workshop",
    folder="/admin/partners",
    permission=Permission.CATALOGUE,
    find=find,
    key=lambda row: row.slug,
    name=lambda row: row.known_as,
    read=editing.read,
    change=change,
    labels=LABELS,
    in_words=in_words,
    page=draw_public,
)


@bp.route("/partners/new", methods=["GET", "POST"])
@guard.requires(Permission.CATALOGUE)
@takes(filled_in.MOST_BYTES)
def partner_new() -> Answer:
    def draw(state: State) -> str:
        return render_template("admin/partner_new.html", **_shown(state, None))

    def create(document: Document) -> str:
        return PARTNER.address(editing.create(document, by=by, at=at))

    by, at = me().reference, now()
    if not is_posted():
        kept = nouns.unsaved()
        fields = kept.fields if kept else None
        return draw(State(read_form(fields, slug=None), is_typed=True) if fields else State(editing.empty()))
    document = read_form(request.form, slug=None)
    return filled_in.made(document, draw=draw, blanks=BLANKS, create=create, pictures=_pictures())


@bp.route("/partners/<slug>", methods=["GET", "POST"])
@guard.requires(Permission.CATALOGUE)
@takes(filled_in.MOST_BYTES)
def partner(slug: str) -> Answer:
    row = find(slug)

    def draw(state: State) -> str:
        return render_template("admin/partner.html", **_shown(state, find(slug)))

    def save(document: Document, number: int) -> object:
        return change(row_id, document, based_on=number, by=by, at=at)

    row_id, by, at = row.id, me().reference, now()
    if not is_posted():
        return draw(filled_in.stands(PARTNER, row, lambda fields: read_form(fields, slug=slug)))
    document = read_form(request.form, slug=slug)
    return filled_in.changed(PARTNER, row, document, draw=draw, blanks=BLANKS, change=save, pictures=_pictures())


def read_form(form: typed.Form, *, slug: str | None) -> Document:
    """`slug` is the address that stays, or None for a new workshop, whose address is typed."""
    return {
        **{name: typed.text(form, name) for name in ("name", "kind", "country", "region", "tagline", "summary")},
        **{name: typed.maybe(form, name) for name in ("now_known_as", "founded", "notice")},
        **{name: typed.lines(form, name) for name in editing.LINES},
        "slug": typed.text(form, "slug") if slug is None else slug,
        "position": typed.whole(form, "position"),
        "picture": filled_in.picture_name(form, "picture"),
        "picture_alt": typed.text(form, "picture_alt"),
        "has_twenty_makers": typed.ticked(form, "has_twenty_makers"),
        "facts": [_read_fact(form, each) for each in typed.rows(form, "facts")],
        "certificates": [_read_certificate(form, each) for each in typed.rows(form, "certificates")],
    }


def _read_fact(form: typed.Form, row: str) -> Document:
    return {
        "claim": typed.text(form, f"{row}.claim"),
        "confidence": typed.text(form, f"{row}.confidence"),
        "as_of": typed.maybe(form, f"{row}.as_of"),
        "sources": _read_sources(form, row),
    }


def _read_certificate(form: typed.Form, row: str) -> Document:
    may_be_none = ("scope", "licence_number", "checked_on", "valid_until")
    return {
        "name": typed.text(form, f"{row}.name"),
        "status": typed.text(form, f"{row}.status"),
        **{name: typed.maybe(form, f"{row}.{name}") for name in may_be_none},
        "sources": _read_sources(form, row),
        "logo": filled_in.picture_name(form, f"{row}.logo"),
        "logo_alt": typed.text(form, f"{row}.logo_alt"),
    }


def _read_sources(form: typed.Form, row: str) -> list[Document]:
    return [
        {
            **{name: typed.text(form, f"{each}.{name}") for name in ("title", "publisher", "url", "read_on")},
            "date": typed.maybe(form, f"{each}.date"),
            "first_hand": typed.ticked(form, f"{each}.first_hand"),
        }
        for each in typed.rows(form, f"{row}.sources")
    ]


def _pictures() -> filled_in.Places:
    """Certificates are counted anew in the order in which they came."""
    logos: filled_in.Places = [
        (f"{row}.logo", ["certificates", place], "logo")
        for place, row in enumerate(typed.rows(request.form, "certificates"))
    ]
    return [("picture", [], "picture"), *logos]


def _shown(state: State, row: Partner | None) -> dict[str, Any]:
    """What both templates are drawn from."""
    document = state.document
    is_real = row is None or row.is_real
    kinds = MADE_HERE if row is None else [kind for kind in (*MADE_HERE, row.kind) if _is_real(kind) == is_real]
    return {
        "row": row,
        "document": document,
        "number": state.number,
        "wrong": state.wrong,
        "clash": state.clash,
        "is_typed": state.is_typed,
        "kept": None if state.is_typed else nouns.unsaved(),
        "kinds": [(kind.value, KINDS[kind]) for kind in dict.fromkeys(kinds)],
        "countries": [("", "Please choose"), *countries().items()],
        "sureness": [(degree.value, words) for degree, words in wording.SURENESS.items()],
        "pictures": _held(document),
        "remarks": [each for each in editing.style(document) if each.finding.severity != "block"] if row else [],
        "with_region": _with_region(row) if row else 0,
        "said": SAID.get(request.args.get("done", "")) if not is_posted() else None,
    }


def _is_real(kind: PartnerKind) -> bool:
    return kind is not PartnerKind.SAMPLE


def _held(document: Document) -> dict[str, Shown | None]:
    """The pictures that the document names, by name."""
    names = {document["picture"], *(each["logo"] for each in document["certificates"])} - {None}
    return {row.name: shown(row) for row in db.session.scalars(select(Picture).where(Picture.name.in_(names)))}


def _with_region(row: Partner) -> int:
    """How many stories that anybody can read at this moment name its region."""
    told = stories.visible(Channel.WEB_STORY, at=now()).where(Story.partner_id == row.id, Story.region.is_not(None))
    return db.session.scalar(select(func.count()).select_from(told.order_by(None).subquery())) or 0


nouns.register(PARTNER)
