"""Two versions of one form side by side, with what differs marked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from markupsafe import Markup

WORD = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True, slots=True)
class Difference:
    """What one field holds: theirs with `<del>` around what is not in ours, ours with `<ins>` the other way round."""

    label: str
    theirs: Markup
    ours: Markup


def differences(theirs: Mapping[str, str], ours: Mapping[str, str]) -> list[Difference]:
    """The fields that differ. Both map a label to what it holds, in the same order."""
    return [
        Difference(label, *side_by_side(theirs[label], value))
        for label, value in ours.items()
        if theirs[label] != value
    ]


def side_by_side(theirs: str, ours: str) -> tuple[Markup, Markup]:
    """Compared word by word."""
    left, right = WORD.findall(theirs), WORD.findall(ours)
    before, after = Markup(""), Markup("")
    for what, from_left, to_left, from_right, to_right in SequenceMatcher(None, left, right).get_opcodes():
        old, new = "".join(left[from_left:to_left]), "".join(right[from_right:to_right])
        if what == "equal":
            before, after = before + old, after + new
            continue
        before += Markup("<del>{}</del>").format(old) if old else ""
        after += Markup("<ins>{}</ins>").format(new) if new else ""
    return before, after
