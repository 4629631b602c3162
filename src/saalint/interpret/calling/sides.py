"""What a function gives tells how it left what it was given: `if not await save(session, author): log(author.name)`.

Its ways out are joined, as for any caller; where what it gave is tested, the caller goes on with those of that side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from saalint.facts import expressions as ex
from saalint.interpret.calling.canonical_names import Outward
from saalint.interpret.calling.contexts import Outcome, Side
from saalint.interpret.domain.heap import HeapObject
from saalint.interpret.domain.object_references import map_object
from saalint.interpret.domain.references import map_references
from saalint.interpret.domain.values import Reference, Union, Value, members, union
from saalint.interpret.language import operators
from saalint.interpret.language.exits import Fork, Taken
from saalint.interpret.machine import Frame, Machine
from saalint.source.positions import Place

# how many calls are remembered whose value may still be tested
_MOST_FORKS = 8


def of_body(
    machine: Machine, frame: Frame, given: tuple[HeapObject, ...], outcome: Callable[[], Outcome]
) -> tuple[Side, ...]:
    """The sides of a body that has run, one for true values and one for others; none where they leave all alike."""
    outside = frame.base.parent
    touched = {key for written in frame.exits for key in written if isinstance(key, int)}
    if outside is None or not any(0 <= key < len(given) for key in touched):
        return ()
    ways: dict[bool, list[int]] = {True: [], False: []}
    for position, value in enumerate(frame.returned):
        answer = operators.truth(machine, value)
        if answer is None:
            return ()
        ways[answer].append(position)
    if not ways[True] or not ways[False] or len(frame.exits) != len(frame.returned):
        return ()
    inside = machine.memory
    sides: list[Side] = []
    for positions in ways.values():
        machine.memory = outside.fork()
        machine.join([frame.exits[position] for position in positions])
        found = outcome().objects
        left = {n: thing for n, thing in found.items() if n < len(given)}
        values = members(union(frame.returned[position] for position in positions))
        sides.append(Side(tuple(values), left))
    machine.memory = inside
    return tuple(sides) if sides[0].objects != sides[1].objects else ()


def remember(
    machine: Machine, outcome: Outcome, outward: Outward, value: Value, at: Place
) -> Value:
    """The value that a call gives, so that a test of it tells which side was taken; its objects are written already."""
    if not outcome.sides or not isinstance(value, Union):
        return value
    taken = tuple(_taken(machine, side, outward) for side in outcome.sides)
    # the same value of another call says nothing of this one
    made = Union(value.members)
    machine.forks = [*machine.forks[1 - _MOST_FORKS :], Fork(made, machine.source_place(at), taken)]
    return made


def _taken(machine: Machine, side: Side, outward: Outward) -> Taken:
    objects: dict[int, tuple[HeapObject, HeapObject]] = {}
    for number, thing in side.objects.items():
        location = outward.location(number)
        joined = machine.object_of(Reference(location))
        after = map_object(thing, outward)
        if outward.is_incoming(number) and joined is not None and joined != after:
            objects[location] = (joined, after)
    return Taken(tuple(map_references(value, outward) for value in side.values), objects)


def value_is(machine: Machine, value: Value, kept: Iterable[Value]) -> None:
    """The value that a call gave turns out to be one of some: the caller goes on with what that side left."""
    wanted = set(kept)
    for fork in machine.forks:
        if fork.value is value:
            for taken in fork.sides:
                if wanted <= set(taken.values):
                    _take(machine, taken)


def call_is(machine: Machine, expression: ex.Expression, *, is_true: bool) -> None:
    """The same for a call that is tested where it stands: `if await save(session, author):`."""
    call = expression.value if isinstance(expression, ex.Await) else expression
    if not isinstance(call, ex.Call):
        return
    place = machine.source_place(call.at)
    for fork in machine.forks[-1:]:
        if fork.place == place:
            kept = [
                value
                for value in fork.value.members
                if operators.truth(machine, value) is not (not is_true)
            ]
            value_is(machine, fork.value, kept)


def _take(machine: Machine, taken: Taken) -> None:
    for location, (joined, after) in taken.objects.items():
        # what was changed since the call is another thing
        if machine.object_of(Reference(location)) is joined:
            machine.memory.write(location, after)
