"""Comprehensions: nested loops whose element is collected."""

from __future__ import annotations

from dataclasses import dataclass, field

from saalint.facts import expressions as ex
from saalint.interpret import transfer
from saalint.interpret.domain.heap import Items, Table
from saalint.interpret.domain.values import (
    Reference,
    Result,
    Value,
    union,
    union_if_any,
    with_rest,
)
from saalint.interpret.language import (
    assignment,
    control,
    forms,
    iteration,
    narrowing,
    protocols,
    tables,
)
from saalint.interpret.machine import Frame, Machine

_MOST_ITEMS = 32


def comprehend(machine: Machine, expression: ex.Comprehension) -> Value:
    """The list, set, dict or generator that a comprehension makes."""
    outer = machine.frame
    frame = Frame(
        # its variables live at the same keys each time, so that loops come to rest
        number=machine.frame_number_for(("comprehension", outer.number, expression.at)),
        module=outer.module,
        path=outer.path,
        scope=outer.scope,
        function=None,
        base=outer.base,
        owner=outer.owner,
        parent=outer,
        receiver=outer.receiver,
        yields=outer.yields,
    )
    made = _Collected()
    with machine.inside(frame):
        _run(machine, expression, 0, made)
    machine.is_alive = True
    return machine.allocate(
        machine.site(expression.at, "comprehension"), made.collection(expression.kind)
    )


@dataclass(slots=True)
class _Collected:
    """The elements so far; `is_exact` while each was met once, in its place.

    `whole` stands for all elements of what is gone over, where each of them is kept as it is.
    """

    keys: list[Value] = field(default_factory=list)
    elements: list[Value] = field(default_factory=list)
    is_exact: bool = True
    whole: Value | None = None

    def collection(self, kind: str) -> Items | Table:
        """What the comprehension makes."""
        is_exact = self.is_exact and len(self.elements) <= _MOST_ITEMS
        if kind == "dict" and is_exact:
            table = Table()
            for key, value in zip(self.keys, self.elements, strict=True):
                table = tables.put(table, key, value)
            return table
        element = union(self.elements) if self.elements else None
        if element is not None and self.whole is not None:
            element = self.whole
        if kind == "dict":
            return Table(rest=element, rest_key=union(self.keys) if self.keys else None)
        name = "list" if kind == "generator" else kind
        if is_exact:
            return Items(items=tuple(self.elements), kind=name)
        return Items(rest=element, kind=name)


def _run(machine: Machine, expression: ex.Comprehension, depth: int, made: _Collected) -> None:
    if depth == len(expression.generators):
        if expression.key is not None:
            key = transfer.evaluate(machine, expression.key)
            protocols.hashed(machine, key, expression.at)
            made.keys.append(key)
        element = transfer.evaluate(machine, expression.element)
        if expression.kind == "set":
            protocols.hashed(machine, element, expression.at)
        made.elements.append(element)
        return
    generator = expression.generators[depth]
    iterable = transfer.evaluate(machine, generator.iterable)
    place = protocols.place_of(generator.iterable)
    forms.iterated(machine, iterable, place, is_async=generator.is_async)
    machine.evaluated = generator.iterable

    def body(element: Value) -> None:
        assignment.assign(machine, generator.target, element)
        for condition in generator.conditions:
            holds = protocols.test(machine, condition)
            if holds is False:
                machine.is_alive = False
                return
            made.is_exact = made.is_exact and holds is True
            narrowing.assume(machine, condition, holds=True)
        _run(machine, expression, depth + 1, made)

    is_exact = control.loop(machine, iterable, body, expression.at)
    made.is_exact = made.is_exact and is_exact
    if isinstance(iterable, Reference | Result) and _keeps_each(expression):
        # `{author.id: author for author in authors}` holds all of them, not one of them
        made.whole = union_if_any(with_rest(*iteration.elements(machine, iterable, 0)))
    machine.is_alive = True


def _keeps_each(expression: ex.Comprehension) -> bool:
    match expression.generators, expression.element:
        case (ex.Generator(target=ex.Name(name=name), conditions=()),), ex.Name(name=element):
            return name == element
        case _:
            return False
