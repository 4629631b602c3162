"""Where something stands in a source text: one packed integer, and its conversions at the edges.

A `Place` is `line * 65536 + column`: the line counts from 1, the column in characters from 0 (a column past 65535,
on a line nobody reads, is cut to that). flake8 and pylint take columns from 0, people and JSON from 1.
"""

from __future__ import annotations

from typing import TypeAlias

Place: TypeAlias = int

LAST_COLUMN = 0xFFFF


def place(line: int, column: int) -> Place:
    """The place at a line (from 1) and a column (characters, from 0)."""
    return (line << 16) | min(column, LAST_COLUMN)


def line_of(position: Place) -> int:
    """The line, from 1."""
    return position >> 16


def column_of(position: Place) -> int:
    """The column in characters, from 0."""
    return position & LAST_COLUMN
