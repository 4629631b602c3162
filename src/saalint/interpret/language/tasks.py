"""Tasks that run side by side: which sessions each of them waits for, and those that several of them wait for.

A task runs where it is made, and ends where somebody waits for it: between the two, its sessions are its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext

from saalint.interpret.domain.heap import Instance, Items, Task, TaskRecord
from saalint.interpret.domain.object_references import references_in
from saalint.interpret.domain.values import Ready, Reference, Tuple, Value, members
from saalint.interpret.events import SessionKind, SharedSession, Step
from saalint.interpret.language import waiting
from saalint.interpret.machine import Machine
from saalint.interpret.queries import misuse
from saalint.interpret.record import replace
from saalint.source.positions import Place


def start(machine: Machine, value: Value, at: Place, text: str, *, is_grouped: bool) -> Ready:
    """`create_task(…)`: a task that shares a session with one that nobody has waited for is told."""
    made, used = _run(machine, value, at)
    machine.task.has_started = True
    task = Task(
        machine.site(at, "task"),
        machine.step(at, len(text), f"the other task is made by `{text}()`"),
        is_grouped,
    )
    for reference in used:
        session = machine.session(reference)
        assert session is not None
        if session.tasks:
            _tell(machine, at, text, session.tasks[0].origin)
        tasks = (*(one for one in session.tasks if one != task), task)
        machine.write(reference, replace(session, tasks=tasks))
    return Ready(made, task.key)


def together(
    machine: Machine, known: Iterable[Value], rest: Value | None, at: Place, text: str
) -> tuple[list[Value], Value | None]:
    """`gather(…)`: what is waited for at once; `rest` stands for any number more."""
    met: set[Reference] = set()
    shared: set[Reference] = set()
    found: list[Value] = []
    for value in known:
        made, used = _run(machine, value, at)
        shared |= used & met
        met |= used
        found.append(made)
    more: Value | None = None
    if rest is not None:
        more, used = _run(machine, rest, at)
        shared |= {one for one in used if not _is_one_of_several(machine, one)}
    if shared:
        _tell(machine, at, text, None)
    return found, more


def end_group(machine: Machine) -> None:
    """`async with TaskGroup()` ends when all its tasks have ended."""
    for location, session in machine.sessions().items():
        left = tuple(task for task in session.tasks if not task.is_grouped)
        if left != session.tasks:
            _set_tasks(machine, location, left)


@contextmanager
def alone(machine: Machine) -> Iterator[None]:
    """Run what is not compared with the tasks that run beside it: another task, or what waits for a lock."""
    held = {key: session.tasks for key, session in machine.sessions().items() if session.tasks}
    for location in held:
        _set_tasks(machine, location, ())
    yield
    for location, before in held.items():
        _set_tasks(machine, location, before)


def _set_tasks(machine: Machine, location: int, tasks: tuple[Task, ...]) -> None:
    session = machine.session(Reference(location))
    if session is not None:
        machine.write(Reference(location), replace(session, tasks=tasks))


def _run(machine: Machine, value: Value, at: Place) -> tuple[Value, set[Reference]]:
    # what was made inside is the task's own, though a second task makes its own at the same site
    held, machine.task = machine.task, TaskRecord()
    try:
        with nullcontext() if isinstance(value, Ready) else alone(machine):
            made = waiting.wait(machine, value, at)
        inside = machine.task
    finally:
        machine.task = held
    used = {one for one in inside.awaited - inside.made if _is_shareable(machine, one)}
    held.awaited |= used
    return made, used


def _is_shareable(machine: Machine, reference: Reference) -> bool:
    session = machine.session(reference)
    is_async = session is not None and session.kind is SessionKind.ASYNC
    # `async_scoped_session` may give each task a session of its own
    return is_async and session is not None and not (session.is_guessed or session.application)


def _is_one_of_several(machine: Machine, reference: Reference) -> bool:
    # `gather(*(load(session) for session in sessions))`, `gather(*(one.load() for one in repositories))`
    return any(
        isinstance(thing, Items)
        and thing.rest is not None
        and _holds(machine, thing.rest, reference)
        for thing in machine.contents().values()
    )


def _holds(machine: Machine, value: Value, session: Reference) -> bool:
    for member in members(value):
        if isinstance(member, Tuple):
            return any(_holds(machine, item, session) for item in member.items)
        thing = machine.object_of(member) if isinstance(member, Reference) else None
        if member == session or (isinstance(thing, Instance) and session in references_in(thing)):
            return True
    return False


def _tell(machine: Machine, at: Place, text: str, origin: Step | None) -> None:
    site = misuse.site(machine, at, len(text), origin)
    misuse.note(machine, SharedSession(site, function=text))
