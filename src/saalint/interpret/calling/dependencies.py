"""Injected parameters: `Depends(get_session)` as a default or inside `Annotated`, and aliases of those."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saalint.facts import expressions as ex
from saalint.facts.records import Parameter
from saalint.interpret import transfer
from saalint.interpret.calling import calls
from saalint.interpret.domain.heap import Content, Key
from saalint.interpret.domain.values import (
    BoundMethod,
    ClassReference,
    External,
    FunctionReference,
    Partial,
    PendingCall,
    Reference,
    Unknown,
    Value,
    one_of,
)
from saalint.interpret.language import generators, waiting
from saalint.interpret.libraries import helpers, views
from saalint.interpret.machine import Machine
from saalint.library.frameworks import frameworks
from saalint.project.names import symbols
from saalint.source.positions import Place

if TYPE_CHECKING:
    from saalint.interpret.knowledge import Analysis


def of_parameter(
    machine: Machine, function: FunctionReference, parameter: Parameter
) -> Value | None:
    """What is injected for a parameter; None where nothing is, or nothing is known of it."""
    if machine.analysis.project.renderings.contexts:
        context = views.context_of(machine, function, parameter)
        if context is not None:
            return context
    found = provider(machine.analysis, function.module, parameter) or _by_name(
        machine.analysis, function, parameter
    )
    if found is None:
        return None
    value = given_by(machine, _injected(machine, *found, parameter), parameter.at)
    return None if isinstance(value, Unknown) else value


def _by_name(
    analysis: Analysis, function: FunctionReference, parameter: Parameter
) -> tuple[str, ex.Expression] | None:
    provided = analysis.project.provided
    found = provided.of_parameter(function.module, function.index, parameter.name)
    if found is None:
        return None
    module, expression = found
    return module, _source(analysis, module, expression) or expression


def provider(
    analysis: Analysis, module: str, parameter: Parameter
) -> tuple[str, ex.Expression] | None:
    """What a parameter is injected from, and the module that says so; None where nothing is injected."""
    source = _source(analysis, module, parameter.default)
    if source is not None:
        return module, source
    return _of_annotation(analysis, module, parameter.annotation, 0)


def _source(
    analysis: Analysis, module: str, expression: ex.Expression | None
) -> ex.Expression | None:
    # `Depends(get_session)`, `Provide[Container.repository]`, or one inside of the other
    match expression:
        case ex.Call(function=injector, arguments=(given, *_)):
            pass
        case ex.Subscript(base=injector, index=given):
            pass
        case _:
            return None
    definition = analysis.project.symbols.resolve(module, injector)
    if isinstance(definition, symbols.External) and definition.name in frameworks().injectors:
        return _source(analysis, module, given) or given
    return None


def _of_annotation(
    analysis: Analysis, module: str, annotation: ex.Expression | None, depth: int
) -> tuple[str, ex.Expression] | None:
    most = 3
    if annotation is None or depth > most:
        return None
    if isinstance(annotation, ex.Subscript) and isinstance(annotation.index, ex.Sequence):
        for item in annotation.index.items[1:]:
            source = _source(analysis, module, item)
            if source is not None:
                return module, source
        return None
    definition = analysis.project.symbols.resolve(module, annotation)
    if isinstance(definition, symbols.VariableDefinition):
        expression = analysis.assigned_expression(definition.module, definition.name)
        return _of_annotation(analysis, definition.module, expression, depth + 1)
    return None


def _injected(
    machine: Machine, module: str, expression: ex.Expression, parameter: Parameter
) -> Value:
    """What is called for a parameter: a function, or what `Depends(Listing(is_deep=True))` makes."""
    definition = machine.analysis.project.symbols.resolve(module, expression)
    match definition:
        case symbols.FunctionDefinition():
            return FunctionReference(definition.module, definition.index)
        case symbols.ClassDefinition(name=name) if parameter.annotation is None:
            return ClassReference(name)
        case symbols.ClassDefinition():
            return Unknown("an object of a class, which the parameter declares")
        case _:
            with machine.inside(machine.analysis.module_frame(module)):
                return transfer.evaluate(machine, expression)


def given_by(machine: Machine, target: Value, at: Place) -> Value:
    """What a dependency gives; one request runs it once, so all parameters are given the same objects."""
    known = machine.injected.get(target)
    if known is not None:
        return known
    if len(machine.injecting) > 8 or target in machine.injecting:  # noqa: PLR2004 - dependencies of dependencies end
        return Unknown("a dependency of a dependency")
    machine.injecting.append(target)
    try:
        value = _value(machine, target, at)
    finally:
        machine.injecting.pop()
    if not isinstance(value, Unknown):
        machine.injected[target] = value
    return value


def _value(machine: Machine, target: Value, at: Place) -> Value:
    if isinstance(target, PendingCall) and isinstance(target.callee, External):
        helper = machine.analysis.project.helpers.by_name[target.callee.name]
        return helpers.run(machine, helper, target.arguments, target.keywords, at)
    if not isinstance(
        target, FunctionReference | BoundMethod | ClassReference | Partial | Reference
    ):
        return Unknown("a dependency that the project does not define")
    called = calls.call(machine, target, (), (), at)
    if isinstance(called, PendingCall) and called.kind == "generator":
        found: list[Value] = []
        held = machine.memory
        states: list[dict[Key, Content]] = []

        def receive(value: Value) -> None:
            found.append(value)
            # what comes after the `yield` is the teardown, after the handler: its effects are not seen here
            states.append(machine.memory.since(held))

        generators.run_generator(machine, called, receive)
        machine.is_alive = True
        if states:
            machine.memory.writes.update(states[0])
        return one_of(found, "a dependency that yields nothing known")
    return waiting.wait(machine, called, at)
