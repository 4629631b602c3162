"""Functions that make tasks, wait for them, and enter managers: what they give is what was awaited."""

from __future__ import annotations

from saalint.interpret import iteration, managers, waiting
from saalint.interpret.heap import Items
from saalint.interpret.library_use import LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.values import Ready, Reference, Tuple, Value


def run(machine: Machine, use: LibraryUse) -> Value | None:
    """The result of such a function; None for any other."""
    at, first = use.at, use.first
    match use.kind:
        case "element-awaitable":
            return Ready(iteration.element(machine, first, at))
        case "ready":
            return Ready(first)
        case "as-completed":
            known, rest = iteration.elements(machine, first, at)
            done = tuple(Ready(waiting.wait(machine, value, at)) for value in known)
            more = Ready(waiting.wait(machine, rest, at)) if rest is not None else None
            return machine.allocate(machine.site(at, "completed"), Items(items=done, rest=more))
        case "wait":
            element = waiting.wait(machine, iteration.element(machine, first, at), at)
            tasks = machine.allocate(
                machine.site(at, "tasks"), Items(rest=Ready(element), kind="set")
            )
            return Ready(Tuple((tasks, tasks)))
        case "gather":
            return Ready(_gathered(machine, use))
        case "await-first":
            return Ready(waiting.wait(machine, first, at))
        case "run":
            return waiting.wait(machine, first, at)
        case "enter-manager":
            value = managers.enter(machine, first, at, is_async=use.detail == "later")
            return Ready(value) if use.detail == "later" else value
        case _:
            return None


def _gathered(machine: Machine, use: LibraryUse) -> Value:
    # `gather(*tasks)` of a list whose length is not known gives a list of such length
    found: list[Value] = []
    for argument in use.arguments:
        thing = machine.object_of(argument) if isinstance(argument, Reference) else None
        if isinstance(thing, Items) and thing.kind == "spread" and thing.rest is not None:
            rest = waiting.wait(machine, thing.rest, use.at)
            return machine.allocate(
                machine.site(use.at, "gathered"), Items(items=tuple(found), rest=rest)
            )
        found.append(waiting.wait(machine, argument, use.at))
    return Tuple(tuple(found))
