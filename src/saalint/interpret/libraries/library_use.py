"""One call of a function that `library/` knows: the operation it stands for, and what it is given."""

from __future__ import annotations

from dataclasses import dataclass

from saalint.interpret.domain.values import NONE, Keywords, Value
from saalint.source.positions import Place


@dataclass(frozen=True, slots=True)
class LibraryUse:
    """`kind` is the operation, `detail` what stands after its colon in the data file."""

    kind: str
    detail: str
    arguments: tuple[Value, ...]
    keywords: Keywords
    at: Place

    @property
    def first(self) -> Value:
        """The first argument, `None` where there is none."""
        return self.arguments[0] if self.arguments else NONE

    def given(self, name: str, position: int) -> Value | None:
        """An argument by its name or position."""
        if position < len(self.arguments):
            return self.arguments[position]
        return dict(self.keywords).get(name)
