"""The identity map: whether a session holds the target of a many-to-one (semantics: R6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from saalint.interpret.domain.certainty import Certainty
from saalint.interpret.domain.heap import Background, Entity, Extent, Origin
from saalint.interpret.domain.values import (
    KEY_AT_HAND,
    NONE,
    Literal,
    Reference,
    Unknown,
    Value,
    members,
)
from saalint.interpret.events import Attachment, LoadState
from saalint.interpret.machine import Machine
from saalint.interpret.orm import (
    asked_keys,
    holding,
    links,
    load_states,
    meetings,
    rows,
    sameness,
    unseen,
)
from saalint.project.mapped import Direction, Relationship


@dataclass(frozen=True, slots=True)
class Held:
    """The session holds the target, or the key is NULL. `target` is None where it is one of all of its class."""

    target: Value | None


@dataclass(frozen=True, slots=True)
class Plausible:
    """The session holds objects of the target's class, one of which may be the target.

    `is_likely` where one of them has the other side of the relationship loaded: the object may well be in there.
    `is_unseen` where it is one of which nobody saw where it is from, and so what is loaded of it.
    """

    is_likely: bool
    is_unseen: bool = False


@dataclass(frozen=True, slots=True)
class Absent:
    """The session holds no object that could be the target."""


Answer: TypeAlias = Held | Plausible | Absent


def target_in_session(
    machine: Machine, reference: Reference, entity: Entity, relationship: Relationship
) -> Answer:
    """Whether reading an unloaded many-to-one is answered without I/O."""
    if Attachment.PERSISTENT not in entity.attachment:
        return Absent()
    mappers = machine.analysis.mappers
    keys = [load_states.state_of(entity, name, mappers).state for name in relationship.foreign_keys]
    if any(state & _MISSING and LoadState.LOADED not in state for state in keys):
        return Absent()
    answer = _among_held(machine, reference, entity, relationship)
    # where the key itself is there on some path only, so is the target
    is_vague = isinstance(answer, Held) and any(state & _MISSING for state in keys)
    return Plausible(is_likely=True) if is_vague else answer


def is_expired_there(machine: Machine, entity: Entity, relationship: Relationship) -> bool:
    """Whether the session holds the target of a many-to-one by its key, and has to fetch its row again."""
    key = load_states.key_value(entity, relationship)
    same = holding.by_key(machine, entity.session, str(relationship.target), key)
    return any(_is_expired(other, machine.analysis.mappers) for _, other in same)


_MISSING = LoadState.UNLOADED | LoadState.EXPIRED


def _among_held(
    machine: Machine, reference: Reference, entity: Entity, relationship: Relationship
) -> Answer:
    key = load_states.key_value(entity, relationship)
    if key == NONE:
        return Held(NONE)
    if is_at_hand(machine, key):
        return Plausible(is_likely=True, is_unseen=True)
    if not isinstance(relationship.target, str):
        return Plausible(is_likely=True)
    possible: list[Entity] = []
    mappers = machine.analysis.mappers
    target = _like(machine, entity, relationship.target, key)
    for other_reference, other in _candidates(machine, reference, entity, relationship):
        is_same = sameness.with_key(other_reference, other, key, mappers)
        if is_same is Certainty.SURE:
            return Held(other_reference)
        if is_same is Certainty.EXCLUDED or not sameness.may_be_one(target, other, mappers):
            continue
        if is_unlinked(other) and not _points_at(entity, relationship, other_reference):
            continue
        if machine.is_past(other_reference):
            continue
        if other.is_whole:
            return Held(None)
        possible.append(other)
    if _is_lacking_all(entity, possible, mappers):
        return _unseen(machine, entity, target)
    back = relationship.back_populates
    states = [load_states.state_of(other, back, mappers) for other in possible] if back else []
    return Plausible(
        is_likely=any(state.state & LoadState.LOADED and not state.is_plausible for state in states)
    )


def is_at_hand(machine: Machine, key: Value | None) -> bool:
    """Whether a key is that of an object that somebody has, and of which nobody saw what is loaded."""
    match key:
        case Unknown(symbol=(first, *_)) if first == KEY_AT_HAND:
            # `book.author = self.author`: the flush put it into the session, and somebody holds it
            return True
        case _:
            # `Book(author_id=author.id)`, and nobody saw where the author is from
            return asked_keys.is_key_of_unseen(machine, key)


def _is_lacking_all(entity: Entity, possible: list[Entity], mappers: load_states.Mappers) -> bool:
    # of all objects of a class, some lead to none of the few that the session holds; one that the turn itself may
    # have asked for does not count: `store.find(book.author_id)`
    is_of_few = all(
        one.extent in links.FEW and meetings.is_told(one, mappers[one.mapper]) for one in possible
    )
    return is_of_few and (entity.extent is Extent.EACH or not possible)


def may_be_behind(
    machine: Machine,
    owner: Reference,
    relationship: Relationship,
    other_reference: Reference,
    other: Entity,
) -> bool:
    """Whether an object may be behind a relationship that is loaded now: keys that are known may say no."""
    entity = machine.entity_at(owner)
    match relationship.direction:
        case Direction.MANY_TO_ONE:
            if is_unlinked(other) and not _points_at(entity, relationship, other_reference):
                return False
            key = load_states.key_value(entity, relationship)
            mappers = machine.analysis.mappers
            is_same = sameness.with_key(other_reference, other, key, mappers)
            return is_same is not Certainty.EXCLUDED
        case Direction.ONE_TO_MANY:
            back = machine.analysis.mappers[other.mapper].relationships.get(
                relationship.back_populates or ""
            )
            if back is None:
                return not is_unlinked(entity)
            return _may_point_at(other, back, owner, entity)
        case _:
            return not is_unlinked(entity) and not is_unlinked(other)


def may_be_child(machine: Machine, owner: Reference, back: Relationship, other: Entity) -> bool:
    """Whether an object may point at a new one, which stands behind `back`, or once may have been told to."""
    touched = [other.get(name) for name in (back.name, *back.foreign_keys)]
    is_forgotten = any(
        state is not None and state.state & LoadState.EXPIRED and state.value is None
        for state in touched
    )
    return is_forgotten or _may_point_at(other, back, owner, machine.entity_at(owner))


def is_unlinked(entity: Entity) -> bool:
    """Whether an object is new: its key is nobody's foreign key unless the program put it there."""
    return entity.is_constructed and entity.identity is None


def _may_point_at(
    child: Entity, relationship: Relationship, target: Reference, entity: Entity
) -> bool:
    if relationship.foreign_key is None:
        return True
    touched = child.get(relationship.foreign_key)
    value = touched.value if touched is not None else None
    match value:
        case Literal(value=None):
            return False
        case Literal():
            is_same = sameness.of_keys(value, entity.identity)
            return is_same is not Certainty.EXCLUDED and not is_unlinked(entity)
        case Unknown(symbol=symbol) if symbol is not None:
            return target.location in symbol or not is_unlinked(entity)
        case None:
            # a row that was there before does not know the new key; a new one without a key belongs to nobody
            return not is_unlinked(entity) and not (touched is None and is_unlinked(child))
        case _:
            return True


def _candidates(
    machine: Machine, reference: Reference, entity: Entity, relationship: Relationship
) -> Iterator[tuple[Reference, Entity]]:
    # the objects of the target's class that the session holds for sure
    # what another relationship of the same object holds is hardly the target of this one too
    related = meetings.related(entity)
    among = machine.entities(entity.session)
    others = (
        (other_reference, other)
        for other_reference, other in holding.of_class(machine, among, str(relationship.target))
        if other_reference not in (reference, *related)
        and not _leads_to(other, relationship.name, reference)
        # what was added without its past being known is in this session all the same
        and other.attachment in (Attachment.PERSISTENT, Attachment.UNKNOWN)
        and not _is_expired(other, machine.analysis.mappers)
    )
    return holding.reached(machine, others)


def _like(machine: Machine, entity: Entity, target: str, key: Value | None) -> Entity:
    # the target of a key, as far as rows tell what it references itself
    unread = (Background(Origin.UNKNOWN),)
    like = Entity(mapper=target, backgrounds=unread, session=entity.session, identity=key)
    return rows.with_keys(machine, like)


def _unseen(machine: Machine, entity: Entity, target: Entity) -> Answer:
    # an earlier query loaded objects of the target's class behind a relationship that nobody has read
    if entity.session is None:
        return Absent()
    found = unseen.found(machine, entity.session, target)
    if any(is_sure for _, is_sure in found):
        return Held(None)
    possible = [probe for probe, _ in found]
    is_absent = _is_lacking_all(entity, possible, machine.analysis.mappers)
    return Absent() if is_absent else Plausible(is_likely=False)


def _leads_to(entity: Entity, name: str, target: Reference) -> bool:
    # in a tree, the child from which an object was reached is not its parent
    state = entity.get(name)
    return state is not None and state.value is not None and target in members(state.value)


def _is_expired(entity: Entity, mappers: load_states.Mappers) -> bool:
    # an expired target is loaded again to see whether it is still there (semantics: A82)
    keys = mappers[entity.mapper].primary_key
    states = [load_states.state_of(entity, key, mappers) for key in keys]
    return not entity.is_fetched_in_part and any(
        state.state is LoadState.EXPIRED
        or (state.is_of_few and bool(state.state & LoadState.EXPIRED))
        for state in states
    )


def _points_at(entity: Entity, relationship: Relationship, target: Reference) -> bool:
    for name in relationship.foreign_keys:
        touched = entity.get(name)
        if touched is not None and isinstance(touched.value, Unknown):
            symbol = touched.value.symbol
            return symbol is None or target.location in symbol
    return False
