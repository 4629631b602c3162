"""Expressions of a Jinja template to `facts.expressions`, one function for each kind of node.

A filter is a call with the value as its first argument, a test is an operator where Python has it and a call where not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias, TypeVar, cast

from jinja2 import nodes

from saalint.facts.expressions import (
    Attribute,
    Call,
    Conditional,
    Constant,
    Entry,
    Expression,
    Formatted,
    Keyword,
    Logical,
    Mapping,
    Name,
    Opaque,
    Operation,
    Sequence,
    Slice,
    Starred,
    Subscript,
)
from saalint.facts.lowering import literals
from saalint.facts.lowering.template_scope import TemplateScope
from saalint.facts.template_names import block_name, super_name
from saalint.source.positions import Place

_Lowering: TypeAlias = Callable[[nodes.Expr, TemplateScope], Expression]
_N = TypeVar("_N", bound=nodes.Expr)

_LOWERINGS: dict[type[nodes.Expr], _Lowering] = {}
_GLOBALS = {
    "range": ("builtins", "range"),
    "dict": ("builtins", "dict"),
    "namespace": ("jinja2.utils", "Namespace"),
    "cycler": ("jinja2.utils", "Cycler"),
    "joiner": ("jinja2.utils", "Joiner"),
    "lipsum": ("jinja2.utils", "generate_lorem_ipsum"),
}
_COMPARISONS = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "lteq": "<=",
    "gt": ">",
    "gteq": ">=",
    "in": "in",
    "notin": "not in",
}
# tests that are operators with one argument, and those that compare with a constant
_OPERATORS = {
    **dict.fromkeys(("==", "eq", "equalto"), "=="),
    **dict.fromkeys(("!=", "ne"), "!="),
    **dict.fromkeys((">", "gt", "greaterthan"), ">"),
    **dict.fromkeys(("<", "lt", "lessthan"), "<"),
    ">=": ">=",
    "ge": ">=",
    "<=": "<=",
    "le": "<=",
    "in": "in",
    "sameas": "is",
}
_CONSTANTS = {"none": None, "true": True, "false": False}
# what the context lacks is as empty as `None`, and neither has anything to read
_PRESENCES = {"defined": "is not", "undefined": "is"}


def expression(node: nodes.Node, scope: TemplateScope) -> Expression:
    """One expression."""
    for kind in type(node).__mro__:
        lowering = _LOWERINGS.get(kind)
        if lowering is not None and isinstance(node, nodes.Expr):
            return lowering(node, scope)
    return Opaque("part of a template", (), node.lineno)


def expressions(found: Iterable[nodes.Node], scope: TemplateScope) -> tuple[Expression, ...]:
    """Several expressions."""
    return tuple([expression(node, scope) for node in found])


def _lowers(
    kind: type[_N],
) -> Callable[
    [Callable[[_N, TemplateScope], Expression]], Callable[[_N, TemplateScope], Expression]
]:
    def enter(
        lowering: Callable[[_N, TemplateScope], Expression],
    ) -> Callable[[_N, TemplateScope], Expression]:
        _LOWERINGS[kind] = cast("_Lowering", lowering)
        return lowering

    return enter


@_lowers(nodes.Name)
def _name(node: nodes.Name, scope: TemplateScope) -> Expression:
    name = node.name
    if name in _GLOBALS and name not in scope.names:
        scope.uses(name, *_GLOBALS[name])
    return Name(scope.variable(name), node.lineno)


@_lowers(nodes.Const)
def _constant(node: nodes.Const, _scope: TemplateScope) -> Expression:
    value = node.value
    if isinstance(value, str):
        return literals.text(value, node.lineno)
    if value is None or isinstance(value, bool):
        return Constant(value, node.lineno)
    if isinstance(value, (int, float)):
        return literals.number(value, node.lineno)
    return Opaque("constant", (), node.lineno)


@_lowers(nodes.TemplateData)
def _data(node: nodes.TemplateData, _scope: TemplateScope) -> Expression:
    return Opaque("text", (), node.lineno)


@_lowers(nodes.Getattr)
def _attribute(node: nodes.Getattr, scope: TemplateScope) -> Expression:
    if isinstance(node.node, nodes.Name) and node.node.name == "self":
        return Name(block_name(node.attr), node.lineno)
    # the node stands where its dot does
    return _attribute_named(expression(node.node, scope), node.attr, node.lineno + 1, scope)


def _attribute_named(base: Expression, name: str, at: Place, scope: TemplateScope) -> Attribute:
    scope.function.members.add(("", name))
    return Attribute(base, name, at)


@_lowers(nodes.Getitem)
def _item(node: nodes.Getitem, scope: TemplateScope) -> Expression:
    index = node.arg
    if isinstance(index, nodes.Const) and isinstance(index.value, str):
        scope.function.members.add(("", index.value))
    return Subscript(expression(node.node, scope), expression(index, scope), index.lineno)


@_lowers(nodes.Slice)
def _slice(node: nodes.Slice, scope: TemplateScope) -> Expression:
    lower = None if node.start is None else expression(node.start, scope)
    upper = None if node.stop is None else expression(node.stop, scope)
    if node.step is None:
        return Slice(lower, upper)
    parts = [part for part in (lower, upper, expression(node.step, scope)) if part is not None]
    return Opaque("slice with a step", tuple(parts), node.lineno)


@_lowers(nodes.Call)
def _call(node: nodes.Call, scope: TemplateScope) -> Expression:
    if isinstance(node.node, nodes.Name) and node.node.name == "super" and scope.block is not None:
        return Call(Name(super_name(scope.block), node.lineno), (), (), node.lineno, node.lineno)
    function = expression(node.node, scope)
    at = function.at if isinstance(function, (Name, Attribute, Subscript)) else node.lineno
    return Call(function, _arguments(node, scope), _keywords(node, scope), at, node.lineno)


def _arguments(
    node: nodes.Call | nodes.Filter | nodes.Test, scope: TemplateScope
) -> tuple[Expression, ...]:
    given = expressions(node.args, scope)
    if node.dyn_args is None:
        return given
    return (*given, Starred(expression(node.dyn_args, scope)))


def _keywords(
    node: nodes.Call | nodes.Filter | nodes.Test, scope: TemplateScope
) -> tuple[Keyword, ...]:
    given = tuple(
        [
            Keyword(str(each.key), expression(each.value, scope))
            for each in node.kwargs
            if isinstance(each, nodes.Keyword)
        ]
    )
    if node.dyn_kwargs is None:
        return given
    return (*given, Keyword(None, expression(node.dyn_kwargs, scope)))


@_lowers(nodes.Filter)
def _filter(node: nodes.Filter, scope: TemplateScope) -> Expression:
    value = Opaque("text", (), node.lineno) if node.node is None else expression(node.node, scope)
    bound = f"|{node.name}"
    scope.uses(bound, "jinja2.filters", node.name)
    arguments = (value, *_arguments(node, scope))
    return Call(
        Name(bound, node.lineno), arguments, _keywords(node, scope), node.lineno, node.lineno
    )


@_lowers(nodes.Test)
def _test(node: nodes.Test, scope: TemplateScope) -> Expression:
    value, given = expression(node.node, scope), _arguments(node, scope)
    if node.name in _CONSTANTS:
        constant = Constant(_CONSTANTS[node.name], node.lineno)
        return Operation("is", (value, constant), node.lineno)
    if node.name in _PRESENCES:
        nothing = Constant(None, node.lineno)
        return Operation(_PRESENCES[node.name], (value, nothing), node.lineno)
    if node.name in _OPERATORS and len(given) == 1:
        return Operation(_OPERATORS[node.name], (value, *given), node.lineno)
    bound = f"is {node.name}"
    scope.uses(bound, "jinja2.tests", node.name)
    keywords = _keywords(node, scope)
    return Call(Name(bound, node.lineno), (value, *given), keywords, node.lineno, node.lineno)


@_lowers(nodes.CondExpr)
def _conditional(node: nodes.CondExpr, scope: TemplateScope) -> Expression:
    otherwise = Constant("", node.lineno) if node.expr2 is None else expression(node.expr2, scope)
    return Conditional(expression(node.test, scope), expression(node.expr1, scope), otherwise)


@_lowers(nodes.Compare)
def _compare(node: nodes.Compare, scope: TemplateScope) -> Expression:
    left = expression(node.expr, scope)
    links: list[Expression] = []
    for operand in node.ops:
        right = expression(operand.expr, scope)
        links.append(Operation(_COMPARISONS[operand.op], (left, right), node.lineno))
        left = right
    return links[0] if len(links) == 1 else Logical("and", tuple(links))


@_lowers(nodes.BinExpr)
def _binary(node: nodes.BinExpr, scope: TemplateScope) -> Expression:
    operands = (expression(node.left, scope), expression(node.right, scope))
    if node.operator in ("and", "or"):
        return Logical(node.operator, operands)
    return Operation(node.operator, operands, node.lineno)


@_lowers(nodes.UnaryExpr)
def _unary(node: nodes.UnaryExpr, scope: TemplateScope) -> Expression:
    return Operation(node.operator, (expression(node.node, scope),), node.lineno)


@_lowers(nodes.Concat)
def _concatenation(node: nodes.Concat, scope: TemplateScope) -> Expression:
    values = expressions(node.nodes, scope)
    return Formatted(values, ("s",) * len(values), ("",) * (len(values) + 1), node.lineno)


@_lowers(nodes.Tuple)
def _tuple(node: nodes.Tuple, scope: TemplateScope) -> Expression:
    return Sequence("tuple", expressions(node.items, scope), node.lineno)


@_lowers(nodes.List)
def _list(node: nodes.List, scope: TemplateScope) -> Expression:
    return Sequence("list", expressions(node.items, scope), node.lineno)


@_lowers(nodes.Dict)
def _dict(node: nodes.Dict, scope: TemplateScope) -> Expression:
    entries = [
        Entry(expression(pair.key, scope), expression(pair.value, scope)) for pair in node.items
    ]
    return Mapping(tuple(entries), node.lineno)


@_lowers(nodes.MarkSafe)
def _safe(node: nodes.MarkSafe, scope: TemplateScope) -> Expression:
    return expression(node.expr, scope)


@_lowers(nodes.MarkSafeIfAutoescape)
def _safe_if_escaped(node: nodes.MarkSafeIfAutoescape, scope: TemplateScope) -> Expression:
    return expression(node.expr, scope)
