"""What stands behind a relationship that is loaded: the entity or collection, as the query or the lazy load left it."""

from __future__ import annotations

from functools import partial

from saalint.interpret import trace
from saalint.interpret.domain import plans
from saalint.interpret.domain.heap import (
    AttributeState,
    Background,
    Entity,
    Extent,
    Items,
    Origin,
)
from saalint.interpret.domain.values import NONE, Literal, Reference, Unknown, Value, union
from saalint.interpret.events import Attachment, LoadState
from saalint.interpret.machine import Machine
from saalint.interpret.orm import (
    holding,
    identity,
    lazy_loads,
    links,
    load_states,
    loading,
    meetings,
    row_by_row,
    rows,
    sameness,
    unseen,
)
from saalint.interpret.record import replace
from saalint.project import mapped
from saalint.project.mapped import Direction, Relationship


def look(machine: Machine, reference: Reference, relationship: Relationship) -> None:
    """Note what stands behind a relationship that is loaded, before something changes that tells of it."""
    entity = machine.entity_at(reference)
    if entity.attachment is not Attachment.PERSISTENT:
        return
    state = load_states.state_of(entity, relationship.name, machine.analysis.mappers)
    if state.state is LoadState.LOADED and state.value is None:
        value = materialise(machine, reference, entity, relationship, state)
        machine.set_state(reference, relationship.name, AttributeState(LoadState.LOADED, value))


def look_by_keys(machine: Machine, session: Reference) -> None:
    """Note what stands behind the objects of a session by their keys, before it lets go of all of them."""
    mappers = machine.analysis.mappers
    for reference, entity in machine.entities(session):
        for relationship in mappers[entity.mapper].relationships.values():
            is_told = isinstance(load_states.key_value(entity, relationship), Literal)
            if is_told and relationship.direction is Direction.MANY_TO_ONE:
                look(machine, reference, relationship)


def look_before_row(machine: Machine, session: Reference, mapper: str) -> None:
    """Note what stands behind the collections of a session, before there is one more row of a class.

    Where the module writes all rows itself, they tell what a query found; it does not find one that comes after it.
    """
    mappers = machine.analysis.mappers
    if not machine.analysis.rows.all_of(machine.frame.module, mappers[mapper]):
        return
    for reference, entity in machine.entities(session):
        for relationship in mappers[entity.mapper].relationships.values():
            if relationship.direction is Direction.ONE_TO_MANY and relationship.target == mapper:
                look(machine, reference, relationship)


def empty(machine: Machine, reference: Reference, attribute: Relationship) -> Value:
    """What an unset relationship of a new object reads as."""
    if not attribute.is_collection:
        return NONE
    key = ("collection", reference.location, attribute.name)
    return machine.allocate(
        key, Items(kind=collection_kind(attribute), owner=(reference, attribute.name))
    )


def materialise(
    machine: Machine,
    reference: Reference,
    entity: Entity,
    attribute: Relationship,
    state: AttributeState,
) -> Value:
    """The entity or collection behind a relationship, as the query or the lazy load would have left it."""
    target = attribute.target
    if not isinstance(target, str) or target not in machine.analysis.mappers:
        return Unknown("the target of the relationship is not known")
    if _is_left_empty(machine, entity, attribute) or _is_childless(machine, reference, attribute):
        return empty(machine, reference, attribute)
    is_many_to_one = attribute.direction is Direction.MANY_TO_ONE
    if is_many_to_one and load_states.key_value(entity, attribute) == NONE:
        return NONE
    child = _as_loaded(machine, entity, attribute, target, state)
    child = _with_known_keys(machine, entity, attribute, child)
    put = partial(_put, machine, reference, entity, attribute, state.state)
    if state.is_by_identity:
        child = _as_unseen(machine, child)
    if not attribute.is_collection:
        return union((_held(machine, child) or put(child, ()), NONE))
    made = Items(kind=collection_kind(attribute), owner=(reference, attribute.name))
    known = row_by_row.behind(machine, reference, entity, attribute)
    if known is None or made.kind != "list":
        made = replace(made, rest=put(child, ()))
    else:
        each = [row_by_row.of_row(machine, child, row) for row in known]
        members = tuple(_held(machine, one) or put(one, (one.identity,)) for one in each)
        made = replace(made, items=members)
    return machine.allocate(("collection", reference.location, attribute.name), made)


def _put(
    machine: Machine,
    reference: Reference,
    entity: Entity,
    attribute: Relationship,
    state: LoadState,
    child: Entity,
    key: tuple[object, ...],
) -> Reference:
    child = _with_way_back(machine, reference, entity, attribute, child)
    child = _as_others_left_it(machine, reference, attribute, child, state)
    child = _as_held_already(machine, entity, attribute, child)
    child = loading.filled_from_below(machine, child)
    child = unseen.filled(machine, child)
    site = ("child", reference.location, attribute.name, *key)
    number = machine.located().get(site)
    before = machine.entity(Reference(number)) if number is not None else None
    if before is not None and before.attachment is Attachment.DETACHED:
        # what stood there has left the session, and somebody may have it still
        site = (*site, "again")
    return machine.allocate(site, child)


def _is_left_empty(machine: Machine, entity: Entity, attribute: Relationship) -> bool:
    # `noload()` does not look what there is
    found = load_states.strategies_of(entity, attribute, machine.analysis.mappers)
    is_untouched = entity.get(attribute.name) is None
    return is_untouched and found == {mapped.LoaderStrategy.NOLOAD.value}


def _is_childless(machine: Machine, reference: Reference, attribute: Relationship) -> bool:
    # `order = Order(); session.add(order); await session.refresh(order, ["items"])`: no row can know the new key yet
    entity = machine.entity_at(reference)
    if not identity.is_unlinked(entity) or entity.is_linked or entity.extent is not Extent.ONE:
        return False
    target = str(attribute.target)
    back = machine.analysis.mappers[target].relationships.get(attribute.back_populates or "")
    if attribute.direction is not Direction.ONE_TO_MANY or back is None:
        return False
    return not any(
        identity.may_be_child(machine, reference, back, other)
        for _, other in holding.of_class(machine, machine.entities(entity.session), target)
    )


def _as_loaded(
    machine: Machine, entity: Entity, attribute: Relationship, target: str, state: AttributeState
) -> Entity:
    backgrounds = _backgrounds_behind(machine, entity, attribute, target, state)
    kept = {background.plan and plans.stored(background.plan) for background in backgrounds}
    return Entity(
        mapper=target,
        backgrounds=backgrounds,
        extent=links.extent_behind(entity.extent, attribute),
        attachment=entity.attachment,
        session=entity.session,
        left=entity.left,
        plan=kept.pop() if len(kept) == 1 else None,
        query=entity.query,
        query_text=entity.query_text,
        path=trace.loader_path(machine.analysis.mappers, entity, attribute),
        is_beyond_failure=entity.is_beyond_failure or lazy_loads.is_failing(machine, entity, state),
        returned_by=entity.returned_by,
        is_as_queried=entity.is_as_queried and state.cause is None,
    )


def _with_known_keys(
    machine: Machine, entity: Entity, attribute: Relationship, child: Entity
) -> Entity:
    mappers = machine.analysis.mappers
    if attribute.direction is Direction.MANY_TO_ONE:
        key = load_states.key_value(entity, attribute)
        is_told = isinstance(key, Literal) and key != NONE and attribute.targets_primary_key
        return rows.with_keys(machine, replace(child, identity=key)) if is_told else child
    back = plans.key_back(attribute, mappers)
    if back is not None and isinstance(entity.identity, Literal):
        state = load_states.state_of(child, back, mappers)
        child = child.with_state(back, replace(state, value=entity.identity))
        return child if attribute.is_collection else _only_one(machine, entity, attribute, child)
    return child


def _only_one(machine: Machine, entity: Entity, attribute: Relationship, child: Entity) -> Entity:
    # the row behind a one-to-one that the module writes itself, unless the program gave its key to another
    keys = links.rows_behind(machine, entity, attribute)
    if len(keys) != 1:
        return child
    one = replace(child, identity=next(iter(keys)))
    held = _held(machine, one)
    is_as_written = held is None or sameness.may_be_one(
        one, machine.entity_at(held), machine.analysis.mappers
    )
    return one if is_as_written else child


def _held(machine: Machine, child: Entity) -> Reference | None:
    # an object of a known key that the session holds is that very object
    if (
        not isinstance(child.identity, Literal | Unknown)
        or child.attachment is not Attachment.PERSISTENT
    ):
        return None
    for reference, other in holding.by_key(machine, child.session, child.mapper, child.identity):
        if other.attachment is Attachment.PERSISTENT:
            return None if machine.is_past(reference) else reference
    return None


def _as_held_already(
    machine: Machine, owner: Entity, attribute: Relationship, child: Entity
) -> Entity:
    # of a collection whose rows the module writes itself, the session may hold each and every object
    mappers = machine.analysis.mappers
    keys = links.rows_behind(machine, owner, attribute) if attribute.is_collection else ()
    probes = [replace(child, identity=key) for key in keys]
    found = [one for one in map(partial(_held, machine), probes) if one is not None]
    if found and len(found) == len(probes):
        for one in found:
            child = meetings.perhaps_loaded(child, machine.entity_at(one), mappers)
    return child


def _as_unseen(machine: Machine, child: Entity) -> Entity:
    # the session holds it, because an earlier query loaded it behind something that nobody has looked at
    if child.session is None:
        return child
    met = unseen.found(machine, child.session, child)
    return unseen.surely_met(machine, child, met) or unseen.perhaps_met(machine, child, met)


def collection_kind(attribute: Relationship) -> str:
    """Of what kind the collection behind a relationship is."""
    if attribute.strategy in (mapped.LoaderStrategy.DYNAMIC, mapped.LoaderStrategy.WRITE_ONLY):
        return attribute.strategy.value
    return "dict" if attribute.is_dict_collection else "list"


def _as_others_left_it(
    machine: Machine,
    reference: Reference,
    attribute: Relationship,
    child: Entity,
    state: LoadState,
) -> Entity:
    # the one object behind a relationship may be one that the session holds already, with more loaded; where all of
    # the class are held, it is one of them
    mappers = machine.analysis.mappers
    related = meetings.related(machine.entity_at(reference))
    held = machine.entities(child.session)
    # first what is known of all, then what is known of one
    held.sort(key=lambda pair: not pair[1].is_whole)
    others = (
        pair
        for pair in holding.of_class(machine, held, child.mapper)
        if pair[1].attachment is child.attachment and pair[0] not in (reference, *related)
    )
    for other_reference, other in holding.reached(machine, others):
        if machine.is_past(other_reference) or not sameness.may_be_one(child, other, mappers):
            continue
        known = _looked_up(other, attribute, state, mappers)
        if other.is_whole:
            child = meetings.one_of_all(child, known, mappers)
        elif not attribute.is_collection and identity.may_be_behind(
            machine, reference, attribute, other_reference, other
        ):
            child = meetings.perhaps_loaded(child, known, mappers)
    if child.session is not None and row_by_row.is_all_held(machine, [each for _, each in held]):
        child = unseen.perhaps_met(machine, child, unseen.found(machine, child.session, child))
    return child


def _looked_up(
    other: Entity, attribute: Relationship, state: LoadState, mappers: load_states.Mappers
) -> Entity:
    # an expired target of a many-to-one is loaded now, as its own first query did
    is_lazy = state is not LoadState.LOADED and attribute.direction is Direction.MANY_TO_ONE
    if not is_lazy or not meetings.is_fetched_by_key(other):
        return other
    fetched = load_states.with_row_fetched(other, mappers)
    if not state & LoadState.LOADED:
        return fetched
    return meetings.perhaps_loaded(other, replace(fetched, extent=Extent.SEVERAL), mappers)


_LOADED_BY_ANOTHER = LoadState.LOADED | LoadState.RAISING


def _backgrounds_behind(
    machine: Machine, entity: Entity, attribute: Relationship, target: str, state: AttributeState
) -> tuple[Background, ...]:
    # `select(Book).where(Book.author_id == author.id)`: behind each book is that very author, with what he has loaded
    is_unseen = attribute.direction is Direction.MANY_TO_ONE and identity.is_at_hand(
        machine, load_states.key_value(entity, attribute)
    )
    # what may not be loaded lazily, and is there all the same, another query has loaded
    is_of_another = _LOADED_BY_ANOTHER in state.state
    if is_unseen or is_of_another or LoadState.UNKNOWN in state.state:
        return (Background(Origin.UNKNOWN),)
    found: dict[Background, None] = {}
    for background in entity.backgrounds:
        if background.origin is Origin.UNKNOWN:
            found.setdefault(Background(Origin.UNKNOWN))
        else:
            below = _plan_behind(machine, entity, background, attribute, target, state)
            found.setdefault(Background(Origin.QUERY, below))
    return tuple(found)


def _plan_behind(
    machine: Machine,
    entity: Entity,
    background: Background,
    attribute: Relationship,
    target: str,
    state: AttributeState,
) -> plans.Plan:
    # a lazy load goes by the options of the object's first query, whatever later ones filled, and so does
    # `immediateload()`, which is one that comes at once
    mappers = machine.analysis.mappers
    made = background.plan or entity.plan or plans.Plan(entity.mapper)
    is_at_once = plans.strategy_of(made, attribute, mappers) == "immediate"
    if LoadState.LOADED in state.state and not is_at_once:
        return plans.target_plan(made, attribute, target, mappers)
    return plans.lazy_plan(entity.plan or made, attribute, target, mappers)


def _with_way_back(
    machine: Machine, reference: Reference, entity: Entity, attribute: Relationship, child: Entity
) -> Entity:
    # after a one-to-many is loaded, the many-to-one back is in the identity map (semantics: R7)
    if attribute.direction is not Direction.ONE_TO_MANY or entity.session is None:
        return child
    mappers = machine.analysis.mappers
    for back in mappers[child.mapper].relationships.values():
        if back.direction is not Direction.MANY_TO_ONE or not isinstance(back.target, str):
            continue
        if not back.targets_primary_key or not plans.is_kin(back.target, entity.mapper, mappers):
            continue
        if not _is_reverse(attribute, back, mappers[child.mapper]):
            continue
        state = load_states.state_of(child, back.name, mappers)
        may_raise = (
            state.state is LoadState.RAISING
            and back.strategy is not mapped.LoaderStrategy.RAISE_ON_SQL
        )
        key_is_there = all(
            load_states.state_of(child, name, mappers).state is LoadState.LOADED
            for name in back.foreign_keys
        )
        if not may_raise and key_is_there:
            child = child.with_state(
                back.name, AttributeState(LoadState.LOADED, reference, is_by_identity=True)
            )
        elif state.state is LoadState.UNLOADED:
            # where it has to be loaded, this is what comes
            child = child.with_state(back.name, replace(state, value=reference))
    return child


def _is_reverse(attribute: Relationship, back: Relationship, child: mapped.Mapper) -> bool:
    if attribute.back_populates is not None:
        return attribute.back_populates == back.name
    candidates = [
        other
        for other in child.relationships.values()
        if other.direction is Direction.MANY_TO_ONE and other.target == back.target
    ]
    return len(candidates) == 1
