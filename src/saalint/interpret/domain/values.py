"""The abstract values: a closed family of immutable, comparable records that variables and objects hold.

What can change (entities, sessions, lists, instances) lives in the heap; values refer to it by location.
Places are kept out of comparison, so that two calls that pass the same shapes share one analysis.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import TypeAlias

from saalint.interpret.events import Step
from saalint.interpret.record import record

Location: TypeAlias = int


@record()
class Unknown:
    """Not known, with the reason. Two unknowns with one symbol are the same value at run time.

    `is_stored` holds of what a database gave: `None` or some text or number, and never an object that the program made.
    """

    reason: str = field(compare=False)
    symbol: tuple[object, ...] | None = None
    is_stored: bool = False


# the symbol of a key begins so where its object is at hand somewhere, and nothing else is known of it
KEY_AT_HAND = "key at hand"


@record()
class Literal:
    """A constant; `kind` keeps `True` and `1` apart."""

    value: str | int | float | bool | None
    kind: str


def literal(value: str | float | bool | None) -> Literal:  # noqa: FBT001 - the value is the datum
    """The literal of a Python constant."""
    return Literal(value, type(value).__name__)


NONE = literal(None)


@record()
class Reference:
    """An object in the heap."""

    location: Location


@record()
class RowShape:
    """What a row of a result is: a `Row`, or a `RowMapping`; `is_named` where each of its columns has a known name."""

    is_mapping: bool
    is_named: bool
    origin: Step | None = field(default=None, compare=False)


@record()
class Tuple:
    """A tuple of known length; `names` are set for rows and named tuples, `shape` for rows.

    `class_name` is the project's own class that inherits from `NamedTuple`.
    """

    items: tuple[Value, ...]
    names: tuple[str, ...] = ()
    shape: RowShape | None = None
    class_name: str = ""


@record()
class ClassReference:
    """A class of the project (mapped or not), with the arguments of a generic alias."""

    name: str
    arguments: tuple[Value, ...] = ()


@record()
class Alias:
    """`aliased(Entity)` or `with_polymorphic(Entity, …)`; `key` tells two aliases of one entity apart.

    `name` is what a row calls it: empty where it was given none, None where that is not known.
    """

    mapper: str
    key: tuple[object, ...]
    subclasses: tuple[str, ...] = ()
    name: str | None = ""


@record()
class FunctionReference:
    """A function of the project. `frame` is the number of the frame it closes over, `captured` what it saw there."""

    module: str
    index: int
    owner: str | None = None
    frame: int | None = None
    captured: tuple[tuple[str, Value], ...] = ()


@record()
class BoundMethod:
    """A function with its first argument."""

    function: FunctionReference
    receiver: Value


@record()
class External:
    """A function, class or module outside the project, by canonical name, with the arguments of a generic alias."""

    name: str
    arguments: tuple[Value, ...] = ()


@record()
class ExternalMethod:
    """`receiver.name` where the library says what the method means."""

    receiver: Value
    name: str


@record()
class ExternalInstance:
    """An instance of a class outside the project, with the arguments of its generic type."""

    name: str
    arguments: tuple[Value, ...] = ()


@record()
class ModuleReference:
    """A module of the project."""

    name: str


@record()
class Partial:
    """`functools.partial(function, …)`."""

    function: Value
    arguments: tuple[Value, ...]
    keywords: Keywords


@record()
class MappedAttribute:
    """`Author.books` on the class: what queries and loader options are built from."""

    entity: ClassReference | Alias
    name: str
    of_type: tuple[str, ...] = ()


@record()
class Criterion:
    """`Author.id == value`, as far as it names one object, and `Author.id.in_(value)`, which `is_among` tells."""

    attribute: MappedAttribute
    value: Value
    is_among: bool = False


@record()
class Expression:
    """A SQL expression that is not an entity; `label` names its column in a row.

    `columns` are those that `text("SELECT id, name FROM …")` names; empty where they are not known.
    `is_evaluable` holds for `Book.stock - 1`, which Python can compute from the object as well.
    `criteria` are those that all rows meet of which it is true: `and_(Book.author_id == 1, …)`.
    """

    label: str = ""
    columns: tuple[str, ...] = ()
    is_evaluable: bool = False
    criteria: tuple[Criterion, ...] = ()


@record()
class OptionLink:
    """One link of a loader path: an attribute of an entity, `*` for a wildcard; `of_type` narrows the target."""

    owner: str
    attribute: str
    of_type: tuple[str, ...] = ()
    alias: tuple[object, ...] = ()


@record()
class OptionEntry:
    """A strategy at the end of a loader path.

    `strategy` is one of the loader strategies, or `load_only`, `defer`, `undefer`, `undefer_group`,
    `selectin_polymorphic`; `names` are its columns, groups or classes; `depth` is a recursion depth.
    """

    path: tuple[OptionLink, ...]
    strategy: str
    names: tuple[str, ...] = ()
    depth: int | None = None


@record()
class LoaderOption:
    """A loader option: its entries, and the path where a chained call goes on."""

    entries: tuple[OptionEntry, ...]
    cursor: tuple[OptionLink, ...] = ()
    root: str | None = None


@record()
class EntityTarget:
    """An entity that a statement selects; `name` is what a row calls an alias, as in `Alias`."""

    mapper: str
    alias: tuple[object, ...] = ()
    subclasses: tuple[str, ...] = ()
    name: str | None = ""


@record()
class ColumnTarget:
    """A column or expression that a statement selects, by its name in the row; empty where that is not known."""

    name: str


@record()
class UnknownTarget:
    """Something selected that is not understood."""

    reason: str = field(compare=False)


Target: TypeAlias = EntityTarget | ColumnTarget | UnknownTarget


@record()
class RowLink:
    """What a join says of a row: the `foreign_key` of its `child` is the key of its `parent`, both mapped classes."""

    child: str
    foreign_key: str
    parent: str


@record(kw_only=True)
class Statement:
    """A `select()`, legacy `Query`, or a DML statement (`kind`); `session` is set for a `Query`.

    `has_unknown_options` holds where options were passed that the analysis cannot read, `is_unsynchronized` under
    `synchronize_session=False`, `is_limited` after `limit()`, `is_flushed_first` without `autoflush=False`.
    `changes` are the columns that an UPDATE sets to what Python can compute, `sql_changes` those set to other SQL.
    """

    kind: str
    targets: tuple[Target, ...]
    options: tuple[LoaderOption, ...] = ()
    has_unknown_options: bool = False
    criteria: tuple[Criterion, ...] = ()
    row_links: tuple[RowLink, ...] = ()
    is_filtered: bool = False
    is_limited: bool = False
    is_populating: bool = False
    is_returning: bool = False
    is_unsynchronized: bool = False
    is_flushed_first: bool = True
    changes: tuple[str, ...] = ()
    sql_changes: tuple[str, ...] = ()
    session: Reference | None = None
    origin: Step | None = field(default=None, compare=False)


@record(kw_only=True)
class Result:
    """Rows that were fetched: each row is `items`; `scalars` holds the first one. `is_streamed` for AsyncResult.

    `is_named` holds where each column has a known name, `is_of_entities` where a `select()` of the ORM was run.
    `is_repeated` where a collection was joined to the rows, `is_open_ended` where nothing limits their number.
    `is_row_by_row` where each row is known: their one item is one of several values then, which are the rows in order.
    """

    items: tuple[Value, ...]
    names: tuple[str, ...]
    is_scalar: bool
    is_streamed: bool
    is_unique: bool
    is_mapping: bool = False
    is_named: bool = False
    is_of_entities: bool = False
    is_repeated: bool = False
    is_open_ended: bool = False
    is_row_by_row: bool = False
    origin: Step | None = field(default=None, compare=False)


@record()
class PendingCall:
    """A coroutine or generator that has been made and not yet run."""

    callee: Value
    arguments: tuple[Value, ...]
    keywords: Keywords
    kind: str
    origin: Step | None = field(default=None, compare=False)


@record()
class Ready:
    """An awaitable whose value is known already, as that of a task is; `task` tells which one."""

    value: Value
    task: tuple[object, ...] | None = None


@record()
class Manager:
    """A context manager made by calling a generator function under `@contextmanager`."""

    call: PendingCall


@record()
class Transaction:
    """What `session.begin()` and `begin_nested()` give."""

    session: Reference
    is_nested: bool
    marker: tuple[object, ...]


@record()
class AttributeAccess:
    """A view of an entity: `awaitable_attrs`, `inspect(obj)`, `obj.__dict__`, by `kind`."""

    entity: Reference
    kind: str


@record()
class Super:
    """`super()` inside a method of `owner`."""

    owner: str
    receiver: Value


@record()
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

# the arguments of a call that are given by name
Keywords: TypeAlias = tuple[tuple[str, Value], ...]

MOST_MEMBERS = 8
# as many as one table names them: `HANDLERS[action](session, user)`
_MOST_FUNCTIONS = 32


def members(value: Value) -> tuple[Value, ...]:
    """The alternatives of a value: those of a union, else the value alone."""
    return value.members if isinstance(value, Union) else (value,)


def union(values: Iterable[Value]) -> Value:
    """The value that is one of these. Of more than a few values nothing is known, of functions and calls of many."""
    found: dict[Value, None] = {}
    for value in values:
        if isinstance(value, Union):
            found.update(dict.fromkeys(value.members))
        else:
            found[value] = None
    if len(found) > MOST_MEMBERS:
        functions = sum(
            isinstance(each, FunctionReference | BoundMethod | PendingCall) for each in found
        )
        if len(found) - functions > MOST_MEMBERS or functions > _MOST_FUNCTIONS:
            return Unknown("more alternatives than are kept apart")
    alternatives = tuple(found)
    if len(alternatives) == 1:
        return alternatives[0]
    if not alternatives:
        return Unknown("no value reaches here")
    return Union(alternatives)


def one_of(values: Iterable[Value], reason: str) -> Value:
    """The value that is one of these; not known, for a reason, where there are none."""
    return union_if_any(values) or Unknown(reason)


def union_if_any(values: Iterable[Value]) -> Value | None:
    """The value that is one of these; None where there are none."""
    found = tuple(values)
    return union(found) if found else None


def with_rest(known: Iterable[Value], rest: Value | None) -> tuple[Value, ...]:
    """Known items and, where there may be more of them, what stands for those."""
    return tuple(known) if rest is None else (*known, rest)


def without_none(value: Value) -> Value:
    """The value where it is known not to be `None`."""
    kept = [member for member in members(value) if member != NONE]
    return one_of(kept, "`None` where a value was expected")
