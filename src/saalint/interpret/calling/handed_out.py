"""What came of running a function by itself to whether it hands out anything that the analysis follows.

Not to know what it gives counts as giving: `def get(self, key): return self.session.get(self.model, key)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from saalint.interpret.calling.cargo import Cargo, cargo_of
from saalint.interpret.calling.contexts import Context, Outcome
from saalint.interpret.calling.relevance import HandedOut
from saalint.interpret.domain.heap import HeapObject, Instance, Items, Table
from saalint.interpret.domain.object_references import reach
from saalint.interpret.domain.values import (
    ExternalInstance,
    Literal,
    Reference,
    Tuple,
    Union,
    Unknown,
    Value,
    with_rest,
)

if TYPE_CHECKING:
    from saalint.interpret.knowledge import Analysis


def handed_out_by(analysis: Analysis, context: Context) -> HandedOut | None:
    """What the outcome of a context tells; None where there is none."""
    outcome = context.outcome
    if outcome is None:
        return None
    before = dict(enumerate(context.key.objects))
    is_plain = not outcome.shared and _is_plain(outcome, outcome.value, set())
    is_given_more = any(
        _cargo_behind(analysis, outcome.objects, number) > _cargo_behind(analysis, before, number)
        for number in before
    )
    own = context.key.arguments[0][1] if context.key.arguments else None
    is_filling = isinstance(own, Reference) and (
        _cargo_behind(analysis, outcome.objects, own.location) > Cargo.NOTHING
        or _holds_relevant(analysis, outcome.objects, own.location)
    )
    return HandedOut(is_giving=is_given_more or not is_plain, is_filling=is_filling)


def _cargo_behind(analysis: Analysis, objects: Mapping[int, HeapObject], number: int) -> Cargo:
    found = reach(objects.get, [Reference(number)])
    return cargo_of(analysis, (), (objects[each] for each in found if each in objects))


def _holds_relevant(analysis: Analysis, objects: Mapping[int, HeapObject], number: int) -> bool:
    # `def __init__(self, books: BookRepository)`: of that object nothing is known but what its class can get hold of
    held = (objects.get(each) for each in reach(objects.get, [Reference(number)]) if each != number)
    return any(
        isinstance(each, Instance) and analysis.relevance.has_methods(each.class_name)
        for each in held
    )


def _is_plain(outcome: Outcome, value: Value, seen: set[int]) -> bool:
    """Whether a value is known to lead to nothing that is followed."""
    match value:
        case Literal() | ExternalInstance():
            return True
        case Unknown(symbol=symbol):
            # the value of a column is no entity
            return symbol is not None and "column" in symbol
        case Tuple(items=parts) | Union(members=parts):
            return all(_is_plain(outcome, part, seen) for part in parts)
        case Reference(location=location):
            if location in seen:
                return True
            seen.add(location)
            return _is_plain_object(outcome, location, seen)
        case _:
            return False


def _is_plain_object(outcome: Outcome, location: int, seen: set[int]) -> bool:
    parts: list[Value] = []
    match outcome.objects.get(location):
        case Instance(fields=fields):
            parts.extend(value for _, value in fields)
        case Items(items=items, rest=rest):
            parts.extend(with_rest(items, rest))
        case Table(entries=entries, rest=rest):
            parts.extend(with_rest((part for entry in entries for part in entry), rest))
        case _:
            return False
    return all(_is_plain(outcome, part, seen) for part in parts)
