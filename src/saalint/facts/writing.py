"""Expressions to the Python text that says the same: for messages that write user code out in another form.

What the facts do not keep, as the body of a lambda, is written as `…`.
"""

from __future__ import annotations

import json

from saalint.facts import expressions as ex

_OPEN = {"list": "[", "tuple": "(", "set": "{"}
_CLOSE = {"list": "]", "tuple": ")", "set": "}"}
_LEFT_OUT = "…"


def written(expression: ex.Expression) -> str:
    """The text of an expression."""
    match expression:
        case ex.Name(name=name):
            return name
        case ex.Constant(value=value, is_ellipsis=is_ellipsis):
            if is_ellipsis:
                return "..."
            return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
        case ex.Attribute(base=base, name=name):
            return f"{written(base)}.{name}"
        case ex.Call(function=function, arguments=arguments, keywords=keywords):
            return f"{written(function)}({written_arguments(arguments, keywords)})"
        case ex.Subscript(base=base, index=index):
            return f"{written(base)}[{written(index)}]"
        case ex.Slice(lower=lower, upper=upper):
            return ":".join("" if part is None else written(part) for part in (lower, upper))
        case ex.Sequence(kind=kind, items=items):
            text = ", ".join(written(item) for item in items)
            comma = "," if kind == "tuple" and len(items) == 1 else ""
            return f"{_OPEN.get(kind, '[')}{text}{comma}{_CLOSE.get(kind, ']')}"
        case ex.Mapping(entries=entries):
            return "{" + ", ".join(_entry(entry) for entry in entries) + "}"
        case ex.Starred(value=value):
            return f"*{written(value)}"
        case ex.Await(value=value):
            return f"await {written(value)}"
        case ex.Operation(operator=operator, operands=operands):
            return _operation(operator, operands)
        case ex.Logical(operator=operator, values=values):
            return f" {operator} ".join(_inside(value) for value in values)
        case ex.Conditional(test=test, then=then, otherwise=otherwise):
            return f"{written(then)} if {written(test)} else {written(otherwise)}"
        case _:
            return _LEFT_OUT


def _entry(entry: ex.Entry) -> str:
    value = written(entry.value)
    return f"**{value}" if entry.key is None else f"{written(entry.key)}: {value}"


def written_arguments(
    arguments: tuple[ex.Expression, ...], keywords: tuple[ex.Keyword, ...]
) -> str:
    """The text between the parentheses of a call."""
    named = (
        f"**{written(keyword.value)}"
        if keyword.name is None
        else f"{keyword.name}={written(keyword.value)}"
        for keyword in keywords
    )
    return ", ".join([*(written(argument) for argument in arguments), *named])


def _operation(operator: str, operands: tuple[ex.Expression, ...]) -> str:
    if len(operands) == 1:
        space = " " if operator.isalpha() else ""
        return f"{operator}{space}{_inside(operands[0])}"
    return f" {operator} ".join(_inside(operand) for operand in operands)


def _inside(expression: ex.Expression) -> str:
    # parentheses that may be too many never change what an expression says
    is_compound = isinstance(expression, ex.Operation | ex.Logical | ex.Conditional)
    return f"({written(expression)})" if is_compound else written(expression)
