"""What leaves functions by exceptions, to the `try` of whoever called them: only where somebody listens.

`async def save(session): session.add(User(name="a")); await session.flush()` rolls back when it fails, and its caller's
`except IntegrityError: log(author.name)` finds everything expired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from saalint.interpret.calling import failures
from saalint.interpret.calling.contexts import Context, ContextKey, Failed, Outcome
from saalint.interpret.domain.heap import HeapObject, has_acted
from saalint.interpret.domain.object_references import reach, references_in
from saalint.interpret.domain.values import Reference, Unknown, Value
from saalint.interpret.language.exits import Catcher, Failure, Vagueness
from saalint.interpret.machine import Frame, Machine

# beyond so many places in one function that may raise, it may raise anything from anywhere
_MOST_WAYS = 12

# applies an outcome in the caller, and gives its value there
Give = Callable[[Outcome], Value]


def is_watched(machine: Machine) -> bool:
    """Whether somebody listens to what is raised here: in this function, or in one that called it."""
    return machine.is_watched or any(frame.catchers for frame in machine.frames)


def watch(machine: Machine, frame: Frame) -> None:
    """Listen to what leaves a body that begins."""
    if is_watched(machine):
        frame.outlet = Catcher(frame.base.parent or frame.base, 0)


def is_missing(machine: Machine, context: Context) -> bool:
    """Whether a function was run when nobody listened to what it raises, and somebody does now."""
    if context.outcome is None or context.leans_on is not None or context.is_restless:
        return False
    return context.outcome.failed is None and is_watched(machine)


def collected(
    machine: Machine, frame: Frame, key: ContextKey, outcome: Callable[[], Outcome]
) -> Failed | None:
    """What left a body that has run; its memory is that of the body still. `outcome` gives what the memory holds."""
    outlet, outside = frame.outlet, frame.base.parent
    if outlet is None or outside is None:
        return None
    inside = machine.memory
    ways: list[tuple[Failure, Outcome]] = []
    for raised in outlet.raised[:_MOST_WAYS]:
        machine.memory = outside.fork()
        machine.memory.writes.update(raised.written)
        found = outcome()
        way = Outcome(
            raised.value,
            _changed(found, raised.value, key.objects),
            found.shared,
            comes_back=True,
            origins=found.origins,
        )
        if (raised.kind, way) not in ways:
            ways.append((raised.kind, way))
    machine.memory = inside
    is_cut = len(outlet.raised) > _MOST_WAYS
    return Failed(tuple(ways), Vagueness.ALL if is_cut else outlet.vague)


def _changed(
    outcome: Outcome, value: Value, given: tuple[HeapObject, ...]
) -> dict[int, HeapObject]:
    # what an exception leaves behind: nothing where it is raised before anything is done
    changed = [
        Reference(number)
        for number, thing in outcome.objects.items()
        if number >= len(given) or thing != given[number]
    ]
    left = [
        each
        for each in changed
        if each.location < len(given) or has_acted(outcome.objects[each.location])
    ]
    shared = [each for content in outcome.shared.values() for each in references_in(content)]
    wanted = reach(outcome.objects.get, [value, *left, *shared])
    return {
        each.location: outcome.objects[each.location] for each in changed if each.location in wanted
    }


def joined(found: Iterable[Failed | None]) -> Failed | None:
    """What leaves a function in any of its runs."""
    ways: list[tuple[Failure, Outcome]] = []
    vague = Vagueness.NONE
    for failed in found:
        if failed is None:
            return None
        ways.extend(way for way in failed.ways if way not in ways)
        vague |= failed.vague
    return Failed(tuple(ways), vague)


def come_back(machine: Machine, outcome: Outcome, unknown: Vagueness, give: Give) -> Value:
    """What a callee gives; what it raises is handed to whoever listens here, where it is not known `unknown`."""
    is_heard = is_watched(machine)
    failed = outcome.failed if is_heard else None
    if is_heard:
        failures.note_vague(machine, unknown if failed is None else failed.vague)
    for kind, way in () if failed is None else failed.ways:
        machine.run_branch(partial(_throw_outcome, machine, kind, way, give))
    value = give(outcome)
    if not outcome.comes_back:
        if failed is None:
            failures.throw(machine, Failure.RAISE, Unknown("an exception"))
        machine.is_alive = False
    return value


def _throw_outcome(machine: Machine, kind: Failure, outcome: Outcome, give: Give) -> None:
    failures.throw(machine, kind, give(outcome))


def hand_on_in_place(machine: Machine, frame: Frame) -> None:
    """Hand what left a body that ran on the caller's memory to whoever listens there."""
    if frame.outlet is None:
        return
    failures.note_vague(machine, frame.outlet.vague)
    failures.throw_again(machine, frame.outlet.raised)
