"""Generators to what their consumer does with each value: loops over them, and bodies of `with` that they manage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from saalint.interpret.calling import failures, functions, shapes, summaries
from saalint.interpret.calling.bound_calls import BoundCall
from saalint.interpret.domain.heap import Content, Key, Session
from saalint.interpret.domain.values import (
    NONE,
    FunctionReference,
    PendingCall,
    Reference,
    Unknown,
    Value,
    members,
    one_of,
    union,
)
from saalint.interpret.language import binding
from saalint.interpret.language.exits import Relay, Vagueness
from saalint.interpret.machine import Frame, Machine
from saalint.interpret.record import replace

_MOST_YIELDS = 3
_TURNS = 2


@dataclass(slots=True)
class _Consumer:
    """Who takes what a generator yields; `outside` is what the body of a `with` returns, `exits` how it leaves then."""

    frame: Frame
    body: Callable[[Value], None]
    is_manager: bool
    outside: list[Value] = field(default_factory=list)
    exits: list[dict[Key, Content]] = field(default_factory=list)

    def receive(self, machine: Machine, value: Value) -> Value:
        """Take one value, in the consumer's own frame."""
        frame = self.frame
        held = (frame.cleanups, frame.exits, frame.returned)
        frame.cleanups, frame.exits, frame.returned = [], [], []
        frame.managers += 1
        machine.frame.consumer = frame
        relay = Relay(machine.memory, len(frame.catchers))
        frame.relays.append(relay)
        try:
            with machine.inside(frame):
                written = machine.run_branch(lambda: self.body(value))
            inner = frame.exits
            self.outside.extend(frame.returned)
        finally:
            frame.relays.pop()
            frame.managers -= 1
            frame.cleanups, frame.exits, frame.returned = held
        # what is raised in the body of a `with` is raised in its manager, what is raised in a loop is not
        where = machine.frame if self.is_manager else frame
        with machine.inside(where):
            failures.throw_again(machine, relay.raised)
        if inner and written is None:
            self.exits.append({})
        machine.join([written, *inner])
        return NONE


def run_generator(
    machine: Machine,
    pending: PendingCall,
    body: Callable[[Value], None],
    *,
    is_manager: bool = False,
) -> None:
    """Run a generator with its consumer: each value it yields goes to `body`, in the consumer's own frame."""
    function = pending.callee
    if not isinstance(function, FunctionReference):
        body(Unknown("what an unknown generator yields"))
        return
    if not is_manager:
        failures.note_vague(machine, Vagueness.ALL)
    consumer = _Consumer(machine.frame, body, is_manager)
    call = _bound(machine, pending, function)
    if pending.origin is not None:
        # `async with checked_out(session, 1) as first, checked_out(session, 2) as second:`: two bodies are open at once
        call = replace(call, at=pending.origin.place.at)
    functions.run_in_place(machine, call, partial(consumer.receive, machine))
    if consumer.outside:
        _return_after(machine, consumer.outside, is_only_way=bool(consumer.exits))


def _return_after(machine: Machine, values: list[Value], *, is_only_way: bool) -> None:
    # the body of the `with` returned: the generator has run to its end, and now the function returns
    frame = machine.frame

    def leave() -> None:
        machine.leave(0, is_error=False)
        if machine.is_alive and frame.responds is not None and not frame.managers:
            frame.responds(union(values), frame.returned_at)
        if machine.is_alive:
            frame.returned.append(union(values))
            frame.exits.append(machine.memory.since(frame.base.parent))

    machine.run_branch(leave)
    if is_only_way:
        machine.is_alive = False


def iterate_generator(
    machine: Machine, pending: PendingCall, turn: Callable[[Value], None]
) -> None:
    """Iterate a generator: beside the loop's body where it yields what a loop can change, else ahead of it."""
    found = _summarised(machine, pending)
    if found is not None and not _is_session(machine, found):
        for _ in range(_TURNS):
            if machine.is_alive:
                turn(found)
        return
    late: list[Value] = []
    turns = 0

    def receive(value: Value) -> None:
        # `yield ping` … `yield pong` … : each runs the body of the loop, and those of generators nest
        nonlocal turns
        turns += 1
        if turns > _MOST_YIELDS:
            late.append(value)
        else:
            turn(value)

    run_generator(machine, pending, receive)
    if late and machine.is_alive:
        turn(union(late))


def _is_session(machine: Machine, value: Value) -> bool:
    # `async for session in get_session():` leaves the session as what comes after its `yield` does
    return any(
        isinstance(machine.object_of(one), Session)
        for one in members(value)
        if isinstance(one, Reference)
    )


def _summarised(machine: Machine, pending: PendingCall) -> Value | None:
    # nothing that the generator was given can be changed by the loop's body: it runs by its summary
    function = pending.callee
    if (
        not isinstance(function, FunctionReference)
        or function.frame is not None
        or function.captured
    ):
        return None
    call = _bound(machine, pending, function)
    if shapes.passes_objects(machine, call.bound):
        return None
    return summaries.call(machine, call)


def _bound(machine: Machine, pending: PendingCall, function: FunctionReference) -> BoundCall:
    facts = machine.analysis.function(function.module, function.index)
    return BoundCall(
        function=function,
        facts=facts,
        bound=binding.bind(machine, function, facts, pending.arguments, pending.keywords, 0),
        receiver=functions.receiver_of(machine, function, pending.arguments),
        at=facts.at,
    )


def collect(machine: Machine, pending: PendingCall) -> Value:
    """Any value that a generator yields, where no consumer runs with it."""
    summarised = _summarised(machine, pending)
    if summarised is not None:
        return summarised
    found: list[Value] = []
    run_generator(machine, pending, found.append)
    return one_of(found, "a generator that yields nothing known")
