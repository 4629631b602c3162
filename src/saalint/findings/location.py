"""Where something is in the source texts: what findings, their traces and their fixes share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file: line from 1, column in characters from 0, `end_column` after the last."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
