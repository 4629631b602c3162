"""A change of source texts that makes a finding go away: edits with ranges, and how safe they are."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from saalint.findings.location import Location


class Applicability(StrEnum):
    """SAFE keeps what the program means; UNSAFE may change it, and wants a look."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Edit(msgspec.Struct, frozen=True, order=True):
    """A range of a file and the text that replaces it; an empty range inserts."""

    location: Location
    text: str


class Fix(msgspec.Struct, frozen=True):
    """Edits that belong together, in the order of their places, and what they do in words."""

    applicability: Applicability
    message: str
    edits: tuple[Edit, ...]
