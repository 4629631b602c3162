"""Coroutines of sessions, results and of the project's own functions that nobody waits for.

A coroutine is lost where it is used as if it were its result, where it stands alone as a statement, and where it is
bound to a name that nobody reads. What is given to functions that are not known may be awaited there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from saalint.facts import expressions as ex
from saalint.interpret.domain.heap import Entity, Items, Session, Table
from saalint.interpret.domain.values import (
    AttributeAccess,
    BoundMethod,
    ClassReference,
    ExternalInstance,
    ExternalMethod,
    FunctionReference,
    Literal,
    PendingCall,
    Ready,
    Reference,
    Result,
    Statement,
    Transaction,
    Tuple,
    Union,
    Unknown,
    Value,
    literal,
    members,
    with_rest,
)
from saalint.interpret.events import LostCoroutine, Site
from saalint.interpret.machine import Machine
from saalint.interpret.queries import misuse
from saalint.interpret.record import replace
from saalint.source.positions import Place

_COROUTINES = ("coroutine", "library")
_OF_COROUTINES = frozenset({"send", "throw", "close"})
# decorators that leave a coroutine function one
_TRANSPARENT = frozenset(
    {
        "abc.abstractmethod",
        "builtins.classmethod",
        "builtins.staticmethod",
        "functools.wraps",
        "typing.final",
        "typing.override",
    }
)


def pending(value: Value) -> Iterator[PendingCall]:
    """The coroutines among the alternatives of a value."""
    return (
        member
        for member in members(value)
        if isinstance(member, PendingCall) and member.kind in _COROUTINES
    )


def is_pending(value: Value) -> bool:
    """Whether a value is a coroutine, whichever of its alternatives it is."""
    return len(list(pending(value))) == len(members(value))


def lost(machine: Machine, value: Value) -> None:
    """A value is used as a coroutine cannot be, or left."""
    if not isinstance(value, PendingCall | Union):
        return
    for call in pending(value):
        origin = call.origin
        if origin is None or origin in machine.released or not _is_certain(machine, call):
            continue
        site = Site(origin.place, origin.width, machine.frame.scope)
        misuse.note(machine, LostCoroutine(site, call=_text(machine, call)))


def left(machine: Machine, expression: ex.Expression, value: Value) -> None:
    """A statement leaves the value of its expression: `session.commit()`, `[session.refresh(a) for a in authors]`."""
    lost(machine, value)
    made = machine.object_of(value) if isinstance(value, Reference) else None
    if isinstance(expression, ex.Comprehension | ex.Sequence) and isinstance(made, Items):
        for member in with_rest(made.items, made.rest):
            lost(machine, member)


def is_awaitable(machine: Machine, value: Value) -> bool | None:
    """Whether a value is to be waited for, where that is known."""
    match value:
        case PendingCall(kind=kind):
            return kind in _COROUTINES
        case Ready():
            return True
        case Literal() | Tuple() | Result() | Statement() | ClassReference() | FunctionReference():
            return False
        case Reference():
            thing = machine.object_of(value)
            return False if isinstance(thing, Entity | Items | Table) else None
        case _:
            return None


def awaitable_test(machine: Machine, value: Value, detail: str) -> Value:
    """`inspect.isawaitable(found)`, and `inspect.iscoroutinefunction(find)`."""
    ask = _is_coroutine_function if detail == "function" else is_awaitable
    answers = {ask(machine, member) for member in members(value)}
    known = answers.pop() if len(answers) == 1 else None
    return Unknown("whether something is awaitable") if known is None else literal(known)


def _is_coroutine_function(machine: Machine, value: Value) -> bool | None:
    match value:
        case (
            BoundMethod(function=FunctionReference(module=module, index=index))
            | FunctionReference(module=module, index=index)
        ):
            facts = machine.analysis.function(module, index)
            return facts.is_async and not facts.is_generator
        case _:
            return None


def read_from(machine: Machine, call: PendingCall, name: str) -> None:
    """`session.execute(...).scalars`: a coroutine has none of its result's attributes."""
    if name not in _OF_COROUTINES and not name.startswith(("cr_", "__")):
        lost(machine, call)


def release(machine: Machine, values: Sequence[Value]) -> None:
    """Coroutines are given to something that is not known: it may wait for them."""
    machine.released.update(
        call.origin for value in values for call in pending(value) if call.origin is not None
    )


def alternatives(machine: Machine, values: Sequence[Value]) -> None:
    """One of several functions was called: where some of them are no coroutine functions, the test is not seen."""
    if not all(any(pending(value)) for value in values):
        release(machine, values)


def bound(machine: Machine, name: str, value: Value) -> None:
    """A name is bound to a coroutine: it is lost where the function never reads the name."""
    function = machine.frame.function
    if function is None or not any(pending(value)):
        return
    is_elsewhere = name in (*function.global_names, *function.nonlocal_names)
    if not is_elsewhere and name not in machine.analysis.surroundings.names_read(
        machine.frame.module, function
    ):
        lost(machine, value)


def handed_on(machine: Machine, value: Value, at: Place, name: str) -> Value:
    """What a plain function gives without waiting for it: from here on it comes from the call of that function."""
    for call in pending(value):
        step = machine.step(at, len(name), name)
        made = replace(call, origin=step)
        value = made if value == call else value
    return value


def _is_certain(machine: Machine, call: PendingCall) -> bool:
    match call.callee:
        case ExternalMethod(receiver=Reference() as reference):
            session = machine.object_of(reference)
            return isinstance(session, Session) and not session.is_guessed
        case (
            ExternalMethod(receiver=Result() | Transaction() | ExternalInstance())
            | AttributeAccess()
        ):
            return True
        case FunctionReference(module=module, index=index):
            return (module, index) in machine.analysis.relevance and _is_undecorated(
                machine, module, index
            )
        case _:
            return False


def _is_undecorated(machine: Machine, module: str, index: int) -> bool:
    # a decorator of the project was run: what it gave is what was called
    known = machine.analysis.decorator_names(module, index) & _TRANSPARENT
    return len(known) == len(machine.analysis.function(module, index).decorators)


def _text(machine: Machine, call: PendingCall) -> str:
    match call.callee:
        case ExternalMethod(receiver=Reference() as reference, name=name):
            session = machine.object_of(reference)
            is_session = isinstance(session, Session)
            return f"{'AsyncSession' if is_session else '…'}.{name}()"
        case ExternalMethod(receiver=Result(), name=name):
            return f"AsyncResult.{name}()"
        case ExternalMethod(receiver=Transaction(), name=name):
            return f"AsyncSessionTransaction.{name}()"
        case ExternalMethod(receiver=ExternalInstance(name=owner), name=name):
            return f"{ex.short_name(owner)}.{name}()"
        case AttributeAccess():
            return f"awaitable_attrs.{dict(call.keywords)['name'].value}"  # type: ignore[union-attr]  # a literal
        case FunctionReference(module=module, index=index):
            return f"{machine.analysis.function(module, index).name}()"
        case _:
            return "the call"
