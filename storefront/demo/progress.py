"""What a load has done so far, part by part, and what it left alone."""

from __future__ import annotations

from collections import Counter
from typing import Protocol


class Marked(Protocol):
    """A row that says whether it came with the demonstration."""

    @property
    def from_demonstration(self) -> bool: ...


class Progress:
    def __init__(self) -> None:
        self.added: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.left_alone: list[str] = []

    def is_missing(self, part: str, name: str, row: Marked | None) -> bool:
        """Whether this row has to be made. One of the merchant's own under that name is noted as left alone."""
        if row is None:
            self.added[part] += 1
            return True
        if row.from_demonstration:
            self.found[part] += 1
        else:
            self.leave(f'"{name}" among the {part} is your own and was left as it is.')
        return False

    def leave(self, sentence: str) -> None:
        self.left_alone.append(sentence)

    def told(self, part: str) -> str:
        """Such as "7 added, 1 there already"."""
        return f"{self.added[part]} added, {self.found[part]} there already"
