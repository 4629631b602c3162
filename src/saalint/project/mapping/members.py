"""The body of a class to its members: attributes that have a value or annotation a mapper may care for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from saalint.library.names import Role
from saalint.project.mapped import SourcePlace
from saalint.project.names.bound import Bound
from saalint.project.names.classes import ClassInfo
from saalint.project.names.definitions import FunctionDefinition
from saalint.project.names.reading import Reader
from saalint.project.names.symbols import Symbols

_DECLARED = frozenset({Role.DECLARED_ATTRIBUTE, Role.CASCADING_ATTRIBUTE})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Member:
    """One attribute. A method that is no declared attribute has neither value nor annotation: it hides others."""

    name: str
    place: SourcePlace
    value: Bound | None = None
    annotation: Bound | None = None
    is_cascading: bool = False


def members_of(symbols: Symbols, reader: Reader, info: ClassInfo, mapped: str) -> Iterator[Member]:
    """The members in the body of a class, its declared attributes as they are for the class `mapped`."""
    found: list[tuple[int, Member]] = []
    scope = info.facts.scope
    path = _path(symbols, info)
    for field in info.facts.fields:
        here = SourcePlace(path, field.at)
        member = Member(
            name=field.name,
            place=here,
            value=None if field.value is None else Bound(field.value, info.module, scope),
            annotation=None
            if field.annotation is None
            else Bound(field.annotation, info.module, scope),
        )
        found.append((field.at, member))
    for _, index in info.facts.methods:
        definition = FunctionDefinition(info.module, index)
        at = symbols.function(definition).at
        found.append((at, _of_method(symbols, reader, info, definition, mapped)))
    yield from (member for _, member in sorted(found, key=lambda pair: pair[0]))


def _of_method(
    symbols: Symbols, reader: Reader, info: ClassInfo, definition: FunctionDefinition, mapped: str
) -> Member:
    facts = symbols.function(definition)
    here = SourcePlace(_path(symbols, info), facts.at)
    for decorator in facts.decorators:
        role = reader.role_of(symbols.resolve(info.module, decorator, info.facts.scope))
        if role in _DECLARED:
            returns = facts.returns
            return Member(
                name=facts.name,
                place=here,
                value=reader.returned(definition, mapped),
                annotation=None
                if returns is None
                else Bound(returns, info.module, info.facts.scope),
                is_cascading=role is Role.CASCADING_ATTRIBUTE,
            )
    return Member(name=facts.name, place=here)


def _path(symbols: Symbols, info: ClassInfo) -> str:
    module = symbols.module(info.module)
    return "" if module is None else module.path
