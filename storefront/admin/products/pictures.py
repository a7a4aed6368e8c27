"""The pictures of a product: bringing several, saying what is seen, their order and use, removing and putting back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, render_template, request
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin import nouns
from storefront.admin.area import bp, me, permissions, takes
from storefront.admin.goods import find
from storefront.admin.nouns import Clash, Document
from storefront.admin.products.noun import PRODUCT
from storefront.catalog import documents, editing
from storefront.catalog.checking import MOST_PICTURES, Fault, NotYetRight
from storefront.catalog.documents import KIND
from storefront.catalog.models import PictureRole, Product
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.core.texts import prints
from storefront.db import db, transaction
from storefront.media.addresses import Shown, shown
from storefront.media.bringing import bring, take
from storefront.media.models import Focus, Picture, Shelf
from storefront.media.repainting import MOST_BYTES, PictureRefused, Repainted
from storefront.revisions import keeping
from storefront.revisions.keeping import ChangedMeanwhile
from storefront.settings import settings

Answer = str | tuple[str, int] | AnyResponse
SLOTS = 4  # for files, where there are no scripts
MOST_FILES = 12
MOST_OF_A_REQUEST = 60_000_000  # bytes
MOST_ALT = 300  # letters
ROLES = {
    PictureRole.HERO: "The whole thing",
    PictureRole.DETAIL: "A detail",
    PictureRole.SCALE: "In its setting",
    PictureRole.EXTRA: "Something else",
}
SEES = "Say in a few words what is to be seen, for those who cannot see it."


@dataclass(frozen=True, slots=True)
class Slot:
    """A file that somebody picked, by its place in the form, and what she said of it."""

    place: int
    file_name: str = ""
    alt: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """A picture that stood here in an earlier version."""

    entry: dict[str, Any]
    place: int
    skus: list[str]  # of the variants that it was shown for


@bp.route("/products/<slug>/pictures", methods=["GET", "POST"])
@guard.requires(Permission.GOODS)
@takes(nouns.MOST_BYTES)
def product_pictures(slug: str) -> Answer:
    """`act` says what the button does: save, remove a picture, or move one, which is shown and saved later."""
    product = find(slug)
    document = PRODUCT.read(product)
    if request.method == "GET":
        kept = nouns.unsaved()
        typed = kept is not None and kept.fields is not None
        if kept is not None and kept.fields is not None:
            document = _with_new_ones(_typed(document, kept.fields), document)
        return _page(product, document, is_unsaved=typed, kept=kept)
    document = _typed(document, request.form)
    act, _, name = request.form.get("act", "save").partition(":")
    if act in {"earlier", "later"}:
        moved = _moved(document, name, -1 if act == "earlier" else 1)
        return _page(product, moved, number=nouns.based_on(), is_unsaved=True, moved=(act, name))
    if act == "remove" and any(each["name"] == name for each in document["pictures"]):
        return _save(product, _without(document, name), done="removed", words="Picture removed")
    return _save(product, document)


@bp.post("/products/<slug>/pictures/add")
@guard.requires(Permission.GOODS)
@takes(MOST_OF_A_REQUEST + nouns.MOST_BYTES)
def add_pictures(slug: str) -> Answer:
    """Every file that can be taken is kept; the others are named, each with its reason, and their words stay."""
    product = find(slug)
    slots, wrong = _slots()
    taken: list[tuple[Slot, Repainted]] = []
    refused: list[Slot] = []
    for slot, file in [] if wrong else slots:
        try:
            taken.append((slot, _repainted(slot, file)))
        except PictureRefused as error:
            refused.append(Slot(slot.place, slot.file_name, slot.alt, error.message))
    if taken:
        try:
            _bring(product.id, taken)
        except ShopError as error:
            refused += [Slot(slot.place, slot.file_name, slot.alt, error.message) for slot, _ in taken]
            taken = []
    if taken and not refused:
        return redirect(f"/admin/products/{slug}/pictures?done=added&count={len(taken)}", 303)
    if not taken and not refused:
        wrong = wrong or "Choose at least one picture."
    product = find(slug)
    page = _page(product, PRODUCT.read(product), refused=refused, wrong=wrong, added=len(taken))
    return page, 422


@bp.post("/products/<slug>/pictures/put-back")
@guard.requires(Permission.GOODS)
def put_picture_back(slug: str) -> Answer:
    """One that stood here before, at the place that it had, for the variants that show no other picture now."""
    product = find(slug)
    document, name = PRODUCT.read(product), request.form.get("picture", "")
    old = next((each for each in _removed(product, document) if each.entry["name"] == name), None)
    if old is None:
        abort(404)
    pictures = list(document["pictures"])
    pictures.insert(old.place, old.entry)
    variants = [
        each | {"picture": name} if each["picture"] is None and each["sku"] in old.skus else each
        for each in document["variants"]
    ]
    return _save(
        product, document | {"pictures": pictures, "variants": variants}, done="back", words="Picture put back"
    )


def _save(product: Product, document: Document, *, done: str = "saved", words: str = "") -> Answer:
    slug = product.slug
    try:
        nouns.save(PRODUCT, product.id, document, subject=_address(slug), words=words)
        return redirect(f"{_address(slug)}?done={done}", 303)
    except ChangedMeanwhile as error:
        product = find(slug)
        clash = nouns.clash(PRODUCT, error, product, document)
        return _page(product, document, clash=clash, is_unsaved=True), 422
    except NotYetRight as error:
        return _page(find(slug), document, faults=error.faults, number=nouns.based_on(), is_unsaved=True), 422
    except ShopError as error:
        return _page(find(slug), document, wrong=error.message, number=nouns.based_on(), is_unsaved=True), 422


def _page(
    product: Product,
    document: Document,
    *,
    number: int | None = None,
    is_unsaved: bool = False,
    kept: nouns.Kept | None = None,
    clash: Clash | None = None,
    faults: Iterable[Fault] = (),
    refused: Iterable[Slot] = (),
    wrong: str = "",
    added: int = 0,
    moved: tuple[str, str] = ("", ""),
) -> str:
    """`moved` names the button that was pressed and its picture, so that the focus comes back to it."""
    removed, refused = _removed(product, PRODUCT.read(product)), list(refused)
    names = [each["name"] for each in document["pictures"]]
    own = [each["picture"] for each in document["variants"] if each["picture"] and each["picture"] not in names]
    around = _around([*names, *own, *(each.entry["name"] for each in removed)])
    by_field: dict[str, str] = {}
    for fault in faults:
        by_field.setdefault(fault.field, fault.message)
    return render_template(
        "admin/product_pictures.html",
        product=product,
        address=_address(product.slug),
        document=document,
        pictures=[(each, around.get(each["name"])) for each in document["pictures"]],
        faults=[(fault, _field_of(fault, document)) for fault in faults],
        by_field=by_field,
        choices=[(each["name"], f"{place}: {each['alt']}") for place, each in enumerate(document["pictures"], 1)],
        own=around,
        labels={variant.sku: variant.label for variant in product.variants},
        shown_for=_shown_for(document),
        removed=[(each, around.get(each.entry["name"])) for each in removed],
        slots=[*refused, *(Slot(place) for place in range(SLOTS) if place not in {slot.place for slot in refused})],
        refused=refused,
        room=MOST_PICTURES - len(document["pictures"]),
        number=nouns.number_of(PRODUCT, product) if number is None else number,
        is_unsaved=is_unsaved,
        kept=kept,
        clash=clash,
        wrong=wrong,
        added=added,
        moved=moved,
        roles=ROLES,
        focuses=list(Focus),
        most_alt=MOST_ALT,
        most_files=MOST_FILES,
        most_bytes=MOST_BYTES,
        may_stock=Permission.STOCK in permissions(),
        said=_said(removed) if request.method == "GET" else "",
        undo=removed[0].entry["name"] if removed and request.args.get("done") == "removed" else "",
    )


def _address(slug: str) -> str:
    return f"/admin/products/{slug}/pictures"


def _around(names: Iterable[str]) -> dict[str, Shown]:
    rows = db.session.scalars(select(Picture).where(Picture.name.in_(set(names)), Picture.shelf == Shelf.PUBLIC))
    return {row.name: drawn for row in rows if (drawn := shown(row)) is not None}


def _shown_for(document: Document) -> dict[str, list[str]]:
    """The codes of the variants that show a picture, by its name."""
    found: dict[str, list[str]] = {}
    for each in document["variants"]:
        found.setdefault(each["picture"] or "", []).append(each["sku"])
    return found


def _field_of(fault: Fault, document: Document) -> str:
    """The id of the field that a fault speaks of; empty for one of another page."""
    part, *rest = fault.field.split(".")
    if part == "pictures" and rest:
        return f"alt-{document['pictures'][int(rest[0])]['name']}"
    return f"shows-{document['variants'][int(rest[0])]['sku']}" if part == "variants" and rest else ""


def _said(removed: list[Removed]) -> str:
    done, count = request.args.get("done"), request.args.get("count", "")
    if done == "added" and count.isascii() and count.isdigit() and len(count) < 3:
        return (
            f"{'1 picture is' if count == '1' else f'{int(count)} pictures are'} added, repainted without hidden data."
        )
    if done == "removed" and removed:
        return f"Removed: {removed[0].entry['alt']}"
    return {"saved": "The pictures are saved.", "back": "The picture is back."}.get(done or "", "")


# What was typed


def _typed(document: Document, form: MultiDict[str, str]) -> Document:
    """The document with the pictures as the form has them. A picture that was never this product's is left out."""
    known = {each["name"]: each for each in document["pictures"]}
    names = form.getlist("picture")[: 2 * MOST_PICTURES]
    pictures = [
        {
            "name": name,
            "role": form.get(f"role:{name}", known[name]["role"]),
            "alt": form.get(f"alt:{name}", known[name]["alt"]).strip(),
            "focus": form.get(f"focus:{name}", known[name]["focus"]),
        }
        for name in names
        if name in known
    ]
    mine = {*known, *(each["picture"] for each in document["variants"])}
    variants = []
    for each in document["variants"]:
        given = form.get(f"shows:{each['sku']}")
        variants.append(each if given is None or (given and given not in mine) else each | {"picture": given or None})
    return document | {"pictures": pictures, "variants": variants}


def _with_new_ones(document: Document, now_there: Document) -> Document:
    """What was kept unsaved, with the pictures that were added since."""
    names = {each["name"] for each in document["pictures"]}
    added = [each for each in now_there["pictures"] if each["name"] not in names]
    return document | {"pictures": [*document["pictures"], *added]}


def _moved(document: Document, name: str, step: int) -> Document:
    pictures = list(document["pictures"])
    place = next((place for place, each in enumerate(pictures) if each["name"] == name), None)
    if place is not None:
        pictures.insert(max(0, place + step), pictures.pop(place))
    return document | {"pictures": pictures}


def _without(document: Document, name: str) -> Document:
    """The picture is taken out of the list; its file stays, because earlier versions show it."""
    pictures = [each for each in document["pictures"] if each["name"] != name]
    variants = [each | {"picture": None} if each["picture"] == name else each for each in document["variants"]]
    return document | {"pictures": pictures, "variants": variants}


def _removed(product: Product, document: Document) -> list[Removed]:
    """What stood here in kept versions and does not stand here now, the last removed first."""
    found: dict[str, Removed] = {}
    gone = {each["name"] for each in document["pictures"]}
    for version in keeping.history(KIND, product.id):
        shown_for = _shown_for(version.content)
        for place, entry in enumerate(version.content["pictures"]):
            name = entry["name"]
            if name not in gone and name not in found:
                found[name] = Removed(entry, place, shown_for.get(name, []))
    return list(found.values())


# Files


def _slots() -> tuple[list[tuple[Slot, FileStorage]], str]:
    """The files that were picked, each with the words beside it, and what is wrong with all of them together."""
    files, alts = request.files.getlist("picture"), request.form.getlist("alt")
    slots = [
        (Slot(place, _file_name(file), alt.strip()), file)
        for place, (file, alt) in enumerate(zip(files, [*alts, *[""] * len(files)], strict=False))
        if file.filename
    ]
    if len(slots) > MOST_FILES:
        return slots, f"Please send at most {MOST_FILES} pictures at once."
    return slots, ""


def _file_name(file: FileStorage) -> str:
    return "".join(letter for letter in (file.filename or "") if prints(letter))[-80:]


def _repainted(slot: Slot, file: FileStorage) -> Repainted:
    """Raises `PictureRefused`, also where nothing was said of the picture: without words it is not taken."""
    if not slot.alt:
        raise PictureRefused(SEES)
    if len(slot.alt) > MOST_ALT or not prints(slot.alt):
        raise PictureRefused(f"Please use at most {MOST_ALT} letters that can be printed.")
    return take(file.stream.read(MOST_BYTES + 1))


def _bring(product_id: int, taken: list[tuple[Slot, Repainted]]) -> None:
    """Behind those that stand there in this moment, whoever else adds some meanwhile."""
    by, at = me().reference, now()
    with transaction():
        keeping.lock(KIND, product_id, based_on=None)
        document = documents.read(editing.load(product_id))
        pictures = list(document["pictures"])
        for slot, repainted in taken:
            picture = bring(repainted, alt=slot.alt, media_dir=settings.media_dir)
            role = PictureRole.EXTRA if pictures else PictureRole.HERO
            pictures.append({"name": picture.name, "role": role.value, "alt": slot.alt, "focus": Focus.CENTRE.value})
        words = "Picture added" if len(taken) == 1 else f"{len(taken)} pictures added"
        PRODUCT.change(product_id, document | {"pictures": pictures}, based_on=None, by=by, at=at, words=words)
