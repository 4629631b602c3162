"""Changes of attributes to the listeners and validators that are told of them."""

from __future__ import annotations

from saalint.interpret.calling import calls
from saalint.interpret.domain.values import (
    BoundMethod,
    FunctionReference,
    Reference,
    Unknown,
    Value,
    literal,
)
from saalint.interpret.machine import Machine
from saalint.project.mapping.listeners import VALIDATION
from saalint.project.names.definitions import FunctionDefinition
from saalint.source.positions import Place


def changed(
    machine: Machine, reference: Reference, name: str, event: str, value: Value, at: Place
) -> None:
    """An attribute of an object is about to be set, or a collection to take an item."""
    owner = machine.entity_at(reference).mapper
    for listener in _told(machine, owner, name, event):
        others = (Unknown("what a listener is told beside the value"),) * 2
        function = FunctionReference(listener.module, listener.index)
        given = len(machine.analysis.function(listener.module, listener.index).parameters)
        calls.call(machine, function, (reference, value, *others)[:given], (), at)


def flushed(machine: Machine, reference: Reference, kind: str, at: Place) -> None:
    """A flush is about to INSERT or UPDATE an object; what its listeners ask for is loaded, inside the flush."""
    project = machine.analysis.project
    owner = machine.entity_at(reference).mapper
    told = project.listeners.told_of_flush(project.classes, owner, kind)
    held, machine.is_load_allowed = machine.is_load_allowed, True
    try:
        for listener in told:
            others = (Unknown("the mapper"), Unknown("the connection of a flush"))
            function = FunctionReference(listener.module, listener.index)
            given = len(machine.analysis.function(listener.module, listener.index).parameters)
            calls.call(machine, function, (*others, reference)[:given], (), at)
    finally:
        machine.is_load_allowed = held


def validated(machine: Machine, reference: Reference, name: str, value: Value, at: Place) -> Value:
    """What the validators of an attribute make of a value."""
    owner = machine.entity_at(reference).mapper
    for listener in _told(machine, owner, name, VALIDATION):
        method = BoundMethod(FunctionReference(listener.module, listener.index, owner), reference)
        made = calls.call(machine, method, (literal(name), value), (), at)
        value = value if isinstance(made, Unknown) else made
    return value


def _told(machine: Machine, owner: str, name: str, event: str) -> tuple[FunctionDefinition, ...]:
    project = machine.analysis.project
    return project.listeners.told(project.classes, owner, name, event)


def may_have_set(machine: Machine, owner: str, name: str) -> bool:
    """Whether an attribute may have been set by a listener of a load or a flush, which nobody sees."""
    project = machine.analysis.project
    return project.listeners.is_touched(project.classes, owner, name)
