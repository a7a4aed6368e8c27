"""Cells that a spreadsheet would take for a formula: an apostrophe before them on the way out, off again on the way in.

Together the two are exact: whatever is written is read as it was.
"""

FIRST = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
GUARD = "'"


def guarded(text: str) -> str:
    return GUARD + text if text.startswith(FIRST) else text


def without_guard(text: str) -> str:
    return text[1:] if text.startswith(GUARD) and text[1:].startswith(FIRST) else text
