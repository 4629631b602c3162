"""Methods of sessions and session factories: what each call does and gives."""

from __future__ import annotations

from dataclasses import replace

from saalint.interpret import (
    attributes,
    binding,
    blocking,
    calls,
    coroutines,
    entities,
    expiry,
    failures,
    flushing,
    foreign,
    iteration,
    lifecycle,
    load_states,
    loading,
    loading_notes,
    meetings,
    merging,
    option_checks,
    results,
    statements,
    upgrading,
)
from saalint.interpret.events import Attachment, LoadState, SessionKind, Step
from saalint.interpret.heap import AttributeState, Background, Entity, Items, Origin, Session
from saalint.interpret.machine import Machine, PlainCall
from saalint.interpret.plans import Plan, is_kin, plan_for, stored
from saalint.interpret.values import (
    NONE,
    Alias,
    ClassReference,
    EntityTarget,
    ExternalMethod,
    Literal,
    PendingCall,
    Reference,
    Statement,
    Transaction,
    Unknown,
    Value,
    members,
    union,
)
from saalint.library.api import ASYNC_SESSION, api
from saalint.source.positions import Place

Keywords = tuple[tuple[str, Value], ...]

# operations beside `execute` that ask the database, after a flush
_ASKING = ("get", "refresh", "merge")


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
    operation: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """What an operation on a session does and gives."""
    settings = dict(keywords)
    upgrading.note_operation(machine, session, operation, at)
    first = arguments[0] if arguments else next(iter(settings.values()), NONE)
    kind, _, detail = operation.partition(":")
    if kind in _ASKING:
        failures.query_may_fail(machine, session, at)
        failures.statement_may_fail(machine, is_change=False)
    match kind:
        case "execute":
            optioned = _with_execution_options(machine, first, settings)
            return results.execute(machine, session, optioned, detail, at)
        case "get":
            return _get(machine, session, arguments, settings, at, is_optional=detail == "optional")
        case "query" if _lacks_query(machine, session):
            return Unknown("a query of an AsyncSession, which has none")
        case "query":
            return _query(machine, session, arguments, at)
        case "refresh":
            return _refresh(machine, first, arguments, settings, at)
        case "commit" | "rollback" | "flush":
            _end_work(machine, session, kind, at)
        case "close":
            lifecycle.close(machine, session, at)
        case "add":
            _refuse(machine, first, "add", at)
            lifecycle.add(machine, session, first)
        case "add-all":
            known, rest = iteration.elements(machine, first, at)
            for value in (*known, *([rest] if rest is not None else [])):
                lifecycle.add(machine, session, value)
        case "expire":
            names = names_in(machine, _argument(arguments, settings, 1, "attribute_names"))
            for target in _entities(machine, first):
                expiry.expire(machine, target, names, at)
        case "expire-all":
            expiry.expire_all(machine, session, at)
        case "expunge":
            _refuse(machine, first, "expunge", at)
            for target in _entities(machine, first):
                lifecycle.expunge(machine, target, at)
        case "expunge-all":
            lifecycle.close(machine, session, at, "expunge_all")
        case "delete":
            _refuse(machine, first, "delete", at)
            loading_notes.leave(machine, [first])
            for target in _given(machine, first, detail, at):
                lifecycle.delete(machine, target)
        case "merge":
            _refuse(machine, first, "merge", at)
            loading_notes.leave(machine, [first])
            given = _given(machine, first, detail, at)
            merged = merging.merge(machine, session, given, settings, at)
            return _listed(machine, merged, at) if detail == "all" else merged
        case "transaction":
            return union((_begin(machine, session, at, is_nested=detail == "nested"), NONE))
        case "begin":
            return _begin(machine, session, at, is_nested=detail == "nested")
        case "run-sync":
            return _run_sync(machine, session, arguments, keywords, at)
        case _:
            return Unknown("a method of a session that loads nothing known")
    return NONE


def _end_work(machine: Machine, session: Reference, kind: str, at: Place) -> None:
    if kind == "flush":
        blocking.flushes(machine, session)
    else:
        blocking.ends(machine, session)
    if kind == "rollback":
        lifecycle.rollback(machine, session, at)
        return
    failures.flush_may_fail(machine, session, at, kind)
    if kind == "commit":
        lifecycle.commit(machine, session, at)
    else:
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


def _entities(machine: Machine, value: Value) -> list[Reference]:
    return [
        member
        for member in members(value)
        if isinstance(member, Reference) and machine.entity(member) is not None
    ]


def _given(machine: Machine, value: Value, detail: str, at: Place) -> list[Reference]:
    # `merge_all(authors)` and `delete_all(authors)` take a list
    if detail != "all":
        return _entities(machine, value)
    known, rest = iteration.elements(machine, value, at)
    parts = (*known, *([rest] if rest is not None else []))
    return [target for part in parts for target in _entities(machine, part)]


def _listed(machine: Machine, value: Value, at: Place) -> Value:
    return machine.allocate(machine.site(at, "merged"), Items(rest=value))


def names_in(machine: Machine, value: Value | None) -> tuple[str, ...] | None:
    """The attribute names in a list of them; None where no list was given or it cannot be read."""
    if value is None or value == NONE:
        return None
    known, rest = iteration.elements(machine, value, 0)
    if rest is not None:
        return None
    found: list[str] = []
    for item in known:
        if isinstance(item, Literal) and isinstance(item.value, str):
            found.append(item.value)
        elif hasattr(item, "name"):
            found.append(str(item.name))
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
        if isinstance(member, ClassReference) and member.name in machine.analysis.mappers:
            found.append(_get_one(machine, session, member.name, key, settings, at))
        elif isinstance(member, Alias):
            found.append(_get_one(machine, session, member.mapper, key, settings, at))
        else:
            found.append(Unknown("an object of an unknown class"))
    value = union(found) if found else Unknown("an object of an unknown class")
    return union((value, NONE)) if is_optional else value


def _get_one(
    machine: Machine,
    session: Reference,
    mapper: str,
    key: Value | None,
    settings: dict[str, Value],
    at: Place,
) -> Value:
    origin = Step(machine.source_place(at), len("get"), f"get({mapper.rsplit('.', 1)[-1]})")
    target = EntityTarget(mapper)
    statement = Statement(kind="get", targets=(target,), is_filtered=True, origin=origin)
    options = settings.get("options")
    if options is not None and options != NONE:
        known, rest = iteration.elements(machine, options, at)
        parts = (*known, *([rest] if rest is not None else []))
        statement = statements.with_options(statement, parts)
    option_checks.executed(machine, statement, at)
    populating = settings.get("populate_existing")
    is_populating = isinstance(populating, Literal) and bool(populating.value)
    plan = plan_for(target, statement, machine.analysis.mappers)
    return _held_or_loaded(machine, session, plan, statement, key, at, is_populating=is_populating)


def _held_or_loaded(
    machine: Machine,
    session: Reference,
    plan: Plan,
    statement: Statement,
    key: Value | None,
    at: Place,
    *,
    is_populating: bool,
) -> Value:
    # `get()` of an object in the session ignores the options (semantics: R14)
    mappers = machine.analysis.mappers
    loading_notes.queries(machine, session, [statement], at)
    live: set[int] | None = None
    possible: list[Entity] = []
    for reference, entity in machine.entities(session):
        if entity.attachment is not Attachment.PERSISTENT or not is_kin(
            entity.mapper, plan.mapper, mappers
        ):
            continue
        live = machine.live() if live is None else live
        same = meetings.is_same_object(reference, entity, key, mappers)
        if reference.location not in live or same is False:
            continue
        if same is True:
            _revive(machine, reference, entity, plan, at, is_populating=is_populating)
            return reference
        if meetings.is_expired(entity) and not entity.is_constructed:
            # it may be the one that is asked for, whose row is fetched then
            fetched = load_states.with_row_fetched(entity, mappers)
            machine.write(reference, meetings.perhaps_loaded(entity, fetched, mappers))
        if not machine.is_past(reference):
            possible.append(entity)
    whole = next((one for one in possible if one.is_whole), None)
    if whole is not None and isinstance(key, Literal) and not is_populating:
        # all objects of the class are there: it is one of them
        return _one_of_all(machine, whole, key, plan, at)
    return _loaded_by_key(
        machine, session, plan, statement, key, at, possible, is_populating=is_populating
    )


def _loaded_by_key(
    machine: Machine,
    session: Reference,
    plan: Plan,
    statement: Statement,
    key: Value | None,
    at: Place,
    possible: list[Entity],
    *,
    is_populating: bool,
) -> Value:
    mappers = machine.analysis.mappers
    if not possible:
        blocking.runs_sql(machine)
    flushing.before_query(machine, session, at)
    known = key if isinstance(key, Literal | Unknown) else None
    made = loading.fresh(machine, session, known, [plan], statement, at)
    is_first = not possible and not loading.unseen(machine, session, made)
    made = replace(made, is_as_queried=is_first)
    for other in possible:
        made = meetings.perhaps_loaded(made, other, mappers)
    there = None if is_populating else loading.held_unseen(machine, session, made)
    if there is not None:
        # the options do not count for what the session holds, though nobody has looked at it
        return machine.allocate(machine.site(at, "get"), there)
    made = loading.perhaps_met(machine, session, made)
    made = loading.filled_from_below(machine, made)
    meetings.meet_behind(machine, session, [plan], made)
    return machine.allocate(machine.site(at, "get"), made)


def _one_of_all(machine: Machine, whole: Entity, key: Literal, plan: Plan, at: Place) -> Reference:
    one = replace(whole, identity=key, is_whole=False)
    reference = machine.allocate(machine.site(at, "get"), one)
    _revive(machine, reference, one, plan, at, is_populating=False)
    return reference


def _revive(
    machine: Machine,
    reference: Reference,
    entity: Entity,
    plan: Plan,
    at: Place,
    *,
    is_populating: bool,
) -> None:
    if is_populating:
        populated = replace(
            entity,
            backgrounds=(Background(Origin.QUERY, plan),),
            states=(),
            plan=stored(plan) if plan.has_options else entity.plan,
        )
        step = machine.step(at, len("get"), "populate_existing")
        mappers = machine.analysis.mappers
        machine.write(reference, loading.left_expired(populated, step, mappers))
    elif meetings.is_expired(entity):
        entities.load_expired(machine, reference, at)


def _query(machine: Machine, session: Reference, arguments: tuple[Value, ...], at: Place) -> Value:
    return replace(statements.select(machine, "query", arguments, at), session=session)


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
    for target in _entities(machine, first):
        blocking.runs_sql(machine)
        if given is not None and given != NONE and names is None:
            _refresh_unknown(machine, target)
        else:
            expiry.refresh(machine, target, _grouped(machine, target, names), at)
    return NONE


def _grouped(
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
