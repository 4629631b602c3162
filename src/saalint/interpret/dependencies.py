"""Injected parameters: `Depends(get_session)` as a default or inside `Annotated`, and aliases of those."""

from __future__ import annotations

from saalint.facts import expressions as ex
from saalint.facts.records import Parameter
from saalint.interpret import calls, functions, transfer, views, waiting
from saalint.interpret.heap import Content, Key
from saalint.interpret.knowledge import Analysis
from saalint.interpret.machine import Machine
from saalint.interpret.values import (
    BoundMethod,
    FunctionReference,
    Partial,
    PendingCall,
    Reference,
    Unknown,
    Value,
    union,
)
from saalint.project import symbols

_INJECTORS = frozenset(
    {"fastapi.Depends", "fastapi.params.Depends", "fastapi.Security", "fastapi.param_functions.Depends",
     "taskiq.TaskiqDepends", "fast_depends.Depends"}
)  # fmt: skip


def of_parameter(
    machine: Machine, function: FunctionReference, parameter: Parameter
) -> Value | None:
    """What is injected for a parameter; None where nothing is, or nothing is known of it."""
    if machine.analysis.project.renderings.contexts:
        context = views.context_of(machine, function, parameter)
        if context is not None:
            return context
    found = provider(machine.analysis, function.module, parameter)
    if found is None:
        return None
    value = _run(machine, _injected(machine, *found))
    return None if isinstance(value, Unknown) else value


def provider(
    analysis: Analysis, module: str, parameter: Parameter
) -> tuple[str, ex.Expression] | None:
    """What a parameter is injected from, and the module that says so; None where nothing is injected."""
    found = _injector(analysis, module, parameter.default) or _of_annotation(
        analysis, module, parameter.annotation, 0
    )
    if found is None or not found[1].arguments:
        return None
    return found[0], found[1].arguments[0]


def _injector(
    analysis: Analysis, module: str, expression: ex.Expression | None
) -> tuple[str, ex.Call] | None:
    if not isinstance(expression, ex.Call):
        return None
    definition = analysis.project.symbols.resolve(module, expression.function)
    if isinstance(definition, symbols.External) and definition.name in _INJECTORS:
        return module, expression
    return None


def _of_annotation(
    analysis: Analysis, module: str, annotation: ex.Expression | None, depth: int
) -> tuple[str, ex.Call] | None:
    most = 3
    if annotation is None or depth > most:
        return None
    if isinstance(annotation, ex.Subscript) and isinstance(annotation.index, ex.Sequence):
        for item in annotation.index.items[1:]:
            found = _injector(analysis, module, item)
            if found is not None:
                return found
        return None
    definition = analysis.project.symbols.resolve(module, annotation)
    if isinstance(definition, symbols.VariableDefinition):
        expression = analysis.assigned_expression(definition.module, definition.name)
        return _of_annotation(analysis, definition.module, expression, depth + 1)
    return None


def _injected(machine: Machine, module: str, expression: ex.Expression) -> Value:
    """What is called for a parameter: a function, or what `Depends(Listing(is_deep=True))` makes."""
    definition = machine.analysis.project.symbols.resolve(module, expression)
    match definition:
        case symbols.FunctionDefinition():
            return FunctionReference(definition.module, definition.index)
        case symbols.ClassDefinition():
            return Unknown("an object of a class, which the parameter declares")
        case _:
            with machine.inside(machine.analysis.module_frame(module)):
                return transfer.evaluate(machine, expression)


def _run(machine: Machine, target: Value) -> Value:
    # one request runs a dependency once: the same function gives the same objects to all parameters
    known = machine.injected.get(target)
    if known is not None:
        return known
    if len(machine.injecting) > 8 or target in machine.injecting:  # noqa: PLR2004 - dependencies of dependencies end
        return Unknown("a dependency of a dependency")
    machine.injecting.append(target)
    try:
        value = _value(machine, target)
    finally:
        machine.injecting.pop()
    if not isinstance(value, Unknown):
        machine.injected[target] = value
    return value


def _value(machine: Machine, target: Value) -> Value:
    if not isinstance(target, FunctionReference | BoundMethod | Partial | Reference):
        return Unknown("a dependency that the project does not define")
    called = calls.call(machine, target, (), (), 0)
    if isinstance(called, PendingCall) and called.kind == "generator":
        found: list[Value] = []
        held = machine.memory
        states: list[dict[Key, Content]] = []

        def receive(value: Value) -> None:
            found.append(value)
            # what comes after the `yield` is the teardown, after the handler: its effects are not seen here
            states.append(machine.memory.since(held))

        functions.run_generator(machine, called, receive)
        machine.is_alive = True
        if states:
            machine.memory.writes.update(states[0])
        return union(found) if found else Unknown("a dependency that yields nothing known")
    return waiting.wait(machine, called, 0)
