"""Members that the class at hand lacks, though one that it replaced had them: `AsyncSession.query`."""

from __future__ import annotations

from saalint.facts.expressions import short_name
from saalint.interpret.domain.heap import Session
from saalint.interpret.domain.values import ExternalInstance, Keywords, Statement, Value
from saalint.interpret.events import MissingMember, SessionKind, Step
from saalint.interpret.machine import Machine
from saalint.interpret.queries import misuse
from saalint.library.api import ASYNC_CONNECTIONS, ASYNC_SESSION, SELECT, SESSION, api
from saalint.source.positions import Place

_QUERY = "sqlalchemy.orm.Query"


def of_session(machine: Machine, session: Session, name: str, at: Place) -> None:
    """`session.query` and other methods of Session, or of SQLModel's, that AsyncSession lacks."""
    if session.kind is not SessionKind.ASYNC or not _is_of_library(machine, session, name):
        return
    if session.is_guessed or not misuse.lacks(machine, ASYNC_SESSION, name):
        return
    is_of_session = name in api()[SESSION].methods
    is_of_others = name in machine.analysis.operations.session_methods
    if is_of_session or (is_of_others and not _may_be_another(machine, session)):
        _note(machine, "AsyncSession", name, at)


def _is_of_library(machine: Machine, session: Session, name: str) -> bool:
    # a subclass has what it defines itself, and what a base that is not known may define
    if session.class_name is None:
        return session.library_class == ASYNC_SESSION
    classes = machine.analysis.project.classes
    bases = [base for base in classes.mro(session.class_name) if classes.info(base) is None]
    return bases == [ASYNC_SESSION] and classes.find_method(session.class_name, name) is None


def _may_be_another(machine: Machine, session: Session) -> bool:
    # SQLModel's session is often declared as SQLAlchemy's
    return session.is_declared and machine.analysis.surroundings.has_import("sqlmodel")


def of_statement(machine: Machine, statement: Statement, name: str, at: Place) -> None:
    """`select(User).first()`: a statement is run by a session, unlike a Query."""
    if statement.kind != "select" or statement.session is not None:
        return
    if name in api()[_QUERY].methods and misuse.lacks(machine, SELECT, name):
        _note(machine, "Select", name, at, statement.origin)


def of_connection(machine: Machine, owner: str, name: str, at: Place) -> None:
    """`engine.execute()`, `connection.query()`: neither the asynchronous classes nor those behind them have it."""
    if owner in ASYNC_CONNECTIONS and misuse.lacks(machine, owner, name):
        _note(machine, short_name(owner), name, at)


def of_bind(
    machine: Machine, method: str, arguments: tuple[Value, ...], keywords: Keywords, at: Place
) -> None:
    """`Base.metadata.create_all(engine)`: what it asks of an engine, an asynchronous one lacks."""
    bind = arguments[0] if arguments else dict(keywords).get("bind")
    if isinstance(bind, ExternalInstance) and bind.name in ASYNC_CONNECTIONS:
        _note(machine, short_name(bind.name), method, at)


def _note(machine: Machine, owner: str, member: str, at: Place, origin: Step | None = None) -> None:
    site = misuse.site(machine, at, len(member), origin)
    misuse.note(machine, MissingMember(site, owner=owner, member=member))
