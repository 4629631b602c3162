"""Views to the objects that a framework calls them with, made as it makes them."""

from __future__ import annotations

from saalint.facts.records import Parameter
from saalint.interpret import transfer
from saalint.interpret.calling import calls, functions
from saalint.interpret.domain.heap import Instance
from saalint.interpret.domain.values import (
    ClassReference,
    External,
    FunctionReference,
    Partial,
    Reference,
    Unknown,
    Value,
    union,
)
from saalint.interpret.language import binding, declared, protocols
from saalint.interpret.machine import Frame, Machine
from saalint.project.frameworks.configured import Given
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
    """What a request has under a name by the project's doing: made once for each of them, a method, or by a policy."""
    if request.symbol is None or request.symbol[0] != "request":
        return None
    requests, attributes = (
        machine.analysis.project.renderings.requests,
        machine.analysis.operations.requests,
    )
    member = requests.members.get(name)
    if member is None and requests.services and name in attributes.services:
        return Partial(External(attributes.services[name]), (request,), ())
    if member is None:
        is_secured = name in attributes.policy
        return _by_policy(machine, request, name, at) if is_secured else None
    function = FunctionReference(member.function.module, member.function.index)
    if not member.is_property:
        return Partial(function, (request,), ())
    key = (machine.frames[0].number, f"request.{name}")
    known = machine.memory.read(key)
    if known is None:
        known = calls.call(machine, function, (request,), (), at)
        machine.memory.write(key, known)
    return known  # type: ignore[return-value]  # variables never hold bare objects


def _by_policy(machine: Machine, request: Unknown, name: str, at: Place) -> Value | None:
    found = [
        calls.call(machine, method, (request,), (), at)
        for policy in machine.analysis.project.renderings.requests.policies
        if (method := functions.method_of(machine, given(machine, policy), name)) is not None
    ]
    return union(found) if found else None


def given(machine: Machine, configured: Given) -> Value:
    """The value of what a configurator is given, in the body where that stands; of its variables nothing is known."""
    function = FunctionReference(configured.function.module, configured.function.index)
    facts = machine.analysis.function(function.module, function.index)
    module = machine.analysis.module(function.module)
    at = configured.at
    frame = Frame(
        number=machine.frame_number_for(("given", function.module, at)),
        module=function.module,
        path=module.path,
        scope=facts.scope,
        function=facts,
        base=machine.memory,
    )
    with machine.inside(frame):
        for name, value in binding.declared(machine, function, facts, None, ("given", at)).items():
            machine.memory.write((frame.number, name), value)
        return transfer.evaluate(machine, configured.expression)


def request_of_templates(machine: Machine, at: Place) -> Value | None:
    """The request as a template has it, with those properties that may hold an entity; None where none may."""
    requests = machine.analysis.project.renderings.requests
    names = [
        name
        for name, member in requests.members.items()
        if member.is_property
        and (member.function.module, member.function.index) in machine.analysis.relevance
    ]
    secured = machine.analysis.operations.requests.policy if requests.policies else ()
    given = {name: of_request(machine, REQUEST, name, at) for name in (*names, *secured)}
    found = [(name, value) for name, value in given.items() if value is not None]
    if not found:
        return None
    made = Instance(class_name="pyramid.request.Request", fields=tuple(sorted(found)))
    return machine.allocate(machine.site(at, "request"), made)
