"""Context managers: what `with` binds, and what happens when its body ends."""

from __future__ import annotations

from collections.abc import Callable

from saalint.interpret.calling import calls, failures, functions
from saalint.interpret.domain.heap import Content, Factory, Instance, Key, Session
from saalint.interpret.domain.values import (
    NONE,
    BoundMethod,
    External,
    ExternalInstance,
    ExternalMethod,
    Manager,
    PendingCall,
    Ready,
    Reference,
    Transaction,
    Union,
    Unknown,
    Value,
    one_of,
    without_none,
)
from saalint.interpret.events import SessionKind
from saalint.interpret.language import declared, generators, iteration, tasks, waiting
from saalint.interpret.machine import Cleanup, Machine
from saalint.interpret.orm import lifecycle
from saalint.interpret.queries import blocking
from saalint.source.positions import Place

Body = Callable[[Value], None]

# what a manager is told of an exception: it is some, and whatever asks is told so
_RAISED: tuple[Value, ...] = (
    External("builtins.BaseException"),
    ExternalInstance("builtins.BaseException"),
    ExternalInstance("types.TracebackType"),
)
_ASYNC = frozenset({"__aenter__", "__aexit__", "__anext__", "asend"})


def run_inside(machine: Machine, manager: Value, body: Body, at: int, *, is_async: bool) -> None:
    """Run a body inside a manager, with what entering it gives."""
    if isinstance(manager, Union):
        manager = without_none(manager)
    match manager:
        case Manager(call=call):
            generators.run_generator(machine, call, _once(machine, body), is_manager=True)
        case PendingCall(kind="generator"):
            generators.run_generator(machine, manager, _once(machine, body), is_manager=True)
        case Transaction() as begun:
            lifecycle.mark_transaction(machine, begun, at)
            _with_exit(
                machine,
                lifecycle.entered(begun),
                body,
                lambda is_error: _end_transaction(machine, begun, at, is_error=is_error),
            )
        case ExternalMethod(receiver=Reference() as session, name="no_autoflush"):
            before = lifecycle.set_autoflush(machine, session, is_autoflush=False)

            def restore(is_error: bool) -> None:  # noqa: FBT001 - the type of a cleanup
                del is_error
                lifecycle.set_autoflush(machine, session, is_autoflush=before)

            _with_exit(machine, session, body, restore)
        case Reference():
            _enter_object(machine, manager, body, at, is_async=is_async)
        case PendingCall():
            body(waiting.wait(machine, manager, at))
        case ExternalInstance(name=name):
            entered = waiting.as_asynchronous(machine, manager) if is_async else manager
            if name in machine.analysis.operations.locks:
                _run_locked(machine, entered, body)
            else:
                _run_group(machine, entered, body)
        case Ready(value=value):
            body(value)
        case _:
            body(_given_by_unknown(machine, at))


def _run_group(machine: Machine, group: Value, body: Body) -> None:
    # `async with asyncio.TaskGroup() as group:`, `with ExitStack() as stack:`
    frame = machine.frame
    entered: list[Cleanup] = []
    frame.stacks.append(entered)

    def leave(is_error: bool) -> None:  # noqa: FBT001 - the type of a cleanup
        for cleanup in reversed(entered):
            cleanup(is_error)
        tasks.end_group(machine)

    try:
        _with_exit(machine, group, body, leave)
    finally:
        frame.stacks.pop()


def _run_locked(machine: Machine, lock: Value, body: Body) -> None:
    # what is waited for under a lock is not waited for at once
    awaited = set(machine.task.awaited)
    with tasks.alone(machine):
        body(lock)
    machine.task.awaited = awaited


def _end_transaction(
    machine: Machine, transaction: Transaction, at: int, *, is_error: bool
) -> None:
    if not is_error:
        failures.flush_may_fail(machine, transaction.session, at, "end of the block")
    lifecycle.end_block(machine, transaction, at, is_error=is_error)


def _given_by_unknown(machine: Machine, at: int) -> Unknown:
    return Unknown("what an unknown manager gives", machine.site(at, "managed"))


def _once(machine: Machine, body: Body) -> Body:
    # `for attempt in range(3): try: … yield session … except ConnectionError: continue`: a manager comes to its `yield`
    # once, so a second turn of its own loop is what the first one is, and those before it came to nothing
    outside = machine.loop_depth

    def entered(value: Value) -> None:
        for loop in machine.loops[outside:]:
            loop.is_last_turn = True
        body(value)

    return entered


def enter(
    machine: Machine, manager: Value, at: int, *, is_async: bool, is_stacked: bool = False
) -> Value:
    """What entering a manager gives; one of a stack is left with the stack, but for what follows a `yield`."""
    base = machine.memory
    frame = machine.frame
    depth = len(frame.cleanups)
    found: list[Value] = []
    states: list[dict[Key, Content]] = []

    def body(value: Value) -> None:
        found.append(value)
        states.append(machine.memory.since(base))
        if is_stacked and frame.stacks:
            frame.stacks[-1].extend(frame.cleanups[depth:])
        # the manager stays open: nothing after its `yield` runs
        machine.is_alive = False

    run_inside(machine, manager, body, at, is_async=is_async)
    machine.join(states)
    return one_of(found, "what a manager that does not come out gives")


def by_hand(machine: Machine, manager: Value, name: str, first: Value, at: Place) -> Value | None:
    """What a special method gives that a program calls itself; None for other methods and other objects.

    `session = await manager.__aenter__()`, `session = await generator.__anext__()`; `first` is the first argument.
    """
    is_async = name in _ASYNC
    made: Value
    match name, manager:
        case "__enter__" | "__aenter__", Manager() | Transaction() | Reference():
            if isinstance(manager, Reference) and machine.session(manager) is None:
                return None
            made = enter(machine, manager, at, is_async=is_async)
        case "__exit__" | "__aexit__", Transaction():
            _end_transaction(machine, manager, at, is_error=first != NONE)
            made = NONE
        case "__exit__" | "__aexit__", Reference() if machine.session(manager) is not None:
            _close(machine, manager, at)
            made = NONE
        case "__exit__" | "__aexit__", Manager():
            made = NONE
        case "__next__" | "__anext__" | "send" | "asend", PendingCall(kind="generator"):
            made = iteration.element(machine, manager, at)
        case _:
            return None
    return Ready(made) if is_async else made


def _enter_object(
    machine: Machine, manager: Reference, body: Body, at: int, *, is_async: bool
) -> None:
    thing = machine.object_of(manager)
    if isinstance(thing, Session):
        if thing.is_guessed and is_async and thing.kind is SessionKind.SYNC:
            # `async with maker() as session:` tells what `maker: sessionmaker` left open
            machine.write(manager, declared.declared_session(machine, SessionKind.ASYNC, None))
        _with_exit(
            machine,
            manager,
            body,
            lambda _: _close(machine, manager, at),
        )
        return
    if isinstance(thing, Factory):
        body(manager)
        return
    if not isinstance(thing, Instance):
        body(_given_by_unknown(machine, at))
        return
    enter, leave = ("__aenter__", "__aexit__") if is_async else ("__enter__", "__exit__")
    method = functions.method_of(machine, manager, enter)
    if method is None:
        body(manager)
        return
    entered = calls.call(machine, method, (), (), at)
    value = waiting.wait(machine, entered, at) if is_async else entered
    _with_exit(
        machine, value, body, lambda is_error: _leave_object(machine, manager, leave, at, is_error)
    )


def _close(machine: Machine, session: Reference, at: int) -> None:
    blocking.closes(machine, session, at)
    lifecycle.close(machine, session, at, "end of the block")


def _leave_object(machine: Machine, manager: Reference, name: str, at: int, is_error: bool) -> None:  # noqa: FBT001 - the type of a cleanup
    method = functions.method_of(machine, manager, name)
    if not isinstance(method, BoundMethod):
        return
    result = calls.call(machine, method, _RAISED if is_error else (NONE, NONE, NONE), (), at)
    waiting.wait(machine, result, at)


def _with_exit(machine: Machine, value: Value, body: Body, leave: Callable[[bool], None]) -> None:
    frame = machine.frame
    depth = len(frame.cleanups)
    frame.cleanups.append(leave)
    try:
        body(value)
    finally:
        del frame.cleanups[depth:]
    if machine.is_alive:
        leave(False)  # noqa: FBT003 - the type of a cleanup
