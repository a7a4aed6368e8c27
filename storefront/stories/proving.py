"""Looking for any trace of a withdrawn story, and saying what was searched.

Its words are erased, so nobody here knows them any more. What can be looked for is the address, when somebody still
remembers it; what the record must no longer hold; and names or sentences that whoever asks remembers.
"""

from __future__ import annotations

import email
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import MetaData, Table, func, inspect, or_, select
from sqlalchemy import types as sql

from storefront.db import Base, db
from storefront.media.models import Picture, Shelf
from storefront.settings import settings
from storefront.stories import gone, ledger
from storefront.stories.locking import NoSuchStory
from storefront.stories.models import (
    Approval,
    GoneAddress,
    RiskReview,
    Story,
    StoryTask,
    WithdrawalCode,
    Wording,
)
from storefront.stories.spellings import Spelling, find, spellings

EMPTY_COLUMNS = ("slug", "display_name", "drawing_id", "region", "pathway", "stage", "outcomes", "content_notes",
                 "helped_by", "sources")  # fmt: skip
ROBOTS = "noindex, noarchive"
AT_ONCE = 500  # rows held in memory


class Answer(Protocol):
    """What a page answers, as far as it is looked at."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Any: ...
    @property
    def data(self) -> bytes: ...


Fetch = Callable[[str], Answer]


@dataclass(slots=True)
class Report:
    """`found` says whether anything was, or something could not be shown to be gone; `lines` what was searched."""

    found: bool = False
    lines: list[str] = field(default_factory=list)

    def clean(self, line: str) -> None:
        self.lines.append(f"  clean  {line}")

    def note(self, line: str) -> None:
        self.lines.append(f"  note   {line}")

    def trace(self, line: str) -> None:
        self.found = True
        self.lines.append(f"  TRACE  {line}")

    def say(self, where: str, traces: Collection[str]) -> None:
        """Clean, or a line for each trace."""
        for each in traces:
            self.trace(f"{where}: {each}")
        if not traces:
            self.clean(where)


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: each word that is known, in every way it can be written."""

    words: dict[str, list[Spelling]]

    def in_(self, content: bytes) -> list[str]:
        """Which words stand in this content and how, without repeating them."""
        return [f"{name}, {way}" for name, written in self.words.items() for way in find(written, content)[:1]]


def search(story: str, *, words: Sequence[str] = (), pages: Sequence[str] = (), fetch: Fetch | None = None) -> Report:
    """Look for any trace of a withdrawn story by its reference or its address, wherever this shop could hold one.

    `words` are names or sentences somebody remembers. `pages` are the addresses of the shop that need nothing filled
    in, asked through `fetch`; addresses of workshops, goods and this story are added. Nothing that is found is
    repeated in the report.
    """
    report = Report()
    try:
        row, slug = _identify(story)
    except NoSuchStory:
        report.found = True
        report.lines.append("No story is known by this reference or address, neither here nor in the ledger.")
        return report
    if row is not None and row.withdrawn_at is None:
        over = "It ran out, and was erased" if row.erased_at else "It has not been withdrawn"
        report.found = True
        report.lines.append(f"Story {row.reference}: {over}. There is nothing to prove.")
        return report
    sought = Sought(
        ({"its address": spellings(slug)} if slug else {})
        | {f"word {number}": spellings(word) for number, word in enumerate(words, 1)}
    )
    _head(report, row, slug, len(words))
    if row is not None:
        _record(report, row)
    _ledger(report, row, slug)
    _tables(report, sought)
    _database_files(report, sought)
    _shelf(report, sought)
    _folders(report, sought)
    if fetch is not None:
        _pages(report, sought, [*pages, *_filled_in(row)], fetch)
        if slug:
            _own_address(report, slug, fetch)
    report.lines.append("Something was found." if report.found else "Nothing was found.")
    return report


def _identify(story: str) -> tuple[Story | None, str | None]:
    """The row and the address, as far as each is known. Raises `NoSuchStory`."""
    found = db.session.scalar(select(Story).where(or_(Story.slug == story, Story.reference == story)))
    if found is not None:
        return found, found.slug
    address = gone.hash_of(story)
    for line in ledger.lines():
        if line.address == address and line.channel == ledger.ALL:
            by_ledger = db.session.scalar(select(Story).where(Story.reference == line.story))
            return by_ledger, story
    if gone.is_taken(story):
        return None, story
    raise NoSuchStory


def _head(report: Report, row: Story | None, slug: str | None, words: int) -> None:
    named = f"Story {row.reference}, withdrawn on {row.withdrawn_at:%-d %B %Y}." if row is not None else "A story."
    report.lines.append(named)
    report.lines.append("Its words are erased, so they cannot be looked for. Looked for:")
    report.lines.append(
        f"  its address, {'in every way it can be written' if slug else 'which was not given: name it'}"
    )
    report.lines.append(f"  words that were given: {words or 'none; --words adds a name or a sentence you remember'}")
    if row is None:
        report.note("The record: this machine's ledger does not say which it is. Give the reference for that.")


def _record(report: Report, row: Story) -> None:
    left = [name for name in EMPTY_COLUMNS if getattr(row, name)]
    report.say(f"the record of the story: {len(EMPTY_COLUMNS)} columns that must be empty", left)
    wordings = select(Wording.id).where(Wording.story_id == row.id)
    for name, query in {
        "wordings": select(func.count()).select_from(Wording).where(Wording.story_id == row.id),
        "approvals": select(func.count()).select_from(Approval).where(Approval.wording_id.in_(wordings)),
        "risk reviews": select(func.count()).select_from(RiskReview).where(RiskReview.story_id == row.id),
        "open withdrawal codes": select(func.count()).select_from(WithdrawalCode).where(
            WithdrawalCode.story_id == row.id, WithdrawalCode.used_at.is_(None)
        ),
    }.items():  # fmt: skip
        number = db.session.scalar(query) or 0
        report.say(name, [f"{number} left"] if number else [])
    open_yes = [consent for consent in row.consents if consent.withdrawn_at is None]
    report.say(f"consents: {len(row.consents)}, each withdrawn", ["one is not"] if open_yes else [])
    letters = db.session.scalars(
        select(StoryTask).where(StoryTask.story_reference == row.reference, StoryTask.sealed_address.is_not(None))
    ).all()
    if letters:
        report.note(f"letters: {len(letters)} still open. Each holds the address sealed until it is closed.")
    else:
        report.clean("letters: none holds the address")
    links = Base.metadata.tables["product_stories"]
    beside = db.session.scalar(select(func.count()).where(links.c.story_reference == row.reference)) or 0
    report.note(f"links from products: {beside}. Each is an opaque reference, which tells nothing and shows nothing.")


def _ledger(report: Report, row: Story | None, slug: str | None) -> None:
    reference, address = row.reference if row else None, gone.hash_of(slug) if slug else None
    known = any(
        line.channel == ledger.ALL and (line.story == reference or (address and line.address == address))
        for line in ledger.lines()
    )
    if known or row is not None:
        report.say(
            "the withdrawal ledger names it", [] if known else ["no line: a restored backup would bring it back"]
        )
    else:
        report.note("this machine's ledger does not name the address. Where it was withdrawn, it does.")
    if slug:
        remembered = db.session.get(GoneAddress, address) is not None
        if remembered:
            report.clean("its address is kept as a hash, and is never given away again")
        else:
            report.note("its address was never public, and is not kept")


def _tables(report: Report, sought: Sought) -> None:
    """Every column of every table that can hold words, row by row."""
    rows = columns = tables = 0
    traces: list[str] = []
    for table in _every_table():
        texts = [column for column in table.columns if _holds_words(column.type)]
        if not texts:
            continue
        tables, columns, hit = tables + 1, columns + len(texts), dict[str, int]()
        found = db.session.execute(select(*texts).execution_options(yield_per=AT_ONCE))
        for row in found:
            rows += 1
            for column, value in zip(texts, row, strict=True):
                for what in sought.in_(_as_bytes(value)) if value else ():
                    place = f"{table.name}.{column.name} ({what})"
                    hit[place] = hit.get(place, 0) + 1
        traces += [f"{place} in {number} rows" for place, number in hit.items()]
    report.say(f"the database: {rows} rows of {tables} tables, {columns} columns of words", traces)


def _every_table() -> Iterator[Table]:
    """As they are in the database, those that no model describes as well."""
    there = MetaData()
    for name in inspect(db.engine).get_table_names():
        yield Table(name, there, autoload_with=db.engine, resolve_fks=False)


def _holds_words(kind: Any) -> bool:
    return isinstance(kind, sql.String | sql.JSON | sql.LargeBinary | sql.NullType)


def _as_bytes(value: Any) -> bytes:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value)
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).encode()


def _database_files(report: Report, sought: Sought) -> None:
    """SQLite's own files, byte by byte: also what was deleted would still lie there."""
    if db.engine.dialect.name != "sqlite":
        report.note("the files of the database server: not read, its tables alone. See the job stories.leave_no_trace.")
        return
    main = Path(db.engine.url.database or "")
    files = sorted(file for file in main.parent.glob(f"{main.name}*") if file.is_file())  # damaged ones put aside, too
    _files(report, "the database's own files", files, sought)


def _shelf(report: Report, sought: Sought) -> None:
    """The drawings of stories: each must have a row, and none may hold what is sought."""
    top = settings.media_dir / Shelf.STORIES.value
    files = [path for path in sorted(top.rglob("*")) if path.is_file()]
    named = set(db.session.scalars(select(Picture.name).where(Picture.shelf == Shelf.STORIES)))
    orphans = sum(path.relative_to(top).as_posix() not in named for path in files)
    report.say("drawings that no row names", [f"{orphans} on the stories' shelf"] if orphans else [])
    _files(report, "the media folder", _below(settings.media_dir), sought)


def _folders(report: Report, sought: Sought) -> None:
    backups = settings.instance_dir / "backups"
    apart = (settings.media_dir, backups, settings.instance_dir / "mail")
    _files(report, "mail that was put into files", _below(settings.instance_dir / "mail"), sought)
    rest = [
        path for path in _below(settings.instance_dir)
        if not any(path.is_relative_to(folder) for folder in apart) and not _is_database(path)
    ]  # fmt: skip
    _files(report, "the instance folder", rest, sought)
    saved = len(list(backups.glob("*.zip")))
    report.note(
        f"backups: {saved} in {backups.name}/, not opened. They end after 30 days; a restore reads"
        " the ledger again, so keep that file."
    )


def _files(report: Report, where: str, files: Sequence[Path], sought: Sought) -> None:
    traces, size = list[str](), 0
    for path in files:
        try:
            content = path.read_bytes()
        except OSError:  # gone since it was listed
            continue
        size += len(content)
        for piece in (path.name.encode(), content, *(_opened(content) if path.suffix == ".eml" else ())):
            traces += [f"a file, {what}" for what in sought.in_(piece)]
    report.say(f"{where}: {len(files)} files, {size} bytes, names and contents", list(dict.fromkeys(traces)))


def _opened(content: bytes) -> Iterator[bytes]:
    """What a reader of this mail reads."""
    for part in email.message_from_bytes(content).walk():
        if isinstance(payload := part.get_payload(decode=True), bytes):
            yield payload


def _below(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def _is_database(path: Path) -> bool:
    main = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    return bool(main) and path.name.startswith(Path(str(main)).name)


def _filled_in(row: Story | None) -> list[str]:
    """The addresses that could have told it: its workshop, and every product of that."""
    if row is None:
        return []
    products, variants = Base.metadata.tables["products"], Base.metadata.tables["variants"]
    slugs = db.session.scalars(select(products.c.slug).where(products.c.partner_id == row.partner_id)).all()
    skus = db.session.scalars(
        select(variants.c.sku).join(products, products.c.id == variants.c.product_id)
        .where(products.c.partner_id == row.partner_id)
    ).all()  # fmt: skip
    return [f"/partners/{row.partner.slug}", *(f"/shop/{slug}" for slug in slugs), *(f"/p/{sku}" for sku in skus)]


def _pages(report: Report, sought: Sought, pages: Sequence[str], fetch: Fetch) -> None:
    traces = list[str]()
    for address in dict.fromkeys(pages):
        answer = fetch(address)
        if answer.status_code >= 500:
            traces.append(f"{address} failed, so nobody knows")
        traces += [f"{address}, {what}" for what in sought.in_(_seen(answer))]
    report.say(f"the public pages: {len(set(pages))} addresses, with what goes before them", traces)


def _own_address(report: Report, slug: str, fetch: Fetch) -> None:
    status = 410 if gone.is_taken(slug) else 404
    written = spellings(slug)
    for name, path in {"its page": f"/stories/{slug}", "its drawing": f"/stories/{slug}/drawing"}.items():
        answer, wrong = fetch(path), list[str]()
        if answer.status_code != status:
            wrong.append(f"answers {answer.status_code} and not {status}")
        if answer.headers.get("Cache-Control") != "no-store":
            wrong.append("may be kept by browsers")
        if status == 410 and answer.headers.get("X-Robots-Tag") != ROBOTS:
            wrong.append("does not ask search engines to forget it")
        wrong += [f"still says it, {way}" for way in find(written, answer.data)]
        report.say(f"{name} answers {status}", wrong)


def _seen(answer: Answer) -> bytes:
    return str(answer.headers).encode() + b"\n" + answer.data
