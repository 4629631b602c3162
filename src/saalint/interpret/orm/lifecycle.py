"""Sessions and their objects through time: commit, rollback, savepoints, close, add, delete (semantics: D, H)."""

from __future__ import annotations

from saalint.interpret import backend
from saalint.interpret.domain.certainty import Certainty
from saalint.interpret.domain.heap import (
    ActKind,
    AttributeState,
    Background,
    Deletion,
    Entity,
    Extent,
    Origin,
    Savepoint,
)
from saalint.interpret.domain.joins import join_entities
from saalint.interpret.domain.values import EntityTarget, Reference, Statement, Transaction, Value
from saalint.interpret.events import Attachment, LoadState, Loss, Step
from saalint.interpret.machine import Machine
from saalint.interpret.orm import (
    behind,
    expiry,
    flushing,
    holding,
    load_states,
    sameness,
    target_keys,
)
from saalint.interpret.queries import statements
from saalint.interpret.record import replace
from saalint.source.positions import Place


def as_individual(entity: Entity) -> Entity:
    """One object of several that were summarised; its key is not that of the others."""
    return replace(entity, identity=None, extent=Extent.ONE)


def set_autoflush(
    machine: Machine, session: Reference, *, is_autoflush: bool | None
) -> bool | None:
    """`with session.no_autoflush`: the setting as it was before."""
    known = machine.session(session)
    if known is None:
        return None
    machine.write(session, replace(known, is_autoflush=is_autoflush))
    return known.is_autoflush


def commit(machine: Machine, session: Reference, at: Place) -> None:
    """Flush, then expire everything where `expire_on_commit` holds (semantics: R20)."""
    flushing.note_act(machine, session, ActKind.COMMIT, at)
    flushing.flush(machine, session, at, "commit")
    known = machine.session(session)
    setting = known.expire_on_commit if known is not None else None
    step = machine.step(at, len("commit"), "commit", Loss.COMMIT)
    for reference, entity in machine.entities(session):
        if Attachment.PERSISTENT not in entity.attachment:
            continue
        settled = replace(entity, is_new=False, savepoint=Savepoint.UNTOUCHED, uncommitted=())
        if entity.deletion is Deletion.FLUSHED:
            # what is deleted leaves the session where the others expire, and keeps it where they do not
            gone = replace(settled, attachment=Attachment.DETACHED, session=None, left=step)
            if setting is None:
                gone = join_entities(settled, gone, machine.analysis.resolve)
            machine.write(reference, settled if setting is False else gone)
            continue
        expired = expiry.expired_entity(settled, step, machine.analysis.mappers)
        if setting is None or (setting and entity.deletion is Deletion.POSSIBLE):
            machine.write(reference, join_entities(settled, expired, machine.analysis.resolve))
        else:
            machine.write(reference, expired if setting else settled)
    flushing.end(machine, session)


def rollback(machine: Machine, session: Reference, at: Place) -> None:
    """Everything expires, whatever the settings; new objects are transient again (semantics: R20)."""
    known = machine.session(session)
    # to change an object is to begin a transaction
    if known is not None and known.is_idle and not flushing.has_changes(machine, session):
        return
    flushing.note_act(machine, session, ActKind.ROLLBACK, at)
    _undo(machine, session, machine.step(at, len("rollback"), "rollback", Loss.ROLLBACK))


def _undo(machine: Machine, session: Reference, step: Step) -> None:
    mappers = machine.analysis.mappers
    for reference, entity in machine.entities(session):
        if entity.is_new or entity.attachment is Attachment.PENDING:
            machine.write(reference, _made_transient(entity))
        else:
            expired = expiry.expired_entity(entity, step, mappers, is_undone=True)
            kept = replace(
                expired, savepoint=Savepoint.UNTOUCHED, uncommitted=(), deletion=Deletion.NONE
            )
            machine.write(reference, kept)
    flushing.end(machine, session)


def undo_flush(machine: Machine, session: Reference, at: Place, text: str) -> None:
    """A flush has failed: the savepoint that it is in is rolled back, or else the session."""
    known = machine.session(session)
    if known is None:
        return
    step = machine.step(at, len(text), f"{text} that fails", Loss.FAILURE)
    if known.savepoints == 0:
        _undo(machine, session, step)
    else:
        _restore(machine, session, step)


def _made_transient(entity: Entity) -> Entity:
    # what the server was to tell is not told any more
    kept = tuple(pair for pair in entity.states if pair[1].state is LoadState.LOADED)
    return replace(
        entity,
        backgrounds=(Background(Origin.CONSTRUCTOR),),
        states=kept,
        attachment=Attachment.TRANSIENT,
        session=None,
        is_new=False,
        savepoint=Savepoint.UNTOUCHED,
    )


def detach(machine: Machine, reference: Reference, entity: Entity, at: Place, text: str) -> None:
    """Take an object out of its session: what is loaded stays, nothing more can be loaded (semantics: R26)."""
    was_pending = entity.attachment is Attachment.PENDING
    attachment = Attachment.TRANSIENT if was_pending else Attachment.DETACHED
    left = machine.step(at, len(text), text)
    machine.write(
        reference,
        replace(
            entity,
            attachment=attachment,
            session=None,
            changed=(),
            is_dirty=False,
            is_new=False,
            left=left,
        ),
    )


def expunge(machine: Machine, reference: Reference, at: Place) -> None:
    """`expunge(obj)`, carried on by cascades to what is loaded (semantics: G21)."""
    entity = machine.entity(reference)
    if entity is None or not entity.attachment & (Attachment.PERSISTENT | Attachment.PENDING):
        return
    mapper = machine.analysis.mappers[entity.mapper]
    for each in mapper.relationships.values():
        # what was loaded behind the object stays in the session, unless the cascade says otherwise
        behind.look(machine, reference, each)
    entity = machine.entity_at(reference)
    detach(machine, reference, entity, at, "expunge")
    for target in expiry.cascaded(machine, entity, "expunge"):
        expunge(machine, target, at)


def close(machine: Machine, session: Reference, at: Place, text: str = "close") -> None:
    """`close()`, `reset()` and leaving `with session`: every object is detached."""
    flushing.note_act(machine, session, ActKind.CLOSE, at)
    behind.look_by_keys(machine, session)
    for reference, entity in machine.entities(session):
        if entity.attachment not in (Attachment.TRANSIENT, Attachment.DETACHED):
            detach(machine, reference, entity, at, text)
    flushing.end(machine, session)


def add(machine: Machine, session: Reference, value: Value) -> None:
    """`add(obj)`: new objects are pending, detached ones are attached again, with all they are linked to."""
    flushing.begin(machine, session)
    queue = expiry.targets(machine, value)
    seen: set[Reference] = set()
    while queue:
        target = queue.pop()
        entity = machine.entity(target)
        if entity is None or target in seen:
            continue
        seen.add(target)
        attached = _attached(entity, session)
        if attached.attachment & Attachment.PENDING:
            behind.look_before_row(machine, session, entity.mapper)
        if attached != entity:
            machine.write(target, attached)
        queue.extend(expiry.cascaded(machine, entity, "save-update"))


def _attached(entity: Entity, session: Reference) -> Entity:
    if entity.attachment is Attachment.DETACHED and entity.deletion is Deletion.FLUSHED:
        return entity
    attachment = entity.attachment
    if attachment & Attachment.TRANSIENT:
        attachment = attachment & ~Attachment.TRANSIENT | Attachment.PENDING
    if attachment & Attachment.DETACHED:
        attachment = attachment & ~Attachment.DETACHED | Attachment.PERSISTENT
    # an object that somebody else loaded is in this session, or it could not be added to it
    if attachment == entity.attachment and entity.session is not None:
        return entity
    return replace(entity, attachment=attachment, session=session, left=None)


def delete(machine: Machine, reference: Reference) -> None:
    """`delete(obj)`: it leaves the session with the commit; what depends on it is loaded and deleted too (R28)."""
    entity = machine.entity(reference)
    if (
        entity is None
        or entity.attachment is not Attachment.PERSISTENT
        or entity.deletion is not Deletion.NONE
    ):
        return
    mappers = machine.analysis.mappers
    if entity.session is not None:
        flushing.begin(machine, entity.session)
    machine.write(reference, replace(entity, deletion=Deletion.MARKED))
    for relationship in mappers[entity.mapper].relationships.values():
        if "delete" not in relationship.cascade:
            continue
        state = load_states.state_of(entity, relationship.name, mappers)
        is_loaded_first = not relationship.has_passive_deletes
        if is_loaded_first and state.state & (LoadState.UNLOADED | LoadState.EXPIRED):
            machine.set_state(reference, relationship.name, replace(state, state=LoadState.UNKNOWN))
        if state.value is not None:
            for target in expiry.targets(machine, state.value):
                delete(machine, target)
        elif isinstance(relationship.target, str):
            _some_may_be_deleted(machine, entity.session, relationship.target)


def orphan(machine: Machine, reference: Reference) -> None:
    """An object without the parent that it needs: the next flush deletes it, or leaves out a new one."""
    entity = machine.entity_at(reference)
    if entity.attachment is Attachment.PENDING:
        machine.write(reference, replace(entity, attachment=Attachment.TRANSIENT, session=None))
    else:
        delete(machine, reference)


def _some_may_be_deleted(machine: Machine, session: Reference | None, mapper: str) -> None:
    for reference, _ in holding.of_class(machine, machine.entities(session), mapper):
        may_be_deleted(machine, reference)


def may_be_deleted(machine: Machine, reference: Reference) -> None:
    """The next flush deletes an object, perhaps."""
    entity = machine.entity_at(reference)
    if entity.attachment is Attachment.PERSISTENT and entity.deletion is Deletion.NONE:
        machine.write(reference, replace(entity, deletion=Deletion.POSSIBLE))


def bulk_change(machine: Machine, session: Reference, statement: Statement, at: Place) -> None:
    """A bulk UPDATE or DELETE, as far as the objects of the session notice (semantics: R27)."""
    target = statement.targets[0] if statement.targets else None
    if (
        not isinstance(target, EntityTarget)
        or statement.is_unsynchronized
        or statement.kind == "insert"
    ):
        return
    asked = statements.identity_of(machine, statement)
    among = machine.entities(session)
    for reference, entity in holding.persistent(machine, among, target.mapper):
        is_same = sameness.of_keys(entity.identity, asked)
        if is_same is Certainty.EXCLUDED:
            continue
        is_meant = is_same is Certainty.SURE or _is_among(machine, statement, reference)
        is_sure = is_meant or not statement.is_filtered
        if statement.kind == "delete":
            deletion = Deletion.FLUSHED if is_sure else Deletion.POSSIBLE
            machine.write(reference, replace(entity, deletion=deletion))
        else:
            machine.write(reference, _bulk_updated(machine, entity, statement, at, is_sure=is_sure))


def _is_among(machine: Machine, statement: Statement, reference: Reference) -> bool:
    # what a list of keys was made of stands for all of its objects
    entity = machine.entity_at(reference)
    key = machine.analysis.mappers[entity.mapper].single_key
    if key is None or not any(each.is_among for each in statement.criteria):
        return False
    own = target_keys.stored_value(reference, key)
    return any(
        sameness.of_keys(value, known) is Certainty.SURE
        for value in statements.asks_among(machine, statement, key)
        for known in (own, entity.identity)
    )


def _bulk_updated(
    machine: Machine, entity: Entity, statement: Statement, at: Place, *, is_sure: bool
) -> Entity:
    step = machine.step(at, len("execute"), "bulk update")
    mappers = machine.analysis.mappers
    columns = mappers[entity.mapper].columns
    # 1.4 leaves what `onupdate=` sets as it was
    is_noticed = not backend.is_before(machine.analysis.settings, backend.SECOND)
    said = {*statement.changes, *statement.sql_changes}
    by_update = [name for name, column in columns.items() if column.onupdate == "sql"]
    unsaid = [name for name in by_update if name not in said and is_noticed]
    for name in (*statement.sql_changes, *unsaid):
        before = load_states.state_of(entity, name, mappers).state
        if before & LoadState.LOADED:
            after = (
                before & ~LoadState.LOADED | LoadState.SERVER
                if is_sure
                else before | LoadState.SERVER
            )
            entity = entity.with_state(name, AttributeState(after, None, step))
    return entity


def mark_transaction(machine: Machine, transaction: Transaction, at: Place) -> None:
    """A transaction or savepoint begins: what is changed from here on can be taken back."""
    flushing.begin(machine, transaction.session)
    if not transaction.is_nested:
        return
    flushing.flush(machine, transaction.session, at)
    known = machine.session(transaction.session)
    is_inside = known is not None and known.savepoints != 0
    flushing.count_savepoint(machine, transaction.session, 1)
    for reference, entity in machine.entities(transaction.session):
        is_new = is_inside and entity.savepoint is Savepoint.INSERTED
        if not is_new and entity.savepoint is not Savepoint.UNTOUCHED:
            machine.write(reference, replace(entity, savepoint=Savepoint.CHANGED_BEFORE))


def entered(transaction: Transaction) -> Value:
    """What `with` binds: the transaction, of `maker.begin()` the session it was made with."""
    return transaction.session if transaction.marker == OF_FACTORY else transaction


# the marker of the transaction that `maker.begin()` gives, whose end closes the session too
OF_FACTORY = ("maker",)


def end_block(machine: Machine, transaction: Transaction, at: Place, *, is_error: bool) -> None:
    """`with session.begin()` ends: commit or rollback; a savepoint only releases or rolls back."""
    if not is_error:
        end_well(machine, transaction, at)
    elif transaction.is_nested:
        rollback_savepoint(machine, transaction, at)
    else:
        rollback(machine, transaction.session, at)
    if transaction.marker == OF_FACTORY:
        close(machine, transaction.session, at, "end of the block")


def end_well(machine: Machine, transaction: Transaction, at: Place) -> None:
    """A transaction is committed; a savepoint is released: what it holds is flushed, and nothing expires."""
    if not transaction.is_nested:
        commit(machine, transaction.session, at)
        return
    flushing.flush(machine, transaction.session, at)
    _leave_savepoint(machine, transaction.session)


def rollback_savepoint(machine: Machine, transaction: Transaction, at: Place) -> None:
    """Objects changed inside the savepoint expire; the others stay as they are (semantics: D14)."""
    _restore(
        machine,
        transaction.session,
        machine.step(at, len("rollback"), "rollback of the savepoint", Loss.ROLLBACK),
    )
    _leave_savepoint(machine, transaction.session)


def _leave_savepoint(machine: Machine, session: Reference) -> None:
    # what was changed before this one is changed inside the savepoint around it
    flushing.count_savepoint(machine, session, -1)
    for reference, entity in machine.entities(session):
        if entity.savepoint is Savepoint.CHANGED_BEFORE:
            machine.write(reference, replace(entity, savepoint=Savepoint.CHANGED))


def _restore(machine: Machine, session: Reference, step: Step) -> None:
    mappers = machine.analysis.mappers
    for reference, entity in machine.entities(session):
        if entity.attachment is Attachment.PENDING or entity.savepoint is Savepoint.INSERTED:
            machine.write(reference, _made_transient(entity))
        elif entity.is_dirty or entity.savepoint is Savepoint.CHANGED:
            expired = expiry.expired_entity(entity, step, mappers, is_undone=True)
            machine.write(reference, replace(expired, savepoint=Savepoint.UNTOUCHED))
