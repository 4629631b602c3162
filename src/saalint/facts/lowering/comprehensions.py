"""Comprehensions to `facts.expressions`; their variables stay out of the body around them."""

from __future__ import annotations

import ast

from saalint.facts.expressions import Comprehension, Generator
from saalint.facts.lowering.dispatch import expression, lowers, place_of
from saalint.facts.lowering.expressions import condition, target
from saalint.facts.lowering.scope import Scope


@lowers(ast.ListComp)
def _list(node: ast.ListComp, scope: Scope) -> Comprehension:
    return _comprehension("list", node, None, node.elt, scope)


@lowers(ast.SetComp)
def _set(node: ast.SetComp, scope: Scope) -> Comprehension:
    return _comprehension("set", node, None, node.elt, scope)


@lowers(ast.GeneratorExp)
def _generator_expression(node: ast.GeneratorExp, scope: Scope) -> Comprehension:
    return _comprehension("generator", node, None, node.elt, scope)


@lowers(ast.DictComp)
def _dict(node: ast.DictComp, scope: Scope) -> Comprehension:
    return _comprehension("dict", node, node.key, node.value, scope)


def _comprehension(
    kind: str,
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
    key: ast.expr | None,
    element: ast.expr,
    scope: Scope,
) -> Comprehension:
    # In `[book for book in book]` the last `book` is the one of the body around.
    iterable = expression(node.generators[0].iter, scope)
    reads, tests = scope.reads, len(scope.tests)
    scope.reads = set()
    own: set[str] = set()
    generators: list[Generator] = []
    for each in node.generators:
        if generators:
            iterable = expression(each.iter, scope)
        bound, rebound = scope.bound, scope.rebound
        scope.bound, scope.rebound = own, set()
        variable = target(each.target, scope)
        scope.bound, scope.rebound = bound, rebound
        conditions = tuple([condition(test, scope) for test in each.ifs]) if each.ifs else ()
        generators.append(Generator(variable, iterable, conditions, bool(each.is_async)))
    lowered_key = None if key is None else expression(key, scope)
    lowered = expression(element, scope)
    scope.reads = reads | (scope.reads - own)
    scope.tests[tests:] = [name for name in scope.tests[tests:] if name not in own]
    return Comprehension(kind, lowered_key, lowered, tuple(generators), place_of(node))
