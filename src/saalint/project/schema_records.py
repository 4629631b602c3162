"""What is known of a schema: its fields in the order in which they are read, and the functions that see them first."""

from __future__ import annotations

from dataclasses import dataclass

from saalint.project.definitions import FunctionDefinition
from saalint.project.schema_types import SchemaType


@dataclass(frozen=True, slots=True)
class SchemaValidator:
    """A function of a class that sees what is read before the schema does; `is_around` for one that calls the check."""

    owner: str
    function: FunctionDefinition
    is_around: bool


@dataclass(frozen=True, slots=True)
class SchemaField:
    """A field. `sources` are the paths that may hold its value, of which the first that is there counts.

    `validators` see the value as it was read; `type` says what is made of it then.
    """

    name: str
    sources: tuple[tuple[str | int, ...], ...]
    type: SchemaType
    validators: tuple[SchemaValidator, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """A class that objects are read by. `is_reading` says that it reads attributes, not only the keys of a dict.

    `validators` see the object before anything is read. `content` is what the class stands for, where it is a list or
    the like.
    """

    name: str
    is_reading: bool
    fields: tuple[SchemaField, ...]
    validators: tuple[SchemaValidator, ...] = ()
    content: SchemaType | None = None
