"""TOML text and a key to the place where the key or its value is written.

`tomllib` tells no places. This reads just enough of the text to find a key it has already accepted,
so what it cannot find is reported at the first line.
"""

from __future__ import annotations

import re

import msgspec

_TABLE = re.compile(r"\s*\[\[?(?P<name>[^\[\]]+)\]")
_KEY = re.compile(
    r"""\s*(?P<key>(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


class TextRange(msgspec.Struct, frozen=True):
    """A range in one line: line from 1, columns in characters from 0."""

    line: int
    column: int
    end_column: int


START = TextRange(1, 0, 0)


def range_of_key(text: str, path: tuple[str, ...], value: str | None = None) -> TextRange:
    """Where the key at `path` is written; with `value`, where that stands in the key's value."""
    table: tuple[str, ...] = ()
    found: TextRange | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _TABLE.match(line):
            table = _parts(match["name"])
            if found is not None:
                return found
            if table == path:
                found = TextRange(number, match.start("name"), match.end("name"))
        elif match := _KEY.match(line):
            if found is not None and table != path:
                return found
            if (*table, *_parts(match["key"])) == path:
                found = TextRange(number, match.start("key"), match.end("key"))
        if found is not None and value is not None and (column := line.find(value)) >= 0:
            return TextRange(number, column, column + len(value))
    return found or START


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))
