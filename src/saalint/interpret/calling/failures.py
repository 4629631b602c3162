"""Calls of a session that may fail inside a `try` to what the handlers find: a flush that fails rolls back first."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import assert_never

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.interpret.domain.heap import Content, Key
from saalint.interpret.domain.values import (
    BoundMethod,
    ClassReference,
    Expression,
    External,
    ExternalInstance,
    ExternalMethod,
    FunctionReference,
    MappedAttribute,
    Reference,
    Value,
)
from saalint.interpret.language.exits import Catcher, Failure
from saalint.interpret.machine import Machine
from saalint.interpret.orm import flushing, lifecycle
from saalint.project.names import symbols
from saalint.source.positions import Place

# what builds statements, and what the language has itself
_SAFE = ("builtins.", "sqlalchemy.")


class Caught(Enum):
    """What a handler waits for, as far as a session raises it."""

    CHANGES = auto()
    DATABASE = auto()
    ANYTHING = auto()
    OTHERS = auto()


def run_raise(machine: Machine) -> None:
    """`raise`: what was written so far reaches the handlers of the innermost `try`.

    In a `with` whose manager is a generator it is raised there, at its `yield`, and may come out of it again.
    """
    frame = machine.frame
    relay = frame.relays[-1] if frame.relays else None
    if relay is not None and relay.depth == len(frame.catchers):
        machine.leave(0, is_error=True)
        if machine.is_alive:
            relay.states.append(machine.memory.since(relay.base))
    elif frame.catchers:
        catcher = frame.catchers[-1]
        machine.leave(catcher.cleanup_depth, is_error=True)
        if machine.is_alive:
            catcher.states.append(machine.memory.since(catcher.base))
    else:
        machine.leave(0, is_error=True)
        if machine.is_alive and frame.consumer is not None:
            with machine.inside(frame.consumer):
                run_raise(machine)
    machine.is_alive = False


def flush_may_fail(machine: Machine, session: Reference, at: Place, text: str) -> None:
    """A flush or commit that fails rolls back its session, or the savepoint that it is in, before anybody hears of it.

    `except IntegrityError: log(author.name)` finds everything expired.
    """
    _may_fail(machine, Failure.CHANGE, lambda: lifecycle.undo_flush(machine, session, at, text))


def query_may_fail(machine: Machine, session: Reference, at: Place) -> None:
    """The flush before a query may fail, where there is something to flush."""
    if machine.frame.catchers and flushing.has_changes(machine, session):
        flush_may_fail(machine, session, at, "autoflush")


def statement_may_fail(machine: Machine, *, is_change: bool) -> None:
    """A statement that fails leaves the objects of its session as they are."""
    _may_fail(machine, Failure.CHANGE if is_change else Failure.QUERY, lambda: None)


def _may_fail(machine: Machine, kind: Failure, undo: Callable[[], None]) -> None:
    catchers = machine.frame.catchers
    if not catchers or machine.is_failing:
        return
    catcher = catchers[-1]

    def leave() -> None:
        undo()
        machine.leave(catcher.cleanup_depth, is_error=True)

    before = machine.memory.since(catcher.base)
    # what runs on the way out does not fail once more
    machine.is_failing = True
    try:
        written = machine.run_branch(leave)
    finally:
        machine.is_failing = False
    if written is not None:
        catcher.failures.append((kind, {**before, **written}))


def call_may_fail(machine: Machine, callee: Value) -> None:
    """A call of anything but a session's method may fail too, and one that uses a session as a session's does."""
    catchers = machine.frame.catchers
    if not catchers:
        return
    match callee:
        case BoundMethod(function=function) | (FunctionReference() as function):
            if machine.analysis.function(function.module, function.index).is_generator:
                # nothing of it has run yet
                return
            is_of_database = (function.module, function.index) in machine.analysis.relevance
        case ClassReference(name=name) if name in machine.analysis.mappers:
            return
        case External(name=name) if name.startswith(_SAFE):
            return
        case ExternalMethod() | Expression() | MappedAttribute():
            return
        case External() | ExternalInstance() | ClassReference():
            is_of_database = False
        case _:
            is_of_database = True
    note_vague(machine, is_of_database=is_of_database)


def note_vague(machine: Machine, *, is_of_database: bool) -> None:
    """Something runs here that may raise anything, from wherever it is."""
    for catcher in machine.frame.catchers[-1:]:
        catcher.is_vague = True
        catcher.is_vague_for_database |= is_of_database


def states_at(
    machine: Machine, catcher: Catcher, handler: ins.Handler, written: dict[Key, Content] | None
) -> list[dict[Key, Content]]:
    """What was written where an exception may reach a handler; `written` by a body that ran to its end.

    Where the calls that raise what the handler waits for are known, they are all. Else it starts from anywhere.
    """
    anywhere = [{}, *catcher.states, *([written] if written is not None else [])]
    caught = caught_by(machine, handler)
    match caught:
        case Caught.OTHERS:
            return catcher.states if catcher.states and not catcher.is_vague else anywhere
        case Caught.ANYTHING:
            known = [*catcher.states, *(state for _, state in catcher.failures)]
            return known if known and not catcher.is_vague else [*anywhere, *known]
        case Caught.CHANGES:
            known = [state for kind, state in catcher.failures if kind is Failure.CHANGE]
        case Caught.DATABASE:
            known = [state for _, state in catcher.failures]
        case _:
            assert_never(caught)
    return known if known and not catcher.is_vague_for_database else [*anywhere, *known]


def caught_by(machine: Machine, handler: ins.Handler) -> Caught:
    """What a handler waits for; the least that any of its kinds is."""
    if handler.kinds is None:
        return Caught.ANYTHING
    names = kinds_of(machine, handler)
    raised = machine.analysis.operations.raised
    if names & raised.by_anything:
        return Caught.ANYTHING
    if names <= raised.by_changes:
        return Caught.CHANGES
    if names <= raised.by_changes | raised.by_database:
        return Caught.DATABASE
    return Caught.OTHERS


def kinds_of(machine: Machine, handler: ins.Handler) -> set[str]:
    """The canonical names of the exceptions that a handler waits for; one of the project has none."""
    if handler.kinds is None:
        return set()
    kinds = handler.kinds.items if isinstance(handler.kinds, ex.Sequence) else (handler.kinds,)
    found = (machine.analysis.project.symbols.resolve(machine.frame.module, kind) for kind in kinds)
    return {one.name if isinstance(one, symbols.External) else "" for one in found}
