"""Languages in the words that the desk uses."""

from __future__ import annotations

from babel import Locale

from storefront.stories.vocabulary import LANGUAGES

ENGLISH = Locale("en")


def language_name(code: str) -> str:
    """In English, and as those call it who speak it: "Bengali (বাংলা)"."""
    name, own = ENGLISH.languages.get(code, code), LANGUAGES.get(code, code)
    return name if name == own else f"{name} ({own})"


NAMES: dict[str, str] = {code: language_name(code) for code in LANGUAGES}
