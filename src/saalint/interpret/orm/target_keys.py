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
            found.append(_own_key(machine, member, entity))
    return union(found)


def _own_key(machine: Machine, reference: Reference, entity: Entity) -> Value:
    if entity.identity is not None:
        return entity.identity
    names = machine.analysis.mappers[entity.mapper].primary_key
    return Unknown("a foreign key", ("column", reference.location, *names[:1]))
