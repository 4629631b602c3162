"""The abstract heap: what can change. Objects are immutable records; a change replaces the record at its location."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TypeAlias

from saalint.interpret.domain.plans import Plan
from saalint.interpret.domain.values import (
    Literal,
    Reference,
    Value,
    union_if_any,
    with_rest,
)
from saalint.interpret.events import Attachment, LoaderStep, LoadState, SessionKind, Step
from saalint.interpret.record import record, replace
from saalint.project.mapped import SourcePlace


@record()
class AttributeState:
    """What is known of one attribute: its possible states, its value where loaded, and what took it away.

    `is_by_identity` marks a many-to-one that costs nothing only while the session holds its target,
    `is_plausible` one whose target the session may hold, `is_met` a value that was met by reading the attribute: what
    stands behind several objects that were summarised, and not one thing that was assigned to all of them, `is_of_few`
    what only few of the objects have for which the entity stands: the others lack it, `is_shared` a foreign key that
    the query asked for, which all of its rows have.
    """

    state: LoadState
    value: Value | None = None
    cause: Step | None = field(default=None, compare=False)
    is_by_identity: bool = False
    is_plausible: bool = False
    is_met: bool = False
    is_of_few: bool = False
    is_shared: bool = False


States: TypeAlias = tuple[tuple[str, AttributeState], ...]

# among the columns that were set: one whose name is not known
SOME_COLUMN = "*"


class Origin(Enum):
    """How the attributes of an entity that were not touched since came to be."""

    QUERY = auto()
    CONSTRUCTOR = auto()
    INSERT = auto()
    EXPIRED = auto()
    UNKNOWN = auto()


class Deletion(Enum):
    """How far `session.delete(obj)` has come: not at all, until the next flush, until the next commit.

    POSSIBLE where a DELETE of rows that are not known, or a cascade, may have met the object.
    """

    NONE = auto()
    POSSIBLE = auto()
    MARKED = auto()
    FLUSHED = auto()


class Extent(Enum):
    """How many objects an entity stands for: one, several, all of its class, or each of these in a turn of a loop.

    FEW are those of a class that belong to one object, as the books of an author do: there are others.
    """

    ONE = auto()
    FEW = auto()
    SEVERAL = auto()
    WHOLE = auto()
    EACH = auto()


class Savepoint(Enum):
    """What happened to an object since the innermost savepoint, or since one around it: a rollback takes that back."""

    UNTOUCHED = auto()
    CHANGED_BEFORE = auto()
    CHANGED = auto()
    INSERTED = auto()


@record()
class Background:
    """What holds for all attributes of an entity that have no state of their own."""

    origin: Origin
    plan: Plan | None = None
    cause: Step | None = field(default=None, compare=False)


class Referring:
    """An object that refers to others: what it refers to is looked up once, and is no part of what it is."""

    __slots__ = ("known_references",)

    known_references: tuple[Reference, ...]


@record(kw_only=True)
class Entity(Referring):
    """An object of a mapped class.

    Which object: one of a `mapper`; `narrowed_from` are those it was known by before `isinstance` told more. `identity`
    is its primary key where known, `extent` how many objects it stands for. `is_constructed` tells one that the program
    made from one that a query gave, `is_linked` one of those to which rows may point: its primary key was asked for, or
    another was put behind it.

    What is loaded: `backgrounds` has several members where paths differ, `states` are of what was touched since. `plan`
    is that of its first load, which a refresh applies again; `is_first` tells one that its session cannot have had
    before its query, so that the options are its own, `is_fetched_in_part` an expired one that has a part of its values
    again, so that `get()` fetches no more, `is_beyond_failure` one to which only reads that raise lead.

    Towards its session: its `attachment`, and `left`, what detached it. `changed` are the columns set since the last
    flush, and the collections that something was put into before they were loaded, `uncommitted` those since the last
    commit, which a rollback takes back. `is_dirty` says that something was changed, `is_new` that it was inserted in
    this transaction.

    For messages and fixes only: its `query`, the `path` of loaders to it, the calls that gave it (`returned_by`,
    innermost first), and `again`, a later query that gave the same object. `is_as_queried` is false where the session
    may have had it before that query, or where it was expired since, for what the query loads more may not reach it.
    """

    mapper: str
    narrowed_from: tuple[str, ...] = ()
    identity: Value | None = None
    extent: Extent = Extent.ONE
    is_constructed: bool = False
    is_linked: bool = False

    backgrounds: tuple[Background, ...]
    states: States = ()
    plan: Plan | None = None
    is_first: bool = False
    is_fetched_in_part: bool = False
    is_beyond_failure: bool = False

    attachment: Attachment = Attachment.PERSISTENT
    session: Reference | None = None
    left: Step | None = field(default=None, compare=False)
    changed: tuple[str, ...] = ()
    uncommitted: tuple[str, ...] = ()
    is_dirty: bool = False
    is_new: bool = False
    deletion: Deletion = Deletion.NONE
    savepoint: Savepoint = Savepoint.UNTOUCHED

    query: Step | None = field(default=None, compare=False)
    query_text: str = field(default="", compare=False)
    path: tuple[LoaderStep, ...] = field(default=(), compare=False)
    returned_by: tuple[SourcePlace, ...] = field(default=(), compare=False)
    again: Step | None = field(default=None, compare=False)
    is_as_queried: bool = field(default=True, compare=False)

    def get(self, name: str) -> AttributeState | None:
        """The state of an attribute that was touched."""
        for known, state in self.states:
            if known == name:
                return state
        return None

    @property
    def is_whole(self) -> bool:
        """Whether it stands for all objects of its class."""
        return self.extent is Extent.WHOLE

    @property
    def is_one_row(self) -> bool:
        """Whether it is one object whose key is known: it is the same one wherever it is met again."""
        return self.extent is Extent.ONE and isinstance(self.identity, Literal)

    def with_state(self, name: str, state: AttributeState) -> Entity:
        """The entity with one attribute's state replaced."""
        others = [pair for pair in self.states if pair[0] != name]
        others.append((name, state))
        others.sort(key=_name_of)
        return replace(self, states=tuple(others))

    def with_change(self, names: tuple[str, ...]) -> Entity:
        """The entity with attributes that the next flush writes."""
        changed = tuple(sorted({*self.changed, *names}))
        uncommitted = tuple(sorted({*self.uncommitted, *names}))
        is_new = self.savepoint is Savepoint.INSERTED
        savepoint = self.savepoint if is_new else Savepoint.CHANGED
        return replace(
            self, changed=changed, uncommitted=uncommitted, is_dirty=True, savepoint=savepoint
        )


def _name_of(pair: tuple[str, object]) -> str:
    return pair[0]


@record()
class Task:
    """A task that uses a session and that nobody has waited for; `is_grouped` for one of a task group."""

    key: tuple[object, ...]
    origin: Step = field(compare=False)
    is_grouped: bool


@dataclass(slots=True)
class TaskRecord:
    """The sessions of which one task waited for something, those that it made, and whether it started other tasks."""

    awaited: set[Reference] = field(default_factory=set)
    made: set[Reference] = field(default_factory=set)
    has_started: bool = False


class ActKind(Enum):
    """What a session does that its other objects notice."""

    QUERY = auto()
    FLUSH = auto()
    COMMIT = auto()
    ROLLBACK = auto()
    EXPIRE_ALL = auto()
    CLOSE = auto()


@record()
class Act:
    """Something that a session did, and where."""

    kind: ActKind
    place: SourcePlace = field(compare=False)


Acts: TypeAlias = tuple[Act, ...]

_NO_ACTS: tuple[Acts, ...] = ((),)
# beyond so many ways through a body it is only known that much or nothing was done
_MOST_WAYS = 4


def few_ways(ways: tuple[Acts, ...]) -> tuple[Acts, ...]:
    """The ways through a body, or the busiest of them and none where they are too many."""
    return ways if len(ways) <= _MOST_WAYS else ((), max(ways, key=len))


@record(kw_only=True)
class Session:
    """A session. `expire_on_commit` and `is_autoflush` are None where not known.

    `class_name` is the subclass the project defined, `library_class` the canonical name of the library's class where
    it is known. `is_idle` holds where nothing was executed since the last commit or rollback: there is nothing to roll
    back then. `is_guessed` where only its use tells the kind, `is_bridged` for a sync session on an async engine.
    `application` names whose session it is where all code has one. `savepoints` is how many of them are open where that
    is known, `tasks` are those that use it at this time. `acts` are kept of a session that a callee has without being
    given it, or that `has_others`, objects which it does not get: what it did since the body began, on each way through
    it. `rewritten` are the association tables of which the program took out rows, or put others together.
    """

    kind: SessionKind
    expire_on_commit: bool | None
    is_autoflush: bool | None = True
    is_idle: bool = False
    is_declared: bool = False
    is_guessed: bool = False
    is_bridged: bool = False
    class_name: str | None = None
    application: str = ""
    library_class: str = ""
    savepoints: int | None = 0
    tasks: tuple[Task, ...] = ()
    acts: tuple[Acts, ...] = _NO_ACTS
    has_others: bool = False
    rewritten: tuple[str, ...] = ()

    def having_done(self, *ways: Acts) -> Session:
        """The session after it did one of these; what was done before already takes nothing more away."""
        done = dict.fromkeys(
            (*way, *(act for act in after if act not in way)) for way in self.acts for after in ways
        )
        return replace(self, acts=few_ways(tuple(done)))


@record(kw_only=True)
class Factory:
    """A session factory, and the settings it gives its sessions. `is_guessed` where their kind is not certain."""

    kind: SessionKind
    expire_on_commit: bool | None
    is_autoflush: bool | None = True
    is_guessed: bool = False
    class_name: str | None = None
    library_class: str = ""
    is_scoped: bool = False


@record(kw_only=True)
class Instance(Referring):
    """An object of a class that is not mapped. `is_declared` marks one known by its type only."""

    class_name: str
    fields: tuple[tuple[str, Value], ...] = ()
    arguments: tuple[Value, ...] = ()
    is_declared: bool = False

    def get(self, name: str) -> Value | None:
        """The value of a field that was set."""
        for known, value in self.fields:
            if known == name:
                return value
        return None

    def with_field(self, name: str, value: Value) -> Instance:
        """The instance with one field set."""
        fields = [pair for pair in self.fields if pair[0] != name]
        fields.append((name, value))
        fields.sort(key=_name_of)
        return Instance(
            class_name=self.class_name,
            fields=tuple(fields),
            arguments=self.arguments,
            is_declared=self.is_declared,
        )


# of a longer collection, the beginning is known one by one
_MOST_ITEMS = 32


@record(kw_only=True)
class Items(Referring):
    """A list, set or other collection: known items in order, and `rest` for any number more.

    `last` is the one that ends `rest`, where that is known. `owner` is the entity and attribute it is the mapped
    collection of. `is_of_rows` tells the list that `.all()` gave from one that is declared, and may be anything
    like it.
    """

    items: tuple[Value, ...] = ()
    rest: Value | None = None
    last: Value | None = None
    kind: str = "list"
    owner: tuple[Reference, str] | None = None
    is_of_rows: bool = False

    def element(self) -> Value | None:
        """Any one of the items; None when there are none."""
        return union_if_any(with_rest(self.items, self.rest))

    def with_added(self, known: tuple[Value, ...], rest: Value | None, *, is_once: bool) -> Items:
        """More items at the end; what is added more than once, as in a loop, is any number more."""
        if is_once and self.rest is None and len(self.items) + len(known) <= _MOST_ITEMS:
            return replace(self, items=(*self.items, *known), rest=rest)
        last = known[-1] if known and rest is None and self.kind != "set" else None
        beyond = with_rest((*with_rest((), self.rest), *known), rest)
        return replace(self, rest=union_if_any(beyond), last=last)


@record(kw_only=True)
class Table(Referring):
    """A dict: values by literal key, and `rest` for keys that are not known; `keys` are what iteration gives.

    `default` is what a `defaultdict` calls for a key that is not there.
    """

    entries: tuple[tuple[Value, Value], ...] = ()
    rest: Value | None = None
    rest_key: Value | None = None
    default: Value | None = None

    def element(self) -> Value | None:
        """Any one of the values; None when there are none."""
        return union_if_any(with_rest((value for _, value in self.entries), self.rest))


HeapObject: TypeAlias = Entity | Session | Factory | Instance | Items | Table
Key: TypeAlias = "int | tuple[int, str]"
Content: TypeAlias = "Value | HeapObject"

OBJECTS = (Entity, Session, Factory, Instance, Items, Table)


def has_acted(thing: HeapObject) -> bool:
    """Whether it is a session with which something was done that its objects notice."""
    return isinstance(thing, Session) and thing.acts != _NO_ACTS


def as_given(thing: HeapObject) -> HeapObject:
    """An object as a callee is given it: it learns nothing of what its session did before."""
    return replace(thing, acts=_NO_ACTS) if isinstance(thing, Session) else thing


def without_others(thing: HeapObject) -> HeapObject:
    """A session as a callee is given it that does not get all of its objects; any other object as it is."""
    return replace(thing, has_others=True) if isinstance(thing, Session) else thing
