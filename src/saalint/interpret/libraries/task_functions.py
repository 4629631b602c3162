"""Functions that make tasks, wait for them, and enter managers: what they give is what was awaited."""

from __future__ import annotations

from saalint.interpret.calling import calls
from saalint.interpret.domain.heap import Items
from saalint.interpret.domain.values import Ready, Reference, Tuple, Value
from saalint.interpret.language import iteration, managers, tasks, waiting
from saalint.interpret.libraries.library_use import LibraryUse
from saalint.interpret.machine import Machine


def run(machine: Machine, use: LibraryUse) -> Value | None:
    """The result of such a function; None for any other."""
    at, first = use.at, use.first
    match use.kind:
        case "element-awaitable":
            return Ready(iteration.element(machine, first, at))
        case "thread":
            # a thread has no greenlet either
            made = calls.call(machine, first, use.arguments[1:], use.keywords, at)
            # `await to_thread(session.execute, query)` waits for the thread
            machine.take_plain_call()
            return Ready(made)
        case "ready":
            return Ready(first)
        case "closing":
            # a session closes at the end of its own block too
            return first if machine.session(first) is not None else Ready(first)
        case "as-completed":
            known, rest = iteration.elements(machine, first, at)
            completed, more = tasks.together(machine, known, rest, at, use.detail)
            later = None if more is None else Ready(more)
            items = Items(items=tuple(map(Ready, completed)), rest=later)
            return machine.allocate(machine.site(at, "completed"), items)
        case "wait":
            element = waiting.wait(machine, iteration.element(machine, first, at), at)
            done = machine.allocate(
                machine.site(at, "tasks"), Items(rest=Ready(element), kind="set")
            )
            return Ready(Tuple((done, done)))
        case "start" | "start-in-group":
            is_grouped = use.kind == "start-in-group"
            return tasks.start(machine, first, at, use.detail, is_grouped=is_grouped)
        case "gather":
            return Ready(_gathered(machine, use))
        case "await-first":
            return Ready(waiting.wait(machine, first, at))
        case "run":
            return waiting.wait(machine, first, at)
        case "enter-manager":
            value = managers.enter(
                machine, first, at, is_async=use.detail == "later", is_stacked=True
            )
            return Ready(value) if use.detail == "later" else value
        case _:
            return None


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
