"""A change of source texts that makes a finding go away: edits with ranges, and how safe they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from saalint.findings.location import Location


class Applicability(StrEnum):
    """SAFE keeps what the program means; UNSAFE may change it, and wants a look."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """A range of a file and the text that replaces it; an empty range inserts."""

    location: Location
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that belong together, in the order of their places, and what they do in words."""

    applicability: Applicability
    message: str
    edits: tuple[Edit, ...]
