"""A text and edits to the text after them."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from itertools import accumulate

from saalint.findings.fix import Edit
from saalint.findings.location import Location


class Lines:
    """Where the lines of a text begin: between its offsets and lines (from 1) with columns in characters."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def offset(self, line: int, column: int) -> int:
        """The offset of a place; of one behind the text, which may have become shorter since, its end."""
        end = self._starts[-1]
        return end if line > len(self._starts) else min(self._starts[line - 1] + column, end)

    def location(self, path: str, start: int, end: int) -> Location:
        """The range between two offsets."""
        return Location(path, *self._place(start), *self._place(end))

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1]


def applied(text: str, edits: Iterable[Edit]) -> str | None:
    """The text after edits of it; None where two of them overlap."""
    lines = Lines(text)
    parts: list[str] = []
    done = 0
    for edit in in_order(edits):
        start, end = (lines.offset(*place) for place in _range(edit))
        if start < done:
            return None
        parts.extend((text[done:start], edit.text))
        done = end
    return "".join((*parts, text[done:]))


def in_order(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Edits once each by their places; what is inserted at one place stays in the order given."""
    return tuple(sorted(dict.fromkeys(edits), key=_range))


def moved(location: Location, edits: Iterable[Edit]) -> Location:
    """Where what began at a location begins after edits of its file."""
    line, column = location.line, location.column
    for edit in edits:
        start, end = _range(edit)
        if edit.location.path != location.path or end > (location.line, location.column):
            continue
        line += edit.text.count("\n") - (end[0] - start[0])
        if end[0] == location.line:
            tail = len(edit.text) - edit.text.rfind("\n") - 1
            column += tail - end[1] + (0 if "\n" in edit.text else start[1])
    width = location.end_column - location.column
    return Location(location.path, line, column, line, column + width)


def written(edits: Iterable[Edit]) -> Iterator[tuple[Edit, Location]]:
    """Where the text of each edit stands after all of them."""
    before: list[Edit] = []
    for edit in in_order(edits):
        at = edit.location
        start = moved(Location(at.path, at.line, at.column, at.line, at.column), before)
        lines = edit.text.split("\n")
        end_column = len(lines[-1]) + (start.column if len(lines) == 1 else 0)
        end_line = start.line + len(lines) - 1
        yield edit, Location(at.path, start.line, start.column, end_line, end_column)
        before.append(edit)


def _range(edit: Edit) -> tuple[tuple[int, int], tuple[int, int]]:
    location = edit.location
    return (location.line, location.column), (location.end_line, location.end_column)
