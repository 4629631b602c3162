"""Functions that run what they are given: transformers of pages, tasks after the response, encoders of JSON."""

from __future__ import annotations

from typing import assert_never

from saalint.interpret.calling import calls
from saalint.interpret.domain.heap import Entity, Instance, Items, Table
from saalint.interpret.domain.values import (
    NONE,
    ClassReference,
    Ready,
    Reference,
    Result,
    Tuple,
    Unknown,
    Value,
    members,
)
from saalint.interpret.events import SessionKind
from saalint.interpret.language import attributes, waiting
from saalint.interpret.libraries import methods
from saalint.interpret.libraries.library_use import NOTHING_KNOWN, LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.queries import results
from saalint.library.meanings import LaterFunction


def run(machine: Machine, use: LibraryUse, meaning: LaterFunction) -> Value:
    """The result of such a function."""
    match meaning:
        case LaterFunction.PAGE:
            made = _page(machine, use, use.first)
            return Ready(made) if use.detail == "later" else made
        case LaterFunction.PAGE_OF_QUERY if len(use.arguments) > 1:
            return _page_of_query(machine, use)
        case LaterFunction.ENCODE:
            return _encoded(machine, use)
        case LaterFunction.LATER:
            return _task(machine, use)
        case LaterFunction.PAGE_OF_QUERY:
            return NOTHING_KNOWN
        case unreachable:
            assert_never(unreachable)


def _encoded(machine: Machine, use: LibraryUse) -> Value:
    """`json.dumps(page, default=encode)`: what is no plain data is handed to a function, and what that gives too."""
    given = dict(use.keywords)
    encode = given.get(use.detail or "default", NONE)
    encoder = given.get("cls", NONE)
    if isinstance(encoder, ClassReference):
        # `json.dumps(page, cls=Encoder)`
        made = calls.call(machine, encoder, (), (), use.at)
        encode = attributes.read(machine, made, "default", use.at)
    if encode == NONE:
        return Unknown("a text")
    seen: set[int] = set()
    queue = [use.first]
    while queue:
        for value in members(queue.pop()):
            thing = machine.object_of(value) if isinstance(value, Reference) else None
            if isinstance(value, Tuple):
                queue.extend(value.items)
            elif isinstance(value, Reference) and value.location not in seen:
                seen.add(value.location)
                if isinstance(thing, Items | Table):
                    queue.extend(each for each in (thing.element(),) if each is not None)
                elif isinstance(thing, Entity | Instance):
                    queue.append(calls.call(machine, encode, (value,), (), use.at))
    return Unknown("a text")


def _page(machine: Machine, use: LibraryUse, items: Value) -> Value:
    """`paginate(authors)`: what stands for the page is the list of its items."""
    transformer = dict(use.keywords).get("transformer", NONE)
    if transformer == NONE:
        return items
    return waiting.wait(machine, calls.call(machine, transformer, (items,), (), use.at), use.at)


def _page_of_query(machine: Machine, use: LibraryUse) -> Value:
    """`await apaginate(session, query)`: the page is made inside a greenlet, its transformer runs outside of it."""
    session, query = use.arguments[:2]
    found = methods.call_method(machine, session, "scalars", (query,), (), use.at)
    result = waiting.wait(machine, found, use.at)
    if isinstance(result, Result):
        _page(machine, use, results.call_method(machine, result, "all", (), use.at))
    # the calls above are no code of the user's, who awaits the page
    machine.take_plain_call()
    page = Unknown("a page that was made inside a greenlet")
    known = machine.session(session)
    is_async = known is not None and known.kind is SessionKind.ASYNC
    return Ready(page) if is_async or use.detail == "later" else page


def _task(machine: Machine, use: LibraryUse) -> Value:
    """`tasks.add_task(notify, author)`: it runs after the response, when nothing it does matters to the handler."""

    def body() -> None:
        made = calls.call(machine, use.first, use.arguments[1:], use.keywords, use.at)
        waiting.wait(machine, made, use.at)

    machine.run_branch(body)
    return Unknown("a task for later")
