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
from saalint.interpret.events import Usage
from saalint.interpret.language import attributes, binding, construction, coroutines, iteration
from saalint.interpret.libraries import helpers, library_functions, methods
from saalint.interpret.libraries.library_use import LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.queries import (
    factories,
    loader_options,
    misuse,
)
from saalint.interpret.readers import conversions
from saalint.library.meanings import ContextVariable
from saalint.library.names import Role, library_names
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
            # who goes on behind a call has not called `None`
            called = tuple(part for part in parts if part != NONE)
            return _call_one_of(machine, called or parts, arguments, keywords, at)
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
    if machine.analysis.operations.meaning(name) is ContextVariable.VARIABLE:
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
    operation = operations.of(name)
    if operation is None:
        return _unknown_external(machine, name, arguments, keywords, at)
    use = LibraryUse(name, operation, arguments, keywords, at)
    return library_functions.run(machine, use)


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
