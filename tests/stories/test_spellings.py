"""The ways in which a word is looked for: each finds what an independent writer wrote."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import json
import quopri
from urllib.parse import quote, quote_plus

import pytest

from storefront.stories.spellings import find, spellings

WORD = "Quince harbour lantern & sail"
FOREIGN = "জুঁই খাতা রাখে"


def everywhere(word: str) -> dict[str, bytes]:
    """What other programs would write, beside other words."""
    around = f"before {word} after"
    raw = around.encode()
    return {
        "raw": raw,
        "lower": around.lower().encode(),
        "upper": around.upper().encode(),
        "percent": quote(around).encode(),
        "percent, everything": "".join(f"%{byte:02x}" for byte in raw).encode(),
        "plus": quote_plus(around).encode(),
        "percent twice": quote(quote(around)).encode(),
        "html": html.escape(around).encode(),
        "decimal entities": "".join(f"&#{ord(letter)};" for letter in around).encode(),
        "hex entities": "".join(f"&#x{ord(letter):X};" for letter in around).encode(),
        "json": json.dumps({"it": around}).encode(),
        "json, everything": "".join(f"\\u{ord(letter):04X}" for letter in around).encode(),
        **{f"base64 +{n}": base64.b64encode(b"x" * n + word.encode() + b" and more") for n in range(3)},
        **{f"base64 url +{n}": base64.urlsafe_b64encode(b"x" * n + word.encode() + b" and more") for n in range(3)},
        "hex": binascii.hexlify(raw),
        "hex, capitals": binascii.hexlify(raw).upper(),
        "utf-16": around.encode("utf-16"),
        "utf-16 big": around.encode("utf-16-be"),
        "utf-32": around.encode("utf-32-le"),
        "quoted-printable": quopri.encodestring(f"x {word} x".encode(), quotetabs=True),
        "backwards": around[::-1].encode(),
        "rot13": codecs.encode(around, "rot13").encode(),
    }


@pytest.mark.parametrize("word", [WORD, FOREIGN])
def test_each_is_found(word):
    sought = spellings(word)
    for way, content in everywhere(word).items():
        if way == "quoted-printable":
            content = content.replace(b"=\n", b"")  # soft line ends: mail is read as well as searched
        assert find(sought, content), way


def test_about_forty_ways():
    assert 35 <= len(spellings(WORD)) <= 55
    assert len(spellings(WORD)) == len({spelling.written for spelling in spellings(WORD)})


def test_other_words_are_not_found():
    sought = spellings("jui-the-register")
    for content in everywhere("Ruma and the colour table, a quince harbour and 3 jackets").values():
        assert find(sought, content) == []


def test_short_words_are_not_looked_for_in_packed_ways():
    assert find(spellings("Jui"), b"xSnVpx aXVK 4a7569") == []
    assert find(spellings("Jui"), b"by Jui.")[0] == "as it is"


def test_nothing_is_not_looked_for():
    with pytest.raises(ValueError, match="nothing"):
        spellings(" ")
