"""The criteria of a query to the keys of its objects: whose they are, and who may be in the session for that."""

from __future__ import annotations

from saalint.interpret.domain.heap import Entity
from saalint.interpret.domain.values import (
    EntityTarget,
    External,
    Literal,
    Reference,
    Statement,
    Unknown,
    Value,
    union,
)
from saalint.interpret.events import Attachment, LoadState
from saalint.interpret.machine import Machine
from saalint.interpret.orm import load_states, target_keys
from saalint.interpret.queries import statements
from saalint.interpret.record import replace
from saalint.project.mapped import Direction, Relationship

Loads = list[tuple[Statement, EntityTarget]]


def told(machine: Machine, made: Entity, loads: Loads) -> Entity:
    """`select(Book).where(Book.author_id == author.id)`: whose books they are, the query itself says."""
    if not any(statement.criteria for statement, _ in loads):
        return made
    for relationship in machine.analysis.mappers[made.mapper].relationships.values():
        if relationship.direction is Direction.MANY_TO_ONE:
            for name in relationship.foreign_keys:
                asked = [_asked(machine, one, each, relationship, name) for one, each in loads]
                if any(asked):
                    made = _with_key(machine, made, relationship.name, name, asked)
    return made


def _asked(
    machine: Machine,
    statement: Statement,
    target: EntityTarget,
    relationship: Relationship,
    name: str,
) -> Value | None:
    key = statements.asked_of(machine, statement, target, name)
    if key is not None or name != relationship.foreign_key or not relationship.targets_primary_key:
        return key
    # `where(Book.author == author)`
    whole = statements.asked_of(machine, statement, target, relationship.name)
    if isinstance(whole, Unknown) and whole.symbol is None:
        whole = replace(whole, symbol=("asked", statement.origin))
    return None if whole is None else target_keys.key_of(machine, whole)


def _with_key(
    machine: Machine, made: Entity, relationship: str, name: str, asked: list[Value | None]
) -> Entity:
    mappers = machine.analysis.mappers
    key = load_states.state_of(made, name, mappers)
    if key.state is LoadState.LOADED:
        value = union(one or Unknown("a foreign key") for one in asked)
        is_shared = all(map(_is_one_value, asked))
        made = made.with_state(name, replace(key, value=value, is_shared=is_shared))
    is_perhaps_held = any(one and _is_of_unknown_session(machine, one) for one in asked)
    return _perhaps_held(machine, made, relationship) if is_perhaps_held else made


def _perhaps_held(machine: Machine, made: Entity, relationship: str) -> Entity:
    # the very author may be in the session: nobody saw where it is from
    state = load_states.state_of(made, relationship, machine.analysis.mappers)
    if state.state is not LoadState.UNLOADED:
        return made
    return made.with_state(relationship, replace(state, is_by_identity=True, is_plausible=True))


def _is_one_value(asked: Value | None) -> bool:
    # `Book.author_id == Author.id` and `Book.author_id == newest.c.id` are another value for each row
    match asked:
        case Literal() | External():
            return True
        case Unknown(symbol=symbol):
            return symbol is not None
        case _:
            return False


def is_key_of_unseen(machine: Machine, key: Value | None) -> bool:
    """Whether a key is the own one of an object of which nobody saw where it is from: the session may have it."""
    match key:
        case Unknown(symbol=("column", int(location), str(name))):
            owner = machine.entity(Reference(location))
            is_own = (
                owner is not None and name in machine.analysis.mappers[owner.mapper].primary_key
            )
            return is_own and _is_of_unknown_session(machine, key)
        case _:
            return False


def _is_of_unknown_session(machine: Machine, key: Value) -> bool:
    match key:
        case Unknown(symbol=("column", int(location), *_)):
            owner = machine.object_of(Reference(location))
            return isinstance(owner, Entity) and Attachment.UNKNOWN in owner.attachment
        case _:
            return False
