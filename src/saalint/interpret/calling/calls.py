"""Calls: the callee is found, and what it means is looked up in the project or in `library/`."""

from __future__ import annotations

from typing import assert_never

from saalint.facts import expressions as ex
from saalint.interpret import reveal, transfer
from saalint.interpret.calling import escaping, failures, functions, inferred, wrappers
from saalint.interpret.domain.heap import Content, Factory, Instance, Key, Session
from saalint.interpret.domain.values import (
    NONE,
    Alias,
    AttributeAccess,
    BoundMethod,
    ClassReference,
    Criterion,
    Expression,
    External,
    ExternalInstance,
    ExternalMethod,
    FunctionReference,
    Keywords,
    Literal,
    LoaderOption,
    Manager,
    MappedAttribute,
    ModuleReference,
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
)
from saalint.interpret.events import SessionKind, Usage
from saalint.interpret.language import attributes, binding, construction, coroutines, iteration
from saalint.interpret.libraries import builtin_calls, helpers, methods
from saalint.interpret.libraries.library_use import LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.orm import inspection
from saalint.interpret.queries import (
    blocking,
    factories,
    idioms,
    loader_options,
    missing,
    misuse,
    results,
    statements,
)
from saalint.interpret.readers import conversions
from saalint.interpret.record import replace
from saalint.library.names import Role, library_names
from saalint.library.operations import Operation
from saalint.source.positions import Place


def call_expression(machine: Machine, expression: ex.Call) -> Value:
    """The value of a call: callee, arguments, then the call itself."""
    callee = _callee(machine, expression.function)
    arguments: list[Value] = []
    for argument in expression.arguments:
        if not isinstance(argument, ex.Starred):
            arguments.append(transfer.evaluate(machine, argument))
            continue
        known, rest = iteration.elements(
            machine, transfer.evaluate(machine, argument.value), expression.at
        )
        arguments.extend(known)
        if rest is not None:
            arguments.append(binding.spread(machine, rest, expression.at))
    keywords: list[tuple[str, Value]] = []
    for keyword in expression.keywords:
        value = transfer.evaluate(machine, keyword.value)
        if keyword.name is None:
            keywords.extend(binding.spread_keywords(machine, value))
        else:
            keywords.append((keyword.name, value))
    if not machine.is_alive:
        return Unknown("not reached")
    machine.evaluated = expression
    return call(machine, callee, tuple(arguments), tuple(keywords), expression.at)


def _callee(machine: Machine, expression: ex.Expression) -> Value:
    operations = machine.analysis.operations
    match expression:
        case ex.Attribute(base=ex.Attribute() as inner, name=method) if (
            method in operations.collection_changes
        ):
            usage = Usage.ADDITION if method in operations.collection_additions else Usage.CHANGE
            owner = attributes.read_to_change(machine, inner, usage)
            return attributes.read(machine, owner, method, expression.at)
        case _:
            return transfer.evaluate(machine, expression)


def call(
    machine: Machine, callee: Value, arguments: tuple[Value, ...], keywords: Keywords, at: Place
) -> Value:
    """Call a value."""
    machine.tick()
    failures.call_may_fail(machine, callee)
    match callee:
        case FunctionReference():
            return functions.call_function(machine, callee, arguments, keywords, at)
        case BoundMethod(function=function, receiver=receiver):
            return functions.call_function(machine, function, (receiver, *arguments), keywords, at)
        case External(name=name, arguments=(_, *_) as types):
            return _call_alias(machine, name, types, arguments, binding.named(keywords), at)
        case External(name=name):
            return call_external(machine, name, arguments, binding.named(keywords), at)
        case ExternalMethod(receiver=receiver, name=name):
            return methods.call_method(
                machine, receiver, name, arguments, binding.named(keywords), at
            )
        case ClassReference():
            return construction.construct(machine, callee, arguments, keywords, at)
        case Reference():
            return _call_object(machine, callee, arguments, binding.named(keywords), at)
        case Union(members=parts):
            return _call_one_of(machine, parts, arguments, keywords, at)
        case Result():
            # what `result.freeze()` gives is called for a result each time
            return callee
        case Partial():
            given = {**dict(callee.keywords), **dict(keywords)}
            return call(
                machine, callee.function, (*callee.arguments, *arguments), tuple(given.items()), at
            )
        case Expression() | Criterion() | MappedAttribute():
            return Expression()
        case Unknown(symbol=symbol):
            session = None if symbol is None else inferred.of_use(machine, symbol, arguments)
            if session is not None and symbol is not None:
                return methods.call_method(
                    machine, session, str(symbol[1]), arguments, keywords, at
                )
            escaping.escape(machine, arguments, keywords)
            return Unknown("the result of an unknown function")
        case (
            ExternalInstance() | Literal() | Tuple() | Alias() | ModuleReference() | LoaderOption()
            | Statement() | PendingCall() | Ready() | Manager() | Transaction() | AttributeAccess()
            | Super()
        ):  # fmt: skip
            escaping.escape(machine, arguments, keywords)
            return Unknown("the result of an unknown function")
        case _:
            assert_never(callee)


def _call_one_of(
    machine: Machine,
    parts: tuple[Value, ...],
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    found: list[Value] = []
    ways: list[dict[Key, Content] | None] = []

    def use(part: Value) -> Value:
        way = machine.run_branch(lambda: found.append(call(machine, part, arguments, keywords, at)))
        ways.append(way)
        return found[-1]

    made = misuse.alternatives(machine, parts, use)
    if found:
        machine.join(ways)
    coroutines.alternatives(machine, found)
    machine.take_plain_call()
    return made


def _call_alias(
    machine: Machine,
    name: str,
    types: tuple[Value, ...],
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    # `Repository[Author](session)`, `ContextVar[AsyncSession]("current")`
    if name in machine.analysis.project.helpers.owners:
        return helpers.made(machine, name, arguments, keywords, at, types)
    if machine.analysis.operations.of(name).kind == "variable":
        return ExternalInstance(name, (*arguments[:1], *types))
    return call_external(machine, name, arguments, keywords, at)


def _call_object(
    machine: Machine, callee: Reference, arguments: tuple[Value, ...], keywords: Keywords, at: Place
) -> Value:
    thing = machine.object_of(callee)
    if isinstance(thing, Factory):
        if thing.is_scoped:
            return factories.scoped_session(machine, callee, thing)
        return factories.call_factory(machine, thing, keywords, at)
    if isinstance(thing, Session) and thing.application:
        return callee
    if isinstance(thing, Instance):
        method = functions.method_of(machine, callee, "__call__")
        if method is not None:
            return call(machine, method, arguments, keywords, at)
    escaping.escape(machine, arguments, keywords)
    return Unknown("the result of calling an object")


def call_external(
    machine: Machine, name: str, arguments: tuple[Value, ...], keywords: Keywords, at: Place
) -> Value:
    """Call a function or class outside the project."""
    operations = machine.analysis.operations
    loader = operations.loaders.get(name)
    if loader is not None:
        return loader_options.make(machine, loader, None, arguments, keywords, at)
    helper = machine.analysis.project.helpers.by_name.get(name)
    if helper is not None:
        return helpers.call(machine, helper, arguments, keywords, at)
    if name in machine.analysis.project.helpers.owners:
        return helpers.made(machine, name, arguments, keywords, at)
    operation = operations.functions.get(name)
    if operation is None:
        return _unknown_external(machine, name, arguments, keywords, at)
    return run_operation(machine, name, operation, arguments, keywords, at)


def run_operation(
    machine: Machine,
    name: str,
    operation: Operation,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """What a function does that `library/` or a models file describes by one operation."""
    kind, detail = operation.kind, operation.detail
    match kind:
        case "select":
            return statements.select(machine, detail or "select", arguments, at)
        case "change":
            return statements.select(machine, detail, arguments, at)
        case "compound":
            return _compound(machine, arguments)
        case "aliased":
            return _aliased(machine, arguments, (), _name_of_alias(keywords), at)
        case "with-polymorphic":
            return _with_polymorphic(machine, arguments, _name_of_alias(keywords), at)
        case "expression":
            return Expression()
        case "all-of":
            return Expression(criteria=statements.criteria_of(arguments))
        case "engine-execute":
            idioms.executed_by_engine(machine, at)
            return Unknown("the rows of a statement that an engine executes")
        case "bound":
            missing.of_bind(machine, detail, arguments, keywords, at)
            return NONE
        case "columns":
            return results.of_columns(machine, arguments[0] if arguments else NONE, detail, at)
        case "text":
            return statements.text(arguments)
        case "session":
            keywords = (*(("bind", bind) for bind in arguments[:1]), *keywords)
            return factories.make_session(
                machine, SessionKind(detail), keywords, at, library_class=name
            )
        case "factory":
            return factories.make_factory(machine, SessionKind(detail), keywords, at)
        case "scoped":
            return _scoped(machine, arguments, SessionKind(detail), at)
        case "bound-later":
            return Partial(External(detail or name), arguments, keywords)
        case "manager" if arguments:
            # `session_scope = asynccontextmanager(get_session)`
            made = call(machine, arguments[0], arguments[1:], keywords, at)
            return Manager(made) if isinstance(made, PendingCall) else made
        case "getter":
            return Partial(External(f"{name}.__call__"), (Tuple(arguments),), keywords)
        case "variable":
            return ExternalInstance(name, arguments[:1])
        case "inspect":
            blocking.inspected(machine, arguments, at)
            return inspection.inspect(machine, arguments[0]) if arguments else NONE
        case _:
            return builtin_calls.run(machine, LibraryUse(kind, detail, arguments, keywords, at))


def _unknown_external(
    machine: Machine, name: str, arguments: tuple[Value, ...], keywords: Keywords, at: Place
) -> Value:
    if name == "builtins.reveal":
        for argument in arguments:
            machine.reveal(at, reveal.describe(machine, argument))
        return NONE
    if name.startswith("sqlalchemy."):
        if any(isinstance(one, MappedAttribute | Expression | Criterion) for one in arguments):
            is_function = name.startswith("sqlalchemy.func.")
            return Expression(label=ex.short_name(name) if is_function else "")
        if library_names().role(name) is Role.SQL_EXPRESSION:
            return Expression()
    escaping.escape(machine, arguments, keywords)
    known = conversions.of_function(machine, name, arguments, keywords, at)
    if known is not None:
        return known
    is_class = ex.short_name(name)[:1].isupper()
    return ExternalInstance(name) if is_class else Unknown(f"the result of `{name}`")


def _compound(machine: Machine, arguments: tuple[Value, ...]) -> Value:
    for argument in arguments:
        found = statements.as_statement(machine, argument)
        if found:
            return replace(found[0], is_filtered=True)
    return Unknown("a compound statement of something unknown")


def _name_of_alias(keywords: Keywords) -> str | None:
    name = dict(keywords).get("name", NONE)
    if not isinstance(name, Literal):
        return None
    return name.value if isinstance(name.value, str) else ""


def _aliased(
    machine: Machine,
    arguments: tuple[Value, ...],
    subclasses: tuple[str, ...],
    name: str | None,
    at: Place,
) -> Value:
    target = arguments[0] if arguments else NONE
    if isinstance(target, ClassReference) and target.name in machine.analysis.mappers:
        return Alias(target.name, machine.site(at, "alias"), subclasses, name)
    return Unknown("an alias of something unknown")


def _with_polymorphic(
    machine: Machine, arguments: tuple[Value, ...], name: str | None, at: Place
) -> Value:
    subclasses: list[str] = []
    for argument in arguments[1:2]:
        if isinstance(argument, Literal) and argument.value == "*":
            subclasses.append("*")
            continue
        known, _ = iteration.elements(machine, argument, at)
        subclasses.extend(value.name for value in known if isinstance(value, ClassReference))
    return _aliased(machine, arguments, tuple(subclasses), name, at)


def _scoped(machine: Machine, arguments: tuple[Value, ...], kind: SessionKind, at: Place) -> Value:
    given = arguments[0] if arguments else NONE
    inner = machine.object_of(given) if isinstance(given, Reference) else None
    if not isinstance(inner, Factory):
        inner = Factory(kind=kind, expire_on_commit=machine.analysis.project_setting(kind))
    return machine.allocate(machine.site(at, "scoped"), replace(inner, is_scoped=True))


def _makes_callables(machine: Machine, decorator: Value) -> bool:
    # `@Injected`: the object that stands for the function from now on is called in its place
    match decorator:
        case ClassReference(name=name):
            return machine.analysis.project.classes.find_method(name, "__call__") is not None
        case _:
            return False


def apply_decorator(machine: Machine, decorator: Value, value: Value, at: Place) -> Value:
    """What a decorator makes of a function: one that is not understood is taken to keep it."""
    is_run = isinstance(decorator, FunctionReference | BoundMethod | Partial | Union | Reference)
    if is_run or _makes_callables(machine, decorator):
        found = call(machine, decorator, (value,), (), at)
        if isinstance(found, FunctionReference) and isinstance(value, FunctionReference):
            return value if wrappers.hands_on(machine.analysis, found, value) else found
        return found if isinstance(found, BoundMethod | Partial | Reference) else value
    return value
