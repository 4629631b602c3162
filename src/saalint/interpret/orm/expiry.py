"""What takes values away and brings them back: expire and refresh, of one object or all (semantics: R22 to R24)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from saalint.interpret.domain import plans
from saalint.interpret.domain.certainty import Certainty
from saalint.interpret.domain.heap import (
    SOME_COLUMN,
    ActKind,
    AttributeState,
    Background,
    Deletion,
    Entity,
    Extent,
    Items,
    Origin,
)
from saalint.interpret.domain.values import (
    Expression,
    Reference,
    Unknown,
    Value,
    members,
    with_rest,
)
from saalint.interpret.events import Attachment, LoadState, Step
from saalint.interpret.machine import INDIVIDUAL, Machine
from saalint.interpret.orm import (
    flushing,
    holding,
    identity,
    lazy_loads,
    links,
    load_states,
    loading,
    meetings,
)
from saalint.interpret.queries import option_checks
from saalint.interpret.record import replace
from saalint.project.mapped import Direction, Mapper, Relationship
from saalint.source.positions import Place


def expired_entity(
    entity: Entity, step: Step, mappers: load_states.Mappers, *, is_undone: bool = False
) -> Entity:
    """The entity with everything taken away; its first plan stays for the next load.

    So do the foreign keys that it was known to have: its row has them, unless they were set and that is `is_undone`.
    """
    if Attachment.PERSISTENT not in entity.attachment:
        return entity
    lost = entity.uncommitted if is_undone else entity.changed
    kept: list[tuple[str, AttributeState]] = []
    for name in mappers[entity.mapper].foreign_keys:
        known = entity.get(name)
        if known is not None and known.value is not None:
            is_lost = name in lost or SOME_COLUMN in lost
            value = Unknown("a foreign key") if is_lost else known.value
            kept.append((name, AttributeState(LoadState.EXPIRED, value, step)))
    background = Background(Origin.EXPIRED, entity.plan, step)
    return replace(
        entity,
        backgrounds=(background,),
        states=tuple(kept),
        changed=(),
        is_dirty=False,
        is_fetched_in_part=False,
        is_as_queried=False,
    )


def expire(machine: Machine, reference: Reference, names: Iterable[str] | None, at: Place) -> None:
    """`expire(obj)` and `expire(obj, names)`, carried on by cascades (semantics: R24)."""
    entity = machine.entity(reference)
    if entity is None:
        return
    step = machine.step(at, len("expire"), "expire")
    if names is not None:
        probe = replace(
            entity, backgrounds=(Background(Origin.EXPIRED, entity.plan, step),), states=()
        )
        gone = tuple(names)
        mappers = machine.analysis.mappers
        for name in gone:
            if load_states.state_of(entity, name, mappers).state is LoadState.RAISING:
                continue
            relationship = mappers[entity.mapper].relationships.get(name)
            if relationship is None or meetings.is_expired(entity):
                state = load_states.state_of(probe, name, mappers)
            else:
                state = load_states.when_taken_away(relationship, step)
            entity = entity.with_state(name, state)
        changed = tuple(name for name in entity.changed if name not in gone)
        machine.write(reference, replace(entity, changed=changed, is_as_queried=False))
        return
    machine.write(reference, expired_entity(entity, step, machine.analysis.mappers))
    _others_may_be_it(
        machine, reference, lambda one: expired_entity(one, step, machine.analysis.mappers)
    )
    for target in cascaded(machine, entity, "refresh-expire"):
        expire(machine, target, None, at)


def cascaded(machine: Machine, entity: Entity, cascade: str) -> Iterator[Reference]:
    """The objects that the relationships of an object are known to hold, and to carry an operation on to."""
    relationships = machine.analysis.mappers[entity.mapper].relationships
    for name, state in entity.states:
        relationship = relationships.get(name)
        # what only the session's holding it makes free is not loaded
        if relationship is None or state.value is None or state.is_by_identity:
            continue
        if cascade in relationship.cascade:
            yield from targets(machine, state.value)


def targets(machine: Machine, value: Value) -> list[Reference]:
    """The entities that a value holds: itself, or the items of a collection, with those that were taken out of it."""
    found: list[Reference] = []
    for member in members(value):
        if not isinstance(member, Reference):
            continue
        thing = machine.object_of(member)
        if isinstance(thing, Entity):
            found.append(member)
        elif isinstance(thing, Items):
            parts = with_rest(thing.items, thing.rest)
            found.extend(
                one for part in parts for one in members(part) if isinstance(one, Reference)
            )
            if thing.rest is not None:
                found.extend(_taken_out(machine, thing.rest))
    return found


def _taken_out(machine: Machine, rest: Value) -> list[Reference]:
    # `first = author.books[0]` stands apart from the books that the collection stands for
    wanted = {member.location for member in members(rest) if isinstance(member, Reference)}
    return [
        Reference(number)
        for key, number in machine.located().items()
        if isinstance(key, tuple) and key[0] == INDIVIDUAL and key[1] in wanted
    ]


def expire_all(machine: Machine, session: Reference, at: Place) -> None:
    """`expire_all()`."""
    flushing.note_act(machine, session, ActKind.EXPIRE_ALL, at)
    step = machine.step(at, len("expire_all"), "expire_all")
    for reference, entity in machine.entities(session):
        if entity.attachment is Attachment.PERSISTENT and entity.deletion is not Deletion.FLUSHED:
            machine.write(reference, expired_entity(entity, step, machine.analysis.mappers))


def refresh(
    machine: Machine, reference: Reference, names: tuple[str, ...] | None, at: Place
) -> None:
    """`refresh(obj)` loads what its first query did and drops the rest; with names, only these (semantics: R23)."""
    entity = machine.entity(reference)
    if entity is None:
        return
    if entity.session is not None:
        if names is not None and entity.changed:
            # what is fetched anew is taken away first, and nothing of it is left to flush
            kept = tuple(name for name in entity.changed if name not in names)
            machine.write(reference, replace(entity, changed=kept))
        flushing.before_query(machine, entity.session, at)
        entity = machine.entity_at(reference)
    option_checks.refreshed(machine, entity, names, at)
    if names is not None:
        fetched = _refreshed_by_name(machine, reference, entity, names)
        machine.write(reference, fetched)
        lazy_loads.meet_row(machine, fetched, entity)
        _meet_by_name(machine, reference, entity, names)
        return
    step = machine.step(at, len("refresh"), "refresh")
    whole = load_states.refresh_plan(entity)
    is_vague = any(background.origin is Origin.UNKNOWN for background in entity.backgrounds)
    if is_vague and entity.plan is None:
        whole = replace(whole, is_vague=True)
    background = Background(Origin.QUERY, whole, step)
    machine.write(reference, _refreshed(machine, entity, background))
    _others_may_be_it(machine, reference, lambda one: _refreshed(machine, one, background))
    if entity.session is not None:
        load = meetings.Load(session=entity.session, is_refresh=True)
        meetings.meet_behind(machine, load, [whole], entity)


def _others_may_be_it(
    machine: Machine, reference: Reference, change: Callable[[Entity], Entity]
) -> None:
    """`for author in authors: session.refresh(author)`: one of them may be an object that has another name too.

    And an object may be one of those in a list. What they had then may be gone.
    """
    mappers = machine.analysis.mappers
    entity = machine.entity_at(reference)
    if entity.session is None or entity.is_constructed:
        return
    among = machine.entities(entity.session)
    for other_reference, other in holding.persistent(machine, among, entity.mapper):
        if other_reference == reference or entity.extent is other.extent is Extent.ONE:
            continue
        after = change(other)
        kept = other
        mapper = mappers[other.mapper]
        for name in (*mapper.relationships, *mapper.columns):
            known = load_states.state_of(other, name, mappers)
            then = load_states.state_of(after, name, mappers)
            if known.state & LoadState.LOADED and not then.state & LoadState.LOADED:
                state = known.state | then.state
                kept = kept.with_state(name, replace(known, state=state, cause=then.cause))
        machine.write(other_reference, kept)


def _refreshed_by_name(
    machine: Machine, reference: Reference, entity: Entity, names: tuple[str, ...]
) -> Entity:
    mappers = machine.analysis.mappers
    mapper = mappers[entity.mapper]
    for name in names:
        relationship = mapper.relationships.get(name)
        if relationship is None:
            continue
        # what stands behind a relationship is found by the keys of its owner
        plan = load_states.plan_of(entity)
        is_joined = plans.strategy_of(plan, relationship, mappers) == "joined"
        if relationship.direction is Direction.MANY_TO_ONE and not is_joined:
            entity = _with_foreign_keys(entity, relationship, mappers)
        for key in mapper.primary_key:
            if load_states.state_of(entity, key, mappers).state & LoadState.EXPIRED:
                entity = entity.with_state(key, AttributeState(LoadState.LOADED))
    for name in names:
        relationship = mapper.relationships.get(name)
        if relationship is not None and _is_looked_up_only(entity, relationship, mappers):
            entity = _looked_up(machine, reference, entity, relationship)
        else:
            is_sure = relationship is None or not _may_fail(machine, entity, relationship)
            state = LoadState.LOADED if is_sure else LoadState.LOADED | LoadState.RAISING
            entity = entity.with_state(name, AttributeState(state))
    return replace(entity, is_fetched_in_part=True)


def _with_foreign_keys(
    entity: Entity, relationship: Relationship, mappers: load_states.Mappers
) -> Entity:
    # an expired key brings the row, one that `load_only()` left out comes by itself
    states = {
        name: load_states.state_of(entity, name, mappers) for name in relationship.foreign_keys
    }
    if any(known.state is LoadState.EXPIRED for known in states.values()):
        return load_states.with_row_fetched(entity, mappers)
    for name, known in states.items():
        if known.state is LoadState.UNLOADED:
            entity = entity.with_state(name, replace(known, state=LoadState.LOADED))
    return entity


def _meet_by_name(
    machine: Machine, reference: Reference, entity: Entity, names: tuple[str, ...]
) -> None:
    session, mappers = entity.session, machine.analysis.mappers
    for name in names if session is not None else ():
        relationship = mappers[entity.mapper].relationships.get(name)
        is_loaded = relationship and not _is_looked_up_only(entity, relationship, mappers)
        if session is not None and relationship is not None and is_loaded:
            load = meetings.Load(session=session)
            lazy_loads.meet_targets(machine, load, reference, entity, relationship)


def _is_looked_up_only(
    entity: Entity, relationship: Relationship, mappers: Mapping[str, Mapper]
) -> bool:
    """Whether the target is taken from the session and never fetched.

    So is what would be of the same class again, on the way by which the object was loaded: the parent of a node, or the
    author of a book that came with an author's books.
    """
    target = relationship.target
    if relationship.direction is not Direction.MANY_TO_ONE or not isinstance(target, str):
        return False
    plan = load_states.plan_of(entity)
    if plans.is_named(plan, relationship):
        return False
    way = (entity.mapper, *plan.led_here, *plan.trail)
    is_lazy = plans.strategy_of(plan, relationship, mappers) in _LAZY
    return is_lazy and any(plans.is_kin(target, name, mappers) for name in way)


def _may_fail(machine: Machine, entity: Entity, relationship: Relationship) -> bool:
    """Whether a refresh by name may load nothing, or raise.

    So it is where the object may have come to the session with an author's books, by an earlier query that nobody
    connects with it: its options hold.
    """
    mappers = machine.analysis.mappers
    if entity.session is None:
        return False
    return any(
        _is_looked_up_only(replace(entity, plan=below.plan), relationship, mappers)
        or option_checks.is_contradicted(below.plan, mappers)
        for _, other in machine.entities(entity.session)
        if other.plan is not None and other.plan.entries
        for below in links.below(machine, other.plan, other)
        if plans.is_kin(below.plan.mapper, entity.mapper, mappers)
        and below.has(entity, mappers) is not Certainty.EXCLUDED
    )


def _looked_up(
    machine: Machine, reference: Reference, entity: Entity, relationship: Relationship
) -> Entity:
    state = load_states.state_of(entity, relationship.name, machine.analysis.mappers)
    if state.state is not LoadState.RAISING:
        # a read looks into the session too
        return entity
    match identity.target_in_session(machine, reference, entity, relationship):
        case identity.Held(value):
            state = AttributeState(LoadState.LOADED, value)
        case identity.Plausible():
            state = replace(state, state=LoadState.LOADED | LoadState.RAISING)
        case identity.Absent():
            pass
    return entity.with_state(relationship.name, state)


_LAZY = ("select", "raise", "raise_on_sql")


# a row has what the program gave it, also while the object is expired
_KEEPING_VALUE = (LoadState.LOADED, LoadState.EXPIRED)


def _refreshed(machine: Machine, entity: Entity, background: Background) -> Entity:
    mappers = machine.analysis.mappers
    made = replace(
        entity,
        backgrounds=(background,),
        states=(),
        changed=(),
        is_dirty=False,
        is_fetched_in_part=False,
    )
    made = loading.left_expired(made, entity, background.cause, mappers)
    for name, state in entity.states:
        if name in mappers[entity.mapper].columns and state.state in _KEEPING_VALUE:
            column = load_states.state_of(made, name, mappers)
            if column.state is LoadState.LOADED and not isinstance(state.value, Expression):
                made = made.with_state(name, AttributeState(LoadState.LOADED, state.value))
    return load_states.with_keys_of(made, entity, mappers)
