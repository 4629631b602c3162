"""An entity's background to the state of any of its attributes (semantics: sections A, B, C, D and E)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from saalint.interpret.domain import plans
from saalint.interpret.domain.heap import AttributeState, Background, Entity, Origin, States
from saalint.interpret.domain.joins import join_states
from saalint.interpret.domain.values import NONE, Literal, Unknown, Value
from saalint.interpret.events import Attachment, AttributeKind, LoadState, Step
from saalint.interpret.record import replace
from saalint.project.mapped import (
    Column,
    Direction,
    Inheritance,
    LoaderStrategy,
    Mapper,
    Relationship,
)

Mappers: TypeAlias = Mapping[str, Mapper]

FORBIDDING = frozenset({LoaderStrategy.RAISE, LoaderStrategy.RAISE_ON_SQL})
REACHED = (LoadState.UNLOADED, LoadState.RAISING)
_NEVER_LOADING = frozenset(
    {LoaderStrategy.NOLOAD, LoaderStrategy.DYNAMIC, LoaderStrategy.WRITE_ONLY}
)


def mapped_attribute(
    mapper: Mapper, name: str, mappers: Mappers
) -> tuple[Mapper, Column | Relationship] | None:
    """The column or relationship of a name; one that only a subclass has, with that subclass's mapper."""
    found = mapper.columns.get(name) or mapper.relationships.get(name)
    if found is not None:
        return mapper, found
    for subclass in mapper.subclasses:
        below = mappers.get(subclass)
        if below is None:
            continue
        found = below.columns.get(name) or below.relationships.get(name)
        if found is not None:
            return below, found
    return None


def kind_of(attribute: Column | Relationship) -> AttributeKind:
    """What a mapped attribute is."""
    if isinstance(attribute, Column):
        return AttributeKind.EXPRESSION if attribute.is_expression else AttributeKind.COLUMN
    match attribute.strategy:
        case LoaderStrategy.DYNAMIC:
            return AttributeKind.DYNAMIC
        case LoaderStrategy.WRITE_ONLY:
            return AttributeKind.WRITE_ONLY
        case _:
            return (
                AttributeKind.COLLECTION if attribute.is_collection else AttributeKind.RELATIONSHIP
            )


def state_of(entity: Entity, name: str, mappers: Mappers) -> AttributeState:
    """The state of an attribute, touched or not, before the identity map is asked."""
    touched = entity.get(name)
    if touched is not None:
        if touched.is_by_identity and entity.attachment is Attachment.DETACHED:
            return AttributeState(LoadState.UNLOADED)
        return touched
    mapper = mappers.get(entity.mapper)
    found = mapped_attribute(mapper, name, mappers) if mapper is not None else None
    if found is None:
        return AttributeState(LoadState.UNKNOWN)
    owner, attribute = found
    if entity.attachment in (Attachment.TRANSIENT, Attachment.PENDING):
        return AttributeState(LoadState.LOADED)
    state = _of_background(entity.backgrounds[0], entity, owner, attribute, mappers)
    for background in entity.backgrounds[1:]:
        state = join_states(state, _of_background(background, entity, owner, attribute, mappers))
    return state


def _of_background(
    background: Background,
    entity: Entity,
    owner: Mapper,
    attribute: Column | Relationship,
    mappers: Mappers,
) -> AttributeState:
    state = LoadState.UNKNOWN
    match background.origin:
        case Origin.UNKNOWN:
            pass
        case Origin.CONSTRUCTOR:
            state = LoadState.LOADED
        case Origin.INSERT:
            state = _after_insert(entity, owner, attribute)
            if state is not LoadState.SERVER:
                return AttributeState(state)
        case Origin.EXPIRED:
            state = _when_expired(attribute)
        case Origin.QUERY:
            plan = background.plan
            if plan is not None and isinstance(attribute, Column):
                state = plans.column_state(plan, attribute, owner, mappers)
            elif plan is not None and isinstance(attribute, Relationship):
                state = _of_relationship(plan, attribute, mappers)
    return AttributeState(state, None, background.cause)


def strategies_of(entity: Entity, attribute: Relationship, mappers: Mappers) -> set[str]:
    """The strategies in force for a relationship, by the options of each query the object may come from."""
    return {
        plans.strategy_of(background.plan, attribute, mappers)
        if background.plan is not None and background.origin is Origin.QUERY
        else attribute.strategy.value
        for background in entity.backgrounds
    }


def _of_relationship(plan: plans.Plan, attribute: Relationship, mappers: Mappers) -> LoadState:
    if attribute.strategy in (LoaderStrategy.DYNAMIC, LoaderStrategy.WRITE_ONLY):
        return LoadState.LOADED
    return plans.relationship_state(plan, attribute, mappers)


def _when_expired(attribute: Column | Relationship) -> LoadState:
    # a relationship that nobody had read yet is as good as never loaded; options count again with the next load of
    # the object's columns (semantics: B95)
    if isinstance(attribute, Column):
        return LoadState.UNLOADED if attribute.is_deferred else LoadState.EXPIRED
    if attribute.strategy is LoaderStrategy.RAISE:
        return LoadState.RAISING
    if attribute.strategy in _NEVER_LOADING:
        return LoadState.LOADED
    # `raise_on_sql` loads the key of its owner first, and that does not raise
    return LoadState.UNLOADED


def when_taken_away(relationship: Relationship, cause: Step | None) -> AttributeState:
    """The state of a relationship that went while the keys of its object are there."""
    is_forbidden = relationship.strategy in FORBIDDING
    return AttributeState(
        LoadState.RAISING if is_forbidden else LoadState.UNLOADED,
        None,
        None if is_forbidden else cause,
    )


def _after_insert(entity: Entity, owner: Mapper, attribute: Column | Relationship) -> LoadState:
    # the INSERT of a new object fetches server defaults and nothing that was not set (semantics: R18, R29)
    if isinstance(attribute, Column):
        if attribute.is_primary_key:
            return LoadState.LOADED
        if attribute.is_expression:
            return LoadState.SERVER
        if attribute.has_server_default or attribute.has_sql_default:
            return LoadState.LOADED if is_brought_back(attribute, owner) else LoadState.SERVER
        return LoadState.UNLOADED if attribute.is_deferred else LoadState.LOADED
    if attribute.strategy in FORBIDDING:
        return LoadState.RAISING
    if attribute.strategy in _NEVER_LOADING:
        return LoadState.LOADED
    if attribute.direction is Direction.MANY_TO_ONE and has_null_key(entity, owner, attribute):
        return LoadState.LOADED
    return LoadState.UNLOADED


def is_brought_back(column: Column, owner: Mapper, *, by_update: bool = False) -> bool:
    """Whether a flush fetches what the server makes of a column of its object (semantics: E01 to E15)."""
    match owner.eager_defaults:
        case "yes":
            return is_made_by_server(column)
        case "declared":
            return column.has_server_default or column.has_server_onupdate
        case "auto" if not by_update:
            # under joined inheritance `RETURNING` is used for the base table only, unless asked for (semantics: E37)
            is_below = owner.inheritance is Inheritance.JOINED and column.name in owner.own_columns
            return not is_below and (column.has_server_default or column.has_sql_default)
        case _:
            return False


def is_made_by_server(column: Column) -> bool:
    """Whether the mapping says that the server makes the value of a column: when it is inserted, or updated."""
    return column.has_server_default or column.has_sql_default or is_changed_by_server(column)


def is_changed_by_server(column: Column) -> bool:
    """Whether the server makes the value of a column with every UPDATE."""
    return column.onupdate == "sql" or column.has_server_onupdate


def has_any_default(column: Column) -> bool:
    """Whether a new row has something in a column that it was not given."""
    return column.has_default or column.has_sql_default or column.has_server_default


def has_null_key(entity: Entity, owner: Mapper, relationship: Relationship) -> bool:
    """Whether the key of a new row is NULL: its many-to-one is answered without I/O then (semantics: A25)."""
    if not relationship.foreign_keys:
        return False
    for name in relationship.foreign_keys:
        column = owner.columns.get(name)
        touched = entity.get(name)
        if touched is None:
            if column is None or has_any_default(column):
                return False
        elif touched.value != NONE:
            return False
    return True


def key_value(entity: Entity, relationship: Relationship) -> Value | None:
    """What the foreign key of a many-to-one holds, where that is known: a literal, or an unknown with its symbol."""
    touched = entity.get(relationship.foreign_key) if relationship.foreign_key else None
    value = touched.value if touched is not None else None
    match value:
        case Literal():
            return value
        case Unknown(symbol=symbol) if symbol is not None:
            return value
        case _:
            return None


def with_keys_of(made: Entity, before: Entity, mappers: Mappers) -> Entity:
    """An object that is loaded again, with the foreign keys that its row is known to have, whether they are loaded."""
    for name in mappers[made.mapper].foreign_keys:
        known, state = before.get(name), state_of(made, name, mappers)
        if known is None or state.value is not None or name in before.changed:
            continue
        if isinstance(known.value, Literal | Unknown):
            made = made.with_state(name, replace(state, value=known.value))
    return made


def states_of_keys(entity: Entity, mappers: Mappers) -> States:
    """What is known of the foreign keys of an object, and of no other attribute."""
    names = mappers[entity.mapper].foreign_keys
    return tuple(pair for pair in entity.states if pair[0] in names)


def plan_of(entity: Entity) -> plans.Plan:
    """The plan of an object's first load, which the loads to come apply again; without options where none is known."""
    return entity.plan or plans.Plan(entity.mapper)


def lacks_key(entity: Entity, mappers: Mappers) -> bool:
    """Whether the primary key is expired: a refresh by name brings it back, and not the rest of the row."""
    keys = mappers[entity.mapper].primary_key
    return any(state_of(entity, name, mappers).state & LoadState.EXPIRED for name in keys)


def refresh_plan(entity: Entity) -> plans.Plan:
    """The plan by which an object is fetched again."""
    return replace(plan_of(entity), mapper=entity.mapper, subclasses=("*",), is_refresh=True)


def with_row_fetched(entity: Entity, mappers: Mappers) -> Entity:
    """An object whose row is fetched because one of its columns is needed (semantics: R16, R22).

    One expired column brings all of them back, and what the stored options load with them.
    """
    before = dict(entity.states)
    was_expired = any(background.origin is Origin.EXPIRED for background in entity.backgrounds)
    if was_expired:
        plan = refresh_plan(entity)
        again = tuple(
            Background(Origin.QUERY, plan) if background.origin is Origin.EXPIRED else background
            for background in entity.backgrounds
        )
        entity = replace(entity, backgrounds=tuple(dict.fromkeys(again)), states=())
        entity = replace(entity, states=tuple(_kept_states(entity, before, mappers)))
        for name in entity.changed:
            relationship = mappers[entity.mapper].relationships.get(name)
            if relationship is not None and name not in before:
                # `book.author = author` waits for the collection of the author, which the row does not bring then
                entity = entity.with_state(name, when_taken_away(relationship, None))
    for name, column in mappers[entity.mapper].columns.items():
        if was_expired and column.is_deferred and entity.get(name) is None:
            # `undefer()` does not count for what an expired object fetches, only for a refresh (semantics: B95j, B95o)
            entity = entity.with_state(name, AttributeState(LoadState.UNLOADED))
        state = state_of(entity, name, mappers)
        # nor does `load_only`, `deferred` does (semantics: B95l, B95o)
        is_fetched = was_expired and not column.is_deferred
        if is_fetched or state.state & (LoadState.EXPIRED | LoadState.SERVER):
            value = before[name].value if name in before else None
            entity = entity.with_state(name, AttributeState(LoadState.LOADED, value))
    return entity


def _kept_states(
    fetched: Entity, before: Mapping[str, AttributeState], mappers: Mappers
) -> Iterator[tuple[str, AttributeState]]:
    # what eager loading brings with the row was perhaps known not to be there before
    for name, known in before.items():
        if known.state is LoadState.EXPIRED:
            continue
        is_loaded = state_of(fetched, name, mappers).state is LoadState.LOADED
        if is_loaded and name in mappers[fetched.mapper].relationships:
            yield name, AttributeState(LoadState.LOADED, known.value, is_met=known.is_met)
        else:
            yield name, known


def reached(entity: Entity, found: list[plans.Plan], mappers: Mappers) -> Entity:
    """An object that was there, whose unloaded attributes `raiseload` and `lazyload` reach (semantics: R12)."""
    for name, relationship in mappers[entity.mapper].relationships.items():
        before = state_of(entity, name, mappers)
        reaching = [plans.reaching_state(plan, relationship, mappers) for plan in found]
        if reaching[-1] is None or len(set(reaching)) > 1:
            continue
        if before.is_by_identity:
            entity = entity.with_state(name, AttributeState(reaching[-1]))
        elif before.state in REACHED:
            entity = entity.with_state(name, replace(before, state=reaching[-1]))
    return entity


def left_out_of(entity: Entity, owner: Mapper, name: str, mappers: Mappers) -> str:
    """The base class whose query left out a column, for only a subclass has it; empty where none did."""
    if name not in columns_of_subclass(entity, owner, mappers):
        return ""
    asked = {one.plan.mapper for one in entity.backgrounds if one.plan is not None}
    return mappers[min(asked)].class_name


def columns_of_subclass(entity: Entity, owner: Mapper, mappers: Mappers) -> frozenset[str]:
    """The columns of a class that a query of its base left out, beside those that are deferred anyway."""
    asked = [one.plan.mapper for one in entity.backgrounds if one.plan is not None]
    known = {name for mapper in asked for name in mappers[mapper].columns}
    return frozenset(
        column.name
        for column in owner.columns.values()
        if asked and column.name not in known and not column.is_deferred
    )
