"""Functions of SQLAlchemy that make statements and parts of them, as `select`, `union` and `aliased`."""

from __future__ import annotations

from typing import assert_never

from saalint.interpret.domain.values import (
    NONE,
    Alias,
    ClassReference,
    Expression,
    Keywords,
    Literal,
    Unknown,
    Value,
)
from saalint.interpret.language import iteration
from saalint.interpret.libraries.library_use import LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.queries import idioms, missing, results, statements
from saalint.interpret.record import replace
from saalint.library.meanings import QueryFunction


def run(machine: Machine, use: LibraryUse, meaning: QueryFunction) -> Value:
    """The result of such a function."""
    match meaning:
        case QueryFunction.SELECT:
            return statements.select(machine, use.detail or "select", use.arguments, use.at)
        case QueryFunction.CHANGE:
            return statements.select(machine, use.detail, use.arguments, use.at)
        case QueryFunction.COMPOUND:
            return _compound(machine, use.arguments)
        case QueryFunction.ALIASED:
            return _aliased(machine, use, ())
        case QueryFunction.WITH_POLYMORPHIC:
            return _with_polymorphic(machine, use)
        case QueryFunction.EXPRESSION:
            return Expression()
        case QueryFunction.ALL_OF:
            return Expression(criteria=statements.criteria_of(use.arguments))
        case QueryFunction.TEXT:
            return statements.text(use.arguments)
        case QueryFunction.COLUMNS:
            return results.of_columns(machine, use.first, use.detail, use.at)
        case QueryFunction.ENGINE_EXECUTE:
            idioms.executed_by_engine(machine, use.at)
            return Unknown("the rows of a statement that an engine executes")
        case QueryFunction.BOUND:
            missing.of_bind(machine, use.detail, use.arguments, use.keywords, use.at)
            return NONE
        case unreachable:
            assert_never(unreachable)


def _compound(machine: Machine, arguments: tuple[Value, ...]) -> Value:
    for argument in arguments:
        found = statements.as_statement(machine, argument)
        if found:
            return replace(found[0], is_filtered=True)
    return Unknown("a compound statement of something unknown")


def _aliased(machine: Machine, use: LibraryUse, subclasses: tuple[str, ...]) -> Value:
    target = use.first
    if isinstance(target, ClassReference) and target.name in machine.analysis.mappers:
        site = machine.site(use.at, "alias")
        return Alias(target.name, site, subclasses, _name_of_alias(use.keywords))
    return Unknown("an alias of something unknown")


def _name_of_alias(keywords: Keywords) -> str | None:
    name = dict(keywords).get("name", NONE)
    if not isinstance(name, Literal):
        return None
    return name.value if isinstance(name.value, str) else ""


def _with_polymorphic(machine: Machine, use: LibraryUse) -> Value:
    subclasses: list[str] = []
    for argument in use.arguments[1:2]:
        if isinstance(argument, Literal) and argument.value == "*":
            subclasses.append("*")
            continue
        known, _ = iteration.elements(machine, argument, use.at)
        subclasses.extend(value.name for value in known if isinstance(value, ClassReference))
    return _aliased(machine, use, tuple(subclasses))
