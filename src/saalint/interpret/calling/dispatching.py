"""`@singledispatch`: of the functions that are registered for a class, the one that an argument's class chooses."""

from __future__ import annotations

from collections.abc import Iterator

from saalint.facts import expressions as ex
from saalint.facts.records import FunctionFacts
from saalint.interpret import transfer
from saalint.interpret.domain.heap import Items, Table
from saalint.interpret.domain.values import (
    NONE,
    ClassReference,
    External,
    FunctionReference,
    Reference,
    Unknown,
    Value,
    members,
)
from saalint.interpret.language import narrowing
from saalint.interpret.machine import Machine

_NOT_KNOWN = Unknown("what is registered for a class that is not known")
_FUNCTION, _METHOD = "functools.singledispatch", "functools.singledispatchmethod"


def chosen(
    machine: Machine, function: FunctionReference, arguments: tuple[Value, ...]
) -> FunctionReference | Unknown:
    """The function that is run for a call: the function itself, unless it dispatches."""
    decorators = machine.analysis.decorator_names(function.module, function.index)
    if _FUNCTION not in decorators and _METHOD not in decorators:
        return function
    position = 1 if _METHOD in decorators else 0
    given = members(arguments[position]) if position < len(arguments) else ()
    # `shown(await session.get(Author, 1))`: there may be nobody, of whom nothing is read
    there = [value for value in given if value != NONE]
    found = {_of_object(machine, function, value, position) for value in there}
    return found.pop() if len(found) == 1 else _NOT_KNOWN


def _of_object(
    machine: Machine, function: FunctionReference, value: Value, position: int
) -> FunctionReference | Unknown:
    if not isinstance(value, Reference):
        return _NOT_KNOWN
    best: tuple[str, FunctionReference] | None = None
    for kind, registered in _registered(machine, function, position):
        is_nearer = best is None or machine.analysis.project.classes.is_subclass(kind.name, best[0])
        if is_nearer and (
            narrowing.is_instance(machine, value, kind) or _is_made_as(machine, value, kind)
        ):
            best = (kind.name, registered)
    return function if best is None else best[1]


def _is_made_as(machine: Machine, value: Reference, kind: Value) -> bool:
    # `@shown.register(list)`
    match machine.object_of(value):
        case Items(kind=made):
            return kind == External(f"builtins.{made}")
        case Table():
            return kind == External("builtins.dict")
        case _:
            return False


def _registered(
    machine: Machine, function: FunctionReference, position: int
) -> Iterator[tuple[ClassReference | External, FunctionReference]]:
    name = machine.analysis.function(function.module, function.index).name
    with machine.analysis.in_module(function.module) as runner:
        facts = machine.analysis.module(function.module).facts
        for index, each in enumerate(facts.functions):
            for decorator in each.decorators:
                expression = _kind_of(each, decorator, name, position)
                kind = None if expression is None else transfer.evaluate(runner, expression)
                if isinstance(kind, ClassReference | External):
                    yield kind, FunctionReference(function.module, index, function.owner)


def _kind_of(
    facts: FunctionFacts, decorator: ex.Expression, name: str, position: int
) -> ex.Expression | None:
    # `@shown.register(Author)`, or `@shown.register` and the type of the parameter
    match decorator:
        case ex.Call(function=ex.Attribute() as inner, arguments=(kind, *_)) if _is_of(inner, name):
            return kind
        case ex.Attribute() if _is_of(decorator, name) and position < len(facts.parameters):
            return facts.parameters[position].annotation
        case _:
            return None


def _is_of(decorator: ex.Attribute, name: str) -> bool:
    return decorator.name == "register" and ex.dotted_name(decorator.base) == name
