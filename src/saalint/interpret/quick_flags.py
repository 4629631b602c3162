"""A `Flag` to the same with quick operators: each answer is looked up, and was made when the class was.

Those of `enum` make their answer anew each time; states are joined and asked for by the million, and that took a tenth
of the interpretation of a project with large mapped classes.
"""

from __future__ import annotations

from enum import Flag
from typing import TypeVar

__all__ = ["quick"]

_Kind = TypeVar("_Kind", bound=Flag)


def quick(kind: type[_Kind]) -> type[_Kind]:
    """Give a class of few flags quick `|`, `&`, `in` and truth."""
    every = [kind(value) for value in range(1 << len(kind))]

    def either(one: _Kind, other: _Kind) -> _Kind:
        return every[one._value_ | other._value_]

    def both(one: _Kind, other: _Kind) -> _Kind:
        return every[one._value_ & other._value_]

    def has(one: _Kind, other: _Kind) -> bool:
        return other._value_ & one._value_ == other._value_

    def is_any(one: _Kind) -> bool:
        return one._value_ != 0

    def number(one: _Kind) -> int:
        value: int = one._value_
        return value

    # a subclass of `Flag` gets that one's operators when it is made: `class LoadState(QuickFlag)` would be none
    for name, operator in (
        ("__or__", either),
        ("__and__", both),
        ("__contains__", has),
        ("__bool__", is_any),
        ("__hash__", number),
    ):
        setattr(kind, name, operator)
    return kind
