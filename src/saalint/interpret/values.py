"""The abstract values: a closed family of immutable, comparable records that variables and objects hold.

What can change (entities, sessions, lists, instances) lives in the heap; values refer to it by location.
Places are kept out of comparison, so that two calls that pass the same shapes share one analysis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from saalint.interpret.events import Step

Location: TypeAlias = int


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not known, with the reason. Two unknowns with one symbol are the same value at run time."""

    reason: str = field(compare=False)
    symbol: tuple[object, ...] | None = None


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant; `kind` keeps `True` and `1` apart."""

    value: str | int | float | bool | None
    kind: str


def literal(value: str | float | bool | None) -> Literal:  # noqa: FBT001 - the value is the datum
    """The literal of a Python constant."""
    return Literal(value, type(value).__name__)


NONE = literal(None)


@dataclass(frozen=True, slots=True)
class Reference:
    """An object in the heap."""

    location: Location


@dataclass(frozen=True, slots=True)
class Tuple:
    """A tuple of known length; `names` are set for rows and named tuples."""

    items: tuple[Value, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassReference:
    """A class of the project (mapped or not), with the arguments of a generic alias."""

    name: str
    arguments: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Alias:
    """`aliased(Entity)` or `with_polymorphic(Entity, …)`; `key` tells two aliases of one entity apart.

    `name` is what a row calls it, where it was given one.
    """

    mapper: str
    key: tuple[object, ...]
    subclasses: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class FunctionReference:
    """A function of the project. `frame` is the number of the frame it closes over, `captured` what it saw there."""

    module: str
    index: int
    owner: str | None = None
    frame: int | None = None
    captured: tuple[tuple[str, Value], ...] = ()
    is_raw: bool = False


@dataclass(frozen=True, slots=True)
class BoundMethod:
    """A function with its first argument."""

    function: FunctionReference
    receiver: Value


@dataclass(frozen=True, slots=True)
class External:
    """A function, class or module outside the project, by canonical name."""

    name: str


@dataclass(frozen=True, slots=True)
class ExternalMethod:
    """`receiver.name` where the library says what the method means."""

    receiver: Value
    name: str


@dataclass(frozen=True, slots=True)
class ExternalInstance:
    """An instance of a class outside the project, with the arguments of its generic type."""

    name: str
    arguments: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class ModuleReference:
    """A module of the project."""

    name: str


@dataclass(frozen=True, slots=True)
class Partial:
    """`functools.partial(function, …)`."""

    function: Value
    arguments: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class MappedAttribute:
    """`Author.books` on the class: what queries and loader options are built from."""

    entity: ClassReference | Alias
    name: str
    of_type: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """`Author.id == value`, as far as it names one object."""

    attribute: MappedAttribute
    value: Value


@dataclass(frozen=True, slots=True)
class Expression:
    """A SQL expression that is not an entity; `label` names its column in a row.

    `columns` are those that `text("SELECT id, name FROM …")` names; empty where they are not known.
    """

    label: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionLink:
    """One link of a loader path: an attribute of an entity, `*` for a wildcard; `of_type` narrows the target."""

    owner: str
    attribute: str
    of_type: tuple[str, ...] = ()
    alias: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionEntry:
    """A strategy at the end of a loader path.

    `strategy` is one of the loader strategies, or `load_only`, `defer`, `undefer`, `undefer_group`,
    `selectin_polymorphic`; `names` are its columns, groups or classes; `depth` is a recursion depth.
    """

    path: tuple[OptionLink, ...]
    strategy: str
    names: tuple[str, ...] = ()
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class LoaderOption:
    """A loader option: its entries, and the path where a chained call goes on."""

    entries: tuple[OptionEntry, ...]
    cursor: tuple[OptionLink, ...] = ()
    root: str | None = None


@dataclass(frozen=True, slots=True)
class EntityTarget:
    """An entity that a statement selects; `name` is what a row calls it, where that is not the class's name."""

    mapper: str
    alias: tuple[object, ...] = ()
    subclasses: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class ColumnTarget:
    """A column or expression that a statement selects, by its name in the row."""

    name: str


@dataclass(frozen=True, slots=True)
class UnknownTarget:
    """Something selected that is not understood."""

    reason: str = field(compare=False)


Target: TypeAlias = EntityTarget | ColumnTarget | UnknownTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A `select()`, legacy `Query`, or a DML statement (`kind`); `session` is set for a `Query`.

    `has_unknown_options` holds where options were passed that the analysis cannot read, `is_unsynchronized` under
    `synchronize_session=False`.
    """

    kind: str
    targets: tuple[Target, ...]
    options: tuple[LoaderOption, ...] = ()
    has_unknown_options: bool = False
    criteria: tuple[Criterion, ...] = ()
    is_filtered: bool = False
    is_populating: bool = False
    is_returning: bool = False
    is_unsynchronized: bool = False
    changes: tuple[str, ...] = ()
    session: Reference | None = None
    origin: Step | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Rows that were fetched: each row is `items`; `scalars` holds the first one. `is_streamed` for AsyncResult."""

    items: tuple[Value, ...]
    names: tuple[str, ...]
    is_scalar: bool
    is_streamed: bool
    is_unique: bool


@dataclass(frozen=True, slots=True)
class PendingCall:
    """A coroutine or generator that has been made and not yet run."""

    callee: Value
    arguments: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    kind: str
    origin: Step | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Ready:
    """An awaitable whose value is known already, as a gathered task is."""

    value: Value


@dataclass(frozen=True, slots=True)
class Manager:
    """A context manager made by calling a generator function under `@contextmanager`."""

    call: PendingCall


@dataclass(frozen=True, slots=True)
class Transaction:
    """What `session.begin()` and `begin_nested()` give."""

    session: Reference
    is_nested: bool
    marker: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class AttributeAccess:
    """A view of an entity: `awaitable_attrs`, `inspect(obj)`, `obj.__dict__`, by `kind`."""

    entity: Reference
    kind: str


@dataclass(frozen=True, slots=True)
class Super:
    """`super()` inside a method of `owner`."""

    owner: str
    receiver: Value


@dataclass(frozen=True, slots=True)
class Union:
    """One of several values."""

    members: tuple[Value, ...]


Value: TypeAlias = (
    Unknown
    | Literal
    | Reference
    | Tuple
    | ClassReference
    | Alias
    | FunctionReference
    | BoundMethod
    | External
    | ExternalMethod
    | ExternalInstance
    | ModuleReference
    | Partial
    | MappedAttribute
    | Criterion
    | Expression
    | LoaderOption
    | Statement
    | Result
    | PendingCall
    | Ready
    | Manager
    | Transaction
    | AttributeAccess
    | Super
    | Union
)

MOST_MEMBERS = 8


def members(value: Value) -> tuple[Value, ...]:
    """The alternatives of a value: those of a union, else the value alone."""
    return value.members if isinstance(value, Union) else (value,)


def union(values: Iterable[Value]) -> Value:
    """The value that is one of these. Beyond `MOST_MEMBERS` alternatives nothing is known."""
    found: dict[Value, None] = {}
    for value in values:
        for member in members(value):
            found.setdefault(member)
    if len(found) > MOST_MEMBERS:
        return Unknown("more alternatives than are kept apart")
    alternatives = tuple(found)
    if len(alternatives) == 1:
        return alternatives[0]
    if not alternatives:
        return Unknown("no value reaches here")
    return Union(alternatives)


def without_none(value: Value) -> Value:
    """The value where it is known not to be `None`."""
    kept = [member for member in members(value) if member != NONE]
    return union(kept) if kept else Unknown("`None` where a value was expected")


Change: TypeAlias = Callable[["Reference | Unknown"], "Value"]


def note_references(value: Value, found: dict[Reference, None]) -> None:
    """Add every reference that a value holds, in order."""
    match value:
        case Reference():
            found.setdefault(value)
        case Union(members=parts) | Tuple(items=parts) | Result(items=parts):
            for part in parts:
                note_references(part, found)
        case FunctionReference(captured=pairs):
            for _, part in pairs:
                note_references(part, found)
        case BoundMethod(receiver=inner) | ExternalMethod(receiver=inner) | Super(receiver=inner):
            note_references(inner, found)
        case Partial(function=inner) | PendingCall(callee=inner):
            note_references(inner, found)
            for part in value.arguments:
                note_references(part, found)
            for _, part in value.keywords:
                note_references(part, found)
        case Ready(value=inner) | Criterion(value=inner) | Manager(call=inner):
            note_references(inner, found)
        case Statement(session=session, criteria=criteria):
            if session is not None:
                found.setdefault(session)
            for criterion in criteria:
                note_references(criterion.value, found)
        case Transaction(session=reference) | AttributeAccess(entity=reference):
            found.setdefault(reference)
        case _:
            return


def map_references(value: Value, change: Change) -> Value:
    """The value with every reference, and every unknown that has a symbol, replaced by what `change` makes of it."""
    match value:
        case Reference():
            return change(value)
        case Unknown(symbol=symbol):
            return value if symbol is None else change(value)
        case (
            Literal()
            | ClassReference()
            | Alias()
            | External()
            | ExternalInstance()
            | ModuleReference()
            | MappedAttribute()
            | Expression()
            | LoaderOption()
        ):
            return value
        case Tuple(items=items):
            return replace(value, items=_map_all(items, change))
        case Union(members=parts):
            return union(_map_all(parts, change))
        case FunctionReference(captured=captured, frame=frame):
            if frame is None and not captured:
                return value
            # numbers of frames mean something inside one machine only: beyond it a closure has what it captured
            return replace(value, captured=_map_pairs(captured, change), frame=None)
        case (
            BoundMethod(receiver=receiver)
            | ExternalMethod(receiver=receiver)
            | Super(receiver=receiver)
        ):
            return replace(value, receiver=map_references(receiver, change))
        case Partial():
            return Partial(
                map_references(value.function, change),
                _map_all(value.arguments, change),
                _map_pairs(value.keywords, change),
            )
        case Criterion(attribute=attribute):
            return Criterion(attribute, map_references(value.value, change))
        case Statement():
            return _map_statement(value, change)
        case Result(items=items):
            return replace(value, items=_map_all(items, change))
        case PendingCall():
            return replace(
                value,
                callee=map_references(value.callee, change),
                arguments=_map_all(value.arguments, change),
                keywords=_map_pairs(value.keywords, change),
            )
        case Ready():
            return Ready(map_references(value.value, change))
        case Manager(call=call):
            mapped = map_references(call, change)
            assert isinstance(mapped, PendingCall)
            return Manager(mapped)
        case Transaction(session=reference):
            mapped = change(reference)
            return replace(value, session=mapped) if isinstance(mapped, Reference) else mapped
        case AttributeAccess(entity=reference):
            mapped = change(reference)
            return replace(value, entity=mapped) if isinstance(mapped, Reference) else mapped
        case _:
            assert_never(value)


def _map_all(values: tuple[Value, ...], change: Change) -> tuple[Value, ...]:
    return tuple(map_references(value, change) for value in values)


def _map_pairs(
    pairs: tuple[tuple[str, Value], ...], change: Change
) -> tuple[tuple[str, Value], ...]:
    return tuple((name, map_references(value, change)) for name, value in pairs)


def _map_statement(value: Statement, change: Change) -> Value:
    if value.session is None and not value.criteria:
        return value
    session = None if value.session is None else change(value.session)
    if session is not None and not isinstance(session, Reference):
        return session
    criteria = tuple(
        Criterion(criterion.attribute, map_references(criterion.value, change))
        for criterion in value.criteria
    )
    return replace(value, session=session, criteria=criteria)
