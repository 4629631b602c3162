"""`await`: a coroutine runs when it is waited for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from saalint.facts import expressions as ex
from saalint.interpret import transfer
from saalint.interpret.calling import calls, functions
from saalint.interpret.domain.heap import Items
from saalint.interpret.domain.values import (
    ExternalInstance,
    ExternalMethod,
    PendingCall,
    Ready,
    Reference,
    Result,
    Transaction,
    Union,
    Unknown,
    Value,
    members,
    union,
    with_rest,
)
from saalint.interpret.events import PlainAwaited, SharedSession
from saalint.interpret.libraries import methods
from saalint.interpret.machine import Machine
from saalint.interpret.orm import lifecycle
from saalint.interpret.queries import misuse
from saalint.interpret.record import replace
from saalint.source.positions import Place


def wait_expression(machine: Machine, expression: ex.Await) -> Value:
    """The value of `await value`; what a library gives at once cannot be waited for."""
    machine.take_plain_call()
    value = transfer.evaluate(machine, expression.value)
    plain = machine.take_plain_call()
    if isinstance(expression.value, ex.Call) and plain is not None:
        if plain.at == expression.value.at:
            site = misuse.site(machine, plain.at, len(ex.short_name(plain.text)) - 2)
            misuse.note(machine, PlainAwaited(site, call=plain.text))
    elif all(isinstance(member, Result) for member in members(value)):
        site = misuse.site(machine, expression.at, len("await"))
        misuse.note(machine, PlainAwaited(site, call="the result of a query"))
    return wait(machine, value, expression.at)


def wait(machine: Machine, value: Value, at: Place) -> Value:
    """What `await value` gives."""
    match value:
        case PendingCall(kind="coroutine"):
            return functions.run_coroutine(machine, value, at)
        case PendingCall(kind="library", callee=callee):
            if isinstance(callee, ExternalMethod) and isinstance(callee.receiver, Reference):
                _note_use(machine, callee.receiver, value, at)
            return methods.run_pending(machine, value)
        case Ready(value=ready, task=task):
            if task is not None:
                _end_task(machine, task)
            return ready
        case Transaction():
            lifecycle.mark_transaction(machine, value, at)
            return value
        case Union(members=parts):
            return _wait_for_one(machine, parts, at)
        case ExternalInstance():
            return as_asynchronous(machine, value)
        case Reference():
            return _wait_for_object(machine, value, at)
        case _:
            return value


def _wait_for_object(machine: Machine, reference: Reference, at: Place) -> Value:
    # `def __await__(self): return self.load().__await__()`
    method = functions.method_of(machine, reference, "__await__")
    if method is None:
        return reference
    waited = calls.call(machine, method, (), (), at)
    if isinstance(waited, PendingCall) and waited.kind == "generator":
        return Unknown("what an object that is waited for gives by `yield`")
    return wait(machine, waited, at)


def _wait_for_one(machine: Machine, parts: Iterable[Value], at: Place) -> Value:
    # `await HANDLERS[action](session, user)`: what one of them does has not been done when another runs
    given: list[Value] = []
    ways = [machine.run_branch(partial(_wait_into, given, machine, part, at)) for part in parts]
    machine.join(ways)
    return union(given)


def _wait_into(given: list[Value], machine: Machine, value: Value, at: Place) -> None:
    given.append(wait(machine, value, at))


def as_asynchronous(machine: Machine, value: ExternalInstance) -> ExternalInstance:
    """`connection: Connection`, and it is waited for: what is declared may be another, as the use of it tells."""
    name = machine.analysis.operations.asynchronous.get(value.name)
    return value if name is None else replace(value, name=name)


def _note_use(machine: Machine, reference: Reference, call: PendingCall, at: Place) -> None:
    # `task = create_task(load(session)); await session.commit()`: a task runs beside whoever made it
    session = machine.session(reference)
    if session is None:
        return
    machine.task.awaited.add(reference)
    if not session.tasks:
        return
    origin = call.origin
    is_here = origin is not None and origin.place.path == machine.frame.path
    place, width = (origin.place.at, origin.width) if origin is not None and is_here else (at, 1)
    site = misuse.site(machine, place, width, session.tasks[0].origin)
    misuse.note(machine, SharedSession(site, function="await"))
    machine.write(reference, replace(session, tasks=()))


def hand_over(
    machine: Machine, arguments: Iterable[Value], keywords: Iterable[tuple[str, Value]]
) -> None:
    """A function of the project is given values, tasks among them perhaps."""
    if machine.task.has_started:
        let_go(machine, (*arguments, *(value for _, value in keywords)))


def let_go(machine: Machine, values: Iterable[Value]) -> None:
    """Tasks are handed to somebody who may wait for them."""
    for value in values:
        for member in members(value):
            if isinstance(member, Ready) and member.task is not None:
                _end_task(machine, member.task)
            elif isinstance(thing := _object(machine, member), Items):
                let_go(machine, with_rest(thing.items, thing.rest))


def _object(machine: Machine, value: Value) -> object:
    return machine.object_of(value) if isinstance(value, Reference) else None


def _end_task(machine: Machine, key: tuple[object, ...]) -> None:
    for location, session in machine.sessions().items():
        left = tuple(task for task in session.tasks if task.key != key)
        if left != session.tasks:
            machine.write(Reference(location), replace(session, tasks=left))
