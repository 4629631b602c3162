"""What is known of an object, or of a variable, that is one thing on some path and another thing on others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import TypeAlias, TypeVar

from saalint.interpret.domain.heap import (
    OBJECTS,
    AttributeState,
    Background,
    Content,
    Deletion,
    Entity,
    Extent,
    Factory,
    HeapObject,
    Instance,
    Items,
    Origin,
    Savepoint,
    Session,
    Table,
    few_ways,
)
from saalint.interpret.domain.values import (
    Literal,
    Unknown,
    union,
    union_if_any,
)
from saalint.interpret.events import LoadState
from saalint.interpret.record import replace

_MOST_BACKGROUNDS = 4

Resolve: TypeAlias = Callable[[Entity, str], AttributeState]
_Fact = TypeVar("_Fact")


def join_objects(one: HeapObject, other: HeapObject, resolve: Resolve) -> HeapObject:
    """What is known of an object that is `one` on some path and `other` on another.

    `resolve` gives the state of an attribute that an entity's background decides.
    """
    match one, other:
        case Entity(), Entity():
            return join_entities(one, other, resolve)
        case Session(), Session():
            return replace(
                one,
                expire_on_commit=_common(one.expire_on_commit, other.expire_on_commit),
                is_idle=one.is_idle and other.is_idle,
                tasks=tuple(task for task in one.tasks if task in other.tasks),
                is_autoflush=_common(one.is_autoflush, other.is_autoflush),
                savepoints=_common(one.savepoints, other.savepoints),
                acts=few_ways(tuple(dict.fromkeys((*one.acts, *other.acts)))),
                rewritten=tuple(sorted({*one.rewritten, *other.rewritten})),
            )
        case Factory(), Factory():
            return replace(
                one,
                expire_on_commit=_common(one.expire_on_commit, other.expire_on_commit),
                is_autoflush=_common(one.is_autoflush, other.is_autoflush),
            )
        case Instance(), Instance():
            return _join_instances(one, other)
        case Items(), Items():
            return _join_items(one, other)
        case Table(), Table():
            return _join_tables(one, other)
        case _:
            return Items(rest=Unknown("different kinds of object"))


def _common(one: _Fact | None, other: _Fact | None) -> _Fact | None:
    # what holds on both paths; None, "not known", where they differ
    return one if one == other else None


def join_entities(one: Entity, other: Entity, resolve: Resolve) -> Entity:
    """What is known of an entity that is `one` on some path and `other` on another."""
    backgrounds = tuple(dict.fromkeys((*one.backgrounds, *other.backgrounds)))
    if len(backgrounds) > _MOST_BACKGROUNDS:
        backgrounds = (Background(Origin.UNKNOWN),)
    names = sorted({name for name, _ in one.states} | {name for name, _ in other.states})
    states = tuple(
        (
            name,
            join_states(
                one.get(name) or resolve(one, name),
                other.get(name) or resolve(other, name),
            ),
        )
        for name in names
    )
    common = _common_mappers(one, other)
    return replace(
        one,
        mapper=common[-1] if common else min(one.mapper, other.mapper),
        narrowed_from=common[:-1],
        backgrounds=backgrounds,
        states=states,
        attachment=one.attachment | other.attachment,
        session=one.session if one.session == other.session else one.session or other.session,
        identity=one.identity if one.identity == other.identity else None,
        plan=_common(one.plan, other.plan),
        changed=tuple(sorted({*one.changed, *other.changed})),
        uncommitted=tuple(sorted({*one.uncommitted, *other.uncommitted})),
        is_dirty=one.is_dirty or other.is_dirty,
        is_new=one.is_new and other.is_new,
        deletion=one.deletion if one.deletion is other.deletion else Deletion.POSSIBLE,
        savepoint=one.savepoint if one.savepoint is other.savepoint else Savepoint.UNTOUCHED,
        left=one.left or other.left,
        extent=one.extent if one.extent is other.extent else Extent.SEVERAL,
        is_first=one.is_first and other.is_first,
        is_fetched_in_part=one.is_fetched_in_part and other.is_fetched_in_part,
        is_as_queried=one.is_as_queried and other.is_as_queried,
    )


def _common_mappers(one: Entity, other: Entity) -> tuple[str, ...]:
    # after `if isinstance(vehicle, Car): …` the vehicle is a vehicle again
    pairs = zip(
        (*one.narrowed_from, one.mapper), (*other.narrowed_from, other.mapper), strict=False
    )
    return tuple(first for first, second in takewhile(lambda pair: pair[0] == pair[1], pairs))


def join_states(first: AttributeState, second: AttributeState) -> AttributeState:
    """The state of an attribute that is `first` on some path and `second` on another."""
    values = [state.value for state in (first, second) if state.value is not None]
    if len(values) == 1 and isinstance(values[0], Literal):
        # `if flag: book.author_id = 2`: what the column holds else is not known, so it is not known here
        values = []
    return AttributeState(
        first.state | second.state,
        union_if_any(values),
        first.cause or second.cause,
        all(state.is_by_identity for state in (first, second) if state.state & LoadState.LOADED)
        and (first.is_by_identity or second.is_by_identity),
        first.is_plausible or second.is_plausible,
        is_met=all(state.is_met for state in (first, second) if state.value is not None),
        is_of_few=any(state.is_of_few for state in (first, second))
        and all(state.is_of_few for state in (first, second) if state.state & LoadState.LOADED),
        is_shared=first.is_shared and second.is_shared,
    )


def _join_instances(one: Instance, other: Instance) -> HeapObject:
    if one.class_name != other.class_name:
        return Instance(class_name=one.class_name, is_declared=True)
    second = dict(other.fields)
    fields = [(name, union((value, second.pop(name, value)))) for name, value in one.fields]
    fields.extend(second.items())
    return replace(one, fields=tuple(sorted(fields, key=lambda pair: pair[0])))


def _join_items(one: Items, other: Items) -> Items:
    owner = _common(one.owner, other.owner)
    is_of_rows = one.is_of_rows and other.is_of_rows
    if len(one.items) == len(other.items):
        items = tuple(union(pair) for pair in zip(one.items, other.items, strict=True))
        rests = [rest for rest in (one.rest, other.rest) if rest is not None]
        return Items(
            items=items,
            rest=union_if_any(rests),
            last=one.last if one.last == other.last else None,
            kind=one.kind,
            owner=owner,
            is_of_rows=is_of_rows,
        )
    elements = [element for element in (one.element(), other.element()) if element is not None]
    return Items(rest=union_if_any(elements), kind=one.kind, owner=owner, is_of_rows=is_of_rows)


def _join_tables(one: Table, other: Table) -> Table:
    second = dict(other.entries)
    entries = {key: union((value, second[key])) for key, value in one.entries if key in second}
    loose = [value for key, value in (*one.entries, *other.entries) if key not in entries]
    rests = [rest for rest in (one.rest, other.rest, *loose) if rest is not None]
    return Table(
        entries=tuple(entries.items()),
        rest=union_if_any(rests),
        rest_key=one.rest_key or other.rest_key,
        default=one.default,
    )


def join_contents(contents: Sequence[Content], resolve: Resolve) -> Content:
    """The join of values of one variable, or of records of one object."""
    joined = contents[0]
    if isinstance(joined, OBJECTS):
        for other in contents[1:]:
            if isinstance(other, OBJECTS):
                joined = joined if joined == other else join_objects(joined, other, resolve)
        return joined
    return union(content for content in contents if not isinstance(content, OBJECTS))
