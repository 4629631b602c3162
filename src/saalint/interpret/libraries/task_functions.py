"""Functions that make tasks, wait for them, and enter managers: what they give is what was awaited."""

from __future__ import annotations

from typing import assert_never

from saalint.interpret.calling import calls
from saalint.interpret.domain.heap import Items
from saalint.interpret.domain.values import Ready, Reference, Tuple, Value
from saalint.interpret.language import iteration, managers, tasks, waiting
from saalint.interpret.libraries.library_use import LibraryUse
from saalint.interpret.machine import Machine
from saalint.library.meanings import TaskFunction


def run(machine: Machine, use: LibraryUse, meaning: TaskFunction) -> Value:
    """The result of such a function."""
    at, first = use.at, use.first
    match meaning:
        case TaskFunction.ELEMENT_AWAITABLE:
            return Ready(iteration.element(machine, first, at))
        case TaskFunction.THREAD:
            # a thread has no greenlet either
            made = calls.call(machine, first, use.arguments[1:], use.keywords, at)
            # `await to_thread(session.execute, query)` waits for the thread
            machine.take_plain_call()
            return Ready(made)
        case TaskFunction.READY:
            return Ready(first)
        case TaskFunction.CLOSING:
            # a session closes at the end of its own block too
            return first if machine.session(first) is not None else Ready(first)
        case TaskFunction.AS_COMPLETED:
            known, rest = iteration.elements(machine, first, at)
            completed, more = tasks.together(machine, known, rest, at, use.detail)
            later = None if more is None else Ready(more)
            items = Items(items=tuple(map(Ready, completed)), rest=later)
            return machine.allocate(machine.site(at, "completed"), items)
        case TaskFunction.WAIT:
            element = waiting.wait(machine, iteration.element(machine, first, at), at)
            done = machine.allocate(
                machine.site(at, "tasks"), Items(rest=Ready(element), kind="set")
            )
            return Ready(Tuple((done, done)))
        case TaskFunction.START | TaskFunction.START_IN_GROUP:
            is_grouped = meaning is TaskFunction.START_IN_GROUP
            return tasks.start(machine, first, at, use.detail, is_grouped=is_grouped)
        case TaskFunction.GATHER:
            return Ready(_gathered(machine, use))
        case TaskFunction.AWAIT_FIRST:
            return Ready(waiting.wait(machine, first, at))
        case TaskFunction.RUN:
            return waiting.wait(machine, first, at)
        case TaskFunction.ENTER_MANAGER:
            value = managers.enter(
                machine, first, at, is_async=use.detail == "later", is_stacked=True
            )
            return Ready(value) if use.detail == "later" else value
        case unreachable:
            assert_never(unreachable)


def _gathered(machine: Machine, use: LibraryUse) -> Value:
    # `gather(*tasks)` of a list whose length is not known gives a list of such length
    found: list[Value] = []
    rest: Value | None = None
    for argument in use.arguments:
        thing = machine.object_of(argument) if isinstance(argument, Reference) else None
        if isinstance(thing, Items) and thing.kind == "spread" and thing.rest is not None:
            rest = thing.rest
            break
        found.append(argument)
    known, more = tasks.together(machine, found, rest, use.at, use.detail)
    if more is None:
        return Tuple(tuple(known))
    made = Items(items=tuple(known), rest=more)
    return machine.allocate(machine.site(use.at, "gathered"), made)
