"""Flush: objects with pending changes to objects as INSERT, UPDATE and DELETE leave them (semantics: R18, R29, R30)."""

from __future__ import annotations

from saalint.interpret.domain import plans
from saalint.interpret.domain.heap import (
    SOME_COLUMN,
    Act,
    ActKind,
    AttributeState,
    Background,
    Deletion,
    Entity,
    Origin,
    Savepoint,
)
from saalint.interpret.domain.joins import join_entities
from saalint.interpret.domain.values import (
    NONE,
    Expression,
    Reference,
    Value,
)
from saalint.interpret.events import Attachment, LoadState, Step
from saalint.interpret.machine import Machine
from saalint.interpret.orm import listeners, load_states, meetings, target_keys
from saalint.interpret.record import replace
from saalint.project.mapped import Column, Direction, Inheritance, Mapper, Relationship
from saalint.source.positions import Place


def begin(machine: Machine, session: Reference) -> None:
    """Something is executed: from here on there is something to roll back."""
    set_idle(machine, session, is_idle=False)


def note_act(machine: Machine, session: Reference, kind: ActKind, at: Place) -> None:
    """Note what a session does that a callee may have without being given it: its caller has other objects of it."""
    known = machine.session(session)
    if known is not None and (known.application or known.has_others or session.location < 0):
        machine.write(session, known.having_done((Act(kind, machine.source_place(at)),)))


def end(machine: Machine, session: Reference) -> None:
    """The transaction of a session has ended, and with it its savepoints."""
    set_idle(machine, session, is_idle=True)
    known = machine.session(session)
    if known is not None and known.savepoints != 0:
        machine.write(session, replace(known, savepoints=0))


def count_savepoint(machine: Machine, session: Reference, change: int) -> None:
    """A savepoint begins or ends."""
    known = machine.session(session)
    if known is not None and known.savepoints is not None:
        machine.write(session, replace(known, savepoints=max(known.savepoints + change, 0)))


def set_idle(machine: Machine, session: Reference, *, is_idle: bool) -> None:
    """Note whether there is something to roll back."""
    known = machine.session(session)
    if known is not None and known.is_idle is not is_idle:
        machine.write(session, replace(known, is_idle=is_idle))


def has_changes(machine: Machine, session: Reference) -> bool:
    """Whether an object of a session waits to be flushed."""
    return any(
        entity.is_dirty
        or entity.attachment & Attachment.PENDING
        or entity.deletion is Deletion.MARKED
        for _, entity in machine.entities(session)
    )


def before_query(machine: Machine, session: Reference, at: Place) -> None:
    """A query begins a transaction, and flushes pending changes first, unless the session is told not to."""
    begin(machine, session)
    known = machine.session(session)
    if known is None or known.is_autoflush is False:
        return
    note_act(machine, session, ActKind.QUERY, at)
    before = machine.entities(session) if known.is_autoflush is None else []
    flush(machine, session, at, "autoflush")
    for reference, entity in before:
        machine.write(
            reference, join_entities(entity, machine.entity_at(reference), machine.analysis.resolve)
        )


def flush(machine: Machine, session: Reference, at: Place, text: str = "flush") -> None:
    """New objects are inserted, deleted ones deleted; of changed ones, what the server makes is left to it.

    `text` says what flushed: an unrelated query flushes too.
    """
    step = machine.step(at, len(text), text)
    for reference, before in machine.entities(session):
        entity = _as_listeners_leave(machine, reference, before, at)
        if entity.attachment is Attachment.PENDING:
            machine.write(reference, _inserted(machine, entity, step))
        elif entity.attachment & Attachment.PENDING:
            joined = join_entities(
                entity, _inserted(machine, entity, step), machine.analysis.resolve
            )
            machine.write(reference, _all_inserted(joined))
        elif entity.deletion is Deletion.MARKED:
            machine.write(reference, _deleted(machine, entity))
        elif entity.is_dirty and entity.attachment is Attachment.PERSISTENT:
            machine.write(reference, _updated(machine, entity, step))
            if entity.changed and load_states.lacks_key(entity, machine.analysis.mappers):
                written = machine.entity_at(reference)
                plan = load_states.refresh_plan(entity)
                load = meetings.Load(session=session, is_refresh=True)
                meetings.meet_behind(machine, load, [plan], written)
                meetings.tell_aliases(machine, reference, machine.entity_at(reference))


def _as_listeners_leave(
    machine: Machine, reference: Reference, entity: Entity, at: Place
) -> Entity:
    if entity.deletion is not Deletion.NONE:
        return entity
    if entity.attachment is Attachment.PENDING:
        listeners.flushed(machine, reference, "insert", at)
    elif entity.is_dirty and entity.attachment is Attachment.PERSISTENT:
        listeners.flushed(machine, reference, "update", at)
    return machine.entity_at(reference)


def _all_inserted(entity: Entity) -> Entity:
    # an object that was perhaps flushed before is so for certain now
    attachment = entity.attachment & ~Attachment.PENDING | Attachment.PERSISTENT
    backgrounds = entity.backgrounds
    if attachment is Attachment.PERSISTENT:
        backgrounds = tuple(one for one in backgrounds if one.origin is not Origin.CONSTRUCTOR)
    return replace(entity, attachment=attachment, backgrounds=backgrounds)


def _inserted(machine: Machine, entity: Entity, step: Step) -> Entity:
    mapper = machine.analysis.mappers[entity.mapper]
    made = replace(
        _with_null_keys(machine, _with_foreign_keys(machine, entity)),
        backgrounds=(Background(Origin.INSERT, None, step),),
        attachment=Attachment.PERSISTENT,
        changed=(),
        is_dirty=False,
        is_new=True,
        savepoint=Savepoint.INSERTED,
    )
    for name, state in entity.states:
        column = mapper.columns.get(name)
        if column is None:
            continue
        # `Ticket(state=None)` leaves the value to the default, as if nothing was given (semantics: E24)
        is_left = state.value == NONE and (column.has_server_default or column.has_sql_default)
        if is_left or isinstance(state.value, Expression):
            made = made.with_state(name, _computed(column, mapper, step))
    return made


def _computed(
    column: Column, mapper: Mapper, step: Step, *, by_update: bool = False
) -> AttributeState:
    # a SQL expression is computed by the server and read back when asked for (semantics: E07, E12)
    if load_states.is_brought_back(column, mapper, by_update=by_update):
        return AttributeState(LoadState.LOADED)
    return AttributeState(LoadState.SERVER, None, step)


def _updated(machine: Machine, entity: Entity, step: Step) -> Entity:
    mappers = machine.analysis.mappers
    mapper = mappers[entity.mapper]
    made = _with_foreign_keys(machine, entity)
    if entity.changed and load_states.lacks_key(entity, mappers):
        # the UPDATE needs the row's key, and fetches all of the row to know it
        made = load_states.with_row_fetched(made, mappers)
    made = replace(made, changed=(), is_dirty=False)
    for column in mapper.columns.values():
        if column.name in entity.changed:
            if isinstance(_value(entity, column.name), Expression):
                state = _computed(column, mapper, step, by_update=True)
                made = made.with_state(column.name, state)
            continue
        if not _is_made_by_server(column, mapper, entity.changed):
            continue
        before = load_states.state_of(made, column.name, mappers)
        if before.state is LoadState.UNKNOWN or (
            column.is_deferred and before.state is LoadState.UNLOADED
        ):
            continue
        made = made.with_state(column.name, AttributeState(LoadState.SERVER, None, step))
    return made


def _value(entity: Entity, name: str) -> Value | None:
    state = entity.get(name)
    return state.value if state is not None else None


def _is_made_by_server(column: Column, mapper: Mapper, changed: tuple[str, ...]) -> bool:
    if column.is_expression:
        # expired with every flush of the object, also where only a collection was changed
        return not column.is_kept_by_flush
    tables = {known.table for name in changed if (known := mapper.columns.get(name)) is not None}
    if SOME_COLUMN in changed and mapper.inheritance is not Inheritance.JOINED:
        tables.add(column.table)
    if not tables or (mapper.inheritance is Inheritance.JOINED and column.table not in tables):
        # no UPDATE is emitted for its table
        return False
    is_brought_back = load_states.is_brought_back(column, mapper, by_update=True)
    return load_states.is_changed_by_server(column) and not is_brought_back


def _with_foreign_keys(machine: Machine, entity: Entity) -> Entity:
    # after `book.author = author` the flush knows `book.author_id`
    mapper = machine.analysis.mappers[entity.mapper]
    for name, state in entity.states:
        relationship = mapper.relationships.get(name)
        if relationship is None or relationship.direction is not Direction.MANY_TO_ONE:
            continue
        is_set = state.state is LoadState.LOADED and not state.is_by_identity
        key = relationship.foreign_key
        if key is None or state.value is None or not is_set:
            continue
        if key in entity.changed or entity.attachment & Attachment.PENDING:
            entity = entity.with_state(
                key, AttributeState(LoadState.LOADED, target_keys.key_of(machine, state.value))
            )
    return entity


def _with_null_keys(machine: Machine, entity: Entity) -> Entity:
    # nobody gave the new row a key: NULL is written, and known also when the row has expired
    if SOME_COLUMN in entity.changed:
        return entity
    mappers = machine.analysis.mappers
    mapper = mappers[entity.mapper]
    for relationship in mapper.relationships.values():
        key = relationship.foreign_key
        if relationship.direction is not Direction.MANY_TO_ONE or key is None:
            continue
        is_given = entity.get(key) is not None or key in entity.changed
        is_null = not is_given and load_states.has_null_key(entity, mapper, relationship)
        if is_null and not _is_set_from_afar(mapper, relationship, mappers):
            entity = entity.with_state(key, AttributeState(LoadState.LOADED, NONE))
    return entity


def _is_set_from_afar(
    mapper: Mapper, relationship: Relationship, mappers: load_states.Mappers
) -> bool:
    # `author.books.append(book)` writes `book.author_id`, and `book.author` hears of it only by `back_populates`
    if relationship.back_populates is not None:
        return False
    target = mappers.get(relationship.target) if isinstance(relationship.target, str) else None
    if target is None:
        return True
    return any(
        other.direction is Direction.ONE_TO_MANY
        and other.back_populates is None
        and (not isinstance(other.target, str) or plans.is_kin(other.target, mapper.name, mappers))
        for other in target.relationships.values()
    )


def _deleted(machine: Machine, entity: Entity) -> Entity:
    # the DELETE first loads the row of an expired object, and what depends on it; it leaves the session with the commit
    # and is not expired by it (semantics: R28)
    mappers = machine.analysis.mappers
    entity = load_states.with_row_fetched(entity, mappers)
    for relationship in mappers[entity.mapper].relationships.values():
        if relationship.direction is Direction.MANY_TO_ONE or relationship.has_passive_deletes:
            continue
        state = load_states.state_of(entity, relationship.name, mappers)
        if state.state & LoadState.UNLOADED:
            entity = entity.with_state(relationship.name, replace(state, state=LoadState.UNKNOWN))
    return replace(entity, deletion=Deletion.FLUSHED, is_dirty=False, changed=())
