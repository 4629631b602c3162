"""A class to a record: a frozen dataclass to whoever reads or checks the code, and no slower to make than an open one.

The interpreter makes values and objects by the million. `frozen=True` assigns each field of each of them through
`object.__setattr__`, which took an eighth of the whole interpretation; here the type checker alone holds them frozen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

_Kind = TypeVar("_Kind")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(*, kw_only: bool = False, order: bool = False) -> Callable[[type[_Kind]], type[_Kind]]:
    """Make a record of a class."""
    return dataclass(slots=True, unsafe_hash=True, kw_only=kw_only, order=order)
