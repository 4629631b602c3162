"""Where something is in the source texts: what findings, their traces and their fixes share."""

from __future__ import annotations

import msgspec


class Location(msgspec.Struct, frozen=True, order=True):
    """A place in a file: line from 1, column in characters from 0, `end_column` after the last."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
