"""Views to the objects that a framework calls them with, made as it makes them."""

from __future__ import annotations

from saalint.facts.records import Parameter
from saalint.interpret import calls, declared
from saalint.interpret.machine import Machine
from saalint.interpret.protocols import enter
from saalint.interpret.values import ClassReference, FunctionReference, Reference, Unknown, Value
from saalint.project.definitions import ClassDefinition, FunctionDefinition

_CONTEXT_AND_REQUEST = 2
# what hangs on it is told apart by name, as `request.db` is
_REQUEST = Unknown("a request", ("request",))


def context_of(machine: Machine, function: FunctionReference, parameter: Parameter) -> Value | None:
    """The object that a route leads to, for the first of the two parameters that take it and the request."""
    facts = machine.analysis.function(function.module, function.index)
    source = machine.analysis.project.renderings.contexts.get((function.module, facts.at))
    parameters = facts.parameters if facts.owner is None else facts.parameters[1:]
    if source is None or len(parameters) != _CONTEXT_AND_REQUEST or parameter != parameters[0]:
        return None
    made = _made(machine, source.factory)
    for _ in range(source.keys):
        found = enter(machine, made, "__getitem__", (Unknown("a part of the path"),), 0)
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
    return calls.call(machine, function, (_REQUEST,), (), 0)
