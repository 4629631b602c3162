"""Locations to the text people read: `app/api.py:31:24`, columns from 1."""

from __future__ import annotations

from saalint.findings.location import Location


def place_text(location: Location) -> str:
    """Path, line and column, as editors and terminals make links of."""
    return f"{location.path}:{location.line}:{location.column + 1}"
