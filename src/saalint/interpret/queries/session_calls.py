"""Methods of sessions and session factories: what each call does and gives."""

from __future__ import annotations

from typing import assert_never

from saalint.interpret.calling import calls, failures
from saalint.interpret.domain.heap import ActKind, AttributeState, Items, Session
from saalint.interpret.domain.values import (
    NONE,
    Alias,
    ClassReference,
    ExternalInstance,
    ExternalMethod,
    Keywords,
    Literal,
    MappedAttribute,
    PendingCall,
    Reference,
    Statement,
    Transaction,
    Unknown,
    Value,
    members,
    one_of,
    union,
    with_rest,
)
from saalint.interpret.events import LoadState, SessionKind
from saalint.interpret.language import attributes, binding, coroutines, iteration
from saalint.interpret.machine import Machine, PlainCall
from saalint.interpret.orm import entities, expiry, flushing, lifecycle, load_states, merging
from saalint.interpret.queries import (
    blocking,
    foreign,
    getting,
    loading_notes,
    results,
    statements,
    upgrading,
)
from saalint.interpret.record import replace
from saalint.library.api import ASYNC_CONNECTION, ASYNC_SESSION, CONNECTION, api
from saalint.library.operations import SessionOperation, SessionVerb
from saalint.source.positions import Place

# operations beside `execute` that ask the database, after a flush
_ASKING = (SessionVerb.GET, SessionVerb.REFRESH, SessionVerb.MERGE)


def call_method(
    machine: Machine,
    session: Reference,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """Call a method of a session; a coroutine of an AsyncSession runs when it is waited for."""
    method = machine.analysis.operations.session_methods.get(name)
    known = machine.session(session)
    if method is None or known is None:
        _note_plain(machine, known, name, at)
        return Unknown("a method of a session that loads nothing known")
    if known.kind is SessionKind.ASYNC and method.is_coroutine:
        step = machine.step(at, len(name), name)
        return PendingCall(ExternalMethod(session, name), arguments, keywords, "library", step)

    def use() -> Value:
        return run(machine, session, method.operation, arguments, keywords, at)

    made = blocking.through(machine, name, at, use) if known.is_bridged else use()
    _note_plain(machine, known, name, at)
    return made


def call_bridged(
    machine: Machine,
    session: Reference,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """Call a method of the sync session inside an AsyncSession."""
    method = machine.analysis.operations.session_methods.get(name)
    if method is None:
        return Unknown("a method of a session that loads nothing known")
    return blocking.through(
        machine,
        name,
        at,
        lambda: run(machine, session, method.operation, arguments, keywords, at),
    )


def _note_plain(machine: Machine, session: Session | None, name: str, at: Place) -> None:
    # a Session that is only declared so may be an AsyncSession: what is awaited speaks for that
    if session is None or session.is_guessed:
        return
    if session.kind is SessionKind.ASYNC and api()[ASYNC_SESSION].is_plain(name):
        machine.plain_call = PlainCall(at, f"AsyncSession.{name}()")
    elif session.kind is SessionKind.SYNC and not session.is_declared:
        machine.plain_call = PlainCall(at, f"Session.{name}()")


def run(
    machine: Machine,
    session: Reference,
    operation: SessionOperation,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """What an operation on a session does and gives."""
    settings = dict(keywords)
    upgrading.note_operation(machine, session, operation.verb, at)
    first = arguments[0] if arguments else next(iter(settings.values()), NONE)
    verb, detail = operation.verb, operation.detail
    if verb in _ASKING:
        failures.query_may_fail(machine, session, at)
        failures.statement_may_fail(machine, is_change=False)
    match verb:
        case SessionVerb.EXECUTE:
            optioned = _with_execution_options(machine, first, settings)
            return results.execute(machine, session, optioned, detail, at)
        case SessionVerb.GET:
            return _get(machine, session, arguments, settings, at, is_optional=detail == "optional")
        case SessionVerb.QUERY if _lacks_query(machine, session):
            return Unknown("a query of an AsyncSession, which has none")
        case SessionVerb.QUERY:
            return _query(machine, session, arguments, at)
        case SessionVerb.CONNECTION:
            return _connection(machine, session)
        case SessionVerb.REFRESH:
            return _refresh(machine, first, arguments, settings, at)
        case SessionVerb.COMMIT | SessionVerb.ROLLBACK | SessionVerb.FLUSH:
            _end_work(machine, session, verb, at)
        case SessionVerb.CLOSE:
            lifecycle.close(machine, session, at)
            failures.statement_may_fail(machine, is_change=False)
        case SessionVerb.ADD:
            _refuse(machine, first, "add", at)
            lifecycle.add(machine, session, first)
        case SessionVerb.ADD_ALL:
            for value in with_rest(*iteration.elements(machine, first, at)):
                lifecycle.add(machine, session, value)
        case SessionVerb.EXPIRE:
            _expire(machine, first, _argument(arguments, settings, 1, "attribute_names"), at)
        case SessionVerb.EXPIRE_ALL:
            expiry.expire_all(machine, session, at)
        case SessionVerb.EXPUNGE:
            _refuse(machine, first, "expunge", at)
            for target in entities.references(machine, first):
                lifecycle.expunge(machine, target, at)
        case SessionVerb.EXPUNGE_ALL:
            lifecycle.close(machine, session, at, "expunge_all")
        case SessionVerb.DELETE:
            _refuse(machine, first, "delete", at)
            loading_notes.leave(machine, [first])
            for target in _given(machine, first, detail, at):
                lifecycle.delete(machine, target)
        case SessionVerb.MERGE:
            _refuse(machine, first, "merge", at)
            loading_notes.leave(machine, [first])
            given = _given(machine, first, detail, at)
            merged = merging.merge(machine, session, given, settings, at)
            if detail != "all":
                return merged
            return machine.allocate(machine.site(at, "merged"), Items(rest=merged))
        case SessionVerb.TRANSACTION:
            return union((_begin(machine, session, at, is_nested=detail == "nested"), NONE))
        case SessionVerb.BEGIN:
            return _begin(machine, session, at, is_nested=detail == "nested")
        case SessionVerb.RUN_SYNC:
            return _run_sync(machine, session, arguments, keywords, at)
        case unreachable:
            assert_never(unreachable)
    return NONE


def _end_work(machine: Machine, session: Reference, verb: SessionVerb, at: Place) -> None:
    match verb:
        case SessionVerb.ROLLBACK:
            blocking.ends(machine, session)
            lifecycle.rollback(machine, session, at)
            # `with suppress(Exception): session.rollback()` expires everything even where it fails
            failures.statement_may_fail(machine, is_change=False)
        case SessionVerb.COMMIT:
            blocking.ends(machine, session)
            failures.flush_may_fail(machine, session, at, verb)
            lifecycle.commit(machine, session, at)
        case _:
            blocking.flushes(machine, session)
            failures.flush_may_fail(machine, session, at, verb)
            flushing.note_act(machine, session, ActKind.FLUSH, at)
            flushing.flush(machine, session, at)


def _with_execution_options(
    machine: Machine, statement: Value, settings: dict[str, Value]
) -> Value:
    # `session.scalars(statement, execution_options={"populate_existing": True})`
    given = settings.get("execution_options")
    if given is None or not isinstance(statement, Statement):
        return statement
    return statements.with_execution_options(
        statement, tuple(binding.spread_keywords(machine, given))
    )


def _connection(machine: Machine, session: Reference) -> Value:
    known = machine.session(session)
    if known is None or known.is_guessed:
        return Unknown("a connection")
    is_async = known.kind is SessionKind.ASYNC and not machine.is_load_allowed
    return ExternalInstance(ASYNC_CONNECTION if is_async else CONNECTION)


def _lacks_query(machine: Machine, session: Reference) -> bool:
    known = machine.session(session)
    is_async = known is not None and known.kind is SessionKind.ASYNC and not known.is_guessed
    return is_async and machine.blocking_call is None and not machine.is_load_allowed


def _refuse(machine: Machine, value: Value, method: str, at: Place) -> None:
    # `session.add(row)`, `session.delete(session.get(User, 1))`: neither is an object that can be mapped
    foreign.row_as_entity(machine, value, method, at)
    coroutines.lost(machine, value)


def _begin(machine: Machine, session: Reference, at: Place, *, is_nested: bool) -> Transaction:
    # a sync session begins at the call, an async one when the transaction is waited for or entered
    transaction = Transaction(session, is_nested, machine.site(at, "begin"))
    known = machine.session(session)
    if known is not None and known.kind is SessionKind.SYNC:
        lifecycle.mark_transaction(machine, transaction, at)
    return transaction


def _argument(
    arguments: tuple[Value, ...], settings: dict[str, Value], position: int, name: str
) -> Value | None:
    if position < len(arguments):
        return arguments[position]
    return settings.get(name)


def _given(machine: Machine, value: Value, detail: str, at: Place) -> list[Reference]:
    # `merge_all(authors)` and `delete_all(authors)` take a list
    if detail != "all":
        return entities.references(machine, value)
    parts = with_rest(*iteration.elements(machine, value, at))
    return [target for part in parts for target in entities.references(machine, part)]


def names_in(machine: Machine, value: Value | None) -> tuple[str, ...] | None:
    """The attribute names in a list of them; None where no list was given or it cannot be read."""
    if value is None or value == NONE:
        return None
    known, rest = iteration.elements(machine, value, 0)
    if rest is not None:
        return None
    found: list[str] = []
    for item in known:
        match item:
            case Literal(value=str(name)) | MappedAttribute(name=name):
                found.append(name)
            case _:
                pass
    return tuple(found)


def _get(
    machine: Machine,
    session: Reference,
    arguments: tuple[Value, ...],
    settings: dict[str, Value],
    at: Place,
    *,
    is_optional: bool,
) -> Value:
    target = _argument(arguments, settings, 0, "entity")
    key = _argument(arguments, settings, 1, "ident")
    found: list[Value] = []
    for member in members(target) if target is not None else ():
        match member:
            case ClassReference(name=mapper) | Alias(mapper=mapper) if (
                mapper in machine.analysis.mappers
            ):
                found.append(getting.get(machine, session, mapper, key, settings, at))
            case _:
                found.append(Unknown("an object of an unknown class"))
    value = one_of(found, "an object of an unknown class")
    return union((value, NONE)) if is_optional else value


def _query(machine: Machine, session: Reference, arguments: tuple[Value, ...], at: Place) -> Value:
    return replace(statements.select(machine, "query", arguments, at), session=session)


def _expire(machine: Machine, first: Value, given: Value | None, at: Place) -> None:
    names = names_in(machine, given)
    for target in entities.references(machine, first):
        expiry.expire(machine, target, names, at)


def _refresh(
    machine: Machine,
    first: Value,
    arguments: tuple[Value, ...],
    settings: dict[str, Value],
    at: Place,
) -> Value:
    _refuse(machine, first, "refresh", at)
    given = _argument(arguments, settings, 1, "attribute_names")
    names = names_in(machine, given)
    for target in entities.references(machine, first):
        blocking.runs_sql(machine)
        if given is not None and given != NONE and names is None:
            _refresh_unknown(machine, target)
        else:
            expiry.refresh(machine, target, _mapped_among(machine, target, names), at)
    return NONE


def _mapped_among(
    machine: Machine, target: Reference, names: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    entity = machine.entity(target)
    if names is None or entity is None:
        return names
    known = [name for name in names if entities.attribute_of(machine, entity, name) is not None]
    return tuple(known)


def _refresh_unknown(machine: Machine, target: Reference) -> None:
    # names that cannot be read: any attribute may be loaded now
    entity = machine.entity(target)
    if entity is None:
        return
    mappers = machine.analysis.mappers
    mapper = mappers[entity.mapper]
    for name in (*mapper.columns, *mapper.relationships):
        state = load_states.state_of(entity, name, mappers)
        if state.state is not LoadState.LOADED:
            entity = entity.with_state(name, AttributeState(state.state | LoadState.LOADED))
    machine.write(target, entity)


def _run_sync(
    machine: Machine,
    session: Reference,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    if not arguments:
        return Unknown("the result of `run_sync`")
    held = machine.is_load_allowed
    known = machine.session(session)
    machine.is_load_allowed = True
    if known is not None:
        machine.write(session, replace(known, kind=SessionKind.SYNC))
    try:
        return calls.call(machine, arguments[0], (session, *arguments[1:]), keywords, at)
    finally:
        machine.is_load_allowed = held
        after = machine.session(session)
        if known is not None and after is not None:
            machine.write(session, replace(after, kind=known.kind))


def read_awaitable(machine: Machine, reference: Reference, name: str, at: Place) -> Value:
    """`await obj.awaitable_attrs.name`: the load happens where it may; what is detached cannot be loaded."""
    held = machine.is_load_allowed
    machine.is_load_allowed = True
    try:
        return attributes.read(machine, reference, name, at)
    finally:
        machine.is_load_allowed = held
