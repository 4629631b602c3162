"""`value.name` and `value["name"]` in a template: Jinja tries the attribute and the item, in this order or that."""

from __future__ import annotations

from saalint.interpret.domain.heap import Entity, Instance, Table
from saalint.interpret.domain.values import (
    NONE,
    Literal,
    PendingCall,
    Reference,
    Union,
    Value,
    one_of,
    union,
)
from saalint.interpret.language import attributes, subscripts, tables, waiting
from saalint.interpret.machine import Machine
from saalint.source.positions import Place

_OF_DICTS = frozenset(dir(dict))


def attribute(machine: Machine, value: Value, name: str, at: Place) -> Value:
    """`value.name`: the attribute, or else the item."""
    if isinstance(value, Union):
        found = [attribute(machine, part, name, at) for part in value.members if part != NONE]
        return one_of(found, "an attribute of `None`")
    table = machine.object_of(value) if isinstance(value, Reference) else None
    if isinstance(table, Table) and name not in _OF_DICTS:
        held = tables.get(table, Literal(name, "str"))
        return one_of(held, "a key that was not put in")
    found_there = attributes.read(machine, value, name, at)
    if isinstance(found_there, PendingCall) and found_there.kind != "generator":
        # an asynchronous environment waits for whatever can be waited for
        return waiting.wait(machine, found_there, at)
    return found_there


def item(machine: Machine, value: Value, index: Value, at: Place) -> Value:
    """`value[index]`: the item, or else the attribute of that name."""
    if isinstance(value, Union):
        return union(item(machine, part, index, at) for part in value.members)
    thing = machine.object_of(value) if isinstance(value, Reference) else None
    is_name = isinstance(index, Literal) and isinstance(index.value, str)
    if is_name and isinstance(index, Literal) and isinstance(thing, Entity | Instance):
        return attributes.read(machine, value, str(index.value), at)
    return subscripts.item(machine, value, index, at)
