"""An import from its file to the catalogue: looked over piece by piece, decided upon, taken in, stopped, undone.

Every step claims the import by a guarded statement on its state and position, in the transaction of what it does: two
workers, a second press of a button or a killed process neither lose a product nor take one in twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from storefront.catalog import editing, undoing
from storefront.catalog.editing import SHOPS_OWN, NotYours
from storefront.catalog.exchange import columns, planning
from storefront.catalog.exchange.models import Import, ImportMode, ImportState
from storefront.catalog.exchange.pictures import pictures_of
from storefront.catalog.exchange.planning import Goods, Planned
from storefront.catalog.exchange.reading import Fault, read
from storefront.catalog.exchange.workplace import Workplace
from storefront.catalog.exchange.zips import FileRefused
from storefront.catalog.models import Reason, Variant
from storefront.catalog.stock import adjust
from storefront.core.errors import ShopError
from storefront.db import db, reading, transaction
from storefront.jobs.promises import promise
from storefront.media.bringing import bring, take
from storefront.media.models import Picture
from storefront.media.repainting import PictureRefused
from storefront.partners.models import Partner
from storefront.revisions.keeping import ChangedMeanwhile, begin_set
from storefront.revisions.models import ChangeSet

LOOKED_OVER_AT_ONCE = 100  # products
TAKEN_IN_AT_ONCE = 25
PAINTED_AT_ONCE = 5  # pictures
STEPS_A_JOB = 12  # well below the two minutes after which another worker would take the job for forgotten
MOST_IN_ONE = 150  # products that are taken in by one transaction, during which nobody else can write
CHANGED = "It was changed since the file was looked over."
MOST_FAULTS = 1000  # kept and shown


class NotPossible(ShopError):
    """Raised for a step that the import is not ready for, or no longer."""


def begin(
    reference: str,
    *,
    file_name: str,
    pictures_name: str | None,
    partner_id: int | None,
    by: str,
    at: datetime,
) -> Import:
    """An import whose files are kept already. It is looked over by a job."""
    row = Import(
        reference=reference, who=by, created_at=at, file_name=file_name[:200], pictures_name=pictures_name,
        state=ImportState.CHECKING, mode=ImportMode.ALL, partner_id=partner_id, total=0, done=0, position=0,
        takes_stock=False, notes=[], counts={}, faults=[], plan=[],
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _promise("catalog.import_check", row.id)
    return row


def look_over_again(import_id: int) -> None:
    """A new dry run of the same file, upon what the catalogue is now. Raises `NotPossible`."""
    values: dict[str, Any] = {"state": ImportState.CHECKING, "position": 0, "total": 0, "done": 0, "finished_at": None}
    values |= {"plan": [], "faults": [], "notes": [], "counts": {}}
    if not _move(import_id, {ImportState.CHECKED, ImportState.STOPPED}, **values):
        raise NotPossible("This import is not waiting for anybody just now.")
    _promise("catalog.import_check", import_id)


def drop(import_id: int, *, at: datetime) -> None:
    """Nothing of it is taken in. Raises `NotPossible`."""
    if not _move(import_id, {ImportState.CHECKED, ImportState.CHECKING}, state=ImportState.REFUSED, finished_at=at):
        raise NotPossible("This import is being taken in or finished already.")


def start(import_id: int, *, mode: ImportMode, takes_stock: bool, by: str, at: datetime) -> None:
    """Take in what the dry run found. Pressed twice, it runs once. Raises `NotPossible`."""
    row = db.session.get_one(Import, import_id)
    wanted = entries(row.plan, takes_stock=takes_stock)
    if row.state is not ImportState.CHECKED:
        raise NotPossible("This import has been started already.")
    if not wanted:
        raise NotPossible("Nothing differs, so there is nothing to take in.")
    if mode is ImportMode.ALL and row.faults:
        raise NotPossible(
            "There are mistakes in the file. Mend them and send it again, or take in the goods without a mistake only."
        )
    if mode is ImportMode.ALL and len(wanted) > MOST_IN_ONE:
        raise NotPossible(
            f"More than {MOST_IN_ONE} products at once would keep everybody else waiting. Take them in one after the"
            " other, which can be undone just the same."
        )
    change_set = db.session.get(ChangeSet, row.change_set_id) if row.change_set_id else None
    if change_set is None or change_set.undone_at is not None:
        change_set = begin_set(f"Import of {row.file_name}", by=by, at=at)
    change_set.wanted = len(wanted)
    moved = _move(
        import_id, {ImportState.CHECKED}, state=ImportState.APPLYING, mode=mode, takes_stock=takes_stock, position=0,
        done=0, total=len(wanted), change_set_id=change_set.id,
    )  # fmt: skip
    if not moved:
        raise NotPossible("This import has been started already.")
    _promise("catalog.import_take_in", import_id)


def stop(import_id: int) -> None:
    """After the products that are being taken in just now. Raises `NotPossible`."""
    if not _move(import_id, {ImportState.APPLYING}, state=ImportState.STOPPED):
        raise NotPossible("This import is not running.")


def go_on(import_id: int) -> None:
    """From where it was stopped. Raises `NotPossible`."""
    if not _move(import_id, {ImportState.STOPPED}, state=ImportState.APPLYING):
        raise NotPossible("This import was not stopped.")
    _promise("catalog.import_take_in", import_id)


def undo(import_id: int, *, by: str, at: datetime) -> ChangeSet:
    """Put every product back to what it was before, but those changed since; returns the set it is done under.

    Done by a job. Raises `NotPossible` and `undoing.NotUndone`.
    """
    row = db.session.get_one(Import, import_id)
    change_set = db.session.get(ChangeSet, row.change_set_id) if row.change_set_id else None
    if change_set is None or row.state not in {ImportState.DONE, ImportState.STOPPED}:
        raise NotPossible("Nothing of this import has been taken in, or it is still under way.")
    # What was stopped does not go on once it is undone.
    _move(import_id, {ImportState.STOPPED}, state=ImportState.DONE, finished_at=at)
    begun = undoing.start(change_set, by=by, at=at)
    payload = {"set": begun.id, "subjects": undoing.subjects_of(change_set.id), "by": by, "at": at.isoformat()}
    promise("catalog.undo", payload, key=f"catalog.undo:{begun.id}")
    return begun


def entries(plan: list[dict[str, Any]], *, takes_stock: bool) -> list[dict[str, Any]]:
    """What of a plan is to be taken in: without mistakes, and for stock alone only if that was asked for."""
    return [
        each
        for each in plan
        if each["what"] != "faulty"
        and (each["what"] == "new" or each["differences"] or (takes_stock and each["stock"]))
    ]


# The dry run, piece by piece. Each of these opens its own transactions and returns whether there is more to do.


def look_over_some(import_id: int, place: Workplace, *, currency: str, at: datetime) -> bool:
    with reading() as session:
        row = session.get_one(Import, import_id)
        state, position, partner_id = row.state, row.position, row.partner_id
    if state is not ImportState.CHECKING:
        return False
    if position == 0 and not _has_begun(import_id):
        return _read_file(import_id, place, is_limited=partner_id is not None, at=at)
    known = place.pictures()
    if waiting := [name for name, each in known.items() if "number" in each and "sha256" not in each]:
        return _paint_some(import_id, place, known, waiting)
    return _plan_some(import_id, place, known, position, partner_id, currency=currency)


def _has_begun(import_id: int) -> bool:
    with reading() as session:
        return bool(session.get_one(Import, import_id).counts)


def _read_file(import_id: int, place: Workplace, *, is_limited: bool, at: datetime) -> bool:
    try:
        table = read(place.table(), knows=columns.known)
        with reading():
            found = planning.sort(table)
        pictures = _unpack(place, found.goods)
    except (FileRefused, OSError) as error:
        message = error.message if isinstance(error, FileRefused) else "The file is no longer kept here."
        with transaction():
            fault = asdict(Fault(0, "", message))
            _move(import_id, {ImportState.CHECKING}, state=ImportState.REFUSED, faults=[fault], finished_at=at)
        return False
    notes = list(table.notes)
    if is_limited:
        left = [key for key in found.headers if set(columns.find(key).fields) & set(SHOPS_OWN)]  # type: ignore[union-attr]
        if left:
            names = ", ".join(found.headers.pop(key) for key in left)
            notes.append(f"These columns are for the shop to fill in and were passed over: {names}.")
    place.keep_goods(found.headers, found.goods)
    place.keep_pictures(pictures)
    with transaction():
        _move(
            import_id, {ImportState.CHECKING}, at_position=0, total=len(found.goods), notes=notes,
            faults=_by_line([asdict(fault) for fault in found.faults]),
            counts={"new": 0, "changed": 0, "same": 0, "faulty": 0, "faults": len(found.faults)},
        )  # fmt: skip
    return True


def _unpack(place: Workplace, goods: list[Goods]) -> dict[str, dict[str, Any]]:
    """Keep the pictures that the table names; the others are not even looked at."""
    archive = place.archive()
    if archive is None:
        return {}
    named = {
        name.strip()
        for each in goods
        for _, cells, _ in each.lines
        for key in ("pictures", "picture")
        for name in cells.get(key, "").split("\n")
    }
    found: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(pictures_of(archive)):
        if entry.name in named:
            place.keep_raw(number, entry.content)
            found[entry.name] = {"number": number}
    return found


def _paint_some(import_id: int, place: Workplace, known: dict[str, dict[str, Any]], waiting: list[str]) -> bool:
    for name in waiting[:PAINTED_AT_ONCE]:
        number = known[name]["number"]
        try:
            known[name] |= place.keep_painted(number, take(place.raw(number)))
        except PictureRefused as error:
            known[name] = {"refused": error.message}
    place.keep_pictures(known)
    with transaction():
        row = db.session.get_one(Import, import_id)
        row.counts = row.counts | {"pictures": len(known), "painted": len(known) - len(waiting[PAINTED_AT_ONCE:])}
    return True


def _plan_some(
    import_id: int,
    place: Workplace,
    known: Mapping[str, dict[str, Any]],
    position: int,
    partner_id: int | None,
    *,
    currency: str,
) -> bool:
    headers, goods = place.goods()
    batch = list(enumerate(goods))[position : position + LOOKED_OVER_AT_ONCE]
    with reading() as session:
        found = planning.plan(
            batch,
            headers,
            pictures=_in_archive(known),
            currency=currency,
            own=session.get(Partner, partner_id) if partner_id is not None else None,
            limited=partner_id is not None,
        )
    with transaction():
        row = db.session.get_one(Import, import_id)
        is_last = position + len(batch) >= len(goods)
        changes = {
            "position": position + len(batch),
            "plan": [*row.plan, *found.entries],
            "faults": _by_line([*row.faults, *map(asdict, found.faults)]),
            "counts": _counted(row.counts, found, len(batch)),
            "state": ImportState.CHECKED if is_last else ImportState.CHECKING,
        }
        _move(import_id, {ImportState.CHECKING}, at_position=position, **changes)
    return not is_last


def _in_archive(known: Mapping[str, dict[str, Any]]) -> dict[str, str | Picture]:
    return {
        name: each["refused"]
        if "refused" in each
        else planning.in_archive(name, each["sha256"], each["width"], each["height"])
        for name, each in known.items()
    }


def _counted(counts: Mapping[str, int], found: Planned, looked_over: int) -> dict[str, int]:
    more = {what: sum(each["what"] == what for each in found.entries) for what in ("new", "changed", "faulty")}
    more |= {"same": looked_over - len(found.entries), "faults": len(found.faults)}
    return {**counts, **{what: counts.get(what, 0) + number for what, number in more.items()}}


def _by_line(faults: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(faults, key=lambda fault: fault["line"])[:MOST_FAULTS]


# Taking it in


def take_in_some(import_id: int, place: Workplace, *, currency: str, media_dir: Any, at: datetime) -> bool:
    with reading() as session:
        row = session.get_one(Import, import_id)
        state, mode, position = row.state, row.mode, row.position
    if state is not ImportState.APPLYING:
        return False
    headers, goods = place.goods()
    if not goods:
        with transaction():
            _leave(import_id, "The file is no longer kept here. Please send it again.")
        return False
    taker = _Taker(place, headers, goods, currency=currency, media_dir=media_dir, at=at)
    if mode is ImportMode.PARTIAL:
        with transaction():
            return taker.some(import_id, position, TAKEN_IN_AT_ONCE, together=False)
    try:
        with transaction():
            return taker.some(import_id, position, MOST_IN_ONE, together=True)
    except ShopError as error:
        with transaction():
            _leave(import_id, f"{error.message} Nothing was taken in. Look it over again, and then take it in.")
        return False


class _Taker:
    """Takes products in, within the running transaction."""

    def __init__(
        self,
        place: Workplace,
        headers: Mapping[str, str],
        goods: list[Goods],
        *,
        currency: str,
        media_dir: Any,
        at: datetime,
    ) -> None:
        self.place, self.headers, self.goods = place, headers, goods
        self.currency, self.media_dir, self.at = currency, media_dir, at
        self.known = place.pictures()
        self.pictures = _in_archive(self.known)

    def some(self, import_id: int, position: int, most: int, *, together: bool) -> bool:
        """The next products from `position` on; `together`, one that cannot be taken in takes all others back."""
        row = db.session.get_one(Import, import_id)
        wanted = entries(row.plan, takes_stock=row.takes_stock)
        batch = wanted[position : position + most]
        if not _move(import_id, {ImportState.APPLYING}, at_position=position, position=position + len(batch)):
            return False
        if not _is_wanted(row.change_set_id):
            _move(import_id, {ImportState.APPLYING}, state=ImportState.DONE, finished_at=self.at)
            return False
        done, faults = 0, []
        for entry in batch:
            try:
                with db.session.begin_nested():
                    self._one(entry, row)
                done += 1
            except ShopError as error:
                why = CHANGED if isinstance(error, ChangedMeanwhile) else error.message
                if together:
                    raise NotPossible(f"{entry['name']} (line {entry['line']}): {why}") from error
                faults.append(asdict(Fault(entry["line"], "", f"{entry['name']} was left out: {why}")))
        row = db.session.get_one(Import, import_id, populate_existing=True)
        row.done, row.faults = row.done + done, [*row.faults, *faults][-MOST_FAULTS:]
        if row.position >= len(wanted):
            row.state, row.finished_at = ImportState.DONE, self.at
            db.session.get_one(ChangeSet, row.change_set_id).wanted = 0  # nothing is waited for any longer
        return row.state is ImportState.APPLYING

    def _one(self, entry: dict[str, Any], row: Import) -> None:
        own = db.session.get(Partner, row.partner_id) if row.partner_id is not None else None
        if row.partner_id is not None and own is None:
            raise NotYours
        goods, product_id = self.goods[entry["place"]], entry["id"]
        now = planning.standing([product_id]).get(product_id) if product_id is not None else None
        brought: dict[str, str] = {}

        def bring_once(name: str) -> str:
            if name not in brought:
                painted = self.place.painted(self.known[name])
                brought[name] = bring(painted, alt="", media_dir=self.media_dir).name
            return brought[name]

        resolve = planning.resolver(self.pictures, now, bring=bring_once)
        built = planning.build(goods, now, self.headers, resolve=resolve, currency=self.currency, own=own)
        words = f"Import of {row.file_name}"
        change_set = db.session.get_one(ChangeSet, row.change_set_id)
        if now is None:
            editing.create(
                built.document, by=row.who, at=self.at, words=words, change_set=change_set, of_partner=row.partner_id
            )
        elif entry["differences"]:
            editing.change(
                product_id, built.document, based_on=entry["seen"], by=row.who, at=self.at, words=words,
                change_set=change_set, of_partner=row.partner_id,
            )  # fmt: skip
        self._count(entry, row)

    def _count(self, entry: dict[str, Any], row: Import) -> None:
        """New variants get their number; of others the difference to what the dry run saw, so that a sale stays."""
        if not entry["stock"]:
            return
        wanted_ids = select(Variant.sku, Variant.id).where(Variant.sku.in_(entry["stock"]))
        ids = {sku: variant_id for sku, variant_id in db.session.execute(wanted_ids)}  # noqa: C416
        for sku, (seen, wanted) in entry["stock"].items():
            if (seen is None or row.takes_stock) and wanted != (seen or 0):
                adjust(
                    ids[sku], reason=Reason.COUNTED, counted=wanted, seen=seen or 0, by=row.who, at=self.at,
                    note=f"Import {row.reference}",
                )  # fmt: skip


def _is_wanted(change_set_id: int | None) -> bool:
    """Whether nobody has taken it back meanwhile; and nobody does while this transaction lasts."""
    mine = update(ChangeSet).where(ChangeSet.id == change_set_id, ChangeSet.undone_at.is_(None))
    return db.session.scalar(mine.values(wanted=ChangeSet.wanted).returning(ChangeSet.id)) is not None


def _leave(import_id: int, message: str) -> None:
    row = db.session.get_one(Import, import_id)
    faults = [*row.faults, asdict(Fault(0, "", message))]
    _move(import_id, {ImportState.APPLYING}, state=ImportState.STOPPED, faults=faults)


def _move(import_id: int, states: set[ImportState], *, at_position: int | None = None, **values: Any) -> bool:
    """The one door: only from these states, and only from the position that was seen."""
    mine = update(Import).where(Import.id == import_id, Import.state.in_(states))
    if at_position is not None:
        mine = mine.where(Import.position == at_position)
    return db.session.scalar(mine.values(**values).returning(Import.id)) is not None


def _promise(kind: str, import_id: int) -> None:
    promise(kind, {"import": import_id})
