"""The session that an application has for everyone: `db.session` of Flask-SQLAlchemy, and `Author.query` on it."""

from __future__ import annotations

from saalint.interpret import session_calls
from saalint.interpret.events import SessionKind
from saalint.interpret.heap import Factory
from saalint.interpret.machine import Machine
from saalint.interpret.values import ClassReference, Reference, Value
from saalint.source.positions import Place

_MODEL, _SESSION = "Model", "session"


def of_attribute(machine: Machine, owner: str, name: str) -> Reference | None:
    """What an attribute of an extension object is, where `library/` says that it is a session."""
    for ancestor in (owner, *machine.analysis.project.classes.mro(owner)):
        operation = machine.analysis.operations.functions.get(f"{ancestor}.{name}", "")
        kind, _, detail = operation.partition(":")
        if kind == "scoped":
            return _session(machine, f"{ancestor}.{name}", SessionKind(detail))
    return None


def _session(machine: Machine, name: str, kind: SessionKind) -> Reference:
    reference = Reference(machine.locate(("session of the application", name)))
    if machine.object_of(reference) is None:
        setting = machine.analysis.project_setting(kind)
        machine.write(reference, Factory(kind=kind, expire_on_commit=setting, is_scoped=True))
    return reference


def query_of(machine: Machine, kind: ClassReference, at: Place) -> Value | None:
    """`Author.query`, where the class inherits from the model class of an extension with a session."""
    for ancestor in machine.analysis.project.classes.mro(kind.name):
        owner, _, member = ancestor.rpartition(".")
        factory = of_attribute(machine, owner, _SESSION) if member == _MODEL else None
        thing = None if factory is None else machine.object_of(factory)
        if factory is not None and isinstance(thing, Factory):
            session = session_calls.scoped_session(machine, factory, thing)
            return session_calls.run(machine, session, "query", (kind,), (), at)
    return None
