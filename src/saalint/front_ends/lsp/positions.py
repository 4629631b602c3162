"""Lines from 1 and columns in characters to what editors count: from 0, and columns in UTF-16; and back."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from lsprotocol import types

from saalint.findings.location import Location


def position(lines: Sequence[str], line: int, column: int) -> types.Position:
    """A place in a text as an editor says it."""
    before = lines[line - 1][:column] if line <= len(lines) else ""
    return types.Position(line - 1, len(before.encode("utf-16-le", "surrogatepass")) // 2)


def range_of(lines: Sequence[str], location: Location) -> types.Range:
    """A range of a text as an editor says it."""
    return types.Range(
        start=position(lines, location.line, location.column),
        end=position(lines, location.end_line, location.end_column),
    )


def line_edits(before: Sequence[str], after: Sequence[str]) -> Iterator[types.TextEdit]:
    """The edits of whole lines that make one text of another."""
    found = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for kind, start, end, new_start, new_end in found:
        if kind == "equal":
            continue
        if end < len(before):
            text = "".join(f"{line}\n" for line in after[new_start:new_end])
            yield types.TextEdit(
                types.Range(types.Position(start, 0), types.Position(end, 0)), text
            )
            continue
        # the last line ends without a line feed: what is changed goes on from the end of the line before
        first = max(start - 1, 0)
        kept = list(before[first:start])
        last = position(before, len(before), len(before[-1]))
        text = "\n".join([*kept, *after[new_start:new_end]])
        yield types.TextEdit(types.Range(types.Position(first, 0), last), text)


def column_at(lines: Sequence[str], place: types.Position) -> int:
    """The column of an editor's place in characters."""
    encoded = lines[place.line].encode("utf-16-le", "surrogatepass")
    return len(encoded[: place.character * 2].decode("utf-16-le", "surrogatepass"))


def word_at(lines: Sequence[str], place: types.Position) -> tuple[int, str]:
    """The name at a place, with the column where it begins; an empty one where there is none."""
    if place.line >= len(lines):
        return 0, ""
    column = column_at(lines, place)
    line = lines[place.line]
    before = [*_letters(line[:column][::-1])][::-1]
    return column - len(before), "".join([*before, *_letters(line[column:])])


def _letters(text: str) -> Iterator[str]:
    for letter in text:
        if not (letter.isalnum() or letter == "_"):
            return
        yield letter
