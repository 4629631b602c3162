"""What is given to functions that nobody knows, and methods of objects of other libraries."""

from __future__ import annotations

from saalint.interpret.calling import calls
from saalint.interpret.domain.heap import Background, Items, Origin
from saalint.interpret.domain.values import (
    Expression,
    ExternalInstance,
    ExternalMethod,
    Keywords,
    PendingCall,
    Reference,
    Unknown,
    Value,
    members,
)
from saalint.interpret.language import coroutines, iteration, waiting
from saalint.interpret.machine import Machine
from saalint.interpret.queries import loading_notes
from saalint.interpret.record import replace
from saalint.library.api import api
from saalint.source.positions import Place

_MOST_BACKGROUNDS = 4


def escape(machine: Machine, arguments: tuple[Value, ...], keywords: Keywords) -> None:
    """A function that is not known was given objects: with a session among them it may have loaded anything."""
    values = (*arguments, *(value for _, value in keywords))
    coroutines.release(machine, values)
    loading_notes.leave(machine, values)
    waiting.let_go(machine, values)
    has_session = any(
        machine.session(member) is not None for value in values for member in members(value)
    )
    if not has_session:
        return
    for value in values:
        for member in members(value):
            if isinstance(member, Reference):
                _forget(machine, member)


def _forget(machine: Machine, reference: Reference) -> None:
    entity = machine.entity(reference)
    if entity is not None:
        backgrounds = (*entity.backgrounds, Background(Origin.UNKNOWN))[-_MOST_BACKGROUNDS:]
        machine.write(reference, replace(entity, backgrounds=backgrounds, states=()))
    elif isinstance(machine.object_of(reference), Items):
        for member in members(iteration.element(machine, reference, 0)):
            if machine.entity(member) is not None and isinstance(member, Reference):
                _forget(machine, member)


def library_method(machine: Machine, owner: str, name: str) -> str | None:
    """The qualified name that `library/` has for a method of a class, or of one that it inherits from."""
    for ancestor in (owner, *machine.analysis.project.classes.mro(owner)):
        if _is_described(machine, f"{ancestor}.{name}"):
            return f"{ancestor}.{name}"
    return None


def call_instance(
    machine: Machine,
    owner: str,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """A method of an object of another library, where `library/` says what it means."""
    known = api().get(owner)
    if known is not None and name in known.coroutines:
        step = machine.step(at, len(name), name)
        method = ExternalMethod(ExternalInstance(owner), name)
        return PendingCall(method, arguments, keywords, "library", step)
    if _is_described(machine, f"{owner}.{name}"):
        return calls.call_external(machine, f"{owner}.{name}", arguments, keywords, at)
    if owner.startswith("sqlalchemy.func"):
        return Expression()
    escape(machine, arguments, keywords)
    return _of_library(owner, name)


def _is_described(machine: Machine, name: str) -> bool:
    described = machine.analysis.project.helpers.by_name
    return name in machine.analysis.operations.functions or name in described


def wait_for_instance(
    machine: Machine, owner: str, name: str, pending: PendingCall, at: Place
) -> Value:
    """A coroutine of an engine or a connection is waited for."""
    if _is_described(machine, f"{owner}.{name}"):
        described = f"{owner}.{name}"
        return calls.call_external(machine, described, pending.arguments, pending.keywords, at)
    escape(machine, pending.arguments, pending.keywords)
    return _of_library(owner, name)


def _of_library(owner: str, name: str) -> Value:
    known = api().get(owner)
    returned = known.returns.get(name, "") if known is not None else ""
    if returned.startswith("sqlalchemy.ext.asyncio."):
        return ExternalInstance(returned)
    return Unknown(f"the result of a method of `{owner}`")
