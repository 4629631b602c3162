"""Routes to what views are called with: `config.add_route("author", "/{key}", factory=Authors, traverse="/{key}")`.

Pyramid makes the factory with the request, goes down by `[…]` as `traverse` says, and hands what it found to the view
as its first argument of two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from saalint.facts.expressions import Call, Expression
from saalint.facts.records import FunctionFacts
from saalint.facts.written_out import argument_of, text_of
from saalint.library.operations import Operations
from saalint.project.frameworks.configured import Configuration, named
from saalint.project.names.definitions import ClassDefinition, External, FunctionDefinition, Module
from saalint.project.names.symbols import Symbols
from saalint.source.positions import Place

FunctionPlace = tuple[str, Place]


@dataclass(frozen=True, slots=True)
class ContextSource:
    """What makes the object that a view is called with, and how many keys lead down from there to it."""

    factory: ClassDefinition | FunctionDefinition
    keys: int


def read_contexts(
    symbols: Symbols,
    modules: list[Module],
    operations: Operations,
    configured: tuple[Configuration, ...],
) -> Mapping[FunctionPlace, ContextSource]:
    """The sources by the place of the function that takes the object: a view, or the constructor of views."""
    routes = dict(_routes(symbols, configured))
    if not routes:
        return {}
    found: dict[FunctionPlace, ContextSource] = {}
    for module in modules:
        for facts, decorators in _views(module):
            names = _route_names(symbols, module, facts, decorators, operations)
            sources = {routes[name] for name in names if name in routes}
            # a view of several routes takes what all of them give
            if len(sources) == 1 and all(name in routes for name in names):
                found[module.name, facts.at] = sources.pop()
    return found


def _views(module: Module) -> Iterator[tuple[FunctionFacts, tuple[Expression, ...]]]:
    for facts in module.facts.functions:
        if facts.decorators and facts.owner is None:
            yield facts, facts.decorators
    for owner in module.facts.classes:
        for name, index in owner.methods if owner.decorators else ():
            if name == "__init__":
                yield module.facts.functions[index], owner.decorators


def _route_names(
    symbols: Symbols,
    module: Module,
    facts: FunctionFacts,
    decorators: tuple[Expression, ...],
    operations: Operations,
) -> list[str]:
    around = facts.scope.rpartition(".")[0]
    found: list[str] = []
    for decorator in decorators:
        if not isinstance(decorator, Call):
            continue
        definition = symbols.resolve(module.name, decorator.function, around)
        if isinstance(definition, External) and definition.name in operations.renderers:
            name = text_of(argument_of(decorator, "route_name"))
            found.extend([] if name is None else [name])
    return found


def _routes(
    symbols: Symbols, configured: tuple[Configuration, ...]
) -> Iterator[tuple[str, ContextSource]]:
    for one in configured:
        name = text_of(one.given("name", 0)) if one.kind == "route" else None
        factory = one.given("factory")
        made = None if factory is None else named(symbols, one.module, one.facts, factory)
        if name is not None and made is not None:
            path = text_of(one.given("traverse")) or ""
            yield name, ContextSource(made, len(path.strip("/").split("/")) * bool(path))
