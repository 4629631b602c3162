"""Comprehensions: nested loops whose element is collected."""

from __future__ import annotations

from saalint.facts import expressions as ex
from saalint.interpret import assignment, control, narrowing, protocols, transfer
from saalint.interpret.heap import Items, Table
from saalint.interpret.machine import Frame, Machine
from saalint.interpret.values import Value, union


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
    keys: list[Value] = []
    found: list[Value] = []
    with machine.inside(frame):
        _run(machine, expression, 0, keys, found)
    machine.is_alive = True
    element = union(found) if found else None
    if expression.kind == "dict":
        made: Items | Table = Table(rest=element, rest_key=union(keys) if keys else None)
    else:
        made = Items(rest=element, kind="list" if expression.kind == "generator" else expression.kind)
    return machine.allocate(machine.site(expression.at, "comprehension"), made)


def _run(
    machine: Machine, expression: ex.Comprehension, depth: int, keys: list[Value], found: list[Value]
) -> None:
    if depth == len(expression.generators):
        if expression.key is not None:
            keys.append(transfer.evaluate(machine, expression.key))
        found.append(transfer.evaluate(machine, expression.element))
        return
    generator = expression.generators[depth]
    iterable = transfer.evaluate(machine, generator.iterable)

    def body(element: Value) -> None:
        assignment.assign(machine, generator.target, element)
        for condition in generator.conditions:
            if protocols.test(machine, condition) is False:
                machine.is_alive = False
                return
            narrowing.assume(machine, condition, holds=True)
        _run(machine, expression, depth + 1, keys, found)

    control.loop(machine, iterable, body, expression.at, is_async=generator.is_async)
    if not machine.is_alive:
        machine.is_alive = True

