"""An object to the key by which others refer to it: a literal, or an unknown that is the same wherever it is used."""

from __future__ import annotations

from saalint.interpret.domain.heap import Entity
from saalint.interpret.domain.values import (
    KEY_AT_HAND,
    NONE,
    Reference,
    Unknown,
    Value,
    members,
    union,
)
from saalint.interpret.machine import Machine
from saalint.interpret.orm import load_states


def key_of(machine: Machine, target: Value) -> Value:
    """What a foreign key holds that refers to a target; the row of an expired one is fetched for that."""
    found: list[Value] = []
    for member in members(target):
        entity = machine.entity(member)
        if member == NONE:
            found.append(NONE)
        elif isinstance(member, Unknown) and member.symbol is not None:
            found.append(Unknown("the key of an object at hand", (KEY_AT_HAND, *member.symbol)))
        elif entity is None or not isinstance(member, Reference):
            found.append(Unknown("a foreign key"))
        else:
            mappers = machine.analysis.mappers
            if load_states.lacks_key(entity, mappers):
                machine.write(member, load_states.with_row_fetched(entity, mappers))
            found.append(own_key(machine, member, entity))
    return union(found)


def own_key(machine: Machine, reference: Reference, entity: Entity) -> Value:
    """The primary key of an object, or what stands for it."""
    if entity.identity is not None:
        return entity.identity
    (name, *_) = machine.analysis.mappers[entity.mapper].primary_key or ("",)
    return stored_value(reference, name)


def stored_value(reference: Reference, column: str) -> Unknown:
    """What stands for the value that a column of an object has: the same one wherever it is asked for."""
    return Unknown("a column's value", ("column", reference.location, column), is_stored=True)


def is_of_new(machine: Machine, key: Value | None) -> bool:
    """Whether a key is that of a new object: none that was written before, and no other new object's."""
    match key:
        case Unknown(symbol=("column", int(location), *_)):
            owner = machine.entity(Reference(location))
            return owner is not None and owner.is_constructed
        case _:
            return False
