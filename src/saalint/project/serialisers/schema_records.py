"""What is known of a schema: its fields in the order in which they are read, and the functions that see them."""

from __future__ import annotations

from dataclasses import dataclass

from saalint.project.serialisers.schema_functions import SchemaFunction
from saalint.project.serialisers.schema_types import SchemaType


@dataclass(frozen=True, slots=True)
class SchemaField:
    """A field. `sources` are the paths that may hold its value, of which the first that is there counts.

    `type` says what is made of the value that was read; `functions` see it before, after, or when it is shown.
    `made_by` is the function of the object whose result the field is, where it is read from no attribute.
    `is_shown` is off for what every output leaves out. What `is_required` has no default.
    """

    name: str
    sources: tuple[tuple[str | int, ...], ...]
    type: SchemaType
    functions: tuple[SchemaFunction, ...] = ()
    made_by: SchemaFunction | None = None
    is_shown: bool = True
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """A class that objects are read by. `is_reading` says that it reads attributes, not only the keys of a dict.

    `functions` see the object before anything is read, after everything was, or when it is shown. `computed` are the
    properties that are read when it is shown. `content` is what the class stands for, where it is a list or the like.
    `is_open` says that an object may have other fields than these.
    """

    name: str
    is_reading: bool
    fields: tuple[SchemaField, ...]
    functions: tuple[SchemaFunction, ...] = ()
    computed: tuple[str, ...] = ()
    content: SchemaType | None = None
    is_open: bool = False
