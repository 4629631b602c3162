"""Annotations to `facts.expressions`: text in them is parsed, at the place of the string."""

from __future__ import annotations

import ast

from saalint.facts.expressions import (
    Attribute,
    Expression,
    Name,
    Opaque,
    Operation,
    Sequence,
    Subscript,
    dotted_name,
)
from saalint.facts.lowering.dispatch import expression, expressions, place_of
from saalint.facts.lowering.scope import Scope

_MOST_ALTERNATIVES = 100


def annotation(node: ast.expr | None, scope: Scope) -> Expression | None:
    """An annotation that may be absent."""
    if node is None:
        return None
    if isinstance(node, ast.Name):
        scope.reads.add(node.id)
        return Name(node.id, place_of(node))
    return _annotation(node, scope)


def _annotation(node: ast.expr, scope: Scope) -> Expression:
    if isinstance(node, (ast.Name, ast.Attribute)):
        return expression(node, scope)
    if isinstance(node, ast.Subscript):
        base = expression(node.value, scope)
        index = _index(base, node.slice, scope)
        at = base.at if isinstance(base, (Name, Attribute)) else place_of(node)
        return Subscript(base, index, at)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _parsed(node.value, node, scope)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _either(node, scope)
    if isinstance(node, ast.Tuple):
        return Sequence("tuple", _annotations(node.elts, scope), place_of(node))
    if isinstance(node, ast.List):
        return Sequence("list", _annotations(node.elts, scope), place_of(node))
    return expression(node, scope)


def _either(node: ast.BinOp, scope: Scope) -> Expression:
    """`A | B | C`, from the left in a loop."""
    rights = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.BitOr):
        rights.append(left.right)
        left = left.left
    if len(rights) > _MOST_ALTERNATIVES:
        scope.definitions.cuts += 1
        return Opaque("too deeply nested", (), place_of(node))
    result = _annotation(left, scope)
    for right in reversed(rights):
        result = Operation("|", (result, _annotation(right, scope)), place_of(node))
    return result


def _annotations(nodes: list[ast.expr], scope: Scope) -> tuple[Expression, ...]:
    return tuple([_annotation(node, scope) for node in nodes])


def _index(base: Expression, index: ast.expr, scope: Scope) -> Expression:
    """What stands in brackets: `Literal` holds values, and only the first part of `Annotated` is a type."""
    name = (dotted_name(base) or "").rpartition(".")[2]
    if name == "Literal":
        return expression(index, scope)
    if name == "Annotated" and isinstance(index, ast.Tuple) and index.elts:
        first, *rest = index.elts
        items = (_annotation(first, scope), *expressions(rest, scope))
        return Sequence("tuple", items, place_of(index))
    return _annotation(index, scope)


def _parsed(text: str, node: ast.Constant, scope: Scope) -> Expression:
    text = text.strip()
    if text.isidentifier():
        scope.reads.add(text)
        return Name(text, place_of(node))
    try:
        # In parentheses, because a type may be written over several lines.
        tree = ast.parse(f"({text}\n)", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return expression(node, scope)
    for each in ast.walk(tree):
        if isinstance(each, ast.expr):
            each.lineno, each.col_offset = node.lineno, node.col_offset
            each.end_lineno, each.end_col_offset = node.end_lineno, node.end_col_offset
            if isinstance(each, ast.Attribute):
                # The place of an attribute is counted back from its end.
                each.end_lineno = node.lineno
                each.end_col_offset = node.col_offset + len(each.attr)
    return _annotation(tree, scope)
