"""The many ways in which a word can lie in a file or stand in an answer: as letters, as numbers, packed for the way."""

from __future__ import annotations

import base64
import codecs
import html
import json
import quopri
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

FEWEST = 6  # letters; of shorter words the packed ways would be found by chance
KEPT = 4  # bytes; a packed form that is shorter than this says nothing


@dataclass(frozen=True, slots=True)
class Spelling:
    """`way` says how the word is written; `written` is what to look for, byte by byte."""

    way: str
    written: bytes


def spellings(word: str) -> list[Spelling]:
    """About forty ways to write a word, each once. Raises `ValueError` for nothing."""
    if not word.strip():
        raise ValueError("nothing to look for")
    ways = PLAIN | (PACKED if len(word) >= FEWEST else {})
    found: dict[bytes, str] = {}
    for way, write in ways.items():
        written = write(word)
        if len(written) >= min(KEPT, len(word)):
            found.setdefault(written, way)
    return [Spelling(way, written) for written, way in found.items()]


def find(word_in: list[Spelling], content: bytes) -> list[str]:
    """The ways in which the word stands in this content; none is what one hopes for."""
    folded = content.lower()
    return [
        spelling.way
        for spelling in word_in
        if spelling.written in content or (spelling.way in FOLDED and spelling.written.lower() in folded)
    ]


def _percent(word: str) -> str:
    return "".join(f"%{byte:02X}" for byte in word.encode())


def _entities(word: str, form: str) -> bytes:
    return "".join(form.format(ord(letter)) for letter in word).encode()


def _base64(word: str, offset: int, *, url: bool = False) -> bytes:
    """What is left of it in Base64 when it begins `offset` bytes after a multiple of three."""
    encode = base64.urlsafe_b64encode if url else base64.b64encode
    raw = b"\0" * offset + word.encode()
    first = (0, 2, 3)[offset]
    return encode(raw)[first : len(raw) // 3 * 4]  # letters that also hold bits of a neighbour are left out


def _base32(word: str) -> bytes:
    return base64.b32encode(word.encode())[: len(word.encode()) // 5 * 8]


def _punycode(word: str) -> bytes:
    return word.encode("punycode")


def _lines(word: str) -> bytes:
    """Quoted-printable, as it stands in mail; letters alone would be left as they are, so each is written out."""
    return "".join(f"={byte:02X}" for byte in word.encode()).encode()


PLAIN: dict[str, Callable[[str], bytes]] = {
    "as it is": lambda word: word.encode(),
    "in small letters": lambda word: word.lower().encode(),
    "in capitals": lambda word: word.upper().encode(),
    "as a title": lambda word: word.title().encode(),
    "decomposed": lambda word: unicodedata.normalize("NFD", word).encode(),
    "composed": lambda word: unicodedata.normalize("NFC", word).encode(),
    "in an address": lambda word: quote(word, safe="").encode(),
    "in a query": lambda word: quote_plus(word).encode(),
    "in an address, twice": lambda word: quote(quote(word, safe=""), safe="").encode(),
    "escaped for HTML": lambda word: html.escape(word).encode(),
    "escaped for HTML, twice": lambda word: html.escape(html.escape(word)).encode(),
    "with hyphens for spaces": lambda word: "-".join(word.lower().split()).encode(),
    "with underscores for spaces": lambda word: "_".join(word.lower().split()).encode(),
    "without spaces": lambda word: "".join(word.lower().split()).encode(),
    "in JSON": lambda word: json.dumps(word)[1:-1].encode(),
    "in JSON, twice": lambda word: json.dumps(json.dumps(word))[1:-1].replace('\\"', "").encode(),
    "in Latin letters of old": lambda word: word.encode("cp1252", errors="replace"),
    "quoted-printable": lambda word: quopri.encodestring(word.encode(), quotetabs=True).replace(b"=\n", b""),
    "quoted in a mail's head": lambda word: quopri.encodestring(word.encode(), header=True).replace(b"=\n", b""),
}

PACKED: dict[str, Callable[[str], bytes]] = {
    "percent signs": lambda word: _percent(word).encode(),
    "percent signs, twice": lambda word: _percent(word).replace("%", "%25").encode(),
    "HTML numbers": lambda word: _entities(word, "&#{};"),
    "HTML numbers, base sixteen": lambda word: _entities(word, "&#x{:x};"),
    "JSON numbers": lambda word: _entities(word, "\\u{:04x}"),
    "numbers of a programming language": lambda word: "".join(f"\\x{byte:02x}" for byte in word.encode()).encode(),
    "numbers of a style sheet": lambda word: "".join(f"\\{ord(letter):x} " for letter in word).encode(),
    "Base64": lambda word: _base64(word, 0),
    "Base64, one byte on": lambda word: _base64(word, 1),
    "Base64, two bytes on": lambda word: _base64(word, 2),
    "Base64 for addresses": lambda word: _base64(word, 0, url=True),
    "Base64 for addresses, one byte on": lambda word: _base64(word, 1, url=True),
    "Base64 for addresses, two bytes on": lambda word: _base64(word, 2, url=True),
    "Base64 of its UTF-16": lambda word: base64.b64encode(word.encode("utf-16-le"))[: len(word) * 2 // 3 * 4],
    "Base32": _base32,
    "Base85": lambda word: base64.b85encode(word.encode())[: len(word.encode()) // 4 * 5],
    "base sixteen": lambda word: word.encode().hex().encode(),
    "base sixteen with spaces": lambda word: word.encode().hex(" ").encode(),
    "base sixteen with colons": lambda word: word.encode().hex(":").encode(),
    "UTF-16, little end first": lambda word: word.encode("utf-16-le"),
    "UTF-16, big end first": lambda word: word.encode("utf-16-be"),
    "UTF-32": lambda word: word.encode("utf-32-le"),
    "UTF-7": lambda word: word.encode("utf-7"),
    "every letter quoted": _lines,
    "for a host name": _punycode,
    "letters moved by thirteen": lambda word: codecs.encode(word, "rot13").encode(),
    "backwards": lambda word: word[::-1].encode(),
    "with dots between": lambda word: ".".join(word).encode(),
    "with spaces between": lambda word: " ".join(word).encode(),
}  # fmt: skip

EXACT = {way for way in PACKED if "Base64" in way or "Base85" in way}
FOLDED = (PLAIN.keys() | PACKED.keys()) - EXACT
