"""Assignment to names, attributes, items and patterns, and what it does to entities."""

from __future__ import annotations

from functools import partial

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.interpret import transfer
from saalint.interpret.domain.heap import Entity, Instance, Items, Session, Table
from saalint.interpret.domain.values import (
    NONE,
    AttributeAccess,
    ClassReference,
    Expression,
    ExternalMethod,
    Literal,
    Reference,
    Tuple,
    Union,
    Unknown,
    Value,
    members,
    one_of,
    union_if_any,
    with_rest,
    without_none,
)
from saalint.interpret.events import SessionKind, Usage
from saalint.interpret.language import (
    attributes,
    class_attributes,
    coroutines,
    declared,
    iteration,
    operators,
    own_collections,
    protocols,
    subscripts,
    tables,
)
from saalint.interpret.libraries import collections_api
from saalint.interpret.machine import Machine
from saalint.interpret.orm import setting
from saalint.interpret.queries import foreign, loading_notes
from saalint.interpret.record import replace


def run_assign(machine: Machine, instruction: ins.Assign) -> None:
    """`target = value`; a declared type says what an unknown value is."""
    if instruction.value is None:
        return
    value = transfer.evaluate(machine, instruction.value)
    if instruction.annotation is not None and _is_vague(value):
        value = declared.value_of_annotation(
            machine, instruction.annotation, machine.site(instruction.at, "declared"), value
        )
    elif instruction.annotation is not None:
        value = declared.with_arguments(machine, value, instruction.annotation)
    for target in instruction.targets:
        assign(machine, target, value)


def _is_vague(value: Value) -> bool:
    return any(isinstance(member, Unknown) for member in members(value))


def assign(machine: Machine, target: ex.Expression, value: Value) -> None:
    """Bind a target to a value."""
    match target:
        case ex.Name(name=name):
            coroutines.bound(machine, name, value)
            machine.bind(name, value)
        case ex.Attribute(base=base, name=name, at=at):
            assign_attribute(machine, transfer.evaluate(machine, base), name, value, at)
        case ex.Subscript(base=base, index=index, at=at):
            owner = attributes.read_to_change(machine, base)
            if isinstance(index, ex.Slice):
                collections_api.replace_slice(
                    machine, owner, subscripts.bounds(machine, index), value, at
                )
                return
            assign_item(machine, owner, transfer.evaluate(machine, index), value, at)
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
    if isinstance(value, Union):
        # `user, error = login(…)`, or a row or `None`: each keeps its place, and what has no parts has raised
        each = [
            _taken(machine, member, count, starred) for member in value.members if member != NONE
        ]
        return [one_of(parts, "a part of nothing") for parts in zip(*each, strict=True)]
    return _taken(machine, value, count, starred)


def _taken(machine: Machine, value: Value, count: int, starred: int | None) -> list[Value]:
    known, rest = iteration.elements(machine, value, 0)
    before = count if starred is None else starred
    after = count - before - 1 if starred is not None else 0
    if rest is None and len(known) >= before + after:
        front, back = known[:before], known[len(known) - after :]
        if starred is None:
            return list(front)
        middle = Items(items=known[before : len(known) - after])
        return [*front, _starred(machine, middle, value, starred), *back]
    parts: list[Value] = []
    some = with_rest(known[before:], rest)
    for position in range(count):
        if position == starred:
            parts.append(_starred(machine, Items(rest=union_if_any(some)), value, position))
        elif position < before and position < len(known):
            parts.append(known[position])
        elif rest is not None:
            parts.append(iteration.individual(machine, rest, (position,)))
        else:
            parts.append(one_of(known, "a part of something unknown"))
    return parts


def _starred(machine: Machine, items: Items, value: Value, position: int) -> Value:
    return machine.allocate((*machine.site(0, "starred"), position, value), items)


def assign_attribute(machine: Machine, owner: Value, name: str, value: Value, at: int) -> None:
    """`owner.name = value`."""
    loading_notes.named(machine, owner, name, at)
    for member in members(owner):
        if isinstance(member, ExternalMethod) and member.name == "sync_session":
            _set_setting(machine, member.receiver, name, value)
        if isinstance(member, AttributeAccess):
            continue
        if isinstance(member, Tuple) and member == without_none(owner):
            foreign.assigned_to_row(machine, member, name, at)
        if isinstance(member, ClassReference):
            class_attributes.assign(machine, member.name, name, value)
        if not isinstance(member, Reference):
            continue
        thing = machine.object_of(member)
        match thing:
            case Entity():
                setting.assign(machine, member, name, value, at)
            case Instance():
                if not attributes.call_setter(machine, member, thing.class_name, name, value, at):
                    thing = machine.object_of(member)
                    assert isinstance(thing, Instance)
                    machine.write(member, thing.with_field(name, value))
            case Session():
                # `autoflush` is handed on, `expire_on_commit` has no effect on an AsyncSession (semantics: H23g)
                if thing.kind is SessionKind.SYNC or name == "autoflush":
                    _set_setting(machine, member, name, value)
            case _:
                continue


def assign_some_attribute(
    machine: Machine, owner: Value, name: Value, value: Value, at: int
) -> None:
    """`setattr(owner, name, value)` with a name that is not known, or one of several: one of them is set."""
    names = [one.value for one in members(name) if isinstance(one, Literal)]
    if len(names) == len(members(name)):
        ways = [partial(assign_attribute, machine, owner, str(one), value, at) for one in names]
        machine.join([machine.run_branch(way) for way in ways])
        return
    for member in members(owner):
        if isinstance(member, Reference) and machine.entity(member) is not None:
            setting.assign_some_column(machine, member)


def _set_setting(machine: Machine, session: Value, name: str, value: Value) -> None:
    known = machine.session(session)
    if known is None or not isinstance(session, Reference):
        return
    setting = bool(value.value) if isinstance(value, Literal) else None
    match name:
        case "expire_on_commit":
            machine.write(session, replace(known, expire_on_commit=setting))
        case "autoflush":
            machine.write(session, replace(known, is_autoflush=setting))
        case _:
            pass


def assign_item(machine: Machine, owner: Value, index: Value, value: Value, at: int) -> None:
    """`owner[index] = value`."""
    for member in members(owner):
        if not isinstance(member, Reference):
            continue
        match machine.object_of(member):
            case Table() as table:
                protocols.hashed(machine, index, at)
                machine.write(member, tables.put(table, index, value))
            case Items() as items:
                _replace_item(machine, member, items, index, value)
            case thing:
                made = protocols.enter(machine, member, "__setitem__", (index, value), at)
                held = own_collections.held(machine, thing) if made is None else None
                if held is not None:
                    assign_item(machine, held, index, value, at)


def _replace_item(
    machine: Machine, owner: Reference, items: Items, index: Value, value: Value
) -> None:
    position = index.value if isinstance(index, Literal) and isinstance(index.value, int) else None
    count = len(items.items)
    # the first of those that are not known one by one is known from now on: `books[0] = Book()` after a query
    first, end = (-count, count) if items.rest is None else (0, count + 1)
    if (
        position is None
        or machine.loop_depth > 0
        or items.kind == "dict"
        or not first <= position < end
    ):
        collections_api.loosen(machine, owner, value)
        return
    place = position if position >= 0 else position + count
    made = (*items.items[:place], value, *items.items[place + 1 :])
    last = items.last if place < count else None
    collections_api.put_back(machine, owner, items, replace(items, items=made, last=last))


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
            collections_api.extend(machine, before, added, instruction.at)
            value = before
        elif isinstance(before, Expression) or isinstance(added, Expression):
            value = Expression()
        assign_attribute(machine, owner, target.name, value, target.at)
        return
    before = transfer.evaluate(machine, target)
    added = transfer.evaluate(machine, instruction.value)
    thing = machine.object_of(before) if isinstance(before, Reference) else None
    made: Value = before
    if (
        isinstance(before, Reference)
        and isinstance(thing, Items)
        and instruction.operator in ("+", "|")
    ):
        collections_api.extend(machine, before, added, instruction.at)
    elif isinstance(before, Reference) and isinstance(thing, Table) and instruction.operator == "|":
        machine.write(
            before, tables.updated(thing, tables.of_value(machine, added, instruction.at))
        )
    else:
        made = operators.binary(machine, instruction.operator, before, added, instruction.at)
    assign(machine, target, made)


def delete(machine: Machine, target: ex.Expression) -> None:
    """`del target`."""
    match target:
        case ex.Attribute(base=base, name=name):
            delete_attribute(machine, transfer.evaluate(machine, base), name)
        case ex.Subscript(base=base, index=index, at=at):
            owner = attributes.read_to_change(machine, base)
            if isinstance(index, ex.Slice):
                gone = subscripts.bounds(machine, index)
                collections_api.replace_slice(machine, owner, gone, None, at)
                return
            _delete_item(machine, owner, transfer.evaluate(machine, index), at)
        case ex.Name(name=name):
            machine.bind(name, Unknown("a deleted variable"))
        case _:
            return


def delete_attribute(machine: Machine, owner: Value, name: str) -> None:
    """`del owner.name`."""
    for member in members(owner):
        if isinstance(member, Reference) and machine.entity(member) is not None:
            setting.delete_attribute(machine, member, name)


def _delete_item(machine: Machine, owner: Value, index: Value, at: int) -> None:
    for member in members(owner):
        thing = machine.object_of(member) if isinstance(member, Reference) else None
        if isinstance(member, Reference) and isinstance(thing, Table):
            machine.write(member, tables.without(thing, index))
        elif isinstance(member, Reference) and isinstance(thing, Items):
            position = (
                index.value if isinstance(index, Literal) and isinstance(index.value, int) else None
            )
            collections_api.take(machine, member, thing, position)
        else:
            protocols.enter(machine, member, "__delitem__", (index,), at)
