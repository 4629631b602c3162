"""Sessions and their objects through time: flush, commit, rollback, expire, refresh, close (semantics: D, E, H)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from saalint.interpret import load_states, loading, plans, statements
from saalint.interpret.events import Attachment, LoadState, Step
from saalint.interpret.heap import (
    AttributeState,
    Background,
    Entity,
    Items,
    Origin,
    join_entities,
)
from saalint.interpret.machine import Machine
from saalint.interpret.values import (
    EntityTarget,
    Expression,
    Reference,
    Statement,
    Transaction,
    Value,
    members,
)
from saalint.project.mapped import Column, Mapper, Relationship
from saalint.source.positions import Place

_LOADED = AttributeState(LoadState.LOADED)


def as_individual(entity: Entity) -> Entity:
    """One object of several that were summarised; its key is not that of the others."""
    return replace(entity, identity=None, is_whole=False)


def autoflush(machine: Machine, session: Reference, at: Place) -> None:
    """A query flushes pending changes first, unless the session is told not to."""
    known = machine.session(session)
    if known is not None and known.is_autoflush:
        flush(machine, session, at)


def flush(machine: Machine, session: Reference, at: Place) -> None:
    """New objects are inserted; of changed ones, what the server makes is left to it (semantics: R18, R29, R30)."""
    step = machine.step(at, 1, "flush")
    for reference, entity in machine.entities(session):
        if entity.attachment is Attachment.PENDING:
            machine.write(reference, _inserted(machine, entity))
        elif entity.attachment & Attachment.PENDING:
            joined = join_entities(entity, _inserted(machine, entity), machine.analysis.resolve)
            kept = entity.attachment & ~Attachment.PENDING | Attachment.PERSISTENT
            machine.write(reference, replace(joined, attachment=kept))
        elif entity.is_dirty and entity.attachment is Attachment.PERSISTENT:
            machine.write(reference, _updated(machine, entity, step))


def _inserted(machine: Machine, entity: Entity) -> Entity:
    mapper = machine.analysis.mappers[entity.mapper]
    made = replace(
        entity,
        backgrounds=(Background(Origin.INSERT),),
        attachment=Attachment.PERSISTENT,
        is_dirty=False,
        is_new=True,
    )
    for name, state in entity.states:
        column = mapper.columns.get(name)
        if column is not None and isinstance(state.value, Expression) and not column.has_server_default:
            # a SQL expression is computed by the server and read back when asked for (semantics: E07)
            made = made.with_state(name, AttributeState(LoadState.SERVER))
    return made


def _updated(machine: Machine, entity: Entity, step: Step) -> Entity:
    mapper = machine.analysis.mappers[entity.mapper]
    changed = [name for name, state in entity.states if name in mapper.columns and state.value is not None]
    made = replace(entity, is_dirty=False)
    for column in mapper.columns.values():
        if column.name in changed and isinstance(_value(entity, column.name), Expression):
            made = made.with_state(column.name, AttributeState(LoadState.SERVER, None, step))
        elif changed and _is_made_by_server(column, mapper) and column.name not in changed:
            before = load_states.state_of(entity, column.name, machine.analysis.mappers)
            if before.state & LoadState.LOADED:
                made = made.with_state(column.name, AttributeState(LoadState.SERVER, None, step))
    return made


def _value(entity: Entity, name: str) -> Value | None:
    state = entity.get(name)
    return state.value if state is not None else None


def _is_made_by_server(column: Column, mapper: Mapper) -> bool:
    if column.is_expression:
        return True
    if mapper.eager_defaults == "yes":
        return False
    return column.onupdate == "sql" or column.has_server_onupdate or column.is_computed


def commit(machine: Machine, session: Reference, at: Place) -> None:
    """Flush, then expire everything where `expire_on_commit` holds (semantics: R20)."""
    flush(machine, session, at)
    known = machine.session(session)
    setting = known.expire_on_commit if known is not None else None
    step = machine.step(at, len("commit"), "commit")
    for reference, entity in machine.entities(session):
        if Attachment.PERSISTENT not in entity.attachment:
            continue
        settled = replace(entity, is_new=False, is_dirty=False)
        expired = expired_entity(settled, step)
        if setting is True:
            machine.write(reference, expired)
        elif setting is None:
            joined = join_entities(settled, expired, machine.analysis.resolve)
            machine.write(reference, joined)
        else:
            machine.write(reference, settled)


def expired_entity(entity: Entity, step: Step) -> Entity:
    """The entity with everything taken away; its first plan stays for the next load."""
    if Attachment.PERSISTENT not in entity.attachment:
        return entity
    background = Background(Origin.EXPIRED, entity.plan, step)
    return replace(entity, backgrounds=(background,), states=(), is_dirty=False)


def rollback(machine: Machine, session: Reference, at: Place) -> None:
    """Everything expires, whatever the settings; new objects are transient again (semantics: R20)."""
    step = machine.step(at, len("rollback"), "rollback")
    for reference, entity in machine.entities(session):
        if entity.is_new or entity.attachment is Attachment.PENDING:
            machine.write(
                reference,
                replace(
                    entity,
                    backgrounds=(Background(Origin.CONSTRUCTOR),),
                    attachment=Attachment.TRANSIENT,
                    session=None,
                    is_new=False,
                ),
            )
        else:
            machine.write(reference, expired_entity(entity, step))


def expire(machine: Machine, reference: Reference, names: Iterable[str] | None, at: Place) -> None:
    """`expire(obj)` and `expire(obj, names)`, carried on by cascades (semantics: R24)."""
    entity = machine.entity(reference)
    if entity is None:
        return
    step = machine.step(at, len("expire"), "expire")
    if names is not None:
        probe = replace(entity, backgrounds=(Background(Origin.EXPIRED, entity.plan, step),), states=())
        for name in names:
            gone = load_states.state_of(probe, name, machine.analysis.mappers)
            entity = entity.with_state(name, gone)
        machine.write(reference, entity)
        return
    mapper = machine.analysis.mappers[entity.mapper]
    machine.write(reference, expired_entity(entity, step))
    for name, state in entity.states:
        relationship = mapper.relationships.get(name)
        if relationship is not None and state.value is not None and _cascades(relationship):
            for target in _targets(machine, state.value):
                expire(machine, target, None, at)


def _cascades(relationship: Relationship) -> bool:
    return bool(relationship.cascade & {"all", "refresh-expire"})


def _targets(machine: Machine, value: Value) -> list[Reference]:
    found: list[Reference] = []
    for member in members(value):
        if not isinstance(member, Reference):
            continue
        thing = machine.object_of(member)
        if isinstance(thing, Entity):
            found.append(member)
        elif isinstance(thing, Items):
            parts = [*thing.items, *([thing.rest] if thing.rest is not None else [])]
            found.extend(one for part in parts for one in members(part) if isinstance(one, Reference))
    return found


def expire_all(machine: Machine, session: Reference, at: Place) -> None:
    """`expire_all()`."""
    step = machine.step(at, len("expire_all"), "expire_all")
    for reference, entity in machine.entities(session):
        if entity.attachment is Attachment.PERSISTENT:
            machine.write(reference, expired_entity(entity, step))


def refresh(machine: Machine, reference: Reference, names: tuple[str, ...] | None, at: Place) -> None:
    """`refresh(obj)` loads what its first query did and drops the rest; with names, only these (semantics: R23)."""
    entity = machine.entity(reference)
    if entity is None:
        return
    if entity.session is not None:
        autoflush(machine, entity.session, at)
        entity = machine.entity_at(reference)
    mappers = machine.analysis.mappers
    if names is not None:
        for name in names:
            entity = entity.with_state(name, AttributeState(LoadState.LOADED))
        machine.write(reference, replace(entity, is_dirty=False))
        return
    step = machine.step(at, len("refresh"), "refresh")
    plan = entity.plan or plans.Plan(entity.mapper)
    whole = replace(plan, mapper=entity.mapper, subclasses=("*",))
    is_vague = any(background.origin is Origin.UNKNOWN for background in entity.backgrounds)
    if is_vague and entity.plan is None:
        whole = replace(whole, is_vague=True)
    made = replace(entity, backgrounds=(Background(Origin.QUERY, whole, step),), states=(), is_dirty=False)
    mapper = mappers[entity.mapper]
    for name, state in entity.states:
        if name in mapper.columns and state.state is LoadState.LOADED:
            column = load_states.state_of(made, name, mappers)
            if column.state is LoadState.LOADED and not isinstance(state.value, Expression):
                made = made.with_state(name, AttributeState(LoadState.LOADED, state.value))
    machine.write(reference, made)
    if entity.session is not None:
        loading.fill_others(machine, entity.session, [whole])


def detach(machine: Machine, reference: Reference, entity: Entity) -> None:
    """Take an object out of its session: what is loaded stays, nothing more can be loaded (semantics: R26)."""
    was_pending = entity.attachment is Attachment.PENDING
    attachment = Attachment.TRANSIENT if was_pending else Attachment.DETACHED
    machine.write(reference, replace(entity, attachment=attachment, is_dirty=False, is_new=False))


def close(machine: Machine, session: Reference, at: Place) -> None:
    """`close()`, `reset()` and leaving `with session`: every object is detached."""
    del at
    for reference, entity in machine.entities(session):
        if entity.attachment is not Attachment.TRANSIENT:
            detach(machine, reference, entity)


def add(machine: Machine, session: Reference, value: Value) -> None:
    """`add(obj)`: new objects are pending, detached ones are attached again."""
    for target in _targets(machine, value):
        entity = machine.entity(target)
        if entity is None:
            continue
        if entity.attachment is Attachment.TRANSIENT:
            machine.write(target, replace(entity, attachment=Attachment.PENDING, session=session))
            _cascade_add(machine, session, entity)
        elif entity.attachment is Attachment.DETACHED:
            machine.write(target, replace(entity, attachment=Attachment.PERSISTENT, session=session))
        elif entity.attachment & Attachment.TRANSIENT:
            attachment = entity.attachment & ~Attachment.TRANSIENT | Attachment.PENDING
            machine.write(target, replace(entity, attachment=attachment, session=session))


def _cascade_add(machine: Machine, session: Reference, entity: Entity) -> None:
    mapper = machine.analysis.mappers[entity.mapper]
    for name, state in entity.states:
        if name in mapper.relationships and state.value is not None:
            for target in _targets(machine, state.value):
                below = machine.entity(target)
                if below is not None and below.attachment is Attachment.TRANSIENT:
                    add(machine, session, target)


def delete(machine: Machine, reference: Reference) -> None:
    """`delete(obj)`: once flushed it is out of the session; what is loaded stays readable (semantics: R28)."""
    entity = machine.entity(reference)
    if entity is not None and entity.attachment is Attachment.PERSISTENT:
        machine.write(reference, replace(entity, attachment=Attachment.DETACHED))


def bulk_change(machine: Machine, session: Reference, statement: Statement, at: Place) -> None:
    """A bulk UPDATE: attributes set by SQL functions and `onupdate` columns expire (semantics: R27)."""
    if statement.kind != "update" or not statement.targets:
        return
    target = statement.targets[0]
    if not isinstance(target, EntityTarget):
        return
    step = machine.step(at, len("execute"), "bulk update")
    mappers = machine.analysis.mappers
    asked = statements.identity_of(machine, statement)
    for reference, entity in machine.entities(session):
        if entity.attachment is not Attachment.PERSISTENT or not plans.is_kin(entity.mapper, target.mapper, mappers):
            continue
        if loading.is_same(entity.identity, asked) is False:
            continue
        is_sure = loading.is_same(entity.identity, asked) is True or not statement.is_filtered
        mapper = mappers[entity.mapper]
        gone = [change[:-4] for change in statement.changes if change.endswith(":sql")]
        gone += [column.name for column in mapper.columns.values() if column.onupdate == "sql"]
        for name in gone:
            before = load_states.state_of(entity, name, mappers)
            state = LoadState.EXPIRED if is_sure else LoadState.EXPIRED | before.state
            entity = entity.with_state(name, AttributeState(state, None, step))  # noqa: PLW2901 - it changes name by name
        machine.write(reference, entity)


def mark_transaction(machine: Machine, transaction: Transaction, at: Place) -> None:
    """A savepoint begins: what is changed from here on can be taken back."""
    if not transaction.is_nested:
        return
    flush(machine, transaction.session, at)


def end_block(machine: Machine, transaction: Transaction, at: Place, *, is_error: bool) -> None:
    """`with session.begin()` ends: commit or rollback; a savepoint only releases or rolls back."""
    if transaction.is_nested:
        if is_error:
            rollback_savepoint(machine, transaction, at)
        else:
            flush(machine, transaction.session, at)
        return
    if is_error:
        rollback(machine, transaction.session, at)
    else:
        commit(machine, transaction.session, at)


def rollback_savepoint(machine: Machine, transaction: Transaction, at: Place) -> None:
    """Objects changed inside the savepoint expire; the others stay as they are (semantics: D14)."""
    step = machine.step(at, len("rollback"), "rollback of the savepoint")
    for reference, entity in machine.entities(transaction.session):
        if entity.is_dirty:
            machine.write(reference, expired_entity(entity, step))

