"""The abstract heap: what can change, and a memory of variables and objects that branches write on without copying.

Objects are immutable records; a change replaces the record at its location. A `Memory` is a chain of overlays, one
for each branch that is open; joining branches looks only at what they wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from itertools import takewhile
from typing import TypeAlias, assert_never

from saalint.interpret.events import Attachment, LoadState, SessionKind, Step
from saalint.interpret.plans import Plan
from saalint.interpret.values import (
    Change,
    Reference,
    Unknown,
    Value,
    map_references,
    note_references,
    union,
)


@dataclass(frozen=True, slots=True)
class AttributeState:
    """What is known of one attribute: its possible states, its value where loaded, and what took it away.

    `is_by_identity` marks a many-to-one that costs nothing only while the session holds its target,
    `is_plausible` one whose target the session may hold.
    """

    state: LoadState
    value: Value | None = None
    cause: Step | None = field(default=None, compare=False)
    is_by_identity: bool = False
    is_plausible: bool = False


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


class Savepoint(Enum):
    """What happened to an object since the innermost savepoint: its rollback takes that back."""

    UNTOUCHED = auto()
    CHANGED = auto()
    INSERTED = auto()


@dataclass(frozen=True, slots=True)
class Background:
    """What holds for all attributes of an entity that have no state of their own."""

    origin: Origin
    plan: Plan | None = None
    cause: Step | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """An object of a mapped class.

    `backgrounds` has several members where paths differ. `identity` is its primary key where known. `plan` is that of
    its first load, which a refresh applies again. `changed` names the columns set since the last flush, `is_dirty`
    says that something was; `is_constructed` tells an object the program made from one that a query gave;
    `left` is what detached it;
    `is_whole` one that stands for all objects of its class; `narrowed_from` are the mappers it was known by before
    `isinstance` told more.
    `query`, `query_text`, `path` and `calls` serve messages only.
    """

    mapper: str
    backgrounds: tuple[Background, ...]
    narrowed_from: tuple[str, ...] = ()
    states: tuple[tuple[str, AttributeState], ...] = ()
    attachment: Attachment = Attachment.PERSISTENT
    session: Reference | None = None
    identity: Value | None = None
    plan: Plan | None = None
    changed: tuple[str, ...] = ()
    is_dirty: bool = False
    is_new: bool = False
    deletion: Deletion = Deletion.NONE
    savepoint: Savepoint = Savepoint.UNTOUCHED
    left: Step | None = field(default=None, compare=False)
    is_constructed: bool = False
    is_whole: bool = False
    query: Step | None = field(default=None, compare=False)
    query_text: str = field(default="", compare=False)
    path: tuple[tuple[str, str, bool], ...] = field(default=(), compare=False)
    is_returned: bool = field(default=False, compare=False)

    def get(self, name: str) -> AttributeState | None:
        """The state of an attribute that was touched."""
        for known, state in self.states:
            if known == name:
                return state
        return None

    def with_state(self, name: str, state: AttributeState) -> Entity:
        """The entity with one attribute's state replaced."""
        others = [pair for pair in self.states if pair[0] != name]
        others.append((name, state))
        others.sort(key=_first)
        return replace(self, states=tuple(others))

    def with_change(self, names: tuple[str, ...]) -> Entity:
        """The entity with columns that the next flush writes."""
        changed = tuple(sorted({*self.changed, *names}))
        savepoint = Savepoint.CHANGED if self.savepoint is Savepoint.UNTOUCHED else self.savepoint
        return replace(self, changed=changed, is_dirty=True, savepoint=savepoint)

    def without_states(self) -> Entity:
        """The entity as if nothing had been touched."""
        return replace(self, states=()) if self.states else self


def _first(pair: tuple[str, AttributeState]) -> str:
    return pair[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session. `expire_on_commit` and `is_autoflush` are None where not known. `class_name` is the subclass the project defined.

    `is_idle` holds where nothing was executed since the last commit or rollback: there is nothing to roll back then.
    """

    kind: SessionKind
    expire_on_commit: bool | None
    is_autoflush: bool | None = True
    is_idle: bool = False
    is_declared: bool = False
    class_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factory:
    """A session factory, and the settings it gives its sessions."""

    kind: SessionKind
    expire_on_commit: bool | None
    is_autoflush: bool | None = True
    class_name: str | None = None
    is_scoped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
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
        others = tuple(pair for pair in self.fields if pair[0] != name)
        return replace(self, fields=tuple(sorted((*others, (name, value)), key=lambda pair: pair[0])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list, set or other collection: known items in order, and `rest` for any number more.

    `owner` is the entity and attribute it is the mapped collection of.
    """

    items: tuple[Value, ...] = ()
    rest: Value | None = None
    kind: str = "list"
    owner: tuple[Reference, str] | None = None

    def element(self) -> Value | None:
        """Any one of the items; None when there are none."""
        parts = self.items if self.rest is None else (*self.items, self.rest)
        return union(parts) if parts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A dict: values by literal key, and `rest` for keys that are not known; `keys` are what iteration gives.

    `default` is what a `defaultdict` calls for a key that is not there.
    """

    entries: tuple[tuple[Value, Value], ...] = ()
    rest: Value | None = None
    rest_key: Value | None = None
    default: Value | None = None

    def element(self) -> Value | None:
        """Any one of the values; None when there are none."""
        parts = [value for _, value in self.entries]
        if self.rest is not None:
            parts.append(self.rest)
        return union(parts) if parts else None


HeapObject: TypeAlias = Entity | Session | Factory | Instance | Items | Table

_MOST_BACKGROUNDS = 4


Resolve: TypeAlias = Callable[[Entity, str], AttributeState]


def join_objects(one: HeapObject, other: HeapObject, resolve: Resolve) -> HeapObject:
    """What is known of an object that is `one` on some path and `other` on another.

    `resolve` gives the state of an attribute that an entity's background decides.
    """
    match one, other:
        case Entity(), Entity():
            return join_entities(one, other, resolve)
        case Session(), Session():
            same = one.expire_on_commit == other.expire_on_commit
            return replace(
                one,
                expire_on_commit=one.expire_on_commit if same else None,
                is_idle=one.is_idle and other.is_idle,
                is_autoflush=one.is_autoflush if one.is_autoflush is other.is_autoflush else None,
            )
        case Factory(), Factory():
            return replace(
                one,
                expire_on_commit=one.expire_on_commit if one.expire_on_commit is other.expire_on_commit else None,
                is_autoflush=one.is_autoflush if one.is_autoflush is other.is_autoflush else None,
            )
        case Instance(), Instance():
            return _join_instances(one, other)
        case Items(), Items():
            return _join_items(one, other)
        case Table(), Table():
            return _join_tables(one, other)
        case _:
            return Items(rest=Unknown("different kinds of object"))


def join_entities(one: Entity, other: Entity, resolve: Resolve) -> Entity:
    """What is known of an entity that is `one` on some path and `other` on another."""
    backgrounds = tuple(dict.fromkeys((*one.backgrounds, *other.backgrounds)))
    if len(backgrounds) > _MOST_BACKGROUNDS:
        backgrounds = (Background(Origin.UNKNOWN),)
    names = sorted({name for name, _ in one.states} | {name for name, _ in other.states})
    states = tuple(
        (
            name,
            join_states(
                one.get(name) or resolve(one, name),
                other.get(name) or resolve(other, name),
            ),
        )
        for name in names
    )
    common = _common_mappers(one, other)
    return replace(
        one,
        mapper=common[-1] if common else min(one.mapper, other.mapper),
        narrowed_from=common[:-1],
        backgrounds=backgrounds,
        states=states,
        attachment=one.attachment | other.attachment,
        session=one.session if one.session == other.session else one.session or other.session,
        identity=one.identity if one.identity == other.identity else None,
        plan=one.plan if one.plan == other.plan else None,
        changed=tuple(sorted({*one.changed, *other.changed})),
        is_dirty=one.is_dirty or other.is_dirty,
        is_new=one.is_new and other.is_new,
        deletion=one.deletion if one.deletion is other.deletion else Deletion.POSSIBLE,
        savepoint=one.savepoint if one.savepoint is other.savepoint else Savepoint.UNTOUCHED,
        left=one.left or other.left,
    )


def _common_mappers(one: Entity, other: Entity) -> tuple[str, ...]:
    # after `if isinstance(vehicle, Car): …` the vehicle is a vehicle again
    pairs = zip((*one.narrowed_from, one.mapper), (*other.narrowed_from, other.mapper), strict=False)
    return tuple(first for first, second in takewhile(lambda pair: pair[0] == pair[1], pairs))


def join_states(first: AttributeState, second: AttributeState) -> AttributeState:
    """The state of an attribute that is `first` on some path and `second` on another."""
    values = [state.value for state in (first, second) if state.value is not None]
    return AttributeState(
        first.state | second.state,
        union(values) if values else None,
        first.cause or second.cause,
        first.is_by_identity or second.is_by_identity,
    )


def _join_instances(one: Instance, other: Instance) -> HeapObject:
    if one.class_name != other.class_name:
        return Instance(class_name=one.class_name, is_declared=True)
    second = dict(other.fields)
    fields = [(name, union((value, second.pop(name, value)))) for name, value in one.fields]
    fields.extend(second.items())
    return replace(one, fields=tuple(sorted(fields, key=lambda pair: pair[0])))


def _join_items(one: Items, other: Items) -> Items:
    owner = one.owner if one.owner == other.owner else None
    if len(one.items) == len(other.items):
        items = tuple(union(pair) for pair in zip(one.items, other.items, strict=True))
        rests = [rest for rest in (one.rest, other.rest) if rest is not None]
        return Items(items=items, rest=union(rests) if rests else None, kind=one.kind, owner=owner)
    elements = [element for element in (one.element(), other.element()) if element is not None]
    return Items(rest=union(elements) if elements else None, kind=one.kind, owner=owner)


def _join_tables(one: Table, other: Table) -> Table:
    second = dict(other.entries)
    entries = {key: union((value, second[key])) for key, value in one.entries if key in second}
    loose = [value for key, value in (*one.entries, *other.entries) if key not in entries]
    rests = [rest for rest in (one.rest, other.rest, *loose) if rest is not None]
    return Table(
        entries=tuple(entries.items()),
        rest=union(rests) if rests else None,
        rest_key=one.rest_key or other.rest_key,
        default=one.default,
    )


def map_object(thing: HeapObject, change: Change) -> HeapObject:
    """The object with every reference in it replaced by what `change` makes of it."""
    match thing:
        case Session() | Factory():
            return thing
        case Entity():
            return _map_entity(thing, change)
        case Instance(fields=fields, arguments=arguments):
            return replace(
                thing,
                fields=tuple((name, map_references(value, change)) for name, value in fields),
                arguments=tuple(map_references(value, change) for value in arguments),
            )
        case Items():
            owner = None
            if thing.owner is not None:
                mapped = change(thing.owner[0])
                owner = (mapped, thing.owner[1]) if isinstance(mapped, Reference) else None
            return replace(
                thing,
                items=tuple(map_references(value, change) for value in thing.items),
                rest=None if thing.rest is None else map_references(thing.rest, change),
                owner=owner,
            )
        case Table():
            return replace(
                thing,
                entries=tuple(
                    (map_references(key, change), map_references(value, change))
                    for key, value in thing.entries
                ),
                rest=None if thing.rest is None else map_references(thing.rest, change),
                rest_key=None if thing.rest_key is None else map_references(thing.rest_key, change),
            )
        case _:
            assert_never(thing)


def _map_entity(entity: Entity, change: Change) -> Entity:
    session = None if entity.session is None else change(entity.session)
    return replace(
        entity,
        session=session if isinstance(session, Reference) else None,
        identity=None if entity.identity is None else map_references(entity.identity, change),
        states=tuple(
            (
                name,
                state
                if state.value is None
                else replace(state, value=map_references(state.value, change)),
            )
            for name, state in entity.states
        ),
    )


Key: TypeAlias = "int | tuple[int, str]"
Content: TypeAlias = "Value | HeapObject"


class Memory:
    """Variables by (frame, name) and objects by location, as one overlay on the memory it was forked from."""

    __slots__ = ("parent", "writes")

    def __init__(self, parent: Memory | None = None) -> None:
        self.parent = parent
        self.writes: dict[Key, Content] = {}

    def fork(self) -> Memory:
        """A memory that reads through to this one and keeps its own writes."""
        return Memory(self)

    def read(self, key: Key) -> Content | None:
        """What stands at a key, or None."""
        memory: Memory | None = self
        while memory is not None:
            found = memory.writes.get(key)
            if found is not None:
                return found
            memory = memory.parent
        return None

    def write(self, key: Key, content: Content) -> None:
        """Put a variable's value or an object at a key."""
        self.writes[key] = content

    def since(self, base: Memory | None) -> dict[Key, Content]:
        """All that was written in the overlays above `base`."""
        chain: list[Memory] = []
        memory: Memory | None = self
        while memory is not None and memory is not base:
            chain.append(memory)
            memory = memory.parent
        found: dict[Key, Content] = {}
        for overlay in reversed(chain):
            found.update(overlay.writes)
        return found

    def items(self) -> dict[Key, Content]:
        """Everything that can be read here."""
        chain: list[Memory] = []
        memory: Memory | None = self
        while memory is not None:
            chain.append(memory)
            memory = memory.parent
        found: dict[Key, Content] = {}
        for overlay in reversed(chain):
            found.update(overlay.writes)
        return found

    def absorb(self, branches: Sequence[Mapping[Key, Content]], resolve: Resolve) -> None:
        """Write the join of what branches from here wrote; a branch that did not write a key left it as it is."""
        if len(branches) == 1:
            self.writes.update(branches[0])
            return
        for key in dict.fromkeys(key for branch in branches for key in branch):
            before: Content | None = None
            found: list[Content] = []
            for branch in branches:
                content = branch.get(key)
                if content is None:
                    before = before or self.read(key)
                    content = before
                if content is not None and content not in found:
                    found.append(content)
            self.writes[key] = join_contents(found, resolve)


def join_contents(contents: Sequence[Content], resolve: Resolve) -> Content:
    """The join of values of one variable, or of records of one object."""
    joined = contents[0]
    if isinstance(joined, OBJECTS):
        for other in contents[1:]:
            if isinstance(other, OBJECTS):
                joined = joined if joined == other else join_objects(joined, other, resolve)
        return joined
    return union(content for content in contents if not isinstance(content, OBJECTS))


OBJECTS = (Entity, Session, Factory, Instance, Items, Table)


def references_in(content: Content) -> tuple[Reference, ...]:
    """Every reference that a value or object holds, in order."""
    found: dict[Reference, None] = {}
    match content:
        case Session() | Factory():
            return ()
        case Entity(session=session, identity=identity, states=states):
            if session is not None:
                found.setdefault(session)
            if identity is not None:
                note_references(identity, found)
            for _, state in states:
                if state.value is not None:
                    note_references(state.value, found)
        case Instance(fields=fields, arguments=arguments):
            for _, value in fields:
                note_references(value, found)
            for value in arguments:
                note_references(value, found)
        case Items(items=items, rest=rest, owner=owner):
            for value in items:
                note_references(value, found)
            if rest is not None:
                note_references(rest, found)
            if owner is not None:
                found.setdefault(owner[0])
        case Table(entries=entries, rest=rest, rest_key=rest_key):
            for pair in entries:
                for value in pair:
                    note_references(value, found)
            for loose in (rest, rest_key):
                if loose is not None:
                    note_references(loose, found)
        case _:
            note_references(content, found)
    return tuple(found)
