"""From rows to products: which row belongs to which, what each product would become, and everything that is wrong.

Nothing here writes. An entry of `Import.plan` is one product that would change or cannot:
`{"place": in the list of goods, "slug", "name", "line", "what": "new" | "changed" | "faulty", "id": of the product or
None, "seen": number of the version that was compared, "differences": [[field, was, now]],
"stock": {sku: [seen, wanted]}}`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from storefront.catalog import documents
from storefront.catalog.checking import check
from storefront.catalog.documents import KIND, LOADED, SHARES, Document, Surroundings
from storefront.catalog.exchange import columns
from storefront.catalog.exchange.columns import Column, Unreadable
from storefront.catalog.exchange.reading import Fault, Table
from storefront.catalog.models import Product, Variant
from storefront.db import db
from storefront.media.models import Picture, Shelf
from storefront.partners.models import Partner
from storefront.revisions.keeping import differences
from storefront.revisions.models import Head

MOST_SHOWN = 300  # letters of a value in a plan
NOT_YOURS = "Goods of your own workshop only: they cannot be taken from, or given to, another."
NO_NEW_STORY = (
    "A story is set beside goods in the editor, where it is asked whether its teller agrees. Here it can be taken away."
)
Line = tuple[int, dict[str, str], list[str]]  # the line of the file, texts by column, columns that are no text


@dataclass(frozen=True, slots=True)
class Goods:
    """The rows of one product. `product_id` is None for one that the catalogue does not have."""

    slug: str
    product_id: int | None
    lines: list[Line]
    is_whole: bool = True  # no cell of these rows was left out because it could not be read


@dataclass(frozen=True, slots=True)
class Sorted:
    """A table by products. `headers` holds, by the key of a column, what it is called in this file."""

    headers: dict[str, str]
    goods: list[Goods]
    faults: list[Fault]


# Which row belongs to which product


def sort(table: Table) -> Sorted:
    """Join the rows of each product: by its slug, by its SKU, or else by the product above."""
    faults, places, headers = list(table.faults), {}, {}
    for place, header in enumerate(table.header):
        column = columns.find(header)
        if column is None:
            if header or any(place in row.cells for row in table.rows):
                faults.append(Fault(1, header or f"Column {place + 1}", _unknown(header)))
        elif column.key in headers:
            faults.append(Fault(1, header, "This column is there twice."))
        else:
            places[place], headers[column.key] = column, header
    rows: list[Line] = [
        (
            row.line,
            {column.key: row.cells[place] for place, column in places.items() if place in row.cells},
            [column.key for place, column in places.items() if place in row.not_text],
        )
        for row in table.rows
    ]
    if not {"sku", "slug"} & headers.keys():
        faults.append(Fault(1, "SKU", "The table needs a column SKU or a column Slug, by which products are found."))
        return Sorted(headers, [], faults)
    if "sku" not in headers and (lost := [c.header for c in columns.COLUMNS if c.of_variant and c.key in headers]):
        faults.append(Fault(1, lost[0], "This column belongs to a variant. The table needs the column SKU beside it."))
    return Sorted(headers, _joined(rows, headers, faults), faults)


def _unknown(header: str) -> str:
    if not header:
        return "This column has no name in the first row."
    meant = columns.nearest(header)
    return f"There is no such column.{f' Did you mean {meant}?' if meant else ''}"


def _joined(rows: list[Line], headers: Mapping[str, str], faults: list[Fault]) -> list[Goods]:
    by_sku = {
        sku: (product_id, slug)
        for sku, product_id, slug in _asked(
            select(Variant.sku, Product.id, Product.slug).join(Product, Product.id == Variant.product_id),
            Variant.sku,
            {cells["sku"] for _, cells, _ in rows if "sku" in cells},
        )
    }
    slugs = {cells["slug"] for _, cells, _ in rows if "slug" in cells}
    by_slug = {row.slug: row.id for row in _asked(select(Product.slug, Product.id), Product.slug, slugs)}
    found: dict[str, list[Line]] = {}
    first_lines: dict[str, int] = {}
    above = ""
    for line, cells, not_text in rows:
        sku = cells.get("sku", "")
        if "sku" in not_text:
            faults.append(
                Fault(
                    line,
                    headers["sku"],
                    f"The code {sku} is kept as a number or a date, which loses zeros before it. Format the column as"
                    " text and type the code again.",
                )
            )
            cells["sku"] = ""
        elif sku in first_lines:
            faults.append(Fault(line, headers["sku"], f"The code {sku} stands on line {first_lines[sku]} already."))
            cells["sku"] = ""
        if sku and not cells["sku"] and "slug" not in cells:
            continue  # nobody knows which product was meant
        sku = cells.get("sku", "")
        if sku:
            first_lines[sku] = line
        slug = cells.get("slug") or (by_sku[sku][1] if sku in by_sku else above)
        if not slug:
            faults.append(
                Fault(
                    line,
                    headers.get("slug", "Slug"),
                    f"The catalogue has no code {sku}. New goods need a slug, such as kantha-throw."
                    if sku
                    else "This row has neither a SKU nor a slug.",
                )
            )
            continue
        found.setdefault(slug, []).append((line, cells, not_text))
        above = slug
    broken = {fault.line for fault in faults}
    return [
        Goods(slug, _owner(slug, lines, by_slug, by_sku), lines, broken.isdisjoint(line for line, _, _ in lines))
        for slug, lines in found.items()
    ]


def _owner(
    slug: str, lines: list[Line], by_slug: Mapping[str, int], by_sku: Mapping[str, tuple[int, str]]
) -> int | None:
    """By its slug or, where nothing has that slug yet, by its codes: so a slug is changed."""
    if slug in by_slug:
        return by_slug[slug]
    owners = {by_sku[cells["sku"]][0] for _, cells, _ in lines if cells.get("sku") in by_sku}
    return owners.pop() if len(owners) == 1 else None


# What each product becomes


@dataclass(frozen=True, slots=True)
class Standing:
    """A product as it is now. `on_hand` by SKU, retired ones too; `drawn`: its pictures by their hash."""

    document: Document
    partner_id: int
    number: int
    on_hand: dict[str, int]
    drawn: dict[str, str]


@dataclass(frozen=True, slots=True)
class Built:
    """What a product would be. `lines` holds the line of each variant that the file names."""

    document: Document
    faults: list[Fault]
    lines: dict[str, int]
    stock: dict[str, int] = field(default_factory=dict)


def standing(product_ids: Iterable[int]) -> dict[int, Standing]:
    """Products as they are now; the number of statements does not grow with them."""
    wanted = list(product_ids)
    query = select(Product).where(Product.id.in_(wanted)).options(*LOADED).execution_options(populate_existing=True)
    products = {product.id: product for product in db.session.scalars(query)}
    written = documents.read_all(products.values())
    heads = select(Head.subject_id, Head.number).where(Head.kind == KIND, Head.subject_id.in_(wanted))
    numbers = {subject_id: number for subject_id, number in db.session.execute(heads)}  # noqa: C416
    return {
        product.id: Standing(
            document=written[product.id],
            partner_id=product.partner_id,
            number=numbers.get(product.id, 0),
            on_hand={variant.sku: variant.stock.on_hand for variant in product.variants},
            drawn={
                picture.sha256: picture.name
                for picture in (*(v.picture for v in product.variants), *(p.picture for p in product.pictures))
                if picture is not None
            },
        )
        for product in products.values()
    }


def build(
    goods: Goods,
    now: Standing | None,
    headers: Mapping[str, str],
    *,
    resolve: columns.Resolve,
    currency: str,
    own: Partner | None,
) -> Built:
    """The document that the rows make of the product. Columns that the file does not have leave what stands there.

    `own` is the workshop to which the person is limited: new goods are of it unless the file says otherwise.
    """
    document = deepcopy(now.document) if now else _new(goods, currency, own)
    if document["currency"] is None:
        document["currency"] = currency
    faults: list[Fault] = []
    product_cells = _of_product(goods, headers, faults)
    variants = {each["sku"]: each for each in document["variants"]}
    for column in columns.COLUMNS:
        if column.key in headers and not column.of_variant and (column.key != "slug" or column.key in product_cells):
            line, text = product_cells.get(column.key, (goods.lines[0][0], ""))
            _take(column, document, {}, line, text, headers, resolve, faults)
    lines: dict[str, int] = {}
    stock: dict[str, int] = {}
    for line, cells, _ in goods.lines:
        sku = cells.get("sku", "")
        if not sku:
            continue
        lines[sku] = line
        variant = variants.get(sku) or {"sku": sku, "options": {}, "price": None, "compare_at": None, "picture": None}
        if sku not in variants:
            document["variants"].append(variant)
        for column in columns.COLUMNS:
            if column.key in headers and column.of_variant and column.key not in {"sku", "stock"}:
                _take(column, document, variant, line, cells.get(column.key, ""), headers, resolve, faults)
        if "stock" in headers and (wanted := _pieces(cells.get("stock", ""), line, headers, faults)) is not None:
            stock[sku] = wanted
    if not set(document["stories"]) <= set(now.document["stories"] if now else ()):
        line, _ = product_cells.get("stories", (goods.lines[0][0], ""))
        faults.append(Fault(line, headers["stories"], NO_NEW_STORY))
    try:
        columns.finish(document)
        if now is not None:
            _date_anew(now.document, document, "share_makers" in headers)
    except Unreadable as error:
        faults.append(Fault(goods.lines[0][0], headers.get("shares_dated", "Shares dated"), error.message))
    return Built(document, faults, lines, stock)


def _new(goods: Goods, currency: str, own: Partner | None) -> Document:
    made_in = Partner(slug="", country="") if own is None else own
    empty = documents.empty(partner=made_in, category="", currency=currency)
    return deepcopy(empty) | {"slug": goods.slug}


def _of_product(goods: Goods, headers: Mapping[str, str], faults: list[Fault]) -> dict[str, tuple[int, str]]:
    """The cells that speak of the product, with their lines: from the first row that fills them in."""
    found: dict[str, tuple[int, str]] = {}
    for line, cells, _ in goods.lines:
        for column in columns.COLUMNS:
            if column.of_variant or column.key not in cells:
                continue
            first, text = found.setdefault(column.key, (line, cells[column.key]))
            if text != cells[column.key]:
                message = f"This says something else than line {first}, which is of the same product."
                faults.append(Fault(line, headers[column.key], message))
    return found


def _take(
    column: Column,
    document: Document,
    variant: dict[str, Any],
    line: int,
    text: str,
    headers: Mapping[str, str],
    resolve: columns.Resolve,
    faults: list[Fault],
) -> None:
    # What says the same as what stands there is left alone, so that whatever was written out comes back unchanged.
    if text == column.write(document, variant).replace("\r\n", "\n").strip(" \u00a0"):
        return
    try:
        column.take(document, variant, text, resolve)
    except Unreadable as error:
        faults.append(Fault(line, headers[column.key], error.message))


def _pieces(text: str, line: int, headers: Mapping[str, str], faults: list[Fault]) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        faults.append(Fault(line, headers["stock"], "Write how many pieces there are as a whole number: 12."))
        return None
    return int(text)


def _date_anew(was: Document, now: Document, is_in_file: bool) -> None:
    """The shares of a price belong to the prices they were made for: other prices, and they are no longer shown."""
    prices = {each["sku"]: (each["price"], was["currency"]) for each in was["variants"]}
    moved = any(
        each["sku"] in prices and prices[each["sku"]] != (each["price"], now["currency"]) for each in now["variants"]
    )
    old, new = was["breakdown"], now["breakdown"]
    if not moved or new is None or old is None or any(new[name] != old[name] for name in ("dated", *SHARES)):
        return
    if is_in_file:
        raise Unreadable("The price changes. Look whether the shares still hold and date them anew, or empty them.")
    now["breakdown"] = None


# The dry run


@dataclass(frozen=True, slots=True)
class Planned:
    """`entries` leave out products in which nothing differs."""

    entries: list[dict[str, Any]]
    faults: list[Fault]


def plan(
    every: list[tuple[int, Goods]],
    headers: Mapping[str, str],
    *,
    pictures: Mapping[str, str | Picture],
    currency: str,
    own: Partner | None,
    limited: bool,
) -> Planned:
    """Compare these goods, each with its place in the file, with the catalogue.

    `pictures` holds, by the name of a file in the archive, the picture it would become, or why it was refused. A person
    who is `limited` may touch goods of `own` only.
    """
    stands = standing(goods.product_id for _, goods in every if goods.product_id is not None)
    made = [
        (
            place,
            goods,
            now := stands.get(goods.product_id or 0),
            build(goods, now, headers, resolve=resolver(pictures, now), currency=currency, own=own),
        )
        for place, goods in every
    ]
    around = documents.surroundings(built.document for _, _, _, built in made)
    around.pictures.update({name: each for name, each in pictures.items() if isinstance(each, Picture)})
    entries, faults = [], []
    for place, goods, now, built in made:
        entry, wrong = _compare(place, goods, now, built, headers, around, pictures)
        if limited and (own is None or built.document["partner"] != own.slug or (now and now.partner_id != own.id)):
            # Nothing of what another workshop has is shown, not even what would differ.
            entry = entry and entry | {"what": "faulty", "differences": [], "stock": {}, "name": goods.slug}
            wrong = [Fault(goods.lines[0][0], headers.get("slug", headers.get("sku", "Slug")), NOT_YOURS)]
            entry = entry or _entry(place, goods, now, goods.slug, "faulty")
        if entry:
            entries.append(entry)
        faults += wrong
    return Planned(entries, faults)


def resolver(
    pictures: Mapping[str, str | Picture], now: Standing | None, *, bring: Callable[[str], str] = lambda name: name
) -> columns.Resolve:
    """A file that shows what a picture of the product shows already is that picture; others are brought."""

    def resolve(name: str) -> str:
        picture = pictures.get(name)
        if not isinstance(picture, Picture):
            return name
        return (now.drawn.get(picture.sha256) if now else None) or bring(name)

    return resolve


def in_archive(name: str, sha256: str, width: int, height: int) -> Picture:
    """A picture of the archive as the dry run knows it; it is never kept."""
    return Picture(name=name, sha256=sha256, shelf=Shelf.PUBLIC, width=width, height=height, alt="")


def _compare(
    place: int,
    goods: Goods,
    now: Standing | None,
    built: Built,
    headers: Mapping[str, str],
    around: Surroundings,
    pictures: Mapping[str, str | Picture],
) -> tuple[dict[str, Any] | None, list[Fault]]:
    was = now.document if now else {}
    differ = [each for each in differences(was, built.document) if each.field != "currency" or was.get("variants")]
    stock = {
        sku: [(now.on_hand if now else {}).get(sku), wanted]
        for sku, wanted in built.stock.items()
        if (now.on_hand if now else {}).get(sku) != wanted
    }
    wrong = list(built.faults)
    if differ:
        wrong += _rules(goods, now, built, headers, around, pictures, told={(f.line, f.column) for f in wrong})
    if not differ and not stock and not wrong and goods.is_whole:
        return None, []
    what = "faulty" if wrong or not goods.is_whole else "changed" if now else "new"
    entry = _entry(place, goods, now, built.document["name"] or goods.slug, what)
    entry["differences"] = (
        [] if now is None or what == "faulty" else [_shown(each.field, each.was, each.now) for each in differ]
    )
    entry["stock"] = stock
    return entry, wrong


def _rules(
    goods: Goods,
    now: Standing | None,
    built: Built,
    headers: Mapping[str, str],
    around: Surroundings,
    pictures: Mapping[str, str | Picture],
    *,
    told: set[tuple[int, str]],
) -> Iterable[Fault]:
    """What the shop's rules say, each at its line and column; a cell that could not be read has been spoken of."""
    variants = built.document["variants"]
    for each in check(built.document, around, product_id=goods.product_id if now else None):
        column, line = columns.column_of(each.field), goods.lines[0][0]
        if column.of_variant and (parts := each.field.split("."))[1:] and parts[1].isdigit():
            line = built.lines.get(variants[int(parts[1])]["sku"], line)
        else:
            line = next((at for at, cells, _ in goods.lines if column.key in cells), line)
        header = headers.get(column.key, column.header)
        if (line, header) not in told:
            yield Fault(line, header, _why(each.message, each.field, built.document, pictures))


def _why(message: str, name: str, document: Document, pictures: Mapping[str, str | Picture]) -> str:
    """For a picture of the archive that was refused: the reason, instead of that there is none."""
    parts = name.split(".")
    if parts[0] == "pictures" and len(parts) == 2:
        file = document["pictures"][int(parts[1])]["name"]
    elif parts[0] == "variants" and parts[-1] == "picture":
        file = document["variants"][int(parts[1])]["picture"]
    else:
        return message
    refused = pictures.get(file)
    return f"{file}: {refused}" if isinstance(refused, str) else message


def _entry(place: int, goods: Goods, now: Standing | None, name: str, what: str) -> dict[str, Any]:
    return {
        "place": place, "slug": goods.slug[:100], "name": name[:120], "line": goods.lines[0][0], "what": what,
        "id": goods.product_id if now else None, "seen": now.number if now else 0, "differences": [], "stock": {},
    }  # fmt: skip


def _shown(name: str, was: Any, now: Any) -> list[Any]:
    """A difference short enough to be kept for thousands of products: of long texts the part around it."""
    if name == "variants":
        return [name, [each for each in was if each not in now], [each for each in now if each not in was]]
    if isinstance(was, str) and isinstance(now, str) and max(len(was), len(now)) > MOST_SHOWN:
        same = next((place for place, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), 0)
        start = max(0, same - 60)
        return [name, _part(was, start), _part(now, start)]
    return [name, was, now]


def _part(text: str, start: int) -> str:
    before, after = "… " if start else "", " …" if len(text) > start + MOST_SHOWN else ""
    return f"{before}{text[start : start + MOST_SHOWN]}{after}"


def _asked(query: Any, column: Any, values: set[str]) -> Iterable[Any]:
    wanted = sorted(value for value in values if value)
    for start in range(0, len(wanted), 1000):
        yield from db.session.execute(query.where(column.in_(wanted[start : start + 1000])))
