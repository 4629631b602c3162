"""The session that an application has for everyone: `db.session` of Flask-SQLAlchemy, and `Author.query` on it.

What is used as a session under one name, as `request.db` in views and `self.request.db` in what they call, is one too.
"""

from __future__ import annotations

from collections.abc import Iterable

from saalint.interpret.domain.heap import Session
from saalint.interpret.domain.values import (
    ClassReference,
    External,
    ExternalInstance,
    Reference,
    Value,
    members,
)
from saalint.interpret.events import SessionKind
from saalint.interpret.language import declared
from saalint.interpret.machine import Machine
from saalint.interpret.queries import session_calls
from saalint.interpret.record import replace
from saalint.library.meanings import ContextVariable, SessionMaker
from saalint.library.names import library_names
from saalint.library.operations import SessionOperation, SessionVerb
from saalint.source.positions import Place

_MODEL, _SESSION = "Model", "session"


def session_of(machine: Machine, owner: str) -> Reference | None:
    """The session of an extension object of a class."""
    return _session_of(machine, (owner, *machine.analysis.project.classes.mro(owner)), _SESSION)


def of_attribute(machine: Machine, owner: str, name: str) -> Reference | External | None:
    """What an attribute of an extension object is: its session, or what it hands on, as `db.select`."""
    ancestors = (owner, *machine.analysis.project.classes.mro(owner))
    session = _session_of(machine, ancestors, name)
    if session is not None:
        return session
    for ancestor in ancestors:
        canonical = library_names().canonical(f"{ancestor}.{name}")
        if ancestor in library_names().handed_on and not canonical.startswith(ancestor):
            return External(canonical)
    return None


def _session_of(machine: Machine, owners: Iterable[str], name: str) -> Reference | None:
    for ancestor in owners:
        operation = machine.analysis.operations.of(f"{ancestor}.{name}")
        if operation is not None and operation.meaning is SessionMaker.SCOPED:
            return shared(machine, f"{ancestor}.{name}", SessionKind(operation.detail))
    return None


def shared(
    machine: Machine, name: str, kind: SessionKind, *, is_guessed: bool = False
) -> Reference:
    """The one session of a name, of a kind."""
    made = declared.declared_session(machine, kind, None)
    return of_name(machine, name, replace(made, is_guessed=is_guessed))


def of_name(machine: Machine, name: str, made: Session) -> Reference:
    """The one session of a name; it begins as it is `made`."""
    known = machine.application_sessions.get(name)
    if known is not None and machine.session(known) is not None:
        return known
    # the objects that came in, or that a callee gave back, hang on the session that is meant here
    for key, content in sorted(machine.sessions().items()):
        if content.application == name:
            machine.application_sessions[name] = Reference(key)
            return Reference(key)
    session = replace(made, application=name)
    reference = machine.allocate(("session of the application", name), session)
    # it is there on each way through the body, also on those that do not ask for it
    base = machine.frames[0].base
    is_outermost = base.parent in (None, machine.analysis.memory)
    (base if is_outermost or base.parent is None else base.parent).write(
        reference.location, session
    )
    machine.application_sessions[name] = reference
    return reference


def of_variable(
    machine: Machine, variable: ExternalInstance, name: str, arguments: tuple[Value, ...]
) -> Value | None:
    """What `current.get()` gives of a `ContextVar[AsyncSession]`: the same session wherever it is asked for."""
    meaning = machine.analysis.operations.meaning(f"{variable.name}.{name}")
    if meaning is ContextVariable.HOLD:
        return _held(machine, variable, arguments)
    if meaning is not ContextVariable.HELD:
        return None
    for argument in (one for each in variable.arguments for one in members(each)):
        kind = machine.analysis.session_kind_of(argument)
        if kind is not None:
            return shared(machine, _name_of(variable), kind)
    return None


def _name_of(variable: ExternalInstance) -> str:
    return f"{variable.name} {variable.arguments[0]}"


def _held(
    machine: Machine, variable: ExternalInstance, arguments: tuple[Value, ...]
) -> Value | None:
    # `current.set(session)`: from here on whoever asks has this one
    for session in arguments[:1]:
        known = machine.session(session)
        if known is not None and isinstance(session, Reference) and variable.arguments:
            name = _name_of(variable)
            machine.write(session, replace(known, application=name))
            machine.application_sessions[name] = session
    return None


def query_of(machine: Machine, kind: ClassReference, at: Place) -> Value | None:
    """`Author.query`, where the class inherits from the model class of an extension with a session."""
    for ancestor in machine.analysis.project.classes.mro(kind.name):
        owner, _, member = ancestor.rpartition(".")
        session = _session_of(machine, (owner,), _SESSION) if member == _MODEL else None
        if session is not None:
            return session_calls.run(
                machine, session, SessionOperation(SessionVerb.QUERY), (kind,), (), at
            )
    return None
