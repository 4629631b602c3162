"""Members that the class at hand lacks, though one that it replaced had them: `AsyncSession.query`."""

from __future__ import annotations

from saalint.interpret.domain.heap import Session
from saalint.interpret.domain.values import Statement
from saalint.interpret.events import MissingMember, SessionKind
from saalint.interpret.machine import Machine
from saalint.interpret.queries import misuse
from saalint.library.api import ASYNC_SESSION, SELECT, SESSION, api
from saalint.source.positions import Place

_QUERY = "sqlalchemy.orm.Query"
_ASYNC_ENGINE = "sqlalchemy.ext.asyncio.AsyncEngine"


def of_session(machine: Machine, session: Session, name: str, at: Place) -> None:
    """`session.query` and other methods of Session, or of SQLModel's, that AsyncSession lacks."""
    if session.kind is not SessionKind.ASYNC or not _is_of_library(machine, session, name):
        return
    if session.is_guessed or not misuse.lacks(machine, ASYNC_SESSION, name):
        return
    is_of_session = name in api()[SESSION].methods
    is_of_others = name in machine.analysis.operations.session_methods
    if is_of_session or (is_of_others and not _may_be_another(machine, session)):
        site = misuse.site(machine, at, len(name))
        misuse.note(machine, MissingMember(site, owner="AsyncSession", member=name))


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


def of_engine(machine: Machine, owner: str, name: str, at: Place) -> None:
    """`engine.execute(…)`: an AsyncEngine gives connections, and has nothing that runs SQL by itself."""
    if owner == _ASYNC_ENGINE and misuse.lacks(machine, owner, name):
        misuse.note(
            machine,
            MissingMember(misuse.site(machine, at, len(name)), owner="AsyncEngine", member=name),
        )


def of_statement(machine: Machine, statement: Statement, name: str, at: Place) -> None:
    """`select(User).first()`: a statement is run by a session, unlike a Query."""
    if statement.kind != "select" or statement.session is not None:
        return
    if name in api()[_QUERY].methods and misuse.lacks(machine, SELECT, name):
        site = misuse.site(machine, at, len(name), statement.origin)
        misuse.note(machine, MissingMember(site, owner="Select", member=name))
