"""Syntax nodes to the functions that lower them: the two tables, and the ways through them.

The modules of this folder fill the tables when they are imported; `file` imports them all.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeAlias, TypeVar, cast

from saalint.facts.expressions import Expression, Opaque
from saalint.facts.instructions import Block, Instruction
from saalint.facts.lowering.scope import Scope
from saalint.source.positions import Place

ExpressionLowering: TypeAlias = Callable[[ast.expr, Scope], Expression]
StatementLowering: TypeAlias = Callable[[ast.stmt, Scope, list[Instruction]], None]

EXPRESSIONS: dict[type[ast.expr], ExpressionLowering] = {}
STATEMENTS: dict[type[ast.stmt], StatementLowering] = {}

_E = TypeVar("_E", bound=ast.expr)
_S = TypeVar("_S", bound=ast.stmt)
_R = TypeVar("_R", bound=Expression)


def lowers(
    kind: type[_E],
) -> Callable[[Callable[[_E, Scope], _R]], Callable[[_E, Scope], _R]]:
    """Enter a function into the table as the lowering of a kind of expression."""

    def enter(lowering: Callable[[_E, Scope], _R]) -> Callable[[_E, Scope], _R]:
        EXPRESSIONS[kind] = cast("ExpressionLowering", lowering)
        return lowering

    return enter


def lowers_statement(
    kind: type[_S],
) -> Callable[
    [Callable[[_S, Scope, list[Instruction]], None]],
    Callable[[_S, Scope, list[Instruction]], None],
]:
    """Enter a function into the table as the lowering of a kind of statement."""

    def enter(
        lowering: Callable[[_S, Scope, list[Instruction]], None],
    ) -> Callable[[_S, Scope, list[Instruction]], None]:
        STATEMENTS[kind] = cast("StatementLowering", lowering)
        return lowering

    return enter


def place_of(
    node: ast.expr | ast.stmt | ast.alias | ast.arg | ast.excepthandler | ast.pattern,
) -> Place:
    """The place where a node starts. Columns are characters here, see `columns`.

    A call costs as much as all else that is done for a name: there, a place is written out as it is here.
    """
    return node.lineno << 16 | node.col_offset


def expression(node: ast.expr, scope: Scope) -> Expression:
    """One expression."""
    return EXPRESSIONS[type(node)](node, scope)


def optional(node: ast.expr | None, scope: Scope) -> Expression | None:
    """An expression that may be absent."""
    return None if node is None else EXPRESSIONS[type(node)](node, scope)


def expressions(nodes: list[ast.expr], scope: Scope) -> tuple[Expression, ...]:
    """Several expressions."""
    if not nodes:
        return ()
    if len(nodes) == 1:
        # The commonest case, at a third of the cost of a comprehension.
        return (EXPRESSIONS[type(nodes[0])](nodes[0], scope),)
    return tuple([EXPRESSIONS[type(node)](node, scope) for node in nodes])


def nested(node: ast.expr, scope: Scope) -> Expression:
    """An operand that syntax lets nest without end, as the left side of `a + b + c + …`."""
    if scope.depth >= scope.definitions.deepest:
        scope.definitions.cuts += 1
        return Opaque("too deeply nested", (), place_of(node))
    scope.depth += 1
    result = EXPRESSIONS[type(node)](node, scope)
    scope.depth -= 1
    return result


def block(nodes: list[ast.stmt], scope: Scope) -> Block:
    """The statements of a body."""
    instructions: list[Instruction] = []
    for node in nodes:
        STATEMENTS[type(node)](node, scope, instructions)
    return tuple(instructions)
