"""f-strings and template strings to `facts.expressions`."""

from __future__ import annotations

import ast

from saalint.facts.expressions import Expression, Formatted, Opaque
from saalint.facts.lowering.dispatch import EXPRESSIONS, expression, lowers, place_of
from saalint.facts.lowering.newer_strings import TemplateString
from saalint.facts.lowering.scope import Scope


@lowers(ast.JoinedStr)
def _formatted(node: ast.JoinedStr, scope: Scope) -> Expression:
    values: list[Expression] = []
    conversions: list[str] = []
    _collect(node.values, scope, values, conversions)
    if values:
        return Formatted(tuple(values), tuple(conversions), _texts(node.values), place_of(node))
    text = "".join([str(each.value) for each in node.values if isinstance(each, ast.Constant)])
    return expression(ast.copy_location(ast.Constant(text), node), scope)


def _collect(
    parts: list[ast.expr], scope: Scope, values: list[Expression], conversions: list[str]
) -> None:
    """The values of `{…}` in order; those in a format, as in `{price:>{width}}`, follow their own."""
    for part in parts:
        if not isinstance(part, ast.FormattedValue):
            continue
        values.append(expression(part.value, scope))
        conversions.append("" if part.conversion < 0 else chr(part.conversion))
        if isinstance(part.format_spec, ast.JoinedStr):
            _collect(part.format_spec.values, scope, values, conversions)


def _texts(parts: list[ast.expr]) -> tuple[str, ...]:
    texts = [""]
    for part in parts:
        match part:
            case ast.Constant(value=str(text)):
                texts[-1] += text
            case ast.FormattedValue(format_spec=None):
                texts.append("")
            case _:
                return ()
    return tuple(texts)


def _template(node: ast.expr, scope: Scope) -> Opaque:
    parts: list[ast.expr] = getattr(node, "values", [])
    interpolated = [getattr(part, "value", None) for part in parts]
    return Opaque(
        "template string",
        tuple([expression(each, scope) for each in interpolated if isinstance(each, ast.expr)]),
        place_of(node),
    )


# `t"…"` came with Python 3.14.
EXPRESSIONS[TemplateString] = _template
if hasattr(ast, "TemplateStr"):
    EXPRESSIONS[ast.TemplateStr] = _template
