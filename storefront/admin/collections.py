"""Collections: what stands in them by hand and by rule, how they are called, and whether they are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, current_app, redirect, render_template, request
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin import filled_in, nouns, typed
from storefront.admin.area import bp, me, takes
from storefront.admin.filled_in import State
from storefront.admin.nouns import Answer, Document, Noun
from storefront.catalog import collecting
from storefront.catalog.collecting import KIND, NO_RULE, Meant
from storefront.catalog.listing import Choices
from storefront.catalog.models import Category, Collection, CollectionProduct, Material, Product
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.core.money import EXPONENTS, Money
from storefront.core.slugs import is_slug
from storefront.db import db, transaction
from storefront.media.addresses import shown
from storefront.media.models import Picture
from storefront.partners.queries import listed
from storefront.settings import settings
from storefront.web.filters import money
from storefront.web.forms import is_posted

LABELS = {
    "name": "Name", "intro": "Words below the name", "position": "Place among the collections", "is_shown": "Shown",
    "rule": "Rule", "products": "Put in by hand", "picture": "Picture", "picture_alt": "What the picture shows",
}  # fmt: skip
MOST_GATHERED, MOST_OFFERED = 12, 200  # products that are shown of a rule, and offered while one types
LOOKS = frozenset({"look", "add"})
PICTURES: filled_in.Places = [("picture", [], "picture")]
SAID = {
    "made": "The collection is made.", "saved": "Saved.", "unchanged": "Nothing was different, so nothing was changed.",
}  # fmt: skip


def find(slug: str) -> Collection:
    found = db.session.scalar(select(Collection).where(Collection.slug == slug)) if is_slug(slug) else None
    return found if found is not None else abort(404)


def in_words(field: str, value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if field == "rule":
        return rule_in_words(value) if value else ""
    return "\n".join(value) if isinstance(value, list) else "" if value is None else str(value)


def rule_in_words(rule: Document) -> str:
    parts = [
        f"{words} {' or '.join(rule[name])}"
        for name, words in (("partners", "made by"), ("categories", "in"), ("materials", "of"))
        if rule[name]
    ]
    if isinstance(rule["price_most"], int):
        parts.append(f"at most {money(Money(rule['price_most'], settings.currency))}")
    if rule["one_of_a_kind"]:
        parts.append("one of a kind")
    if rule["newest"]:
        parts.append(f"the newest {rule['newest']}")
    return ", ".join(parts)


def draw_public(collection_id: int) -> str:
    """The list of its goods as it would be if it were shown. Inside `trying()`."""
    collection = db.session.get_one(Collection, collection_id)
    collection.is_shown = True
    db.session.flush()
    return str(current_app.view_functions["catalog.listing"](Choices(collection=collection.slug)))


def change(row_id: int, document: Document, *, based_on: int | None, by: str, at: datetime, words: str = "") -> Any:
    return collecting.change(row_id, document, based_on=based_on, by=by, at=at, words=words)


COLLECTION: Noun[Collection] = Noun(
    kind=KIND,
    words="collection",
    folder="/admin/collections",
    permission=Permission.CATALOGUE,
    find=find,
    key=lambda row: row.slug,
    name=lambda row: row.name,
    read=collecting.read,
    change=change,
    labels=LABELS,
    in_words=in_words,
    page=draw_public,
)


@bp.route("/collections/new", methods=["GET", "POST"])
@guard.requires(Permission.CATALOGUE)
@takes(filled_in.MOST_BYTES)
def collection_new() -> Answer:
    def draw(state: State) -> str:
        return render_template("admin/collection_new.html", **_shown(state, None))

    def create(document: Document) -> str:
        return COLLECTION.address(collecting.create(document, by=by, at=at))

    by, at = me().reference, now()
    if not is_posted():
        kept = nouns.unsaved()
        fields = kept.fields if kept else None
        return draw(State(read_form(fields, slug=None), is_typed=True) if fields else State(collecting.empty()))
    document = read_form(request.form, slug=None)
    return filled_in.made(document, draw=draw, blanks={}, create=create, pictures=PICTURES, looks=LOOKS)


@bp.route("/collections/<slug>", methods=["GET", "POST"])
@guard.requires(Permission.CATALOGUE)
@takes(filled_in.MOST_BYTES)
def collection(slug: str) -> Answer:
    row = find(slug)

    def draw(state: State) -> str:
        return render_template("admin/collection.html", **_shown(state, find(slug)))

    def save(document: Document, number: int) -> object:
        seen = request.form.get("seen", "").split()
        return collecting.change(row_id, document, based_on=number, by=by, at=at, seen=seen)

    row_id, by, at = row.id, me().reference, now()
    if not is_posted():
        return draw(filled_in.stands(COLLECTION, row, lambda fields: read_form(fields, slug=slug)))
    if request.form.get("do") == "remove":
        return _remove(row, draw)
    document = read_form(request.form, slug=slug)
    return filled_in.changed(
        COLLECTION, row, document, draw=draw, blanks={}, change=save, pictures=PICTURES, looks=LOOKS
    )


def _remove(row: Collection, draw: Any) -> Answer:
    row_id, by, number = row.id, me().reference, nouns.based_on()
    try:
        with transaction():
            collecting.remove(row_id, based_on=number)
            nouns.forget_unsaved(by, request.path)
    except ShopError as error:
        row = find(request.path.rpartition("/")[2])
        state = State(COLLECTION.read(row), nouns.number_of(COLLECTION, row), {"": [error.message]})
        return draw(state), 422
    answer: AnyResponse = redirect("/admin/collections?done=removed", 303)
    return answer


def read_form(form: typed.Form, *, slug: str | None) -> Document:
    """`slug` is the address that stays, or None for a new collection, whose address is typed."""
    return {
        "name": typed.text(form, "name"),
        "slug": typed.text(form, "slug") if slug is None else slug,
        "intro": typed.text(form, "intro"),
        "position": typed.whole(form, "position"),
        "is_shown": typed.ticked(form, "is_shown"),
        "rule": _read_rule(form) if typed.ticked(form, "has_rule") else None,
        "products": form.getlist("products"),
        "picture": filled_in.picture_name(form, "picture"),
        "picture_alt": typed.text(form, "picture_alt"),
    }


def _read_rule(form: typed.Form) -> Document:
    return NO_RULE | {
        "partners": form.getlist("rule.partners"),
        "categories": form.getlist("rule.categories"),
        "materials": typed.lines(form, "rule.materials"),
        "price_most": _amount(typed.maybe(form, "rule.price_most")),
        "one_of_a_kind": typed.ticked(form, "rule.one_of_a_kind"),
        "newest": typed.whole(form, "rule.newest"),
    }


def _amount(given: str | None) -> int | str | None:
    """Minor units, or what was typed in the place of an amount."""
    try:
        return Money.parse(given, settings.currency).minor if given else None
    except ValueError:
        return given


def _shown(state: State, row: Collection | None) -> dict[str, Any]:
    """What both templates are drawn from."""
    document, wrong = state.document, dict(state.wrong)
    offered, is_added = [], request.form.get("do") == "add" and is_posted()
    if is_added:
        offered = collecting.found(request.form.get("add", "")[:200])
        if len(offered) == 1:
            document = document | {"products": [*dict.fromkeys([*document["products"], offered[0].slug])]}
        else:
            many = "Several are called so. Enter the address of one of them: " + ", ".join(p.slug for p in offered)
            wrong["add"] = [f"{many}." if offered else "There are no goods of this name or address."]
    picture = db.session.scalar(select(Picture).where(Picture.name == document["picture"]))
    return {
        "row": row,
        "document": document,
        "rule": document["rule"] or NO_RULE,
        "price_most": _price_words((document["rule"] or NO_RULE)["price_most"]),
        "number": state.number,
        "wrong": wrong,
        "clash": state.clash,
        "is_typed": state.is_typed,
        "kept": None if state.is_typed else nouns.unsaved(),
        "seen": _seen(state, row),
        "goods": _named(document["products"]),
        "offered": _offered(),
        "added": request.form.get("add", "") if is_added and "add" in wrong else "",
        "meant": _meant(document["rule"]),
        "partners": [(each.slug, each.known_as) for each in db.session.scalars(listed())],
        "categories": [(each.slug, each.name) for each in db.session.scalars(_categories())],
        "materials": list(db.session.scalars(select(func.lower(Material.name)).distinct().limit(MOST_OFFERED))),
        "picture": shown(picture),
        "currency": settings.currency,
        "count": row and db.session.scalar(_standing_in(row)),
        "said": SAID.get(request.args.get("done", "")) if not is_posted() else None,
    }


def _seen(state: State, row: Collection | None) -> str:
    """The products by hand that the writer has before her: those of the first look, until a clash shows her others."""
    if is_posted() and state.clash is None:
        return request.form.get("seen", "")
    kept = nouns.unsaved() if state.is_typed and state.clash is None else None
    if kept and kept.fields:
        return str(kept.fields.get("seen", ""))
    return " ".join(collecting.read(row)["products"]) if row else ""


def _price_words(price: Any) -> str:
    if not isinstance(price, int):
        return price or ""
    digits = EXPONENTS[settings.currency]
    whole, small = divmod(price, 10**digits)
    return f"{whole}.{small:0{digits}}" if digits else str(whole)


def _meant(rule: Document | None) -> Meant | None:
    if rule is None or collecting.rule_faults(rule):
        return None
    return collecting.meant(rule, at=now(), most=MOST_GATHERED)


def _named(slugs: list[str]) -> list[tuple[str, str]]:
    """(slug, name) of the products by hand; a product that is gone is called by its address."""
    rows = db.session.execute(select(Product.slug, Product.name).where(Product.slug.in_(slugs)))
    names = {row.slug: row.name for row in rows}
    return [(slug, names.get(slug, slug)) for slug in slugs]


def _offered() -> list[tuple[str, str]]:
    query = select(Product.slug, Product.name).where(Product.archived_at.is_(None))
    rows = db.session.execute(query.order_by(Product.position, Product.id).limit(MOST_OFFERED))
    return [(row.slug, row.name) for row in rows]


def _categories() -> Any:
    return select(Category).order_by(Category.position, Category.id)


def _standing_in(row: Collection) -> Any:
    return select(func.count()).where(CollectionProduct.collection_id == row.id)


nouns.register(COLLECTION)
