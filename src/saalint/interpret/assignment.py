"""Assignment to names, attributes, items and patterns, and what it does to entities."""

from __future__ import annotations

from dataclasses import replace

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.interpret import attributes, declared, entities, iteration, operators, transfer
from saalint.interpret.events import Usage
from saalint.interpret.heap import Entity, Instance, Items, Session, Table
from saalint.interpret.machine import Machine
from saalint.interpret.values import (
    AttributeAccess,
    Expression,
    Literal,
    Reference,
    Tuple,
    Unknown,
    Value,
    members,
    union,
)


def run_assign(machine: Machine, instruction: ins.Assign) -> None:
    """`target = value`; a declared type says what an unknown value is."""
    if instruction.value is None:
        return
    value = transfer.evaluate(machine, instruction.value)
    if instruction.annotation is not None and _is_vague(value):
        value = declared.value_of_annotation(
            machine, instruction.annotation, machine.site(instruction.at, "declared"), value
        )
    for target in instruction.targets:
        assign(machine, target, value)


def _is_vague(value: Value) -> bool:
    return any(isinstance(member, Unknown) for member in members(value))


def assign(machine: Machine, target: ex.Expression, value: Value) -> None:
    """Bind a target to a value."""
    match target:
        case ex.Name(name=name):
            machine.bind(name, value)
        case ex.Attribute(base=base, name=name, at=at):
            assign_attribute(machine, transfer.evaluate(machine, base), name, value, at)
        case ex.Subscript(base=base, index=index, at=at):
            owner = transfer.evaluate(machine, base)
            if isinstance(index, ex.Slice):
                attributes.change(machine, owner, at)
                return
            assign_item(machine, owner, transfer.evaluate(machine, index), value)
        case ex.Sequence(items=items):
            _unpack(machine, items, value)
        case ex.Starred(value=inner):
            assign(machine, inner, value)
        case _:
            transfer.evaluate(machine, target)


def _unpack(machine: Machine, targets: tuple[ex.Expression, ...], value: Value) -> None:
    starred = next((n for n, target in enumerate(targets) if isinstance(target, ex.Starred)), None)
    parts = unpacked(machine, value, len(targets), starred)
    for target, part in zip(targets, parts, strict=True):
        assign(machine, target, part)


def unpacked(machine: Machine, value: Value, count: int, starred: int | None) -> list[Value]:
    """The values that a pattern of `count` targets takes from a value."""
    known, rest = iteration.elements(machine, value, 0)
    if rest is None and starred is None and len(known) == count:
        return list(known)
    parts: list[Value] = []
    for position in range(count):
        if position == starred:
            some = [*known[position:], *([rest] if rest is not None else [])]
            items = Items(rest=union(some)) if some else Items()
            parts.append(machine.allocate((*machine.site(0, "starred"), position, value), items))
        elif position < len(known) and starred is None:
            parts.append(known[position])
        elif rest is not None:
            parts.append(iteration.individual(machine, rest, (position,)))
        elif known:
            parts.append(known[min(position, len(known) - 1)])
        else:
            parts.append(Unknown("a part of something unknown"))
    return parts


def assign_attribute(machine: Machine, owner: Value, name: str, value: Value, at: int) -> None:
    """`owner.name = value`."""
    for member in members(owner):
        if isinstance(member, AttributeAccess):
            continue
        if not isinstance(member, Reference):
            continue
        thing = machine.object_of(member)
        match thing:
            case Entity():
                entities.assign(machine, member, name, value, at)
            case Instance():
                if not attributes.call_setter(machine, member, thing.class_name, name, value, at):
                    thing = machine.object_of(member)
                    assert isinstance(thing, Instance)
                    machine.write(member, thing.with_field(name, value))
            case Session() if name == "expire_on_commit" and isinstance(value, Literal):
                # on an AsyncSession the setting has no effect: it stands on `sync_session` (semantics: H23g)
                if thing.kind.value == "sync" or thing.is_declared is None:
                    machine.write(member, replace(thing, expire_on_commit=bool(value.value)))
            case _:
                continue


def assign_item(machine: Machine, owner: Value, index: Value, value: Value) -> None:
    """`owner[index] = value`."""
    for member in members(owner):
        if not isinstance(member, Reference):
            continue
        match machine.object_of(member):
            case Table() as table:
                machine.write(member, put(table, index, value))
            case Items() as items:
                parts = [value, *([element] if (element := items.element()) is not None else [])]
                machine.write(member, replace(items, items=(), rest=union(parts)))
            case _:
                continue


def put(table: Table, index: Value, value: Value) -> Table:
    """A dict with one value put in."""
    if isinstance(index, Unknown) and index.symbol is None:
        parts = [value, *([table.rest] if table.rest is not None else [])]
        keys = [index, *([table.rest_key] if table.rest_key is not None else [])]
        return replace(table, rest=union(parts), rest_key=union(keys))
    entries = dict(table.entries)
    entries[index] = value
    return replace(table, entries=tuple(entries.items()))


def run_augmented(machine: Machine, instruction: ins.AugmentedAssign) -> None:
    """`target += value`: the target is read first."""
    target = instruction.target
    if isinstance(target, ex.Attribute):
        owner = transfer.evaluate(machine, target.base)
        before = attributes.read(machine, owner, target.name, target.at, Usage.CHANGE)
        added = transfer.evaluate(machine, instruction.value)
        combined = operators.concatenated(machine, before, added)
        value: Value = Unknown("an arithmetic result")
        if combined is not None and isinstance(before, Reference):
            attributes.extend(machine, before, added, instruction.at)
            value = before
        elif isinstance(before, Expression) or isinstance(added, Expression):
            value = Expression()
        assign_attribute(machine, owner, target.name, value, target.at)
        return
    before = transfer.evaluate(machine, target)
    added = transfer.evaluate(machine, instruction.value)
    made: Value = Unknown("an arithmetic result")
    if isinstance(before, Tuple) and isinstance(added, Tuple):
        made = Tuple((*before.items, *added.items))
    elif isinstance(before, Reference) and isinstance(machine.object_of(before), Items):
        attributes.extend(machine, before, added, instruction.at)
        made = before
    assign(machine, target, made)


def delete(machine: Machine, target: ex.Expression) -> None:
    """`del target`."""
    match target:
        case ex.Attribute(base=base, name=name):
            for member in members(transfer.evaluate(machine, base)):
                if isinstance(member, Reference) and machine.entity(member) is not None:
                    entities.delete_attribute(machine, member, name)
        case ex.Subscript(base=base, at=at):
            attributes.change(machine, transfer.evaluate(machine, base), at)
        case ex.Name(name=name):
            machine.bind(name, Unknown("a deleted variable"))
        case _:
            return
