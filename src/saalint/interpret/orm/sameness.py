"""Two objects, or an object and a primary key, to whether they are the same row, as far as keys tell."""

from __future__ import annotations

from saalint.interpret.domain.certainty import Certainty
from saalint.interpret.domain.heap import Entity
from saalint.interpret.domain.values import Literal, Reference, Union, Unknown, Value
from saalint.interpret.orm import load_states


def of_keys(one: Value | None, other: Value | None) -> Certainty:
    """Whether two primary keys are the same."""
    match one, other:
        case Literal(), Literal():
            return Certainty.SURE if one.value == other.value else Certainty.EXCLUDED
        case Unknown(), Unknown() if one.symbol is not None and one.symbol == other.symbol:
            return Certainty.SURE
        case _:
            return Certainty.POSSIBLE


def with_key(
    reference: Reference, entity: Entity, key: Value | None, mappers: load_states.Mappers
) -> Certainty:
    """Whether an object is the one of a primary key."""
    match key:
        case Union(members=alternatives):
            # `select(Author).where(Author.id == author.id)`, where `author` is what was found or what was made
            found = {with_key(reference, entity, one, mappers) for one in alternatives}
            return found.pop() if len(found) == 1 else Certainty.POSSIBLE
        case Unknown(symbol=("column", int(location), str(name))) if (
            location == reference.location and name in mappers[entity.mapper].primary_key
        ):
            return Certainty.SURE
        case _ if entity.is_constructed and entity.identity is None and key is not None:
            # a new object's key was made by the server, and is nobody's
            return Certainty.EXCLUDED
        case _:
            return of_keys(entity.identity, key)


def may_be_one(one: Entity, other: Entity, mappers: load_states.Mappers) -> bool:
    """Whether two objects may be the same: not where their keys differ, or the keys of what they reference."""
    if of_keys(one.identity, other.identity) is Certainty.EXCLUDED:
        return False
    for name in mappers[one.mapper].foreign_keys:
        keys = [each.get(name) for each in (one, other) if name not in each.changed]
        values = {each.value for each in keys if each and isinstance(each.value, Literal)}
        if len(values) > 1:
            return False
    return True
