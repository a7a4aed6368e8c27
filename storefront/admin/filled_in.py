"""The form of a document that somebody has sent: saved, previewed, or drawn once more with a row moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from flask import redirect, request

from storefront.admin import nouns, typed
from storefront.admin.area import me
from storefront.admin.nouns import Answer, Clash, Document, Noun
from storefront.core.errors import ShopError
from storefront.core.faults import Fault, NotYetRight
from storefront.db import transaction
from storefront.media.bringing import bring, take
from storefront.media.repainting import MOST_BYTES as MOST_BYTES_OF_A_PICTURE
from storefront.media.repainting import PictureRefused, Repainted
from storefront.revisions.keeping import ChangedMeanwhile
from storefront.settings import settings

MOST_BYTES = MOST_BYTES_OF_A_PICTURE + 1_000_000  # of a form with a picture
NOT_KEPT = "Nothing was saved. Please choose the picture once more when the rest is right."


@dataclass(frozen=True, slots=True)
class State:
    """How a form is drawn: what stands in it, upon which version, and what is wrong with it."""

    document: Document
    number: int = 0
    wrong: Mapping[str, list[str]] = field(default_factory=dict)
    clash: Clash | None = None
    is_typed: bool = False  # something stands here that is not saved


# Of each picture: its field in the form, the way to what holds it in the document, and its name there.
Places = Sequence[tuple[str, list[str | int], str]]


def changed(
    noun: Noun[Any],
    row: Any,
    document: Document,
    *,
    draw: Callable[[State], str],
    blanks: Mapping[str, Callable[[], Any]],
    change: Callable[[Document, int], object],
    pictures: Places,
    looks: frozenset[str] = frozenset(),
) -> Answer:
    """`change` makes the row what the document says, upon a version. `looks` are buttons that only draw once more."""
    do, number = request.form.get("do", ""), nouns.based_on()
    try:
        if do == "preview":
            return nouns.preview_of(noun, row, document)
        if do:
            return _again(document, do, draw, blanks, looks, number)
        repainted, by = _taken(pictures), me().reference
        with transaction():
            change(_with_brought(document, repainted), number)
            nouns.forget_unsaved(by, request.path)
    except ChangedMeanwhile as error:
        row = noun.find(noun.key(row))
        clash = nouns.clash(noun, error, row, document)
        return draw(State(document, clash.number, _also_pictures({}, pictures), clash, True)), 422
    except NotYetRight as error:
        return draw(State(document, number, _also_pictures(typed.beside(error.faults), pictures), None, True)), 422
    except ShopError as error:
        return draw(State(document, number, {"": [error.message]}, None, True)), 422
    unchanged = nouns.number_of(noun, noun.find(noun.key(row))) == number
    return redirect(f"{noun.folder}/{noun.key(row)}?done={'unchanged' if unchanged else 'saved'}", 303)


def made(
    document: Document,
    *,
    draw: Callable[[State], str],
    blanks: Mapping[str, Callable[[], Any]],
    create: Callable[[Document], str],
    pictures: Places,
    looks: frozenset[str] = frozenset(),
) -> Answer:
    """The same of a form for a new thing. `create` makes it and returns its address."""
    do = request.form.get("do", "")
    try:
        if do:
            return _again(document, do, draw, blanks, looks, 0)
        repainted, by = _taken(pictures), me().reference
        with transaction():
            address = create(_with_brought(document, repainted))
            nouns.forget_unsaved(by, request.path)
    except NotYetRight as error:
        return draw(State(document, 0, _also_pictures(typed.beside(error.faults), pictures), None, True)), 422
    return redirect(f"{address}?done=made", 303)


def stands(noun: Noun[Any], row: Any, read_form: Callable[[typed.Form], Document]) -> State:
    """The form as it is opened: what is saved, or what was typed here before and not saved."""
    kept = nouns.unsaved()
    if kept and kept.fields:
        version = kept.fields.get("version", "")
        number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
        return State(read_form(kept.fields), number, is_typed=True)
    return State(noun.read(row), nouns.number_of(noun, row))


def _again(
    document: Document,
    do: str,
    draw: Callable[[State], str],
    blanks: Mapping[str, Callable[[], Any]],
    looks: frozenset[str],
    number: int,
) -> Answer:
    if do not in looks:
        typed.act(document, do, blanks)
    return draw(State(document, number, is_typed=True))


Brought = list[tuple[list[str | int], str, Repainted]]


def _taken(pictures: Places) -> Brought:
    """Pictures that came along, painted anew: before the transaction, because it takes seconds."""
    found: Brought = []
    for name, path, key in pictures:
        file = request.files.get(f"{name}_file")
        if file is None or not file.filename:
            continue
        try:
            found.append((path, key, take(file.read())))
        except PictureRefused as error:
            raise NotYetRight([Fault(".".join(map(str, [*path, key])), error.message)]) from error
    return found


def _with_brought(document: Document, brought: Brought) -> Document:
    """Inside the transaction. What was typed stays as it is, in case that it is refused and drawn once more."""
    document = deepcopy(document)
    for path, key, repainted in brought:
        held: Any = document
        for step in path:
            held = held[step]
        held[key] = bring(repainted, alt=held[f"{key}_alt"], media_dir=settings.media_dir).name
    return document


def _also_pictures(wrong: Mapping[str, list[str]], pictures: Places) -> Mapping[str, list[str]]:
    """A browser does not keep a file that was chosen: whoever chose one is told."""
    lost = [
        ".".join(map(str, [*path, key]))
        for name, path, key in pictures
        if (file := request.files.get(f"{name}_file")) and file.filename
    ]
    return {**wrong, **{name: [*wrong.get(name, []), NOT_KEPT] for name in lost}}


def picture_name(form: typed.Form, name: str) -> str | None:
    """The picture that a form holds on to, unless it is taken away."""
    return None if f"{name}_gone" in form else typed.maybe(form, name)
