"""The ways out of a function to what its caller gets: an object that lost something on one of them is another there.

`if order.is_open: return order` … `order.status = "closed"; await session.flush(); return order`: joined to one, nobody
could say for certain what the second has lost.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.interpret.domain.heap import OBJECTS, Content, Entity, Key
from saalint.interpret.domain.object_references import map_object
from saalint.interpret.domain.references import map_references
from saalint.interpret.domain.values import Reference, Unknown, Value
from saalint.interpret.events import LoadState
from saalint.interpret.machine import Frame, Machine
from saalint.interpret.orm import load_states

_LOST = LoadState.SERVER | LoadState.EXPIRED


def tell_apart(machine: Machine, frame: Frame) -> None:
    """Give what was made in a body, and is returned from it in two ways, a place of its own where it lost columns."""
    if len(frame.exits) < 2 or len(frame.exits) != len(frame.returned):  # noqa: PLR2004 - ways
        return
    for location in dict.fromkeys(_returned(frame)):
        ways = list(_ways_of(frame, location))
        lost = [position for position, entity in ways if _has_lost(machine, entity)]
        if lost and len(lost) < len(ways):
            apart = Reference(machine.locate(("way out", frame.number, location)))
            for position in lost:
                _move(frame, position, Reference(location), apart)


def _returned(frame: Frame) -> Iterator[int]:
    outside = frame.base.parent
    for value in frame.returned:
        if isinstance(value, Reference) and (not outside or outside.read(value.location) is None):
            yield value.location


def _ways_of(frame: Frame, location: int) -> Iterator[tuple[int, Entity]]:
    for position, value in enumerate(frame.returned):
        found = frame.exits[position].get(location)
        if value == Reference(location) and isinstance(found, Entity):
            yield position, found


def _has_lost(machine: Machine, entity: Entity) -> bool:
    mappers = machine.analysis.mappers
    states = (
        load_states.state_of(entity, name, mappers).state for name in mappers[entity.mapper].columns
    )
    return any(state & _LOST and not state & ~_LOST for state in states)


def _move(frame: Frame, position: int, before: Reference, after: Reference) -> None:
    def change(part: Reference | Unknown) -> Value:
        return after if part == before else part

    moved: dict[Key, Content] = {}
    for key, content in frame.exits[position].items():
        place = after.location if key == before.location else key
        if isinstance(content, OBJECTS):
            moved[place] = map_object(content, change)
        else:
            moved[place] = map_references(content, change)
    frame.exits[position] = moved
    frame.returned[position] = after
