"""Functions of web frameworks that run what they are given: transformers of pages, tasks after the response."""

from __future__ import annotations

from saalint.interpret import calls, waiting
from saalint.interpret.library_use import LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.values import NONE, Unknown, Value


def run(machine: Machine, use: LibraryUse) -> Value | None:
    """The result of such a function; None for any other."""
    match use.kind:
        case "page":
            return _page(machine, use)
        case "later":
            return _task(machine, use)
        case _:
            return None


def _page(machine: Machine, use: LibraryUse) -> Value:
    """`paginate(authors)`: what stands for the page is the list of its items."""
    transformer = dict(use.keywords).get("transformer", NONE)
    if transformer == NONE:
        return use.first
    return waiting.wait(machine, calls.call(machine, transformer, (use.first,), (), use.at), use.at)


def _task(machine: Machine, use: LibraryUse) -> Value:
    """`tasks.add_task(notify, author)`: it runs after the response, when nothing it does matters to the handler."""

    def body() -> None:
        made = calls.call(machine, use.first, use.arguments[1:], use.keywords, use.at)
        waiting.wait(machine, made, use.at)

    machine.run_branch(body)
    return Unknown("a task for later")
