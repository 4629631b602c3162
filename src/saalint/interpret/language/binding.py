"""Arguments to parameters: what a call passes, defaults, and what declarations tell of the rest."""

from __future__ import annotations

from collections.abc import Hashable

from saalint.facts import expressions as ex
from saalint.facts.records import FunctionFacts, Parameter, ParameterKind
from saalint.interpret.calling import dependencies, inferred
from saalint.interpret.domain.heap import Items, Table
from saalint.interpret.domain.values import (
    NONE,
    FunctionReference,
    Keywords,
    Reference,
    Tuple,
    Unknown,
    Value,
    literal,
    members,
    union,
)
from saalint.interpret.language import declared as types
from saalint.interpret.language import promises, tables
from saalint.interpret.machine import Machine
from saalint.interpret.queries import loading_notes
from saalint.source.positions import Place

# stands in the keywords of a call for what `**mapping` passes under names nobody knows
OTHER_KEYWORDS = "**"
_GATHERING = (ParameterKind.VARIADIC, ParameterKind.VARIADIC_KEYWORDS)


def named(keywords: Keywords) -> Keywords:
    """The keywords that are passed by a known name."""
    return tuple(pair for pair in keywords if pair[0] != OTHER_KEYWORDS)


def spread(machine: Machine, rest: Value, at: Place) -> Value:
    """What `*values` of unknown length passes: any one of them, as a single unknown argument."""
    return machine.allocate(machine.site(at, "spread"), Items(rest=rest, kind="spread"))


def spread_keywords(machine: Machine, value: Value) -> list[tuple[str, Value]]:
    """What `**mapping` passes by name; what it may hold under other names comes last, as a pair of name and value."""
    thing = machine.object_of(value) if isinstance(value, Reference) else None
    name: Value = Unknown("a name in an unknown mapping")
    if not isinstance(thing, Table):
        return [(OTHER_KEYWORDS, Tuple((name, Unknown("a value of an unknown mapping"))))]
    given = list(tables.by_text(thing).items())
    if thing.rest is None:
        return given
    return [*given, (OTHER_KEYWORDS, Tuple((thing.rest_key or name, thing.rest)))]


def bind(
    machine: Machine,
    function: FunctionReference,
    facts: FunctionFacts,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> dict[str, Value]:
    """The value of each parameter for a call."""
    bound: dict[str, Value] = {}
    given, position = dict(keywords), 0
    rest = spread_rest(machine, arguments)
    arguments = arguments if rest is None else arguments[:-1]
    key = (*machine.site(at, "argument"), function.module, function.index)
    for parameter in facts.parameters:
        match parameter.kind:
            case ParameterKind.POSITIONAL_ONLY | ParameterKind.PLAIN:
                if position < len(arguments):
                    bound[parameter.name] = arguments[position]
                    position += 1
                elif parameter.name in given:
                    bound[parameter.name] = given.pop(parameter.name)
                elif rest is not None:
                    bound[parameter.name] = rest
            case ParameterKind.VARIADIC:
                items = Items(items=arguments[position:], rest=rest, kind="tuple")
                position = len(arguments)
                bound[parameter.name] = machine.allocate((*key, parameter.name), items)
            case ParameterKind.KEYWORD_ONLY:
                if parameter.name in given:
                    bound[parameter.name] = given.pop(parameter.name)
            case ParameterKind.VARIADIC_KEYWORDS:
                bound[parameter.name] = machine.allocate((*key, parameter.name), _table(given))
    return {
        parameter.name: _refined(machine, function, parameter, bound[parameter.name], key)
        if parameter.name in bound
        else _default(machine, function, parameter, key)
        for parameter in facts.parameters
    }


def _table(given: dict[str, Value]) -> Table:
    other = given.pop(OTHER_KEYWORDS, None)
    rest_key, rest = other.items if isinstance(other, Tuple) else (None, other)
    entries = tuple((literal(name), value) for name, value in given.items())
    return Table(entries=entries, rest=rest, rest_key=rest_key)


def spread_rest(machine: Machine, arguments: tuple[Value, ...]) -> Value | None:
    """What stands for the arguments of which nobody knows how many there are."""
    if not arguments or not isinstance(arguments[-1], Reference):
        return None
    thing = machine.object_of(arguments[-1])
    return thing.rest if isinstance(thing, Items) and thing.kind == "spread" else None


def _default(
    machine: Machine, function: FunctionReference, parameter: Parameter, key: tuple[Hashable, ...]
) -> Value:
    match parameter.default:
        case ex.Constant(value=value, is_ellipsis=False):
            return literal(value)
        case _:
            # `author: Annotated[Author, Depends(find_author)]`, `author: Author = Depends(find_author)`
            dependency = dependencies.of_parameter(machine, function, parameter)
    if dependency is not None:
        return dependency
    if parameter.default is None:
        return from_declaration(machine, function, parameter, key, None)
    known = dict(function.captured).get(parameter.name)
    return known or machine.analysis.default_value(machine, function, parameter)


def _refined(
    machine: Machine,
    function: FunctionReference,
    parameter: Parameter,
    value: Value,
    key: tuple[Hashable, ...],
) -> Value:
    if parameter.kind not in _GATHERING:
        value = promises.kept(machine, function.module, parameter.annotation, value)
    # an argument of which nothing is known is what the parameter declares, and the same thing in each call
    unknown = next((member for member in members(value) if isinstance(member, Unknown)), None)
    if unknown is None:
        return value
    if unknown.symbol is not None:
        key = ("refined", *unknown.symbol)
    found = from_declaration(machine, function, parameter, key, None)
    if isinstance(found, Unknown):
        return value
    loading_notes.taken(machine, unknown, found)
    known = [member for member in members(value) if not isinstance(member, Unknown)]
    return union([*known, found])


def from_declaration(
    machine: Machine,
    function: FunctionReference,
    parameter: Parameter,
    key: tuple[Hashable, ...],
    receiver: Value | None,
) -> Value:
    """What a parameter's declared type tells."""
    symbol = (function.module, function.index, parameter.name)
    if _is_flag(parameter):
        return Unknown("a flag of the caller's", ("flag", *symbol))
    if parameter.annotation is None:
        session = inferred.of_parameter(
            machine, function.module, function.index, parameter.name, key
        )
        if session is not None:
            return session
        return Unknown("a parameter without a declared type", (_kind(machine, parameter), *symbol))
    bound = machine.analysis.bound_types_of(machine, receiver, function.owner)
    scope = types.Scope(function.module, bound, receiver)
    value = types.value_of(machine, parameter.annotation, scope, (*key, parameter.name))
    if parameter.kind is ParameterKind.VARIADIC:
        return machine.allocate((*key, parameter.name, "*"), Items(rest=value, kind="tuple"))
    if parameter.kind is ParameterKind.VARIADIC_KEYWORDS:
        return machine.allocate((*key, parameter.name, "**"), Table(rest=value))
    if isinstance(value, Unknown):
        return Unknown(value.reason, (_kind(machine, parameter), *symbol))
    return inferred.as_awaited(machine, *symbol, value)


def _kind(machine: Machine, parameter: Parameter) -> str:
    # what the framework hands to every view and factory goes by this name; a project adds to it
    is_known = machine.analysis.project.renderings.requests.is_known
    return "request" if is_known and parameter.name == "request" else "parameter"


def _is_flag(parameter: Parameter) -> bool:
    match parameter.annotation:
        case ex.Name(name="bool"):
            return True
        case None:
            return isinstance(parameter.default, ex.Constant) and isinstance(
                parameter.default.value, bool
            )
        case _:
            return False


def declared(
    machine: Machine,
    function: FunctionReference,
    facts: FunctionFacts,
    receiver: Value | None,
    key: tuple[Hashable, ...],
) -> dict[str, Value]:
    """The value of each parameter where no call is known: what the declarations tell, dependencies injected."""
    bound: dict[str, Value] = {}
    for position, parameter in enumerate(facts.parameters):
        if position == 0 and receiver is not None:
            bound[parameter.name] = receiver
            continue
        dependency = dependencies.of_parameter(machine, function, parameter)
        if dependency is not None:
            bound[parameter.name] = dependency
            continue
        value = from_declaration(machine, function, parameter, key, receiver)
        if _may_be_left_out(parameter) and isinstance(value, Unknown) and value.symbol is not None:
            value = union((value, NONE))
        bound[parameter.name] = value
    return bound


def _may_be_left_out(parameter: Parameter) -> bool:
    # `def find(session, author=None)`
    match parameter:
        case Parameter(annotation=None, default=ex.Constant(value=None, is_ellipsis=False)):
            return True
        case _:
            return False
