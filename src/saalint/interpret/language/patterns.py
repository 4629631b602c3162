"""`match`: which cases a subject may reach, what their patterns bind, and what is left for the cases after them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.interpret import transfer
from saalint.interpret.domain.heap import Content, Key, Table
from saalint.interpret.domain.values import (
    ClassReference,
    Literal,
    Reference,
    Unknown,
    Value,
    members,
    union,
)
from saalint.interpret.language import (
    assignment,
    attributes,
    generated,
    iteration,
    narrowing,
    operators,
    protocols,
    tables,
)
from saalint.interpret.machine import Machine


def run_match(machine: Machine, instruction: ins.Match) -> None:
    """`match`: each case on a fork in which its pattern is known to fit, and no earlier one did for certain."""
    subject = transfer.evaluate(machine, instruction.subject)
    branches: list[dict[Key, Content] | None] = []
    is_over = False
    for case in instruction.cases:
        fits: list[bool | None] = []

        def body(
            case: ins.Case = case, subject: Value = subject, fits: list[bool | None] = fits
        ) -> None:
            fits.append(_enter(machine, instruction.subject, subject, case))
            if machine.is_alive:
                transfer.run_block(machine, case.body)

        branches.append(machine.run_branch(body))
        is_over = fits == [True]
        if is_over:
            break
        left = _left_over(machine, subject, case)
        is_over = not left
        if is_over:
            break
        subject = union(left)
    if not is_over:
        branches.append({})
    machine.join(branches)


def _enter(
    machine: Machine, expression: ex.Expression, subject: Value, case: ins.Case
) -> bool | None:
    if isinstance(expression, ex.Name):
        machine.bind(expression.name, subject)
    fits = fit(machine, expression, subject, case.pattern)
    if fits is False:
        machine.is_alive = False
    if case.guard is None or not machine.is_alive:
        return fits
    holds = protocols.test(machine, case.guard)
    if holds is False:
        machine.is_alive = False
        return False
    narrowing.assume(machine, case.guard, holds=True)
    return fits if holds else None


def _left_over(machine: Machine, subject: Value, case: ins.Case) -> list[Value]:
    # after `case None:` the subject is something, after `case Author():` it is no author
    if case.guard is not None:
        return list(members(subject))
    return [
        member for member in members(subject) if _takes(machine, member, case.pattern) is not True
    ]


def _takes(machine: Machine, value: Value, pattern: ins.Pattern) -> bool | None:
    match pattern:
        case ins.ValuePattern(value=wanted):
            return operators.equal(machine, value, transfer.evaluate(machine, wanted))
        case ins.ClassPattern(kind=kind, positional=(), keyed=()):
            return narrowing.is_instance(machine, value, transfer.evaluate(machine, kind)) or None
        case ins.EitherPattern(parts=parts):
            return _any(_takes(machine, value, part) for part in parts)
        case ins.CapturePattern(inner=inner):
            return True if inner is None else _takes(machine, value, inner)
        case _:
            return None


def _any(answers: Iterable[bool | None]) -> bool | None:
    found = list(answers)
    if True in found:
        return True
    return None if None in found else False


def _all(answers: Iterable[bool | None]) -> bool | None:
    is_sure = True
    for answer in answers:
        if answer is False:
            return False
        is_sure = is_sure and answer is True
    return True if is_sure else None


def fit(
    machine: Machine, expression: ex.Expression | None, subject: Value, pattern: ins.Pattern
) -> bool | None:
    """Bind what a pattern captures, and tell whether it fits; None where it may."""
    match pattern:
        case ins.CapturePattern(name=name, inner=inner):
            fits = True if inner is None else fit(machine, expression, subject, inner)
            if name is not None and fits is not False:
                is_narrowed = isinstance(inner, ins.ClassPattern)
                machine.bind(
                    name, _narrowed(machine, subject, inner) if is_narrowed and inner else subject
                )
            return fits
        case ins.ClassPattern():
            return _fit_class(machine, expression, subject, pattern)
        case ins.ValuePattern(value=value):
            return operators.equal(machine, subject, transfer.evaluate(machine, value))
        case ins.SequencePattern(parts=parts):
            return _fit_sequence(machine, subject, parts)
        case ins.MappingPattern():
            return _fit_mapping(machine, subject, pattern)
        case ins.EitherPattern(parts=parts):
            return _any([fit(machine, expression, subject, part) for part in parts])
        case _:
            assert_never(pattern)


def _narrowed(machine: Machine, subject: Value, pattern: ins.Pattern) -> Value:
    assert isinstance(pattern, ins.ClassPattern)
    kind = transfer.evaluate(machine, pattern.kind)
    found = [narrowing.narrow_to_class(machine, member, kind) for member in members(subject)]
    return union([value for value in found if value is not None])


def _fit_class(
    machine: Machine, expression: ex.Expression | None, subject: Value, pattern: ins.ClassPattern
) -> bool | None:
    kind = transfer.evaluate(machine, pattern.kind)
    is_sure = all(narrowing.is_instance(machine, member, kind) for member in members(subject))
    found = [narrowing.narrow_to_class(machine, member, kind) for member in members(subject)]
    kept = [value for value in found if value is not None]
    if not kept:
        return False
    narrowed = union(kept)
    if isinstance(expression, ex.Name):
        machine.bind(expression.name, narrowed)
    names = generated.matched_names(machine, kind.name) if isinstance(kind, ClassReference) else ()
    at = protocols.place_of(pattern.kind)
    answers: list[bool | None] = [is_sure or None]
    parts = (
        *zip(names, pattern.positional, strict=False),
        *zip(pattern.names, pattern.keyed, strict=True),
    )
    for name, part in parts:
        answers.append(fit(machine, None, attributes.read(machine, narrowed, name, at), part))
    # `case str(text)`: of Python's own types the subject itself
    answers.extend(fit(machine, None, narrowed, part) for part in pattern.positional[len(names) :])
    return _all(answers)


def _fit_sequence(machine: Machine, subject: Value, parts: tuple[ins.Pattern, ...]) -> bool | None:
    if isinstance(subject, Literal):
        return False
    starred = next(
        (
            n
            for n, part in enumerate(parts)
            if isinstance(part, ins.CapturePattern) and part.is_rest
        ),
        None,
    )
    known, rest = iteration.elements(machine, subject, 0)
    fewest = len(parts) - (1 if starred is not None else 0)
    if rest is None and (len(known) < fewest or (starred is None and len(known) > fewest)):
        return False
    values = assignment.unpacked(machine, subject, len(parts), starred)
    answers = [fit(machine, None, value, part) for value, part in zip(values, parts, strict=True)]
    return _all([rest is None or None, *answers])


def _fit_mapping(machine: Machine, subject: Value, pattern: ins.MappingPattern) -> bool | None:
    table = machine.object_of(subject) if isinstance(subject, Reference) else None
    answers: list[bool | None] = [None]
    for key, part in zip(pattern.keys, pattern.parts, strict=True):
        index = transfer.evaluate(machine, key)
        if isinstance(table, Table):
            found = tables.get(table, index)
            if not found:
                return False
            answers.append(fit(machine, None, union(found), part))
            table = tables.without(table, index)
        else:
            answers.append(fit(machine, None, Unknown("a value of a matched mapping"), part))
    if pattern.rest is not None:
        rest = (
            table
            if isinstance(table, Table)
            else Table(rest=Unknown("a value of a matched mapping"))
        )
        machine.bind(pattern.rest, machine.allocate(machine.site(0, f"rest {pattern.rest}"), rest))
    return _all(answers)
