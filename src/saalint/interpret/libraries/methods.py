"""Methods that libraries define, by the kind of value they are called on."""

from __future__ import annotations

from saalint.facts.expressions import short_name
from saalint.interpret.calling import calls, escaping, failures
from saalint.interpret.domain import names_of_rows
from saalint.interpret.domain.heap import Factory, Instance, Items, Session, Table
from saalint.interpret.domain.values import (
    NONE,
    Alias,
    AttributeAccess,
    ClassReference,
    Criterion,
    EntityTarget,
    Expression,
    External,
    ExternalInstance,
    ExternalMethod,
    Keywords,
    Literal,
    LoaderOption,
    MappedAttribute,
    Partial,
    PendingCall,
    Ready,
    Reference,
    Result,
    Statement,
    Super,
    Transaction,
    Tuple,
    Union,
    Unknown,
    Value,
    literal,
)
from saalint.interpret.events import SessionKind
from saalint.interpret.language import context_variables, managers, own_collections, tables, waiting
from saalint.interpret.libraries import collections_api, helpers, text_functions
from saalint.interpret.machine import Machine
from saalint.interpret.orm import flushing, inspection, lifecycle, setting
from saalint.interpret.queries import (
    application_sessions,
    blocking,
    factories,
    foreign,
    loader_options,
    misuse,
    results,
    session_calls,
    statements,
    upgrading,
)
from saalint.interpret.readers import conversions
from saalint.interpret.record import replace
from saalint.library.api import has_awaitable
from saalint.library.meanings import CallableFunction
from saalint.library.operations import QueryVerb, SessionOperation, SessionVerb
from saalint.source.positions import Place


def call_method(
    machine: Machine,
    receiver: Value,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """Call `receiver.name(...)` where a library says what it means."""
    stepped = managers.by_hand(machine, receiver, name, arguments[0] if arguments else NONE, at)
    if stepped is not None:
        return stepped
    match receiver:
        case Reference():
            return _of_object(machine, receiver, name, arguments, keywords, at)
        case Result() if has_awaitable(foreign.class_of(receiver), name):
            step = machine.step(at, len(name), name)
            return PendingCall(ExternalMethod(receiver, name), arguments, keywords, "library", step)
        case Transaction(session=session) if _is_awaitable(machine, session, name):
            step = machine.step(at, len(name), name)
            return PendingCall(ExternalMethod(receiver, name), arguments, keywords, "library", step)
        case Result():
            return results.call_method(machine, receiver, name, arguments, at)
        case Statement(session=session) if session is not None:
            return _of_query(machine, receiver, session, name, arguments, keywords, at)
        case Statement():
            return statements.call_method(machine, receiver, name, arguments, keywords)
        case LoaderOption():
            strategy = machine.analysis.operations.loader_methods.get(name)
            if strategy is None:
                return receiver
            return loader_options.make(machine, strategy, receiver, arguments, keywords, at)
        case MappedAttribute():
            return _of_attribute(receiver, name, arguments)
        case Expression() if name == "columns":
            return statements.columns_named(receiver, arguments)
        case Expression() | Criterion():
            return _of_expression(name, arguments)
        case Transaction():
            return _of_transaction(machine, receiver, name, at)
        case Tuple():
            return _of_row(machine, receiver, name, arguments, keywords, at)
        case AttributeAccess():
            return inspection.call_method(machine, receiver, name, arguments, at)
        case Literal(value=str(text)):
            return text_functions.call_method(machine, text, name, arguments, keywords, at)
        case ExternalMethod():
            return _of_method(machine, receiver, name, arguments, keywords, at)
        case PendingCall() | Ready() if name == "__await__":
            return receiver
        case Ready(value=value):
            waiting.let_go(machine, (receiver,))
            return value if name == "result" else Unknown("what a task tells of itself")
        case Super():
            return _of_super(machine, receiver, name, arguments, keywords, at)
        case Union(members=parts):
            return misuse.alternatives(
                machine,
                parts,
                lambda part: call_method(machine, part, name, arguments, keywords, at),
            )
        case ClassReference():
            return _of_class(machine, receiver, name, arguments, keywords, at)
        case Partial(function=External(name=owner), arguments=(held, *_)) if (
            machine.analysis.operations.meaning(f"{owner}.{name}") is CallableFunction.CALL_HELD
        ):
            return calls.call(machine, held, arguments, keywords, at)
        case ExternalInstance(name=owner):
            made = conversions.of_adapter(machine, receiver, name, arguments, keywords, at)
            made = made or application_sessions.of_variable(machine, receiver, name, arguments)
            made = made or context_variables.of_method(machine, receiver, name, arguments)
            if made is not None:
                return made
            helper = machine.analysis.project.helpers.by_name.get(f"{owner}.{name}")
            if helper is not None:
                return helpers.call(machine, helper, (receiver, *arguments), keywords, at)
            return escaping.call_instance(machine, owner, name, arguments, keywords, at)
        case _:
            escaping.escape(machine, arguments, keywords)
            return Unknown("the result of a method that is not known")


def _of_expression(name: str, arguments: tuple[Value, ...]) -> Expression:
    match name, arguments:
        case "label", (Literal(value=str(label)), *_):
            return Expression(label)
        case _:
            return Expression()


def _of_object(
    machine: Machine,
    receiver: Reference,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    thing = machine.object_of(receiver)
    match thing:
        case Session():
            return session_calls.call_method(machine, receiver, name, arguments, keywords, at)
        case Factory():
            return factories.call_factory_method(
                machine, receiver, thing, name, arguments, keywords, at
            )
        case Items():
            return collections_api.call_list(
                machine, receiver, thing, name, arguments, keywords, at
            )
        case Table():
            return tables.call_dict(machine, receiver, thing, name, arguments, keywords, at)
        case Instance(class_name=owner):
            made = conversions.of_object(machine, receiver, thing, name, arguments, keywords, at)
            if made is not None:
                return made
            held = own_collections.held(machine, thing)
            if held is not None:
                return call_method(machine, held, name, arguments, keywords, at)
            known = escaping.library_method(machine, owner, name)
            if known is not None:
                return calls.call_external(machine, known, (receiver, *arguments), keywords, at)
            escaping.escape(machine, arguments, keywords)
            return Unknown(f"the result of `{short_name(thing.class_name)}.{name}`")
        case _:
            return Unknown("a method of an object that is gone")


def _of_query(
    machine: Machine,
    query: Statement,
    session: Reference,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    operation = machine.analysis.operations.query_methods.get(name)
    if operation is None:
        return statements.call_method(machine, query, name, arguments, keywords)
    blocking.runs_query(machine, session, name, at)
    if operation.verb is QueryVerb.GET:
        target = query.targets[0]
        kept = (ClassReference(target.mapper),) if isinstance(target, EntityTarget) else ()
        options = (("options", Tuple(query.options)),) if query.options else ()
        upgrading.note_legacy(machine, query, name, at)
        get = SessionOperation(SessionVerb.GET, operation.detail)
        return session_calls.run(machine, session, get, (*kept, *arguments), options, at)
    if operation.verb is QueryVerb.CHANGE:
        upgrading.note_legacy(machine, query, name, at)
        return Unknown("a number of rows")
    if operation.verb is QueryVerb.COUNT:
        upgrading.note_legacy(machine, query, name, at)
        flushing.before_query(machine, session, at)
        return Unknown("a number")
    result = results.execute(machine, session, query, "query", at)
    if not isinstance(result, Result):
        return result
    upgrading.note_legacy(machine, query, name, at)
    return _taken(machine, result, operation.verb, at)


def _taken(machine: Machine, result: Result, verb: QueryVerb, at: Place) -> Value:
    # `Query.first()` and its kin give the entity itself where one entity is queried
    match verb:
        case QueryVerb.ALL:
            return results.call_method(machine, result, "all", (), at)
        case QueryVerb.ONE:
            return results.call_method(machine, result, "one", (), at)
        case QueryVerb.PAGE:
            return results.call_method(machine, result, "paginate", (), at)
        case _:
            return results.call_method(machine, result, "first", (), at)


def _of_attribute(receiver: MappedAttribute, name: str, arguments: tuple[Value, ...]) -> Value:
    if name == "of_type":
        match arguments:
            case (ClassReference(name=narrowed),):
                return replace(receiver, of_type=(narrowed,))
            case (Alias(mapper=narrowed, subclasses=subclasses),):
                return replace(receiver, of_type=(narrowed, *subclasses))
            case _:
                return replace(receiver, of_type=())
    if name == "and_":
        return receiver
    if name == "in_" and len(arguments) == 1:
        return Criterion(receiver, arguments[0], is_among=True)
    return _of_expression(name, arguments)


def _is_awaitable(machine: Machine, session: Reference, name: str) -> bool:
    # `nested = await session.begin_nested()`, and then `await nested.rollback()`
    known = machine.session(session)
    is_async = known is not None and known.kind is SessionKind.ASYNC
    return is_async and has_awaitable("sqlalchemy.ext.asyncio.AsyncSessionTransaction", name)


def _of_transaction(machine: Machine, transaction: Transaction, name: str, at: Place) -> Ready:
    match name:
        case "commit":
            failures.flush_may_fail(machine, transaction.session, at, "commit")
            lifecycle.end_well(machine, transaction, at)
        case "rollback" if transaction.is_nested:
            lifecycle.rollback_savepoint(machine, transaction, at)
        case "rollback" | "close":
            lifecycle.rollback(machine, transaction.session, at)
        case "start":
            lifecycle.mark_transaction(machine, transaction, at)
            return Ready(transaction)
        case _:
            pass
    return Ready(NONE)


def _of_row(
    machine: Machine,
    row: Tuple,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    match name:
        case "_replace" if row.names:
            given = dict(zip(row.names, row.items, strict=False)) | dict(keywords)
            return replace(row, items=tuple([given[each] for each in row.names]))
        case "_tuple" | "tuple" | "__iter__":
            return row
        case "_asdict":
            return machine.allocate(
                machine.site(at, "fields"), Table(entries=names_of_rows.entries(row))
            )
        case "keys":
            return Tuple(tuple(literal(key) for key in row.names))
        case "values":
            return Tuple(row.items)
        case "items":
            return Tuple(tuple(Tuple(entry) for entry in names_of_rows.entries(row)))
        case "get" if arguments:
            return names_of_rows.by_index(row, arguments[0])
        case _:
            return Unknown("what a tuple tells of itself")


def _of_method(
    machine: Machine,
    receiver: ExternalMethod,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    # `session.sync_session.commit()` and other chains through an attribute of a library's object
    if receiver.name == "sync_session" and isinstance(receiver.receiver, Reference):
        return session_calls.call_bridged(machine, receiver.receiver, name, arguments, keywords, at)
    if isinstance(receiver.receiver, Reference) and receiver.name == "__dict__":
        return _of_dictionary(machine, receiver.receiver, name, arguments, keywords, at)
    if isinstance(receiver.receiver, Reference) and receiver.name in ("session", "registry"):
        return call_method(machine, receiver.receiver, name, arguments, keywords, at)
    escaping.escape(machine, arguments, keywords)
    return Unknown("the result of a method that is not known")


def _of_dictionary(
    machine: Machine,
    owner: Reference,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    # `self.__dict__.update(settings)` of an object that is not mapped
    thing = machine.object_of(owner)
    if name != "update" or not isinstance(thing, Instance):
        return Unknown("what the fields of an object tell")
    given = tables.by_text(tables.from_values(machine, arguments, keywords, at))
    for field, value in given.items():
        thing = thing.with_field(field, value)
    machine.write(owner, thing)
    return NONE


def _of_class(
    machine: Machine,
    kind: ClassReference,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    conversion = conversions.of_class(machine, kind, name)
    if conversion is not None:
        made = conversions.run(machine, conversion, kind, name, arguments, keywords, at)
        return Unknown("a conversion of something unknown") if made is None else made
    known = escaping.library_method(machine, kind.name, name)
    if known is not None:
        return calls.call_external(machine, known, (kind, *arguments), keywords, at)
    escaping.escape(machine, arguments, keywords)
    return Unknown("the result of a method that is not known")


def _of_super(
    machine: Machine,
    receiver: Super,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    if isinstance(receiver.receiver, ClassReference):
        return _of_class(machine, receiver.receiver, name, arguments, keywords, at)
    if not isinstance(receiver.receiver, Reference):
        return Unknown("a method of a class outside the project")
    target = receiver.receiver
    if name != "__init__":
        held = own_collections.held(machine, machine.object_of(target))
        if held is None:
            return Unknown("a method of a class outside the project")
        return call_method(machine, held, name, arguments, keywords, at)
    entity = machine.entity(target)
    if entity is not None:
        for key, value in keywords:
            setting.assign(machine, target, key, value, 0)
        return NONE
    thing = machine.object_of(target)
    if isinstance(thing, Instance):
        items = own_collections.fields(machine, thing.class_name, arguments, keywords, at)
        for key, value in items or keywords:
            thing = thing.with_field(key, value)
        machine.write(target, thing)
    if isinstance(thing, Session):
        given = dict(keywords).get("expire_on_commit")
        if isinstance(given, Literal):
            machine.write(target, replace(thing, expire_on_commit=bool(given.value)))
    return NONE


def run_pending(machine: Machine, pending: PendingCall) -> Value:
    """Run a library's coroutine: a session's method, a fetch from a stream, an attribute loaded on request."""
    callee = pending.callee
    at = pending.origin.place.at if pending.origin is not None else 0
    match callee:
        case AttributeAccess(entity=entity):
            name = dict(pending.keywords).get("name")
            assert isinstance(name, Literal)
            return session_calls.read_awaitable(machine, entity, str(name.value), at)
        case ExternalMethod(receiver=Reference() as session, name=name):
            method = machine.analysis.operations.session_methods.get(name)
            if method is None:
                return Unknown("a coroutine that is not known")
            return session_calls.run(
                machine, session, method.operation, pending.arguments, pending.keywords, at
            )
        case ExternalMethod(receiver=Result() as result, name=name):
            return results.call_method(machine, result, name, pending.arguments, at)
        case ExternalMethod(receiver=Transaction() as transaction, name=name):
            return _of_transaction(machine, transaction, name, at).value
        case External(name=name):
            helper = machine.analysis.project.helpers.by_name[name]
            return helpers.run(machine, helper, pending.arguments, pending.keywords, at)
        case ExternalMethod(receiver=ExternalInstance(name=owner), name=name):
            return escaping.wait_for_instance(machine, owner, name, pending, at)
        case _:
            return Unknown("a coroutine that is not known")
