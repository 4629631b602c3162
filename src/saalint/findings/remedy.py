"""What would make a finding go away, as data: rules say it of events, `fixes/` makes edits of it."""

from __future__ import annotations

from enum import Enum, auto
from typing import TypeAlias

import msgspec

from saalint.findings.location import Location


class StepKind(Enum):
    """What one step of a path reads."""

    COLLECTION = auto()
    SINGLE = auto()
    COLUMN = auto()


class PathStep(msgspec.Struct, frozen=True, order=True):
    """One attribute on the way from the entity a query selects: of which mapped class, by its qualified name."""

    mapper: str
    attribute: str
    kind: StepKind


LoaderPath: TypeAlias = tuple[PathStep, ...]


class LoadInQuery(msgspec.Struct, frozen=True, tag=True):
    """The query that is the finding's origin is to load what the paths lead to.

    `calls` are those that handed its objects on, innermost first: one of them may say what is loaded.
    """

    paths: tuple[LoaderPath, ...]
    calls: tuple[Location, ...] = ()


class Rewrite(Enum):
    """What is to be done to the expression that the finding is at."""

    AWAIT = auto()
    NO_AWAIT = auto()
    UNIQUE = auto()
    WITH_ASYNC = auto()
    WITHOUT_ASYNC = auto()
    UNPACKED_LIST = auto()
    AS_TEXT = auto()
    AS_BASE_CLASS = auto()
    ON_CONNECTION = auto()


class ReadThrough(msgspec.Struct, frozen=True, tag=True):
    """What is read is to be read from a part of the object: with `.Author` as `text`, `row.Author.name` for `row.name`.

    Where it `is_replaced`, `text` is all that is read: `row.name` for `row["name"]`. `is_safe` holds where `text` gives
    the very thing that was meant.
    """

    text: str
    is_replaced: bool = False
    is_safe: bool = True


class GiveThrough(msgspec.Struct, frozen=True, tag=True):
    """The call is to be given a part of its first argument: `session.add(row.Author)` for `session.add(row)`."""

    text: str


class Rename(msgspec.Struct, frozen=True, tag=True):
    """The attribute is to be called by another name."""

    name: str


class Replace(msgspec.Struct, frozen=True, tag=True):
    """The call is to be written anew: the whole of it, or its method with what is given."""

    text: str
    is_method: bool


class AsSelect(msgspec.Struct, frozen=True, tag=True):
    """The legacy query is to be a `select()`, run by the method `run` of the session.

    An empty `run` leaves that to what is selected. `is_unique` holds where rows repeat, which `Query` hides,
    `is_awaited` under AsyncSession.
    """

    run: str
    is_unique: bool
    is_awaited: bool


class Refresh(msgspec.Struct, frozen=True, tag=True):
    """The object is to be fetched again before it is read: an attribute, or all its columns.

    `cause` is the call that took its values away; where that was a commit that `is_expiring`, the session may be told
    not to take them away. None where nothing did, and no option of the query would help: the object is new, or was in
    the session before the query.
    """

    cause: Location | None
    attribute: str | None
    is_expiring: bool = False


class KeepValues(msgspec.Struct, frozen=True, tag=True):
    """The sessions are to keep the values of their objects over a commit: the object is read after its session."""


AtPlace: TypeAlias = Rewrite | ReadThrough | GiveThrough | Rename | Replace | AsSelect
Remedy: TypeAlias = LoadInQuery | Refresh | KeepValues | AtPlace
