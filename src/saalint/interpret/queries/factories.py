"""Sessions and session factories as they are made: `AsyncSession(...)`, `async_sessionmaker(...)`, `maker()`."""

from __future__ import annotations

from typing import TypeVar, assert_never

from saalint.interpret.domain.heap import Factory, Session
from saalint.interpret.domain.values import (
    NONE,
    ClassReference,
    External,
    Keywords,
    Literal,
    Reference,
    Transaction,
    Unknown,
    Value,
)
from saalint.interpret.events import SessionKind
from saalint.interpret.libraries.library_use import LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.orm import lifecycle
from saalint.interpret.queries import application_sessions, blocking, session_calls
from saalint.interpret.record import replace
from saalint.library.api import ASYNC_SESSION, SESSION
from saalint.library.meanings import SessionMaker
from saalint.source.positions import Place

_Made = TypeVar("_Made", Session, Factory)
_LIBRARY_CLASSES = {SessionKind.ASYNC: ASYNC_SESSION, SessionKind.SYNC: SESSION}


def make_session(
    machine: Machine,
    kind: SessionKind,
    keywords: Keywords,
    at: Place,
    class_name: str | None = None,
    library_class: str = "",
) -> Value:
    """`AsyncSession(...)`: a session with the settings it is given."""
    made = Session(
        kind=kind, expire_on_commit=True, class_name=class_name, library_class=library_class
    )
    session = _with_settings(made, keywords)
    bind = dict(keywords).get("bind")
    if kind is SessionKind.SYNC and bind is not None and blocking.is_bridge(machine, bind):
        session = replace(session, is_bridged=True, is_idle=True)
    return machine.allocate(machine.site(at, "session"), session)


def _with_settings(made: _Made, keywords: Keywords) -> _Made:
    given = dict(keywords)
    return replace(
        made,
        expire_on_commit=_setting(given.get("expire_on_commit"), default=made.expire_on_commit),
        is_autoflush=_setting(given.get("autoflush"), default=made.is_autoflush),
    )


def _setting(value: Value | None, *, default: bool | None) -> bool | None:
    if value is None:
        return default
    return bool(value.value) if isinstance(value, Literal) else None


def run(machine: Machine, use: LibraryUse, meaning: SessionMaker) -> Value:
    """The result of a function that makes a session or a factory; its kind is the detail of the operation."""
    kind = SessionKind(use.detail)
    match meaning:
        case SessionMaker.SESSION:
            keywords = (*(("bind", bind) for bind in use.arguments[:1]), *use.keywords)
            return make_session(machine, kind, keywords, use.at, library_class=use.name)
        case SessionMaker.FACTORY:
            return make_factory(machine, kind, use.keywords, use.at)
        case SessionMaker.SCOPED:
            return _make_scoped(machine, use.first, kind, use.at)
        case unreachable:
            assert_never(unreachable)


def _make_scoped(machine: Machine, maker: Value, kind: SessionKind, at: Place) -> Value:
    # `scoped_session(sessionmaker(engine))`
    inner = machine.object_of(maker) if isinstance(maker, Reference) else None
    if not isinstance(inner, Factory):
        inner = Factory(kind=kind, expire_on_commit=machine.analysis.project_setting(kind))
    return machine.allocate(machine.site(at, "scoped"), replace(inner, is_scoped=True))


def make_factory(machine: Machine, kind: SessionKind, keywords: Keywords, at: Place) -> Value:
    """`async_sessionmaker(...)` and `sessionmaker(..., class_=AsyncSession)`."""
    class_ = dict(keywords).get("class_")
    class_name: str | None = None
    library_class = "" if class_ is not None else _LIBRARY_CLASSES.get(kind, "")
    if isinstance(class_, ClassReference):
        class_name = class_.name
        if machine.analysis.is_async_session(class_.name):
            kind = SessionKind.ASYNC
    elif class_ is not None and machine.analysis.session_kind_of(class_) is not None:
        kind = machine.analysis.session_kind_of(class_) or kind
        library_class = class_.name if isinstance(class_, External) else ""
    made = Factory(
        kind=kind,
        expire_on_commit=machine.analysis.class_default(class_name),
        class_name=class_name,
        library_class=library_class,
    )
    return machine.allocate(machine.site(at, "factory"), _with_settings(made, keywords))


def call_factory(machine: Machine, factory: Factory, keywords: Keywords, at: Place) -> Reference:
    """`maker()`: a session with the factory's settings and those of the call."""
    session = replace(_with_settings(_session_of(factory), keywords), is_guessed=factory.is_guessed)
    # `self.maker()` where the maker is one of two: a session of each
    return machine.allocate((*machine.site(at, "session"), factory.kind), session)


def _session_of(factory: Factory) -> Session:
    return Session(
        kind=factory.kind,
        expire_on_commit=factory.expire_on_commit,
        is_autoflush=factory.is_autoflush,
        class_name=factory.class_name,
        library_class=factory.library_class,
    )


def class_of_sessions(factory: Factory) -> Value:
    """`maker.class_`: what the sessions of a factory are."""
    if factory.class_name is not None:
        return ClassReference(factory.class_name)
    return External(factory.library_class or _LIBRARY_CLASSES[factory.kind])


def call_factory_method(
    machine: Machine, reference: Reference, factory: Factory, name: str, arguments: tuple[Value, ...],
    keywords: Keywords, at: Place,
) -> Value:  # fmt: skip
    """`maker.begin()`, `maker.configure(...)`, and a scoped session used as the session it wraps."""
    if name == "configure":
        machine.write(reference, _with_settings(factory, keywords))
        return NONE
    if factory.is_scoped:
        return session_calls.call_method(
            machine, scoped_session(machine, reference, factory), name, arguments, keywords, at
        )
    if name == "begin":
        session = call_factory(machine, factory, (), at)
        return Transaction(session, is_nested=False, marker=lifecycle.OF_FACTORY)
    return Unknown("a method of a session factory")


def scoped_session(machine: Machine, reference: Reference, factory: Factory) -> Reference:
    """The session that a scoped factory gives to everyone in its scope."""
    made = _session_of(factory)
    if reference.location < 0:
        # that of a module is the same wherever it is used
        return application_sessions.of_name(machine, f"scoped {reference.location}", made)
    location = Reference(machine.locate(("scoped", reference.location)))
    if machine.session(location) is None:
        machine.write(location, made)
    return location
