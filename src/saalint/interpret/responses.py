"""Handlers of web frameworks: what becomes of the value that they return, after they have returned it.

FastAPI reads the result by the response model, or by the declared result: after the handler's own blocks have ended,
and before its `yield` dependencies go on.
"""

from __future__ import annotations

from dataclasses import replace

from saalint.facts import expressions as ex
from saalint.facts.records import FunctionFacts
from saalint.interpret import binding, serialization, showing, summaries
from saalint.interpret.contexts import Context
from saalint.interpret.machine import Called, Machine
from saalint.interpret.values import FunctionReference, Value
from saalint.library.frameworks import Handler, frameworks
from saalint.project import definitions as symbols
from saalint.source.positions import Place

_RETURN = len("return")


def is_handler(machine: Machine, function: FunctionReference) -> bool:
    """Whether a framework calls a function and makes a response of its result."""
    return _found(machine, function) is not None


def enter(machine: Machine, function: FunctionReference, bound: dict[str, Value]) -> Context | None:
    """Analyse a function as it is called from outside, by a framework where it is a handler."""
    analysis = machine.analysis
    facts = analysis.function(function.module, function.index)
    _, key = summaries.canonical(machine, function, bound)
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
    found = _found(machine, function)
    if found is None:
        return
    facts = machine.analysis.function(function.module, function.index)
    handler, call = found
    annotation = _schema(handler, call, facts)
    schemas = machine.analysis.project.schemas
    wanted = schemas.type_of(function.module, annotation, facts.scope.rpartition(".")[0])
    serializer = serialization.Serializer(machine, at, _RETURN, is_reading=handler.is_reading)
    made = serializer.convert(value, wanted)
    showing.Showing(machine, at, _RETURN, is_json=True).show(made)


def _schema(handler: Handler, call: ex.Call, facts: FunctionFacts) -> ex.Expression | None:
    # `response_model=None` says that there is none, whatever the function declares
    for keyword in call.keywords:
        if keyword.name == handler.schema:
            return keyword.value
    return facts.returns


def _found(machine: Machine, function: FunctionReference) -> tuple[Handler, ex.Call] | None:
    facts = machine.analysis.function(function.module, function.index)
    handlers = frameworks().handlers
    for decorator in facts.decorators:
        if not isinstance(decorator, ex.Call):
            continue
        definition = machine.analysis.project.symbols.resolve(
            function.module, decorator.function, facts.scope.rpartition(".")[0]
        )
        if isinstance(definition, symbols.External) and definition.name in handlers:
            return handlers[definition.name], decorator
    return None
