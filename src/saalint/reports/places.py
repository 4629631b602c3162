"""Locations to the text people read: `app/api.py:31:24`, columns from 1."""

from __future__ import annotations

import re

from saalint.findings.location import Location

_NAME = re.compile(r"\w+")


def place_text(location: Location) -> str:
    """Path, line and column, as editors and terminals make links of."""
    return f"{location.path}:{location.line}:{location.column + 1}"


def name_end(code: str, column: int) -> int:
    """Where the name ends that begins at a column of a line: of `get_one` a query tells only that it is a `get`."""
    name = _NAME.match(code, column)
    return column if name is None else name.end()
