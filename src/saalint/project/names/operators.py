"""Operators and text methods on constants to the constant they give."""

from __future__ import annotations

from collections.abc import Sequence

from saalint.project.mapped import Unknown
from saalint.project.names.bound import Value

_COMPUTED = Unknown("the value is computed at run time")


def text_method(name: str, value: Value | Unknown) -> Value | Unknown:
    """What `value.name()` gives."""
    if not isinstance(value, str):
        return _COMPUTED
    match name:
        case "lower":
            return value.lower()
        case "upper":
            return value.upper()
        case "title":
            return value.title()
        case _:
            return _COMPUTED


def operated(operator: str, values: Sequence[Value | Unknown]) -> Value | Unknown:
    """What an operator gives; not known where an operand is not."""
    for value in values:
        if isinstance(value, Unknown):
            return value
    match operator, values:
        case "not", [value]:
            return not value
        case "==" | "is", [left, right]:
            return left == right
        case "!=" | "is not", [left, right]:
            return left != right
        case "in", [str(left), str(right)]:
            return left in right
        case "+", [str(left), str(right)]:
            return left + right
        case _:
            return _COMPUTED
