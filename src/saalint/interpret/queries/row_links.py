"""Joins to the rows they pair: in `select(Author, Book).join(Author.books)` the author of each book is in its row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from saalint.interpret.domain.values import (
    Alias,
    ClassReference,
    Criterion,
    EntityTarget,
    Literal,
    MappedAttribute,
    Reference,
    RowLink,
    Statement,
    Target,
    Value,
)
from saalint.interpret.machine import Machine
from saalint.interpret.orm import load_states, target_keys
from saalint.interpret.record import replace
from saalint.project.mapped import Direction, Mapper


def joined(
    machine: Machine, statement: Statement, name: str, arguments: tuple[Value, ...]
) -> Statement:
    """A statement after `join(…)`, `outerjoin(…)`, `join_from(…)`."""
    rest = arguments[1:] if name.endswith("_from") else arguments
    found = tuple(_links_of(machine, statement.targets, rest))
    return replace(statement, row_links=(*statement.row_links, *found))


def tell(machine: Machine, statement: Statement, items: Sequence[Value]) -> None:
    """Write into the entities of a row what the joins and criteria of its statement say of their keys."""
    if not items[1:]:
        return
    compared = (_compared(machine, criterion) for criterion in statement.criteria)
    for link in (*statement.row_links, *(each for each in compared if each is not None)):
        child = _item(statement, items, link.child)
        parent = _item(statement, items, link.parent)
        key = machine.analysis.mappers[link.parent].single_key
        if child is not None and parent is not None and child != parent and key is not None:
            _tell(machine, child, link.foreign_key, parent, key)


def _tell(
    machine: Machine, child: Reference, foreign_key: str, parent: Reference, key: str
) -> None:
    state = load_states.state_of(machine.entity_at(child), foreign_key, machine.analysis.mappers)
    if state.value is not None:
        return
    identity = machine.entity_at(parent).identity
    value = identity if isinstance(identity, Literal) else target_keys.stored_value(parent, key)
    machine.set_state(child, foreign_key, replace(state, value=value))


def _item(statement: Statement, items: Sequence[Value], mapper: str) -> Reference | None:
    # of two entities of one class, as with an alias, nobody says which one is joined
    found = [
        item
        for target, item in zip(statement.targets, items, strict=False)
        if isinstance(target, EntityTarget) and target.mapper == mapper
    ]
    (item,) = found if len(found) == 1 else (None,)
    return item if isinstance(item, Reference) else None


def _links_of(
    machine: Machine, targets: tuple[Target, ...], arguments: tuple[Value, ...]
) -> Iterator[RowLink]:
    match arguments:
        case (MappedAttribute() as attribute, *_) | (_, MappedAttribute() as attribute, *_):
            link = _of_relationship(machine, attribute)
        case (_, Criterion() as criterion, *_):
            link = _compared(machine, criterion)
        case (ClassReference(name=name),) | (Alias(mapper=name),):
            yield from _by_foreign_keys(machine, targets, name)
            return
        case _:
            return
    if link is not None:
        yield link


def _of_relationship(machine: Machine, attribute: MappedAttribute) -> RowLink | None:
    mappers = machine.analysis.mappers
    mapper = mappers.get(_owner(attribute))
    relationship = mapper.relationships.get(attribute.name) if mapper is not None else None
    if mapper is None or relationship is None or not isinstance(relationship.target, str):
        return None
    target = attribute.of_type[0] if attribute.of_type else relationship.target
    if relationship.direction is Direction.MANY_TO_ONE:
        return _link(mapper.name, relationship.foreign_key, target)
    behind = mappers.get(target)
    back = behind.relationships.get(relationship.back_populates or "") if behind else None
    if back is None or back.direction is not Direction.MANY_TO_ONE:
        return None
    return _link(target, back.foreign_key, mapper.name)


def _by_foreign_keys(machine: Machine, targets: tuple[Target, ...], name: str) -> Iterator[RowLink]:
    # `select(Author, Book).join(Book)`: by the one foreign key there is between them
    mappers = machine.analysis.mappers
    for target in targets:
        if not isinstance(target, EntityTarget) or name not in mappers:
            continue
        links = {
            RowLink(one.name, relationship.foreign_key, other.name)
            for one, other in _both_ways(mappers[name], mappers[target.mapper])
            for relationship in one.relationships.values()
            if relationship.target == other.name and relationship.foreign_key is not None
        }
        if len(links) == 1:
            yield from links


def _both_ways(one: Mapper, other: Mapper) -> tuple[tuple[Mapper, Mapper], ...]:
    return ((one, other), (other, one)) if one.name != other.name else ()


def _compared(machine: Machine, criterion: Criterion) -> RowLink | None:
    # `where(Book.author_id == Author.id)`
    other = criterion.value
    if criterion.is_among or not isinstance(other, MappedAttribute):
        return None
    mappers = machine.analysis.mappers
    for one, key in ((criterion.attribute, other), (other, criterion.attribute)):
        parent = mappers.get(_owner(key))
        if parent is not None and parent.single_key == key.name and _owner(one) in mappers:
            return _link(_owner(one), one.name, parent.name)
    return None


def _link(child: str, foreign_key: str | None, parent: str) -> RowLink | None:
    if not foreign_key or child == parent:
        return None
    return RowLink(child, foreign_key, parent)


def _owner(attribute: MappedAttribute) -> str:
    match attribute.entity:
        case ClassReference(name=name) | Alias(mapper=name):
            return name
