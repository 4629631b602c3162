"""Expressions with the place they are read in, and what a call of a helper binds its parameters to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from saalint.facts.expressions import Attribute, Call, Constant, Expression, Name
from saalint.facts.records import FunctionFacts, ParameterKind
from saalint.library.names import Role
from saalint.project.mapped import SourcePlace

Value: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """An expression with the place it is read in.

    `names` are parameters of helpers, `classes` the names that stand for a class (`cls` of a declared attribute),
    `arguments` and `keywords` what `*args` and `**kwargs` of a helper hold, by the parameter's name.
    """

    expression: Expression
    module: str
    scope: str = ""
    names: Mapping[str, Bound] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, tuple[Bound, ...]] = field(default_factory=dict)
    keywords: Mapping[str, Mapping[str, Bound]] = field(default_factory=dict)

    def within(self, expression: Expression) -> Bound:
        """Another expression, read at the same place."""
        return replace(self, expression=expression)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LibraryCall:
    """A call of something outside the project. `is_open` says that not all of its arguments are known."""

    name: str
    role: Role | None
    arguments: tuple[Bound, ...]
    keywords: Mapping[str, Bound]
    is_open: bool
    place: SourcePlace

    def argument(self, position: int, keyword: str) -> Bound | None:
        """The argument given by keyword or, else, by position."""
        if keyword in self.keywords:
            return self.keywords[keyword]
        return self.arguments[position] if position < len(self.arguments) else None


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """The arguments of a call, `*` and `**` unpacked. `is_open` says that some are not known."""

    arguments: tuple[Bound, ...]
    keywords: Mapping[str, Bound]
    is_open: bool = False


def with_default(state: Bound, call: Call) -> Bound:
    """The state of a helper after a call in it."""
    # `kwargs.setdefault("lazy", "raise")` in a helper that hands `**kwargs` on.
    match call:
        case Call(
            function=Attribute(base=Name(name=name), name="setdefault"),
            arguments=(Constant(value=str(key)), value),
        ) if name in state.keywords:
            given = {key: state.within(value), **state.keywords[name]}
            return replace(state, keywords={**state.keywords, name: given})
        case _:
            return state


def entered(module: str, facts: FunctionFacts, given: Given) -> Bound:
    """The state at the start of a helper: its parameters bound to what the call gives."""
    outer = Bound(Constant(None, facts.at), module, facts.scope.rpartition(".")[0])
    names: dict[str, Bound] = {}
    rest = list(given.arguments)
    left = dict(given.keywords)
    variadic: dict[str, tuple[Bound, ...]] = {}
    open_keywords: dict[str, Mapping[str, Bound]] = {}
    for parameter in facts.parameters:
        match parameter.kind:
            case ParameterKind.VARIADIC:
                variadic[parameter.name], rest = tuple(rest), []
            case ParameterKind.VARIADIC_KEYWORDS:
                open_keywords[parameter.name] = left
            case _ if rest and parameter.kind is not ParameterKind.KEYWORD_ONLY:
                names[parameter.name] = rest.pop(0)
            case _ if parameter.name in left:
                names[parameter.name] = left.pop(parameter.name)
            case _ if parameter.default is not None:
                names[parameter.name] = outer.within(parameter.default)
            case _:
                continue
    return Bound(
        Constant(None, facts.at),
        module,
        facts.scope,
        names=names,
        arguments=variadic,
        keywords=open_keywords,
    )
