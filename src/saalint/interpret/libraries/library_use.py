"""One call of a function that `library/` knows: the operation it stands for, and what it is given."""

from __future__ import annotations

from dataclasses import dataclass

from saalint.interpret.domain.values import NONE, Keywords, Unknown, Value
from saalint.library.operations import Operation
from saalint.source.positions import Place

# of a function that loads nothing
NOTHING_KNOWN = Unknown("the result of a function that loads nothing")


@dataclass(frozen=True, slots=True)
class LibraryUse:
    """`name` is the canonical name of the function."""

    name: str
    operation: Operation
    arguments: tuple[Value, ...]
    keywords: Keywords
    at: Place

    @property
    def detail(self) -> str:
        """What stands after the colon in the data file."""
        return self.operation.detail

    @property
    def first(self) -> Value:
        """The first argument, `None` where there is none."""
        return self.arguments[0] if self.arguments else NONE

    def given(self, name: str, position: int) -> Value | None:
        """An argument by its name or position."""
        if position < len(self.arguments):
            return self.arguments[position]
        return dict(self.keywords).get(name)
