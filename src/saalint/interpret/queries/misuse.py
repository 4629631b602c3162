"""Uses of SQLAlchemy's values that cannot work: noted where they are certain, in the words of the closed events.

An alternative is a value that is one thing on some path and another on others: what is wrong with one of them only may
be ruled out by something that is not seen, so it is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from saalint.interpret.domain.values import NONE, Value, union
from saalint.interpret.events import Event, Misuse, Site, Step
from saalint.interpret.machine import Machine
from saalint.library.api import api
from saalint.source.positions import Place


def site(machine: Machine, at: Place, width: int, origin: Step | None = None) -> Site:
    """Where something happens in the innermost body."""
    return Site(machine.source_place(at), width, machine.frame.scope, origin)


def note(machine: Machine, event: Misuse) -> None:
    """Keep an event, unless what happens here is only tried: `hasattr(result, "name")`."""
    if not machine.is_quiet and event not in machine.record.events:
        machine.record.events.append(event)


@contextmanager
def quiet(machine: Machine) -> Iterator[None]:
    """Do something without noting what cannot work."""
    held = machine.is_quiet
    machine.is_quiet = True
    try:
        yield
    finally:
        machine.is_quiet = held


def alternatives(machine: Machine, parts: Iterable[Value], use: Callable[[Value], Value]) -> Value:
    """Use each alternative of a value; what cannot work is noted where it can with none of them."""
    able = [part for part in parts if part != NONE]
    if len(able) == 1:
        return use(able[0])
    found: list[Value] = []
    noted: list[list[Event]] = []
    record = machine.record
    before = record.events
    for part in able:
        record.events = []
        found.append(use(part))
        noted.append(record.events)
    is_certain = all(any(isinstance(event, Misuse) for event in events) for events in noted)
    told = (
        event for events in noted for event in events if is_certain or not isinstance(event, Misuse)
    )
    record.events = [*before, *(event for event in dict.fromkeys(told) if event not in before)]
    return union(found)


def lacks(machine: Machine, owner: str, name: str) -> bool:
    """Whether a class of SQLAlchemy has no such member, in the version that the project has."""
    members = api()[owner]
    if name.startswith("_") or members.is_everywhere(name):
        # the version is asked for only where it matters: the installed one is searched for
        return False
    return not members.has(name, machine.analysis.surroundings.series)
