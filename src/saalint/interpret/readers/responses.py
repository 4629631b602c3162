"""Handlers of web frameworks: what becomes of the value that they return, after they have returned it.

FastAPI reads the result by the response model, or by the declared result: after the handler's own blocks have ended,
and before its `yield` dependencies go on.
"""

from __future__ import annotations

from saalint.facts import expressions as ex
from saalint.interpret.calling import shapes, summaries
from saalint.interpret.calling.contexts import Context
from saalint.interpret.domain.values import FunctionReference, Value
from saalint.interpret.language import binding
from saalint.interpret.machine import Called, Machine
from saalint.interpret.readers import serialization, showing
from saalint.interpret.record import replace
from saalint.project.frameworks.handlers import Registration
from saalint.project.serialisers.schema_types import PLAIN, SchemaType
from saalint.source.positions import Place

_RETURN = len("return")


def is_handler(machine: Machine, function: FunctionReference) -> bool:
    """Whether a framework calls a function and makes a response of its result."""
    return bool(_found(machine, function))


def enter(machine: Machine, function: FunctionReference, bound: dict[str, Value]) -> Context | None:
    """Analyse a function as it is called from outside, by a framework where it is a handler."""
    analysis = machine.analysis
    facts = analysis.function(function.module, function.index)
    key = shapes.shape_of(machine, function, bound)
    key = replace(key, is_handler=is_handler(machine, function))
    context = summaries.context_of_root(analysis, key)
    if context is not None and context.outcome is None:
        summaries.run_context(machine, context, function, facts)
    return context


def define(machine: Machine, function: FunctionReference) -> None:
    """A function of a body is registered as a handler: it is called later, with what it closes over."""
    facts = machine.analysis.function(function.module, function.index)
    key = machine.site(facts.at, "handler")
    declared = binding.declared(machine, function, facts, None, key)
    context = enter(machine, function, {**dict(function.captured), **declared})
    if context is not None:
        machine.called.append(Called(context, machine.frame.path, facts.at, (), None))


def respond(machine: Machine, function: FunctionReference, value: Value, at: Place) -> None:
    """The result of a handler is read by the schema of its response."""
    for found in _found(machine, function):
        wanted = _wanted(machine, function, found)
        is_reading = found.handler.is_reading
        serializer = serialization.Serializer(machine, at, _RETURN, is_reading=is_reading)
        made = serializer.convert(value, wanted)
        showing.Showing(machine, at, _RETURN, is_json=True).show(made)


def _wanted(machine: Machine, function: FunctionReference, found: Registration) -> SchemaType:
    schemas = machine.analysis.project.schemas
    declared = schemas.type_of(*_declared(machine, function, found))
    if not found.handler.transfer:
        return declared
    named = _transfer(machine, function, found)
    return PLAIN if named is None else schemas.transferred(*named, declared)


def _transfer(
    machine: Machine, function: FunctionReference, found: Registration
) -> tuple[str, ex.Expression, str] | None:
    # `@get("/", return_dto=AuthorDTO)`, or `return_dto = AuthorDTO` in the class of the handlers
    given = {keyword.name: keyword.value for keyword in found.call.keywords}
    classes = machine.analysis.project.classes
    for name in found.handler.transfer:
        if name in given:
            return found.module, given[name], found.scope
        field = None if function.owner is None else classes.find_field(function.owner, name)
        info = None if field is None else classes.info(field[0])
        if field is not None and info is not None and field[1].value is not None:
            return info.module, field[1].value, info.facts.scope
    return None


def _declared(
    machine: Machine, function: FunctionReference, found: Registration
) -> tuple[str, ex.Expression | None, str]:
    # `response_model=None` says that there is none, whatever the function declares
    for keyword in found.call.keywords:
        if keyword.name == found.handler.schema:
            return found.module, keyword.value, found.scope
    facts = machine.analysis.function(function.module, function.index)
    return function.module, facts.returns, facts.scope.rpartition(".")[0]


def _found(machine: Machine, function: FunctionReference) -> tuple[Registration, ...]:
    return machine.analysis.project.handlers.of_function(function.module, function.index)
