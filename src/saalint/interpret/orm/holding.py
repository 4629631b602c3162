"""What a session holds: the objects of a class, those that somebody still reaches, and those of a primary key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias, assert_never

from saalint.interpret.domain import plans
from saalint.interpret.domain.certainty import Certainty
from saalint.interpret.domain.heap import Background, Entity, Origin
from saalint.interpret.domain.values import Reference, Value
from saalint.interpret.events import Attachment
from saalint.interpret.machine import Machine
from saalint.interpret.orm import links, load_states, rows, sameness

Objects: TypeAlias = Iterable[tuple[Reference, Entity]]
Found: TypeAlias = Iterator[tuple[Reference, Entity]]

# how many objects a query may give again in the time that an instruction takes
_MET_IN_A_STEP = 16


def of_class(machine: Machine, objects: Objects, mapper: str) -> Found:
    """Those of a mapped class, of one that it inherits from, and of one that inherits from it."""
    mappers = machine.analysis.mappers
    for reference, entity in objects:
        if plans.is_kin(entity.mapper, mapper, mappers):
            yield reference, entity


def persistent(machine: Machine, objects: Objects, mapper: str) -> Found:
    """Those of a mapped class that are in the identity map on every path."""
    for reference, entity in of_class(machine, objects, mapper):
        if entity.attachment is Attachment.PERSISTENT:
            yield reference, entity


def reached(machine: Machine, objects: Objects) -> Found:
    """Those that some variable reaches: the identity map is weak, and forgets the others (semantics: R6)."""
    live: set[int] | None = None
    for reference, entity in objects:
        live = machine.live() if live is None else live
        if reference.location in live:
            yield reference, entity


def by_key(machine: Machine, session: Reference | None, mapper: str, key: Value | None) -> Found:
    """The objects of a class in a session that surely are the one of a primary key."""
    mappers = machine.analysis.mappers
    same = (
        (reference, entity)
        for reference, entity in of_class(machine, machine.entities(session), mapper)
        if sameness.with_key(reference, entity, key, mappers) is Certainty.SURE
    )
    return reached(machine, same)


def candidates(
    machine: Machine, session: Reference, mapper: str, key: Value | None
) -> Iterator[tuple[Reference, Entity, Certainty]]:
    """The objects of a class in a session that may be the one of a primary key, with whether each is it.

    With no key, all of the class.
    """
    mappers = machine.analysis.mappers
    asked = rows.with_keys(
        machine, Entity(mapper=mapper, backgrounds=(Background(Origin.UNKNOWN),), identity=key)
    )
    among = machine.entities(session)
    machine.tick(len(among) // _MET_IN_A_STEP)
    possible = (
        (reference, entity)
        for reference, entity in persistent(machine, among, mapper)
        if _may_be(asked, reference, entity, mappers)
    )
    for reference, entity in reached(machine, possible):
        yield reference, entity, sameness.with_key(reference, entity, key, mappers)


def _may_be(
    asked: Entity, reference: Reference, entity: Entity, mappers: load_states.Mappers
) -> bool:
    match sameness.with_key(reference, entity, asked.identity, mappers):
        case Certainty.SURE:
            return True
        case Certainty.EXCLUDED:
            return False
        case Certainty.POSSIBLE:
            return sameness.may_be_one(asked, entity, mappers)
        case unreachable:
            assert_never(unreachable)


def is_held(machine: Machine, session: Reference, target: links.Below) -> bool:
    """Whether a session surely holds what is behind a many-to-one."""
    mappers = machine.analysis.mappers
    known = (
        (reference, entity)
        for reference, entity in persistent(machine, machine.entities(session), target.plan.mapper)
        if target.has(entity, mappers) is Certainty.SURE
    )
    return any(True for _ in reached(machine, known))
