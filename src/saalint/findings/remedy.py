"""What would make a finding go away, as data: rules say it of events, `fixes/` makes edits of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

import msgspec

from saalint.findings.location import Location


class StepKind(Enum):
    """What one step of a path reads."""

    COLLECTION = auto()
    SINGLE = auto()
    COLUMN = auto()


@dataclass(frozen=True, slots=True, order=True)
class PathStep:
    """One attribute on the way from the entity a query selects: of which mapped class, by its qualified name."""

    mapper: str
    attribute: str
    kind: StepKind


Path: TypeAlias = tuple[PathStep, ...]


class LoadInQuery(msgspec.Struct, frozen=True, tag=True):
    """The query that is the finding's origin is to load what the paths lead to.

    `calls` are those that handed its objects on, innermost first: one of them may say what is loaded.
    """

    paths: tuple[Path, ...]
    calls: tuple[Location, ...] = ()


class Rewrite(Enum):
    """What is to be done to the call or the attribute that the finding is at."""

    AWAIT = auto()
    NO_AWAIT = auto()
    UNIQUE = auto()


class ReadThrough(msgspec.Struct, frozen=True, tag=True):
    """The attribute is to be read from another one of the same object: `row.Author.name` for `row.name`."""

    attribute: str


class Refresh(msgspec.Struct, frozen=True, tag=True):
    """The object is to be fetched again after the call that took its values away: an attribute, or all its columns."""

    cause: Location
    attribute: str | None


Remedy: TypeAlias = LoadInQuery | Rewrite | ReadThrough | Refresh
