"""What the sessions of a project agree on: from its factories, its calls and its dependencies to one setting per kind.

A function that only declares `session: AsyncSession` is given a session somebody else made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from saalint.facts import expressions as ex
from saalint.facts.records import Parameter
from saalint.interpret.calling import dependencies
from saalint.interpret.domain.heap import Factory
from saalint.interpret.domain.values import ClassReference, External
from saalint.interpret.events import SessionKind
from saalint.library.meanings import SessionMaker
from saalint.project.names import symbols
from saalint.project.names.definitions import Module
from saalint.project.names.mentions import last_parts, mentions

if TYPE_CHECKING:
    from saalint.interpret.knowledge import Analysis

# what makes a session, and what makes those
_MAKERS = (SessionMaker.SESSION, SessionMaker.FACTORY)


@dataclass(frozen=True, slots=True)
class _Made:
    """A place that makes sessions: their kind and settings, None for what is not known."""

    kind: SessionKind
    expire_on_commit: bool | None
    is_autoflush: bool | None


def read(analysis: Analysis) -> None:
    """Set what sessions known by their type alone have: the settings that all who make sessions agree on."""
    expires: dict[SessionKind, set[bool | None]] = {}
    autoflushes: dict[SessionKind, set[bool | None]] = {}
    for made in (*_of_modules(analysis), *_of_functions(analysis), *_of_applications(analysis)):
        expires.setdefault(made.kind, set()).add(made.expire_on_commit)
        autoflushes.setdefault(made.kind, set()).add(made.is_autoflush)
    for kind, call in _of_declared_makers(analysis):
        given = _given(call, "expire_on_commit")
        if given is True:
            # `maker()`: as whoever made the maker says, and nobody else may
            expires.setdefault(kind, {True})
        else:
            expires.setdefault(kind, set()).add(given)
    for kind, found in expires.items():
        analysis.settings_by_kind[kind] = found.pop() if len(found) == 1 else None
    for kind, found in autoflushes.items():
        analysis.autoflush_by_kind[kind] = found.pop() if len(found) == 1 else None


def _of_modules(analysis: Analysis) -> Iterator[_Made]:
    # `maker = async_sessionmaker(engine, expire_on_commit=False)` at the level of a module is run
    for module in _modules(analysis):
        analysis.module_frame(module.name)
    for content in analysis.memory.items().values():
        if isinstance(content, Factory):
            yield _Made(content.kind, content.expire_on_commit, content.is_autoflush)


def _of_functions(analysis: Analysis) -> Iterator[_Made]:
    # `self.maker = async_sessionmaker(engine)` in an `__init__` is taken as it is written
    names = last_parts(
        name
        for name, operation in analysis.operations.functions.items()
        if operation.meaning in _MAKERS
    )
    for module in _modules(analysis):
        for function in module.facts.functions:
            if mentions(module.facts, function, names):
                for call in ex.calls_in(function.body):
                    made = _made(analysis, module.name, call)
                    if made is not None:
                        yield made
            for parameter in function.parameters:
                kind = _kind_from_outside(analysis, module.name, parameter)
                if kind is not None:
                    yield _Made(kind, None, None)


def _of_declared_makers(analysis: Analysis) -> Iterator[tuple[SessionKind, ex.Call]]:
    """The calls of makers that are only declared: `async def main(maker: async_sessionmaker[AsyncSession])`."""
    for module in _modules(analysis):
        for function in module.facts.functions:
            kinds = {
                parameter.name: kind
                for parameter in function.parameters
                if (kind := _kind_of_declared_maker(analysis, module.name, parameter.annotation))
            }
            for call in ex.calls_in(function.body) if kinds else ():
                if isinstance(call.function, ex.Name) and call.function.name in kinds:
                    yield kinds[call.function.name], call


def _kind_of_declared_maker(
    analysis: Analysis, module: str, annotation: ex.Expression | None
) -> SessionKind | None:
    match annotation:
        case ex.Subscript(base=base, index=index):
            kind = _kind_of_maker(analysis, module, base)
            return kind and (_kind_of_annotation(analysis, module, index) or kind)
        case ex.Name() | ex.Attribute():
            return _kind_of_maker(analysis, module, annotation)
        case _:
            return None


def _of_applications(analysis: Analysis) -> Iterator[_Made]:
    # `db = SQLAlchemy(session_options={"expire_on_commit": False})`: an extension that has a session for everyone
    for module in _modules(analysis):
        for call in ex.calls_in(module.facts.body):
            kind = _kind_of_application(analysis, module.name, call.function)
            if kind is None:
                continue
            keywords = {keyword.name: keyword.value for keyword in call.keywords}
            settings, is_open = _entries(keywords.get("session_options"))
            is_open = is_open or None in keywords
            yield _Made(
                kind,
                _constant(settings.get("expire_on_commit"), is_open=is_open),
                _constant(settings.get("autoflush"), is_open=is_open),
            )


def _kind_of_application(
    analysis: Analysis, module: str, callee: ex.Expression
) -> SessionKind | None:
    if not isinstance(callee, ex.Name | ex.Attribute):
        return None
    definition = analysis.project.symbols.resolve(module, callee)
    if not isinstance(definition, symbols.External):
        return None
    session = analysis.operations.of(f"{definition.name}.session")
    is_scoped = session is not None and session.meaning is SessionMaker.SCOPED
    return SessionKind(session.detail) if session is not None and is_scoped else None


def _entries(given: ex.Expression | None) -> tuple[dict[str, ex.Expression], bool]:
    """The entries of a dict as it is written, and whether there may be others."""
    match given:
        case None:
            return {}, False
        case ex.Mapping(entries=entries):
            known = {
                str(entry.key.value): entry.value
                for entry in entries
                if isinstance(entry.key, ex.Constant)
            }
            return known, len(known) < len(entries)
        case ex.Call(function=ex.Name(name="dict"), arguments=(), keywords=keywords):
            named = {keyword.name: keyword.value for keyword in keywords if keyword.name}
            return named, len(named) < len(keywords)
        case _:
            return {}, True


def _modules(analysis: Analysis) -> Iterator[Module]:
    for module in analysis.project.modules:
        if module.facts.mentions_orm and module.is_project:
            yield module


def _made(analysis: Analysis, module: str, call: ex.Call) -> _Made | None:
    kind = _kind_of_maker(analysis, module, call.function)
    if kind is None:
        return None
    keywords = {keyword.name: keyword.value for keyword in call.keywords}
    if "class_" in keywords:
        kind = _kind_of_class(analysis, module, keywords["class_"]) or kind
    return _Made(kind, _given(call, "expire_on_commit"), _given(call, "autoflush"))


def _given(call: ex.Call, setting: str) -> bool | None:
    """What a call says of a setting that is on where nothing is said; None where that is not known."""
    keywords = {keyword.name: keyword.value for keyword in call.keywords}
    return _constant(keywords.get(setting), is_open=None in keywords)


def _kind_of_maker(analysis: Analysis, module: str, callee: ex.Expression) -> SessionKind | None:
    if not isinstance(callee, ex.Name | ex.Attribute):
        return None
    definition = analysis.project.symbols.resolve(module, callee)
    if not isinstance(definition, symbols.External):
        return None
    operation = analysis.operations.of(definition.name)
    is_maker = operation is not None and operation.meaning in _MAKERS
    return SessionKind(operation.detail) if operation is not None and is_maker else None


def _kind_of_class(
    analysis: Analysis, module: str, expression: ex.Expression
) -> SessionKind | None:
    match analysis.project.symbols.resolve(module, expression):
        case symbols.External(name=name):
            return analysis.session_kind_of(External(name))
        case symbols.ClassDefinition(name=name):
            return analysis.session_kind_of(ClassReference(name))
        case _:
            return None


def _constant(value: ex.Expression | None, *, is_open: bool) -> bool | None:
    if value is None:
        return None if is_open else True
    return bool(value.value) if isinstance(value, ex.Constant) else None


def _kind_from_outside(analysis: Analysis, module: str, parameter: Parameter) -> SessionKind | None:
    # `session: AsyncSession = Depends(other_package.get_session)`: what that package sets, nobody says here
    found = dependencies.provider(analysis, module, parameter)
    if found is None:
        return None
    where, provider = found
    provider = provider.function if isinstance(provider, ex.Call) else provider
    if not isinstance(analysis.project.symbols.resolve(where, provider), symbols.External):
        return None
    return _kind_of_annotation(analysis, module, parameter.annotation)


def _kind_of_annotation(
    analysis: Analysis, module: str, annotation: ex.Expression | None
) -> SessionKind | None:
    match annotation:
        case ex.Subscript(index=ex.Sequence(items=(first, *_))):
            return _kind_of_class(analysis, module, first)
        case ex.Name() | ex.Attribute():
            return _kind_of_class(analysis, module, annotation)
        case _:
            return None
