"""Which letters may be stored."""

import unicodedata


def prints(text: str, *, lines: bool = False) -> bool:
    """Whether every letter can be printed: every kind of space counts, and with `lines` line breaks and tabs.

    So do the two joiners without which Bengali, Persian and emoji are not written.
    """
    return all(
        letter.isprintable()
        or letter in "\u200c\u200d"
        or unicodedata.category(letter) == "Zs"
        or (lines and letter in "\n\r\t")
        for letter in text
    )
