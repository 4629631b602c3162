"""Loops to what an event inside is repeated for: what a turn after the first still shows happens for each element."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from saalint.interpret.domain.references import note_references
from saalint.interpret.domain.values import Reference, Tuple, Value, literal, members
from saalint.interpret.events import AttributeRead, Repetition, Step
from saalint.interpret.machine import Loop, Machine
from saalint.interpret.record import replace
from saalint.source.positions import Place, line_of

# how many calls a loop over anything but objects may be away from what it is said to repeat
_NEAR = 3
_CAUGHT, _NOT_CAUGHT = literal(True), literal(False)  # noqa: FBT003 - the values are the data


@contextmanager
def looping(machine: Machine, at: Place) -> Iterator[Loop]:
    """Run the turns of a loop inside; each is begun with `begin_turn`."""
    place = machine.source_place(at)
    key = (machine.frame.number, f"caught in the loop at {at}")
    turns = f"the turns of the loop at {place.path}:{line_of(at)}"
    loop = Loop(key, Repetition(turns, is_over_objects=False))
    machine.loops.append(loop)
    try:
        yield loop
    finally:
        machine.loops.pop()
        machine.past -= loop.met
        if machine.loops:
            machine.loops[-1].met |= loop.met


def begin_turn(machine: Machine, loop: Loop, element: Value | None = None) -> None:
    """The next turn of a loop begins, with an element where it goes over some."""
    # `while True: try: return save(…) except IntegrityError: …` comes to a second turn only where the first one failed
    is_retry = machine.memory.read(loop.key) == _CAUGHT
    loop.turn += 0 if is_retry else 1
    machine.memory.write(loop.key, _NOT_CAUGHT)
    machine.past |= loop.met
    if element is not None:
        met: dict[Reference, None] = {}
        note_references(element, met)
        locations = {
            reference.location
            for reference in met
            if (entity := machine.entity(reference)) is not None and not entity.is_one_row
        }
        loop.met |= locations
        machine.past -= locations
    elements = None if element is None else _elements_in_words(machine, element)
    if elements is not None:
        loop.elements = Repetition(elements, is_over_objects=True)


def is_handling(machine: Machine) -> bool:
    """Whether an exception is being handled, and no loop is part of that."""
    return bool(machine.handlers) and machine.handlers[-1].loop_depth == machine.loop_depth


def note_caught(machine: Machine) -> None:
    """A handler of an exception begins: what follows in this turn is no success."""
    for loop in machine.loops:
        machine.memory.write(loop.key, _CAUGHT)


def repeated(read: AttributeRead, around: tuple[Repetition, ...], calls: int) -> AttributeRead:
    """A read in a callee, as many calls further in, repeated for what the call is repeated for too.

    `while True: run_next_job()`: what a job loads by its own query, deep inside, is no element of that loop.
    """
    around = tuple(one for one in around if one.is_over_objects or calls <= _NEAR)
    if read.is_target_shared:
        around = for_each_query(around, read.query)
    if not around:
        return read
    return replace(read, repetitions=tuple(dict.fromkeys((*around, *read.repetitions))))


def for_each_query(
    repetitions: tuple[Repetition, ...], query: Step | None
) -> tuple[Repetition, ...]:
    """What is left where a load of the first object of a query serves all of them."""
    objects = None if query is None else _objects_of(query)
    return tuple(one for one in repetitions if one.elements != objects)


def _objects_of(query: Step) -> str:
    return f"the objects of the query at {query.place.path}:{line_of(query.place.at)}"


def _elements_in_words(machine: Machine, element: Value) -> str | None:
    for member in members(element):
        for part in member.items if isinstance(member, Tuple) else (member,):
            entity = machine.entity(part)
            if entity is None:
                continue
            if entity.path:
                step = entity.path[-1]
                return f"`{step.owner}.{step.attribute}`"
            if entity.query is not None:
                return _objects_of(entity.query)
    return None
