"""Two versions of a file to where its lines went, unless an analysis that looked into some functions tells them apart.

`consulted` are the functions, by index, whose bodies were looked into. Of all others the body may be anything. What
stands in the same order at the same columns is the same to an analysis, whatever its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import pairwise

from saalint.facts.expressions import Constant, Node, Opaque
from saalint.facts.instructions import Evaluate
from saalint.facts.records import FileFacts, FunctionFacts
from saalint.source.positions import column_of, line_of

_LINES = frozenset({"end_line"})
# comments are judged after the analysis
_APART = frozenset({"functions", "suppressions", "line_count"})


def moved_lines(
    one: FileFacts, other: FileFacts, consulted: AbstractSet[int]
) -> Mapping[int, int] | None:
    """The lines of the second version by those of the first; None where an analysis may tell them apart."""
    alignment = _Alignment()
    is_alike = len(one.functions) == len(other.functions) and alignment.of_fields(
        one, other, _APART
    )
    pairs = zip(one.functions, other.functions, strict=True) if is_alike else ()
    for index, (function, changed) in enumerate(pairs):
        is_alike = is_alike and alignment.of_functions(
            function, changed, is_consulted=index in consulted
        )
    return alignment.lines if is_alike and alignment.is_in_order() else None


class _Alignment:
    """The lines of one version of a file by those of another, as far as two walks side by side have come."""

    def __init__(self) -> None:
        self.lines: dict[int, int] = {}

    def is_in_order(self) -> bool:
        """Whether what stood above or below something still does."""
        return all(
            above < below for above, below in pairwise(self.lines[k] for k in sorted(self.lines))
        )

    def of_functions(self, one: FunctionFacts, other: FunctionFacts, *, is_consulted: bool) -> bool:
        """Whether two versions of a function are alike."""
        if not self.of_fields(one, other, frozenset({"code"})):
            return False
        first, last = line_of(one.at), one.end_line
        # a long function is not analysed once for each value of its flags
        if one.flags and last - first != other.end_line - line_of(other.at):
            return False
        if not is_consulted:
            return True
        if one.code == other.code:
            return all(self._is_line(line, line) for line in range(first, last + 1))
        return self.of_parts(one.code.block, other.code.block)

    def of_fields(self, one: Node, other: Node, apart: AbstractSet[str]) -> bool:
        """Whether two records are alike in all but some fields."""
        for name, is_place in _fields(type(one)):
            if name in apart:
                continue
            first, second = getattr(one, name), getattr(other, name)
            if is_place:
                if not self._is_place(name, first, second):
                    return False
            elif not self.of_parts(first, second):
                return False
        return True

    def of_parts(self, one: object, other: object) -> bool:
        """Whether two parts of a record are alike."""
        if type(one) is not type(other):
            return False
        if isinstance(one, Evaluate) and isinstance(other, Evaluate):
            return _is_mere_text(one, other) or self.of_parts(one.value, other.value)
        if isinstance(one, Node) and isinstance(other, Node):
            return self.of_fields(one, other, frozenset())
        if isinstance(one, tuple) and isinstance(other, tuple):
            return len(one) == len(other) and all(map(self.of_parts, one, other))
        return one == other

    def _is_place(self, name: str, one: int, other: int) -> bool:
        if name in _LINES:
            return self._is_line(one, other)
        if column_of(one) != column_of(other):
            return False
        return self._is_line(line_of(one), line_of(other))

    def _is_line(self, one: int, other: int) -> bool:
        return self.lines.setdefault(one, other) == other


def _is_mere_text(*statements: Evaluate) -> bool:
    # a docstring does nothing, whatever it says
    return all(
        isinstance(each.value, Constant)
        or (isinstance(each.value, Opaque) and not each.value.parts)
        for each in statements
    )


@cache
def _fields(kind: type[Node]) -> tuple[tuple[str, bool], ...]:
    """The fields of a kind of record, and which of them say where something stands."""
    return tuple(
        (name, name in _LINES or kind.__annotations__[name] == "Place")
        for name in kind.__struct_fields__
    )
