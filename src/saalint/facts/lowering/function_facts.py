"""A body that has been lowered, and what its scope collected on the way, to the facts of its function."""

from __future__ import annotations

from saalint.facts.code import Code, answer_of, is_silent
from saalint.facts.expressions import Expression
from saalint.facts.instructions import Block
from saalint.facts.lowering.scope import Scope
from saalint.facts.records import FunctionFacts, Parameter
from saalint.source.positions import Place


def function_facts(
    inside: Scope,
    name: str,
    parameters: tuple[Parameter, ...],
    body: Block,
    *,
    at: Place,
    end_line: int,
    is_async: bool = False,
    returns: Expression | None = None,
    decorators: tuple[Expression, ...] = (),
    type_parameters: tuple[str, ...] = (),
) -> FunctionFacts:
    """The facts; the scope is closed, and the function around it reads what it left free."""
    return FunctionFacts(
        name=name,
        scope=inside.qualifier.removesuffix("."),
        parameters=parameters,
        returns=returns,
        decorators=decorators,
        is_async=is_async,
        is_generator=inside.is_generator,
        is_giving=inside.is_giving,
        is_silent=is_silent(body),
        answer=answer_of(body),
        code=Code.of(body),
        owner=inside.home,
        type_parameters=type_parameters,
        global_names=tuple(inside.global_names),
        nonlocal_names=tuple(inside.nonlocal_names),
        flags=inside.flags(),
        attributes=tuple(sorted({member for _, member in inside.members})),
        members=tuple(sorted(inside.members)),
        called=_among(parameters, inside.called),
        filled=_among(parameters, inside.filled),
        free=tuple(sorted(inside.close())),
        imports=tuple(inside.imports),
        at=at,
        end_line=end_line,
    )


def _among(parameters: tuple[Parameter, ...], names: set[str]) -> tuple[str, ...]:
    return tuple([each.name for each in parameters if each.name in names]) if names else ()
