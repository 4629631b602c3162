"""Views to the objects that a framework calls them with, made as it makes them."""

from __future__ import annotations

from saalint.facts.records import Parameter
from saalint.interpret.calling import calls
from saalint.interpret.domain.heap import Instance
from saalint.interpret.domain.values import (
    ClassReference,
    FunctionReference,
    Partial,
    Reference,
    Unknown,
    Value,
)
from saalint.interpret.language import declared, protocols
from saalint.interpret.machine import Machine
from saalint.project.names.definitions import ClassDefinition, FunctionDefinition
from saalint.source.positions import Place

_CONTEXT_AND_REQUEST = 2
# the names under which a template has the request
NAMES = ("request", "req")
# what hangs on it is told apart by name, as `request.db` is
REQUEST = Unknown("a request", ("request",))


def context_of(machine: Machine, function: FunctionReference, parameter: Parameter) -> Value | None:
    """The object that a route leads to, for the first of the two parameters that take it and the request."""
    facts = machine.analysis.function(function.module, function.index)
    source = machine.analysis.project.renderings.contexts.get((function.module, facts.at))
    parameters = facts.parameters if facts.owner is None else facts.parameters[1:]
    if source is None or len(parameters) != _CONTEXT_AND_REQUEST or parameter != parameters[0]:
        return None
    made = _made(machine, source.factory)
    for _ in range(source.keys):
        found = protocols.enter(machine, made, "__getitem__", (Unknown("a part of the path"),), 0)
        machine.is_alive = True
        if found is None:
            return None
        made = found
    return made if isinstance(made, Reference) else None


def _made(machine: Machine, factory: ClassDefinition | FunctionDefinition) -> Value:
    if isinstance(factory, ClassDefinition):
        # what its constructor sets is known when it is asked for
        return declared.instance(machine, ClassReference(factory.name), ("factory of a route",))
    function = FunctionReference(factory.module, factory.index)
    return calls.call(machine, function, (REQUEST,), (), 0)


def of_request(machine: Machine, request: Unknown, name: str, at: Place) -> Value | None:
    """What the project adds to requests under a name: made once for each of them, or a method."""
    member = machine.analysis.project.renderings.request_members.get(name)
    if member is None or request.symbol is None or request.symbol[0] != "request":
        return None
    function = FunctionReference(member.function.module, member.function.index)
    if not member.is_property:
        return Partial(function, (request,), ())
    key = (machine.frames[0].number, f"request.{name}")
    known = machine.memory.read(key)
    if known is None:
        known = calls.call(machine, function, (request,), (), at)
        machine.memory.write(key, known)
    return known  # type: ignore[return-value]  # variables never hold bare objects


def request_of_templates(machine: Machine, at: Place) -> Value | None:
    """The request as a template has it, with those properties that may hold an entity; None where none may."""
    found = {
        name: value
        for name, member in machine.analysis.project.renderings.request_members.items()
        if member.is_property
        and (member.function.module, member.function.index) in machine.analysis.relevance
        and (value := of_request(machine, REQUEST, name, at)) is not None
    }
    if not found:
        return None
    made = Instance(class_name="pyramid.request.Request", fields=tuple(sorted(found.items())))
    return machine.allocate(machine.site(at, "request"), made)
