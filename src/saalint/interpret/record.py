"""A class to a record: a frozen dataclass to whoever reads or checks the code, and no slower to make than an open one.

The interpreter makes values and objects by the million. `frozen=True` assigns each field of each of them through
`object.__setattr__`, which took an eighth of the whole interpretation; here the type checker alone holds them frozen.
`replace` makes a changed copy of one, as that of `dataclasses` does; that one asks each field of each copy what kind of
field it is, which took four times as long for an entity.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast, dataclass_transform

__all__ = ["record", "replace"]

_Kind = TypeVar("_Kind")

_copiers: dict[type, Callable[[object], object]] = {}


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(*, kw_only: bool = False, order: bool = False) -> Callable[[type[_Kind]], type[_Kind]]:
    """Make a record of a class."""

    def make(kind: type[_Kind]) -> type[_Kind]:
        made = dataclass(slots=True, unsafe_hash=True, kw_only=kw_only, order=order)(kind)
        _copiers[made] = _copier(made)
        return made

    return make


def _copier(kind: type) -> Callable[[object], object]:
    # def copy(one): other = new(kind); other.mapper = one.mapper; …; return other
    every = dataclasses.fields(kind)
    parts = "".join(f"    other.{each.name} = one.{each.name}\n" for each in every)
    names: dict[str, object] = {"new": object.__new__, "kind": kind}
    text = f"def copy(one):\n    other = new(kind)\n{parts}    return other"
    exec(text, names)  # noqa: S102 - as `dataclass` makes `__init__`, of the names of fields
    return cast("Callable[[object], object]", names["copy"])


if TYPE_CHECKING:
    # a type checker knows of that one which fields there are, and of which types
    from dataclasses import replace
else:

    def replace(thing: _Kind, /, **changes: object) -> _Kind:
        """The same with some fields changed."""
        copier = _copiers.get(type(thing))
        if copier is None:
            return dataclasses.replace(thing, **changes)
        made = copier(thing)
        for name, value in changes.items():
            setattr(made, name, value)
        return made
