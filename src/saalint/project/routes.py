"""Routes to what views are called with: `config.add_route("author", "/{key}", factory=Authors, traverse="/{key}")`.

Pyramid makes the factory with the request, goes down by `[…]` as `traverse` says, and hands what it found to the view
as its first argument of two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from saalint.facts.expressions import Attribute, Call, Constant, Expression
from saalint.facts.instructions import Evaluate
from saalint.facts.lowering.definitions import flattened
from saalint.facts.records import FunctionFacts
from saalint.library.operations import Operations
from saalint.project.definitions import (
    ClassDefinition,
    Definition,
    External,
    FunctionDefinition,
    Module,
    ModuleDefinition,
)
from saalint.project.symbols import Symbols
from saalint.source.positions import Place

FunctionPlace = tuple[str, Place]


@dataclass(frozen=True, slots=True)
class ContextSource:
    """What makes the object that a view is called with, and how many keys lead down from there to it."""

    factory: ClassDefinition | FunctionDefinition
    keys: int


def read_contexts(
    symbols: Symbols, modules: list[Module], operations: Operations
) -> Mapping[FunctionPlace, ContextSource]:
    """The sources by the place of the function that takes the object: a view, or the constructor of views."""
    routes = {name: source for module in modules for name, source in _routes(symbols, module)}
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
            name = _text(_given(decorator, "route_name", None))
            found.extend([] if name is None else [name])
    return found


def _routes(symbols: Symbols, module: Module) -> Iterator[tuple[str, ContextSource]]:
    for facts in module.facts.functions:
        for instruction in flattened(facts.body):
            match instruction:
                case Evaluate(value=Call(function=Attribute(name="add_route")) as call):
                    name, factory = _text(_given(call, "name", 0)), _given(call, "factory", None)
                    made = None if factory is None else _factory(symbols, module, facts, factory)
                    if name is not None and made is not None:
                        path = _text(_given(call, "traverse", None)) or ""
                        yield (
                            name,
                            ContextSource(made, len(path.strip("/").split("/")) * bool(path)),
                        )
                case _:
                    continue


def _factory(
    symbols: Symbols, module: Module, facts: FunctionFacts, expression: Expression
) -> ClassDefinition | FunctionDefinition | None:
    text = _text(expression)
    definition: Definition
    if text is None:
        definition = symbols.resolve(module.name, expression, facts.scope)
    else:
        owner, _, name = text.replace(":", ".").rpartition(".")
        definition = symbols.member(ModuleDefinition(owner), name) if owner else External(text)
    return definition if isinstance(definition, ClassDefinition | FunctionDefinition) else None


def _given(call: Call, name: str, position: int | None) -> Expression | None:
    for keyword in call.keywords:
        if keyword.name == name:
            return keyword.value
    is_positional = position is not None and position < len(call.arguments)
    return call.arguments[position] if is_positional and position is not None else None


def _text(expression: Expression | None) -> str | None:
    is_text = isinstance(expression, Constant) and isinstance(expression.value, str)
    return str(expression.value) if is_text and isinstance(expression, Constant) else None
