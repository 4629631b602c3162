"""What nobody declares to sessions, by what is done with it: `async def find(db): await db.execute(select(User))`.

A parameter without a type on which a query is awaited is an AsyncSession; one on which a plain function runs a query is
a Session; one that is handed on to such a function is the same. Anything else is decided where the query runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.facts.records import FunctionFacts
from saalint.interpret.domain.values import (
    ClassReference,
    Expression,
    MappedAttribute,
    Reference,
    Statement,
    Value,
)
from saalint.interpret.events import SessionKind
from saalint.interpret.language import class_attributes, declared
from saalint.interpret.machine import Machine
from saalint.interpret.queries import application_sessions
from saalint.interpret.record import replace
from saalint.library.meanings import QueryFunction
from saalint.library.operations import SessionVerb
from saalint.project.names import symbols

if TYPE_CHECKING:
    from saalint.interpret.knowledge import Analysis

_STATEMENTS = (QueryFunction.SELECT, QueryFunction.CHANGE, QueryFunction.COMPOUND)


def of_parameter(
    machine: Machine, module: str, index: int, name: str, key: tuple[object, ...]
) -> Reference | None:
    """The session that a parameter without a declared type is, by its uses; None where it is none."""
    kind = _kind(machine.analysis, module, index, name)
    if kind is None:
        return None
    session = declared.declared_session(machine, kind, None)
    # a plain function may hand on what it does not wait for: only an `await` tells for certain
    return machine.allocate(
        (*key, name), replace(session, is_guessed=kind is not SessionKind.ASYNC)
    )


def as_awaited(machine: Machine, module: str, index: int, name: str, value: Value) -> Value:
    """A session that a parameter declares; an AsyncSession where the body awaits what it does.

    `async def history(session: Session): … await session.execute(query)` would fail at its first line with the session
    that it declares, so it is given another.
    """
    known = machine.session(value) if isinstance(value, Reference) else None
    if not isinstance(value, Reference) or known is None or known.kind is not SessionKind.SYNC:
        return value
    methods = machine.analysis.operations.session_methods
    for call, is_awaited in _calls(machine.analysis.function(module, index).body):
        match call.function:
            case ex.Attribute(base=ex.Name(name=owner), name=method) if owner == name:
                if is_awaited and method in methods and methods[method].is_coroutine:
                    machine.write(
                        value, declared.declared_session(machine, SessionKind.ASYNC, None)
                    )
                    break
            case _:
                pass
    return value


def of_use(
    machine: Machine, symbol: tuple[object, ...], arguments: tuple[Value, ...]
) -> Reference | None:
    """The session that something unknown is, where a statement is run on it: `self.db.execute(select(User))`."""
    if len(symbol) < 3 or symbol[0] != "attribute":  # noqa: PLR2004 - an attribute, its name, and of what
        return None
    known = machine.inferred_sessions.get(symbol[2:])
    if known is not None and machine.session(known) is not None:
        return known
    if not _is_run(machine, str(symbol[1]), arguments):
        return None
    function = _function(machine)
    kind = SessionKind.ASYNC if function is not None and function.is_async else SessionKind.SYNC
    if symbol[2] == "attribute":
        # `request.db` here and `self.request.db` in what is called: one name for one session
        name = f"attribute {symbol[3]}"
        reference = application_sessions.shared(machine, name, kind, is_guessed=True)
    else:
        session = replace(declared.declared_session(machine, kind, None), is_guessed=True)
        reference = machine.allocate(("inferred session", symbol[2:]), session)
    machine.inferred_sessions[symbol[2:]] = reference
    return reference


def _function(machine: Machine) -> FunctionFacts | None:
    # a comprehension belongs to the function that it stands in
    frame = machine.frame
    while frame.function is None and frame.parent is not None:
        frame = frame.parent
    return frame.function


def _is_run(machine: Machine, method: str, arguments: tuple[Value, ...]) -> bool:
    verb = _verb(machine.analysis, method)
    match arguments:
        case (Statement(session=None), *_):
            return verb is SessionVerb.EXECUTE
        case (ClassReference(name=name), *others) if _is_of_models(machine.analysis, name):
            return (verb is SessionVerb.GET and bool(others)) or _is_query(machine, verb)
        case (MappedAttribute() | Expression(), *_):
            # `request.db.query(func.count(Author.id))`
            return _is_query(machine, verb)
        case _:
            return False


def _is_of_models(analysis: Analysis, name: str) -> bool:
    # a class between the base and those that have a table may be asked for, as an `AbstractConcreteBase` is
    return name in analysis.mappers or class_attributes.is_declarative(analysis, name)


def _is_query(machine: Machine, verb: SessionVerb | None) -> bool:
    # `request.db.query(Author)`: AsyncSession has no such method
    function = _function(machine)
    return verb is SessionVerb.QUERY and function is not None and not function.is_async


def _verb(analysis: Analysis, method: str) -> SessionVerb | None:
    known = analysis.operations.session_methods.get(method)
    return known.operation.verb if known is not None else None


def _kind(analysis: Analysis, module: str, index: int, name: str) -> SessionKind | None:
    key = (module, index, name)
    if key not in analysis.session_uses:
        # a function that hands its parameter on to itself says nothing more
        analysis.session_uses[key] = None
        analysis.session_uses[key] = _find(analysis, module, analysis.function(module, index), name)
    return analysis.session_uses[key]


def _find(analysis: Analysis, module: str, facts: FunctionFacts, name: str) -> SessionKind | None:
    for call, is_awaited in _calls(facts.body):
        match call.function:
            case ex.Attribute(base=ex.Name(name=owner), name=method) if owner == name:
                if not _runs_query(analysis, module, facts, method, call):
                    continue
                if is_awaited:
                    return SessionKind.ASYNC
                if not facts.is_async:
                    return SessionKind.SYNC
            case _:
                found = _handed_on(analysis, module, facts, call, name)
                if found is not None:
                    return found
    return None


def _calls(node: object, *, is_awaited: bool = False) -> Iterator[tuple[ex.Call, bool]]:
    if isinstance(node, tuple):
        for part in node:
            yield from _calls(part)
    elif isinstance(node, ex.Node):
        if isinstance(node, ex.Call):
            yield node, is_awaited
        for field in node.__struct_fields__:
            yield from _calls(getattr(node, field), is_awaited=isinstance(node, ex.Await))


def _runs_query(
    analysis: Analysis, module: str, facts: FunctionFacts, method: str, call: ex.Call
) -> bool:
    if not call.arguments:
        return False
    first = call.arguments[0]
    match _verb(analysis, method):
        case SessionVerb.EXECUTE:
            return _is_statement(analysis, module, facts, first)
        case SessionVerb.GET | SessionVerb.QUERY:
            definition = analysis.project.symbols.resolve(module, first)
            return (
                isinstance(definition, symbols.ClassDefinition)
                and definition.name in analysis.mappers
            )
        case _:
            return False


def _is_statement(
    analysis: Analysis, module: str, facts: FunctionFacts, expression: ex.Expression
) -> bool:
    match expression:
        case ex.Call(function=ex.Attribute(base=ex.Call() as inner)):
            return _is_statement(analysis, module, facts, inner)
        case ex.Call(function=ex.Attribute(base=ex.Name() as inner)) if _is_statement(
            analysis, module, facts, inner
        ):
            return True
        case ex.Call(function=function):
            definition = analysis.project.symbols.resolve(module, function)
            name = definition.name if isinstance(definition, symbols.External) else ""
            return analysis.operations.meaning(name) in _STATEMENTS
        case ex.Name(name=name):
            values = (value for found, value in _assigned(facts.body) if found == name)
            return any(
                _is_statement(analysis, module, facts, value)
                for value in values
                if isinstance(value, ex.Call)
                and ex.dotted_name(value.function) != f"{name}.{_last(value)}"
            )
        case _:
            return False


def _last(call: ex.Call) -> str:
    return call.function.name if isinstance(call.function, ex.Attribute) else ""


def _assigned(node: object) -> Iterator[tuple[str, ex.Expression]]:
    if isinstance(node, tuple):
        for part in node:
            yield from _assigned(part)
    elif isinstance(node, ins.Assign) and node.value is not None:
        for target in node.targets:
            if isinstance(target, ex.Name):
                yield target.name, node.value
    elif isinstance(node, ins.If | ins.For | ins.While | ins.Try | ins.With | ins.Handler):
        for field in node.__struct_fields__:
            yield from _assigned(getattr(node, field))


def _handed_on(
    analysis: Analysis, module: str, facts: FunctionFacts, call: ex.Call, name: str
) -> SessionKind | None:
    positions = [
        n
        for n, part in enumerate(call.arguments)
        if isinstance(part, ex.Name) and part.name == name
    ]
    keywords = [
        part.name
        for part in call.keywords
        if isinstance(part.value, ex.Name) and part.value.name == name
    ]
    if not positions and not keywords:
        return None
    target, skipped = _target(analysis, module, facts, call.function)
    if target is None:
        return None
    parameters = analysis.function(target.module, target.index).parameters
    for position, parameter in enumerate(parameters):
        if parameter.annotation is None and (
            position - skipped in positions or parameter.name in keywords
        ):
            return _kind(analysis, target.module, target.index, parameter.name)
    return None


def _target(
    analysis: Analysis, module: str, facts: FunctionFacts, function: ex.Expression
) -> tuple[symbols.FunctionDefinition | None, int]:
    first = facts.parameters[0].name if facts.parameters and facts.owner is not None else ""
    match function:
        case ex.Attribute(base=ex.Name(name=name), name=method) if (
            name == first and facts.owner is not None
        ):
            owner = f"{module}.{analysis.class_facts(module, facts.owner).scope}"
            found = analysis.project.classes.find_method(owner, method)
            return (None, 0) if found is None else (found[1], 1)
        case _:
            pass
    definition = analysis.project.symbols.resolve(module, function)
    return (definition, 0) if isinstance(definition, symbols.FunctionDefinition) else (None, 0)
