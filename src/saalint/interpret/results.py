"""Running a statement: the entities it loads into the session, and the result that gives its rows."""

from __future__ import annotations

from dataclasses import replace

from saalint.interpret import flushing, lifecycle, loading, statements
from saalint.interpret.heap import Items
from saalint.interpret.machine import Machine
from saalint.interpret.values import (
    NONE,
    ClassReference,
    ColumnTarget,
    EntityTarget,
    Expression,
    ExternalMethod,
    Literal,
    MappedAttribute,
    Reference,
    Result,
    Statement,
    Tuple,
    Unknown,
    UnknownTarget,
    Value,
    union,
)
from saalint.source.positions import Place


def execute(machine: Machine, session: Reference, statement: Value, kind: str, at: Place) -> Value:
    """Run a statement; `kind` is that of the session's method. An unknown one flushes and gives unknown rows."""
    lifecycle.begin(machine, session)
    flushing.autoflush(machine, session, at)
    alternatives = statements.as_statement(machine, statement)
    if not alternatives:
        if kind == "scalar":
            return Unknown("the result of an unknown statement")
        item = Unknown("a row of an unknown statement")
        return _result((item,), ("",), kind)
    first = alternatives[0]
    if first.kind in ("update", "delete", "insert") and not first.is_returning:
        lifecycle.bulk_change(machine, session, first, at)
        return _result((Unknown("a row of a statement that changes"),), ("",), kind)
    many = kind != "scalar"
    items = _items(machine, session, alternatives, at, is_many=many)
    names = tuple(_name(target) for target in first.targets)
    if kind == "scalar":
        return union((items[0], NONE)) if items else NONE
    return _result(items, names, kind)


def _result(items: tuple[Value, ...], names: tuple[str, ...], kind: str) -> Result:
    return Result(
        items=items,
        names=names,
        is_scalar=kind in ("scalars", "stream-scalars")
        or (kind == "exec" and len(items) == 1)
        or (kind == "query" and len(items) == 1),
        is_streamed=kind in ("stream", "stream-scalars"),
        is_unique=False,
    )


def _name(target: EntityTarget | ColumnTarget | UnknownTarget) -> str:
    match target:
        case EntityTarget(mapper=mapper, name=name):
            return name or mapper.rsplit(".", 1)[-1]
        case ColumnTarget(name=name):
            return name
        case UnknownTarget():
            return ""


def _items(
    machine: Machine, session: Reference, alternatives: list[Statement], at: Place, *, is_many: bool
) -> tuple[Value, ...]:
    first = alternatives[0]
    items: list[Value] = []
    for position, target in enumerate(first.targets):
        match target:
            case EntityTarget():
                matching = [
                    (found, other.targets[position])
                    for other in alternatives
                    if position < len(other.targets) and isinstance(found := other, Statement)
                ]
                loads = [
                    (found, kept) for found, kept in matching if isinstance(kept, EntityTarget)
                ]
                items.append(loading.load(machine, session, loads, at, position, is_many=is_many))
            case ColumnTarget():
                items.append(Unknown("a column's value"))
            case UnknownTarget(reason=reason):
                items.append(Unknown(reason))
    return tuple(items)


def row(result: Result) -> Value:
    """Any row of a result."""
    if result.is_scalar:
        return result.items[0] if result.items else Unknown("a row without columns")
    return Tuple(result.items, result.names)


def call_method(
    machine: Machine, result: Result, name: str, arguments: tuple[Value, ...], at: Place
) -> Value:
    """What a method of a result gives; of a streamed one, waiting is left to the caller."""
    operation = machine.analysis.operations.result_methods.get(name)
    match operation:
        case "all":
            return machine.allocate(machine.site(at, "rows"), Items(rest=row(result)))
        case "partitions":
            inner = machine.allocate(machine.site(at, "rows"), Items(rest=row(result)))
            return machine.allocate(machine.site(at, "partitions"), Items(rest=inner))
        case "one":
            return row(result)
        case "optional":
            return union((row(result), NONE))
        case "scalar":
            return _first(result)
        case "scalar-optional":
            return union((_first(result), NONE))
        case "scalars":
            return _scalars(result, arguments)
        case "columns":
            return _columns(result, arguments)
        case "unique":
            return replace(result, is_unique=True)
        case "self":
            return result
        case "none":
            return NONE
        case _:
            return (
                ExternalMethod(result, name) if operation is None else Unknown("keys of a result")
            )


def _first(result: Result) -> Value:
    return result.items[0] if result.items else Unknown("a row without columns")


def _position(result: Result, index: Value) -> int | None:
    # a column of a row by its position, its name, or what was selected
    match index:
        case Literal(value=int(position)):
            return position if -len(result.items) <= position < len(result.items) else None
        case Literal(value=str(name)) | MappedAttribute(name=name) | Expression(label=name):
            return result.names.index(name) if name in result.names else None
        case ClassReference(name=name):
            short = name.rsplit(".", 1)[-1]
            return result.names.index(short) if short in result.names else None
        case _:
            return None


def _columns(result: Result, arguments: tuple[Value, ...]) -> Result:
    positions = [_position(result, argument) for argument in arguments]
    return replace(
        result,
        items=tuple(
            Unknown("a column that is not known") if n is None else result.items[n]
            for n in positions
        ),
        names=tuple("" if n is None else result.names[n] for n in positions),
    )


def _scalars(result: Result, arguments: tuple[Value, ...]) -> Result:
    position = _position(result, arguments[0]) if arguments else 0
    if position is None:
        return replace(
            result, items=(Unknown("a column that is not known"),), names=("",), is_scalar=True
        )
    if result.is_scalar or position >= len(result.items):
        return replace(result, is_scalar=True)
    return replace(
        result,
        items=(result.items[position],),
        names=(result.names[position],) if position < len(result.names) else ("",),
        is_scalar=True,
    )
