"""Expressions of the syntax tree to `facts.expressions`, one function for each kind of node."""

from __future__ import annotations

import ast

from saalint.facts.expressions import (
    Attribute,
    Await,
    Call,
    Conditional,
    Constant,
    Entry,
    Expression,
    Keyword,
    Logical,
    Mapping,
    Name,
    NamedExpression,
    Opaque,
    Operation,
    Sequence,
    Slice,
    Starred,
    Subscript,
    Yield,
)
from saalint.facts.lowering import literals
from saalint.facts.lowering.dispatch import (
    EXPRESSIONS,
    expression,
    expressions,
    lowers,
    nested,
    optional,
    place_of,
)
from saalint.facts.lowering.scope import Scope
from saalint.source.positions import Place

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.MatMult: "@",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.BitAnd: "&",
}
_UNARY: dict[type[ast.unaryop], str] = {
    ast.Not: "not",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Invert: "~",
}
_COMPARISON: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


def binary_operator(operator: ast.operator) -> str:
    """The spelling of a binary operator."""
    return _BINARY[type(operator)]


@lowers(ast.Name)
def _name(node: ast.Name, scope: Scope) -> Name:
    name = node.id
    scope.reads.add(name)
    return Name(name, node.lineno << 16 | node.col_offset)


@lowers(ast.Attribute)
def _attribute(node: ast.Attribute, scope: Scope) -> Attribute:
    name = node.attr
    base = node.value
    if type(base) is ast.Name:
        scope.members.add((base.id, name))
        scope.reads.add(base.id)
        lowered: Expression = Name(base.id, base.lineno << 16 | base.col_offset)
    else:
        scope.members.add(("", name))
        lowered = nested(base, scope)
    # The name is the last thing in the node: `end_*` is absent only in trees that no parser made.
    line, column = node.end_lineno or node.lineno, node.end_col_offset or 0
    return Attribute(lowered, name, (line << 16) + column - len(name))


@lowers(ast.Constant)
def _constant(node: ast.Constant, _scope: Scope) -> Constant | Opaque:
    value = node.value
    at = node.lineno << 16 | node.col_offset
    if isinstance(value, str):
        return literals.text(value, at)
    if value is None or isinstance(value, bool):
        return Constant(value, at)
    if isinstance(value, (int, float)):
        return literals.number(value, at)
    if value is ...:
        return Constant(None, at, is_ellipsis=True)
    return Opaque("bytes" if isinstance(value, bytes) else "number", (), at)


@lowers(ast.Call)
def _call(node: ast.Call, scope: Scope) -> Call:
    function = node.func
    kind = type(function)
    if kind is ast.Attribute or kind is ast.Name:
        callee = EXPRESSIONS[kind](function, scope)
        if type(callee) is Name:
            scope.called.add(callee.name)
    else:
        callee = nested(function, scope)
    return Call(
        callee,
        expressions(node.args, scope) if node.args else (),
        _keywords(node.keywords, scope) if node.keywords else (),
        _last_name(callee, node),
        (node.end_lineno or node.lineno) << 16 | (node.end_col_offset or 0),
    )


def _keywords(nodes: list[ast.keyword], scope: Scope) -> tuple[Keyword, ...]:
    if len(nodes) == 1:
        value = nodes[0].value
        return (Keyword(nodes[0].arg, EXPRESSIONS[type(value)](value, scope)),)
    return tuple(
        [Keyword(each.arg, EXPRESSIONS[type(each.value)](each.value, scope)) for each in nodes]
    )


def _last_name(base: Expression, node: ast.expr) -> Place:
    """Where the last name of `a.b`, `a.b()` or `a.b[0]` stands; where there is none, the start of the node."""
    if isinstance(base, (Attribute, Name, Call, Subscript)):
        return base.at
    return place_of(node)


@lowers(ast.Subscript)
def _subscript(node: ast.Subscript, scope: Scope) -> Subscript:
    base = nested(node.value, scope)
    return Subscript(base, expression(node.slice, scope), _last_name(base, node))


@lowers(ast.Slice)
def _slice(node: ast.Slice, scope: Scope) -> Slice | Opaque:
    lower, upper = optional(node.lower, scope), optional(node.upper, scope)
    if node.step is None:
        return Slice(lower, upper)
    parts = (lower, upper, expression(node.step, scope))
    return Opaque(
        "slice with a step", tuple([each for each in parts if each is not None]), place_of(node)
    )


@lowers(ast.Tuple)
def _tuple(node: ast.Tuple, scope: Scope) -> Sequence:
    return Sequence("tuple", expressions(node.elts, scope), place_of(node))


@lowers(ast.List)
def _list(node: ast.List, scope: Scope) -> Sequence:
    return Sequence("list", expressions(node.elts, scope), place_of(node))


@lowers(ast.Set)
def _set(node: ast.Set, scope: Scope) -> Sequence:
    return Sequence("set", expressions(node.elts, scope), place_of(node))


@lowers(ast.Dict)
def _dict(node: ast.Dict, scope: Scope) -> Mapping:
    entries = tuple(
        [
            Entry(optional(key, scope), expression(value, scope))
            for key, value in zip(node.keys, node.values, strict=True)
        ]
    )
    return Mapping(entries, place_of(node))


@lowers(ast.Starred)
def _starred(node: ast.Starred, scope: Scope) -> Starred:
    return Starred(expression(node.value, scope))


@lowers(ast.Await)
def _await(node: ast.Await, scope: Scope) -> Await:
    return Await(nested(node.value, scope), place_of(node))


@lowers(ast.Yield)
def _yield(node: ast.Yield, scope: Scope) -> Yield:
    scope.is_generator = True
    return Yield(optional(node.value, scope), is_delegation=False, at=place_of(node))


@lowers(ast.YieldFrom)
def _yield_from(node: ast.YieldFrom, scope: Scope) -> Yield:
    scope.is_generator = True
    return Yield(expression(node.value, scope), is_delegation=True, at=place_of(node))


@lowers(ast.IfExp)
def _conditional(node: ast.IfExp, scope: Scope) -> Conditional:
    test = condition(node.test, scope)
    return Conditional(test, nested(node.body, scope), nested(node.orelse, scope))


@lowers(ast.BoolOp)
def _logical(node: ast.BoolOp, scope: Scope) -> Logical:
    operator = "and" if type(node.op) is ast.And else "or"
    return Logical(operator, expressions(node.values, scope))


@lowers(ast.BinOp)
def _binary(node: ast.BinOp, scope: Scope) -> Operation:
    operands = (nested(node.left, scope), nested(node.right, scope))
    return Operation(_BINARY[type(node.op)], operands, place_of(node))


@lowers(ast.UnaryOp)
def _unary(node: ast.UnaryOp, scope: Scope) -> Operation | Constant:
    operand = nested(node.operand, scope)
    if type(node.op) is ast.USub and type(operand) is Constant:
        value = operand.value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return Constant(-value, place_of(node))
    return Operation(_UNARY[type(node.op)], (operand,), place_of(node))


@lowers(ast.Compare)
def _comparison(node: ast.Compare, scope: Scope) -> Operation | Logical:
    left: ast.expr = node.left
    lowered = nested(left, scope)
    links = []
    for operator, right in zip(node.ops, node.comparators, strict=True):
        operand = expression(right, scope)
        links.append(Operation(_COMPARISON[type(operator)], (lowered, operand), place_of(left)))
        left, lowered = right, operand
    return links[0] if len(links) == 1 else Logical("and", tuple(links))


@lowers(ast.NamedExpr)
def _named(node: ast.NamedExpr, scope: Scope) -> NamedExpression:
    value = expression(node.value, scope)
    scope.bind(node.target.id)
    return NamedExpression(Name(node.target.id, place_of(node.target)), value)


def target(node: ast.expr, scope: Scope) -> Expression:
    """What an assignment, loop or `with` binds."""
    if isinstance(node, ast.Name):
        scope.bind(node.id)
        return Name(node.id, place_of(node))
    if isinstance(node, (ast.Tuple, ast.List)):
        kind = "tuple" if isinstance(node, ast.Tuple) else "list"
        return Sequence(kind, tuple([target(each, scope) for each in node.elts]), place_of(node))
    if isinstance(node, ast.Starred):
        return Starred(target(node.value, scope))
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        scope.filled.add(node.value.id)
    return expression(node, scope)


def condition(node: ast.expr, scope: Scope) -> Expression:
    """An expression whose truth decides: the names it tests are noted as possible flags."""
    pending = [node]
    for each in pending:
        if isinstance(each, ast.Name):
            scope.tests.append(each.id)
        elif isinstance(each, ast.BoolOp):
            pending.extend(each.values)
        elif isinstance(each, ast.UnaryOp) and isinstance(each.op, ast.Not):
            pending.append(each.operand)
    return EXPRESSIONS[type(node)](node, scope)
