"""Many goods at once: choosing an act, seeing what it would do to each, and doing just that."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin import nouns
from storefront.admin.area import bp, me, takes
from storefront.admin.goods import hers
from storefront.admin.products import acts
from storefront.admin.products.acts import AT_ONCE, DO_WORDS, ENDINGS, NotSaid
from storefront.admin.products.listing import PRODUCTS, ids_of_hers, wanted_of
from storefront.admin.products.noun import PRODUCT
from storefront.catalog import bulk
from storefront.catalog.bulk import BATCH, MOST, Act, Do, Planned, Preview
from storefront.catalog.finding import matching, ordered
from storefront.catalog.models import Category, Collection, Product
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.core.refs import ALPHABET, matches, signature
from storefront.core.slugs import is_slug
from storefront.db import db, transaction
from storefront.jobs.promises import promise
from storefront.revisions.models import ChangeSet
from storefront.settings import settings

Answer = str | tuple[str, int] | AnyResponse
AT_HAND = 200  # products that a page waits for; more are changed by the worker
SHOWN = 200  # products of which a preview shows what would change
GOOD_FOR = timedelta(hours=1)  # a preview
MOST_BYTES = 1_000_000


class NotChosen(ShopError):
    """Raised where no product was chosen, or too many."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The products that were ticked, or all that fit the filters in `query`."""

    ids: list[int]
    slugs: list[str]
    is_every: bool
    query: str


@bp.post("/products/bulk")
@guard.requires(Permission.CATALOGUE)
@takes(MOST_BYTES)
def products_bulk() -> Answer:
    """From ticked rows to the questions of an act, and on to its preview. Nothing is changed here."""
    form, at, query = request.form, now(), PRODUCTS.query(PRODUCTS.read(request.form.get("query", "")))
    try:
        chosen = _chosen(query)
        do = acts.do_of(form)
    except ShopError as error:
        return _page(step="none", query=query, wrong=error), 422
    if do not in AT_ONCE and "show" not in form:
        return _page(step="ask", query=query, chosen=chosen, do=do)
    try:
        act = acts.read(form)
    except NotSaid as error:
        return _page(step="ask", query=query, chosen=chosen, do=do, wrong=error), 422
    seen = bulk.preview(chosen.ids, act, at=at)
    plan = _plan(seen, act, at, query)
    return _page(
        step="show", query=query, chosen=chosen, do=do, words=acts.in_words(act), preview=seen, plan=plan,
        seal=_seal(plan), rows=[(each, _lines(each)) for each in seen.planned[:SHOWN]],
    )  # fmt: skip


@bp.post("/products/bulk/do")
@guard.requires(Permission.CATALOGUE)
@takes(MOST_BYTES)
def do_bulk() -> Answer:
    """Do what the preview has shown. Pressed twice, it is done once."""
    plan, by = request.form.get("plan", ""), me().reference
    if not matches(request.form.get("seal", ""), _seal(plan)):
        return _page(step="none", query="", wrong=NotChosen("This preview cannot be read. Please look again.")), 422
    given = json.loads(plan)
    act, seen, at = Act.read(given["act"]), given["seen"], datetime.fromisoformat(given["at"])
    if now() - at > GOOD_FOR:
        wrong = NotChosen("This preview is more than an hour old. Please choose once more and look again.")
        return _page(step="none", query=given["query"], wrong=wrong), 422
    reference, words = _reference_of(plan), acts.in_words(act)
    set_id = _begun(reference, words, act, seen, by=by, at=at)
    if set_id is not None and len(seen) <= AT_HAND:
        for start in range(0, len(seen), BATCH):
            with transaction():
                bulk.work(set_id, act, [(slug, number) for slug, number in seen[start : start + BATCH]], by=by, at=at)
    if len(seen) > AT_HAND:
        return redirect(f"/admin/changes/{reference}", 303)
    return redirect(PRODUCTS.url(PRODUCTS.read(given["query"]), done=reference), 303)


def _begun(reference: str, words: str, act: Act, seen: list[Any], *, by: str, at: datetime) -> int | None:
    """The id of the set under which this plan is worked off; None where it was begun before."""
    try:
        with transaction() as session:
            if session.scalar(select(ChangeSet.id).where(ChangeSet.reference == reference)) is not None:
                return None
            change_set = bulk.begin(words, wanted=len(seen), by=by, at=now())
            change_set.reference = reference
            session.flush()
            if len(seen) > AT_HAND:
                payload = {
                    "set": change_set.id, "act": act.plain(), "seen": seen, "by": by, "at": at.isoformat(),
                }  # fmt: skip
                promise("catalog.bulk", payload, key=f"catalog.bulk:{change_set.id}:{len(seen)}")
            return change_set.id
    except IntegrityError:  # the other of two presses at the same moment
        return None


def _chosen(query: str) -> Chosen:
    """Those of her own products that the form names. Raises `NotChosen`."""
    if request.form.get("every") == "yes":
        wanted = wanted_of(PRODUCTS.read(query))
        found, keys, falling = ordered(matching(ids_of_hers(), wanted, at=now()), wanted.sort)
        order = [key.desc() if falling else key for key in keys]
        ids = list(db.session.scalars(found.order_by(*order).limit(MOST + 1)))
        slugs: list[str] = []
    else:
        slugs = [slug for slug in dict.fromkeys(request.form.getlist("product")) if is_slug(slug)][: MOST + 1]
        named = hers().where(Product.slug.in_(slugs)).with_only_columns(Product.slug, Product.id)
        by_slug = {row.slug: row.id for row in db.session.execute(named)}
        ids = [by_slug[slug] for slug in slugs if slug in by_slug]
    if not ids:
        raise NotChosen("Tick at least one product, or choose all that match.")
    if len(ids) > MOST:
        raise NotChosen(f"More than {MOST:,} products match. Narrow them down, and take the rest in a second round.")
    return Chosen(ids, slugs, not slugs, query)


def _plan(preview: Preview, act: Act, at: datetime, query: str) -> str:
    """What is done if she agrees: which act, upon which version of which product. It travels sealed."""
    seen = [[each.slug, each.number] for each in preview.planned]
    return json.dumps({"act": act.plain(), "seen": seen, "at": at.isoformat(), "query": query}, separators=(",", ":"))


def _seal(plan: str) -> str:
    return signature(settings.secret_key, f"bulk:{me().reference}", plan)


def _reference_of(plan: str) -> str:
    """The same for the same plan of the same person, however often it is sent."""
    digest = hashlib.sha256(_seal(plan).encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:12])


def _lines(each: Planned) -> list[nouns.Line]:
    """What differs, in words. Of variants, only those that do."""
    if "low_at" in each.new:
        was, new = (
            "\n".join(f"{sku}: {'nobody is told' if low is None else low}" for sku, low in side["low_at"].items())
            for side in (each.was, each.new)
        )
        return [nouns.Line("Low from", was, new)]
    variants = list(zip(each.was["variants"], each.new["variants"], strict=True))
    changed = [place for place, (was, new) in enumerate(variants) if was != new]
    return nouns.lines(PRODUCT, *(_with(side, changed) for side in (each.was, each.new)))


def _with(document: nouns.Document, places: list[int]) -> nouns.Document:
    """With these variants only, and without their pictures, which no act changes."""
    return document | {"variants": [document["variants"][place] | {"picture": None} for place in places]}


def _page(*, step: str, query: str, wrong: ShopError | None = None, do: Do | None = None, **rest: Any) -> str:
    return render_template(
        "admin/products_bulk.html",
        step=step,
        query=query,
        back=PRODUCTS.url(PRODUCTS.read(query)),
        wrong=wrong,
        field=getattr(wrong, "field", ""),
        do=do,
        does=DO_WORDS,
        endings=ENDINGS,
        most_shown=SHOWN,
        categories=list(db.session.execute(select(Category.slug, Category.name).order_by(Category.position))),
        collections=list(db.session.execute(select(Collection.slug, Collection.name).order_by(Collection.position))),
        typed=request.form,
        **rest,
    )
