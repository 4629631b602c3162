"""What failed the run itself, beside the findings: the reason for exit status 2."""

from __future__ import annotations

from dataclasses import dataclass

INTERNAL_ERROR = "SAA009"
"""The code of the findings that fail a run."""


@dataclass(frozen=True, slots=True, order=True)
class RunError:
    """A path that does not exist, settings that cannot be read, an internal error; in words."""

    path: str
    message: str
