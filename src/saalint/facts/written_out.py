"""Expressions to what they say where it is written out: a text, a truth value, an argument of a call."""

from __future__ import annotations

from saalint.facts.expressions import Call, Constant, Expression


def text_of(expression: Expression | None) -> str | None:
    """The text that an expression is; None for any other."""
    match expression:
        case Constant(value=str(text)):
            return text
        case _:
            return None


def is_true(expression: Expression | None) -> bool:
    """Whether an expression is `True`."""
    return isinstance(expression, Constant) and expression.value is True


def is_none(expression: Expression) -> bool:
    """Whether an expression is `None`."""
    match expression:
        case Constant(value=None, is_ellipsis=False):
            return True
        case _:
            return False


def is_absent(expression: Expression) -> bool:
    """Whether an expression is `None` or `...`, which stand for a default that there is not."""
    return isinstance(expression, Constant) and expression.value is None


def argument_of(call: Call, name: str, position: int | None = None) -> Expression | None:
    """The argument that a call gives by keyword or, else, by position; what `*` and `**` hold is not looked into."""
    for keyword in call.keywords:
        if keyword.name == name:
            return keyword.value
    is_positional = position is not None and position < len(call.arguments)
    return call.arguments[position] if is_positional and position is not None else None
