"""Reading attributes of entities: the event of the read, and what is known afterwards."""

from __future__ import annotations

from saalint.interpret import trace
from saalint.interpret.domain.heap import AttributeState, Entity, Items
from saalint.interpret.domain.values import NONE, Reference, Unknown, Value, members, union
from saalint.interpret.events import (
    Attachment,
    AttributeKind,
    AttributeRead,
    LoadState,
    Repetition,
    Usage,
)
from saalint.interpret.language import repetition
from saalint.interpret.machine import Machine
from saalint.interpret.orm import (
    behind,
    identity,
    lazy_loads,
    listeners,
    load_states,
    meetings,
    target_keys,
)
from saalint.interpret.queries import loading_notes
from saalint.interpret.record import replace
from saalint.project import mapped
from saalint.project.mapped import Column, Direction, Mapper, Relationship, SourcePlace
from saalint.source.positions import Place


def references(machine: Machine, value: Value) -> list[Reference]:
    """The entities that a value may be."""
    return [
        member
        for member in members(value)
        if isinstance(member, Reference) and machine.entity(member) is not None
    ]


def attribute_of(machine: Machine, entity: Entity, name: str) -> Column | Relationship | None:
    """The mapped attribute of a name, synonyms followed; None where the entity maps no such name."""
    mappers = machine.analysis.mappers
    mapper = mappers.get(entity.mapper)
    if mapper is None:
        return None
    found = load_states.mapped_attribute(mapper, mapper.synonyms.get(name, name), mappers)
    return found[1] if found is not None else None


def _mapper_of(machine: Machine, entity: Entity, attribute: str) -> Mapper:
    # `vehicle.doors`, which only a car has
    mappers = machine.analysis.mappers
    found = load_states.mapped_attribute(mappers[entity.mapper], attribute, mappers)
    return found[0] if found is not None else mappers[entity.mapper]


def collected(machine: Machine, items: Items) -> tuple[Reference, Relationship] | None:
    """The object and its relationship that a collection is that of; None for any other list."""
    if items.owner is None:
        return None
    owner, name = items.owner
    entity = machine.entity(owner)
    attribute = attribute_of(machine, entity, name) if entity is not None else None
    return (owner, attribute) if isinstance(attribute, Relationship) else None


def read(
    machine: Machine,
    reference: Reference,
    attribute: Column | Relationship,
    at: Place,
    usage: Usage,
) -> Value:
    """Read a mapped attribute: emit the event, and give what stands there afterwards."""
    entity = machine.entity_at(reference)
    kind = load_states.kind_of(attribute)
    state = _with_identity(machine, reference, entity, attribute)
    loading_notes.read(machine, entity, attribute)
    raises_first = lazy_loads.raises_before_query(machine, entity, attribute, state, at)
    # also what is told of nobody is a choice that another turn may not make: `getattr(book, "title")`
    repetitions = _repetitions(machine, entity, attribute, at)
    if _is_told(state, kind) and not raises_first:
        _emit(machine, entity, attribute, state, at, usage, repetitions)
    lazy_loads.begin(machine, entity, state, at)
    if meetings.is_expired(entity) and machine.entity_at(reference) is not entity:
        _fetch_all(machine, reference, attribute, state)
    value = _after_read(machine, reference, attribute, state)
    if lazy_loads.needs_query(entity, state):
        lazy_loads.end(machine, reference, entity, attribute)
    return value


def _fetch_all(
    machine: Machine, reference: Reference, attribute: Column | Relationship, state: AttributeState
) -> None:
    # the flush before the load has written the row, which is read for all that was expired before it
    is_alone = isinstance(attribute, Column) and attribute.is_deferred
    if LoadState.LOADED not in state.state and not is_alone:
        _fetch_row(machine, reference)


def load_expired(machine: Machine, reference: Reference, at: Place) -> None:
    """The row of an expired object is fetched again, as the read of any of its columns does."""
    entity = machine.entity_at(reference)
    expired = AttributeState(LoadState.EXPIRED)
    lazy_loads.raises_before_query(machine, entity, None, expired, at)
    lazy_loads.begin(machine, entity, expired, at)
    _fetch_row(machine, reference)
    lazy_loads.end(machine, reference, entity, None)


def _is_told(state: AttributeState, kind: AttributeKind) -> bool:
    if kind in (AttributeKind.DYNAMIC, AttributeKind.WRITE_ONLY):
        return False
    return kind.is_relationship or state.state is not LoadState.LOADED


def _with_identity(
    machine: Machine, reference: Reference, entity: Entity, attribute: Column | Relationship
) -> AttributeState:
    state = load_states.state_of(entity, attribute.name, machine.analysis.mappers)
    if listeners.may_have_set(machine, entity.mapper, attribute.name):
        return replace(state, state=state.state | LoadState.UNKNOWN)
    if (
        state.is_by_identity
        and isinstance(state.value, Reference)
        and _has_left(machine, state.value)
    ):
        state = AttributeState(LoadState.UNLOADED)
    if state.is_plausible and entity.is_beyond_failure:
        # to get here at all, the loads that raise must have been let through: then this may have been loaded as well
        state = replace(state, state=state.state | LoadState.LOADED, is_plausible=False)
    if isinstance(attribute, Column) or not state.state & (LoadState.UNLOADED | LoadState.RAISING):
        return state
    if entity.attachment is Attachment.DETACHED:
        # the missing session is noticed before `raise_on_sql` is
        is_missing = state.state is LoadState.RAISING and _raises_on_sql_only(
            machine, entity, attribute
        )
        return replace(state, state=LoadState.UNLOADED) if is_missing else state
    if attribute.direction is not Direction.MANY_TO_ONE or not attribute.targets_primary_key:
        return _raising_after_key(machine, reference, entity, attribute, state)
    if state.state is LoadState.RAISING and not _raises_on_sql_only(machine, entity, attribute):
        return state
    held = identity.target_in_session(machine, reference, entity, attribute)
    match held:
        case identity.Held(target=target):
            return AttributeState(LoadState.LOADED, target, is_by_identity=True)
        case identity.Plausible(is_unseen=True):
            return replace(state, state=state.state | LoadState.UNKNOWN)
        case identity.Plausible(is_likely=is_likely):
            if is_likely or state.state is LoadState.RAISING:
                return replace(state, state=state.state | LoadState.LOADED)
            return replace(state, is_plausible=True)
        case identity.Absent():
            return _raising_after_key(machine, reference, entity, attribute, state)


def _raising_after_key(
    machine: Machine,
    reference: Reference,
    entity: Entity,
    attribute: Relationship,
    state: AttributeState,
) -> AttributeState:
    if identity.is_expired_there(machine, entity, attribute):
        # the row of the target is fetched, which `raise_on_sql` does not forbid
        return replace(state, state=LoadState.UNLOADED)
    # of an expired object, `raise_on_sql` loads the key to look for the target, and raises after that
    is_expired = state.state is LoadState.UNLOADED and meetings.is_expired(entity)
    if not is_expired or attribute.strategy is not mapped.LoaderStrategy.RAISE_ON_SQL:
        return state
    mappers = machine.analysis.mappers
    fetched = load_states.with_row_fetched(entity, mappers)
    if load_states.state_of(fetched, attribute.name, mappers).state & LoadState.LOADED:
        # the options that came with the object load it then
        return state
    is_looked_up = attribute.direction is Direction.MANY_TO_ONE and attribute.targets_primary_key
    if is_looked_up and (
        identity.target_in_session(machine, reference, fetched, attribute) != identity.Absent()
    ):
        return state
    return replace(state, state=LoadState.UNLOADED | LoadState.RAISING)


def _has_left(machine: Machine, reference: Reference) -> bool:
    # a target that was expunged is not found in the session any more
    entity = machine.entity(reference)
    return entity is not None and entity.attachment is Attachment.DETACHED


def tell(
    machine: Machine, reference: Reference, attribute: Relationship, at: Place, usage: Usage
) -> None:
    """The event of a use that is no read: of a collection that cannot be loaded."""
    entity = machine.entity_at(reference)
    state = load_states.state_of(entity, attribute.name, machine.analysis.mappers)
    repetitions = _repetitions(machine, entity, attribute, at)
    _emit(machine, entity, attribute, state, at, usage, repetitions)


def _raises_on_sql_only(machine: Machine, entity: Entity, attribute: Relationship) -> bool:
    found = load_states.strategies_of(entity, attribute, machine.analysis.mappers)
    return found == {mapped.LoaderStrategy.RAISE_ON_SQL.value}


def _emit(
    machine: Machine,
    entity: Entity,
    attribute: Column | Relationship,
    state: AttributeState,
    at: Place,
    usage: Usage,
    repetitions: tuple[Repetition, ...],
) -> None:
    place = machine.source_place(at)
    owner, base = _owner_of(machine, entity, attribute.name)
    machine.emit(
        AttributeRead(
            place=place,
            scope=machine.frame.scope,
            owner=owner,
            mapper=entity.mapper,
            left_out_of=base,
            attribute=attribute.name,
            kind=load_states.kind_of(attribute),
            state=state.state,
            attachment=entity.attachment,
            session=machine.session_kind(entity.session),
            is_load_allowed=machine.is_load_allowed,
            is_target_plausible=state.is_plausible,
            is_target_shared=_is_target_shared(entity, attribute),
            usage=usage,
            query=entity.query,
            query_text=entity.query_text,
            cause=entity.left if entity.attachment is Attachment.DETACHED else state.cause,
            path=trace.loader_path(machine.analysis.mappers, entity, attribute),
            handover=machine.handover,
            repetitions=repetitions,
            is_handling=repetition.is_handling(machine),
            is_across_functions=_is_across_functions(entity, place),
            returned_by=entity.returned_by,
            again=entity.again,
            is_as_queried=entity.is_as_queried,
        )
    )


def _owner_of(machine: Machine, entity: Entity, attribute: str) -> tuple[str, str]:
    # the class that has it, and the base whose query left it out
    mapper, mappers = _mapper_of(machine, entity, attribute), machine.analysis.mappers
    return mapper.class_name, load_states.left_out_of(entity, mapper, attribute, mappers)


def _is_across_functions(entity: Entity, place: SourcePlace) -> bool:
    is_far = entity.query is None or entity.query.place.path != place.path
    return is_far or bool(entity.returned_by)


def _repetitions(
    machine: Machine, entity: Entity, attribute: Column | Relationship, at: Place
) -> tuple[Repetition, ...]:
    found = machine.repetitions_of((entity.mapper, attribute.name), at)
    is_shared = _is_target_shared(entity, attribute)
    return repetition.for_each_query(found, entity.query) if is_shared else found


def _is_target_shared(entity: Entity, attribute: Column | Relationship) -> bool:
    # `select(Book).where(Book.author_id == number)`: behind all of these books is the same author
    if not isinstance(attribute, Relationship) or not attribute.targets_primary_key:
        return False
    states = [entity.get(name) for name in attribute.foreign_keys]
    is_shared = bool(states) and all(state is not None and state.is_shared for state in states)
    return is_shared and attribute.direction is Direction.MANY_TO_ONE


def _after_read(
    machine: Machine, reference: Reference, attribute: Column | Relationship, state: AttributeState
) -> Value:
    entity = machine.entity_at(reference)
    if isinstance(attribute, Relationship) and lazy_loads.needs_row(entity, state):
        _load_keys(machine, reference, attribute)
        fetched = machine.entity_at(reference)
        if fetched is not entity:
            # what eager loading adds to the row
            entity = fetched
            again = load_states.state_of(entity, attribute.name, machine.analysis.mappers)
            is_forbidden = attribute.strategy is mapped.LoaderStrategy.RAISE_ON_SQL
            if again.state is not LoadState.RAISING or is_forbidden:
                # a `raiseload()` that comes back with the row does not stop the load that is under way
                state = again
    if _is_lost(entity, attribute, state):
        return Unknown("a read that raises")
    if isinstance(attribute, Column):
        return _after_column_read(machine, reference, attribute, state)
    if entity.attachment in (Attachment.TRANSIENT, Attachment.PENDING) and state.value is None:
        return behind.empty(machine, reference, attribute)
    if state.value is not None:
        if state.is_by_identity:
            # from now on it stands in the object itself, by whatever name that is known
            machine.set_state(reference, attribute.name, replace(state, is_by_identity=False))
            meetings.tell_aliases(machine, reference, machine.entity_at(reference))
        elif state.state not in (LoadState.LOADED, LoadState.UNKNOWN):
            # it was there, or it is now
            after = replace(state, state=LoadState.LOADED, is_met=True)
            machine.set_state(reference, attribute.name, after)
        return state.value
    value = behind.materialise(machine, reference, entity, attribute, state)
    after = AttributeState(
        LoadState.UNKNOWN if state.state is LoadState.UNKNOWN else LoadState.LOADED,
        value,
        is_plausible=lazy_loads.is_failing(machine, entity, state),
        is_met=True,
    )
    machine.set_state(reference, attribute.name, after)
    return value


def _after_column_read(
    machine: Machine, reference: Reference, attribute: Column, state: AttributeState
) -> Value:
    entity = machine.entity_at(reference)
    mapper = machine.analysis.mappers[entity.mapper]
    if entity.is_constructed and attribute.name in mapper.primary_key:
        machine.write(reference, replace(entity, is_linked=True))
    if state.state & (LoadState.EXPIRED | LoadState.SERVER):
        _fetch_row(machine, reference)
    elif state.state & LoadState.UNLOADED:
        _load_group(machine, reference, attribute)
    if state.value is not None:
        return state.value
    is_key = attribute.name == mapper.single_key
    if entity.identity is not None and is_key:
        return entity.identity
    return target_keys.stored_value(reference, attribute.name)


def _is_lost(entity: Entity, attribute: Column | Relationship, state: AttributeState) -> bool:
    # what cannot be loaded raises each time it is read
    if LoadState.RAISING in state.state and not state.state & (
        LoadState.LOADED | LoadState.UNKNOWN
    ):
        return True
    if state.state & (LoadState.LOADED | LoadState.UNKNOWN):
        return False
    # where the key had to be loaded, the target is one of the session's, or raises
    is_raising = (
        isinstance(attribute, Relationship)
        and attribute.strategy is mapped.LoaderStrategy.RAISE_ON_SQL
    )
    return is_raising or entity.attachment is Attachment.DETACHED


def _load_keys(machine: Machine, reference: Reference, attribute: Relationship) -> None:
    # a lazy load needs the keys of its owner: of an expired object, all columns come back first
    entity = machine.entity_at(reference)
    mappers = machine.analysis.mappers
    is_forward = attribute.direction is Direction.MANY_TO_ONE
    keys = attribute.foreign_keys if is_forward else mappers[entity.mapper].primary_key
    found = [load_states.state_of(entity, name, mappers).state for name in keys]
    if LoadState.EXPIRED in found:
        _fetch_row(machine, reference)
    elif any(state & LoadState.EXPIRED for state in found):
        fetched = load_states.with_row_fetched(entity, mappers)
        machine.write(reference, meetings.perhaps_loaded(entity, fetched, mappers))
    elif LoadState.UNLOADED in found:
        # `load_only()` left the key out: it is fetched by itself
        for name in keys:
            known = load_states.state_of(entity, name, mappers)
            machine.set_state(reference, name, replace(known, state=LoadState.LOADED))


def _fetch_row(machine: Machine, reference: Reference) -> None:
    entity = machine.entity_at(reference)
    machine.write(reference, load_states.with_row_fetched(entity, machine.analysis.mappers))


def _load_group(machine: Machine, reference: Reference, column: Column) -> None:
    # one deferred column of a group brings all of them, one that only a subclass has the others of the subclass
    mappers = machine.analysis.mappers
    entity = machine.entity_at(reference)
    if meetings.is_expired(entity):
        machine.write(reference, replace(entity, is_fetched_in_part=True))
    is_failing = lazy_loads.raises(machine, entity.session)
    owner = _mapper_of(machine, entity, column.name)
    below = frozenset() if is_failing else load_states.columns_of_subclass(entity, owner, mappers)
    for other in owner.columns.values():
        is_grouped = (
            column.deferred_group is not None and other.deferred_group == column.deferred_group
        ) or {column.name, other.name} <= below
        if other.name != column.name and not is_grouped:
            continue
        state = load_states.state_of(machine.entity_at(reference), other.name, mappers)
        if state.state & LoadState.UNLOADED:
            machine.set_state(reference, other.name, AttributeState(LoadState.LOADED))


def read_proxy(
    machine: Machine, reference: Reference, proxy: mapped.AssociationProxy, at: Place, usage: Usage
) -> Value:
    """An association proxy reads the relationship, and the target attribute of each member when it is used.

    What is appended becomes a member: those that are there already are not asked.
    """
    entity = machine.entity_at(reference)
    attribute = attribute_of(machine, entity, proxy.relationship)
    if not isinstance(attribute, Relationship):
        return Unknown("the relationship of a proxy is not known")
    through = read(machine, reference, attribute, at, usage)
    for member in members(through):
        items = machine.object_of(member) if isinstance(member, Reference) else None
        if isinstance(items, Items):
            beyond = None if usage is Usage.ADDITION else items.element()
            if beyond is not None:
                beyond = _read_target(machine, beyond, proxy.attribute, at)
            made = Items(rest=beyond, owner=items.owner)
            return machine.allocate(("proxy", reference.location, proxy.name), made)
    return union(_read_target(machine, member, proxy.attribute, at) for member in members(through))


def _read_target(machine: Machine, value: Value, name: str, at: Place) -> Value:
    target = machine.entity(value)
    if target is None or not isinstance(value, Reference):
        return NONE if value == NONE else Unknown("the target of a proxy")
    attribute = attribute_of(machine, target, name)
    if attribute is None:
        return Unknown("the target of a proxy")
    return read(machine, value, attribute, at, Usage.READ)
