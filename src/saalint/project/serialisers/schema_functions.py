"""Functions of the user's that a schema calls with what it reads: validators before and after checks, serialisers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from saalint.project.names.definitions import FunctionDefinition


class Phase(StrEnum):
    """When a function of a schema runs.

    Before the check, around it (it is handed the check, and calls it), instead of it, after it; or when the object is
    shown, for which `JSON` stands where it is made JSON alone. `ORIGINAL` is after it too, with the object beside what
    was made of it.
    """

    BEFORE = "before"
    AROUND = "around"
    INSTEAD = "instead"
    AFTER = "after"
    SHOWN = "shown"
    JSON = "json"
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class SchemaFunction:
    """A function that a schema calls. `owner` is its class, None where it is no method: `BeforeValidator(titles)`."""

    owner: str | None
    function: FunctionDefinition
    phase: Phase
