"""How sure it is that something holds: an answer for what is asked of keys, which are often not known."""

from __future__ import annotations

from enum import Enum, auto


class Certainty(Enum):
    """Whether something surely holds, surely does not, or may as well as not."""

    SURE = auto()
    POSSIBLE = auto()
    EXCLUDED = auto()
