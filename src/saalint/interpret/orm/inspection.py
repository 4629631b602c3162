"""Views that tell of an entity or a class without loading: `inspect(x)`, `x.__dict__`, `X.__mapper__.columns`."""

from __future__ import annotations

from difflib import get_close_matches

from saalint.interpret.domain.heap import Entity
from saalint.interpret.domain.values import (
    NONE,
    AttributeAccess,
    ClassReference,
    ExternalMethod,
    Literal,
    MappedAttribute,
    PendingCall,
    Reference,
    Tuple,
    Union,
    Unknown,
    Value,
    literal,
    union,
)
from saalint.interpret.events import Attachment, LoadState, UnknownAwaitable
from saalint.interpret.language import attributes
from saalint.interpret.machine import Machine
from saalint.interpret.orm import entities, load_states
from saalint.interpret.queries import loading_notes, misuse
from saalint.interpret.record import replace
from saalint.source.positions import Place

_AWAITABLE = "awaitable_attrs"
_OF_ENTITY = {
    "__dict__": "__dict__",
    "_sa_instance_state": "inspect",
    _AWAITABLE: "awaitable_attrs",
}
_OF_STATE = {
    "unloaded": "unloaded",
    "unloaded_expirable": "unloaded",
    "dict": "__dict__",
    "attrs": "attrs",
}
_ATTACHMENTS = {
    "transient": Attachment.TRANSIENT,
    "pending": Attachment.PENDING,
    "persistent": Attachment.PERSISTENT,
    "detached": Attachment.DETACHED,
}
_MAPPER = "__mapper__"
_TABLE = "__table__"
_ONE_ATTRIBUTE = "attrs."


def inspect(machine: Machine, value: Value) -> Value:
    """`inspect(x)`: the state of an entity, the mapper of a class."""
    match value:
        case Reference() if machine.entity(value) is not None:
            loading_notes.leave(machine, [value])
            return AttributeAccess(value, "inspect")
        case ClassReference(name=name) if name in machine.analysis.mappers:
            return ExternalMethod(value, _MAPPER)
        case Union(members=parts):
            return union(inspect(machine, part) for part in parts if part != NONE)
        case _:
            return Unknown("an inspection of something unknown")


def view_of_entity(machine: Machine, reference: Reference, name: str) -> Value | None:
    """What an entity has under names that SQLAlchemy and Python give it; None for other names."""
    if name in _OF_ENTITY:
        if name != _AWAITABLE:
            loading_notes.leave(machine, [reference])
        return AttributeAccess(reference, _OF_ENTITY[name])
    entity = machine.entity(reference)
    assert entity is not None
    return view_of_class(machine, ClassReference(entity.mapper), name)


def view_of_class(machine: Machine, kind: ClassReference, name: str) -> Value | None:
    """`X.__mapper__` and `X.__table__`; None for other names, and for a class that is not mapped."""
    if kind.name not in machine.analysis.mappers:
        return None
    return ExternalMethod(kind, name) if name in (_MAPPER, _TABLE) else None


def read(machine: Machine, access: AttributeAccess, name: str, at: Place) -> Value:
    """An attribute of a view of an entity."""
    if access.kind == "awaitable_attrs":
        _awaitable(machine, access, name, at)
        return PendingCall(
            access,
            (),
            (("name", Literal(name, "str")),),
            "library",
            machine.step(at, len(name), name),
        )
    if access.kind == "attrs":
        return AttributeAccess(access.entity, f"{_ONE_ATTRIBUTE}{name}")
    entity = machine.entity(access.entity)
    if entity is None:
        return Unknown("a view of an object that is gone")
    if access.kind.startswith(_ONE_ATTRIBUTE):
        return _of_attribute(machine, access, entity, name, at)
    if access.kind == "inspect":
        return _of_state(access, entity, name)
    return ExternalMethod(access, name)


def _awaitable(machine: Machine, access: AttributeAccess, name: str, at: Place) -> None:
    entity = machine.entity(access.entity)
    mapper = machine.analysis.mappers[entity.mapper] if entity is not None else None
    if entity is None or mapper is None or mapper.is_incomplete:
        return
    attribute_is_there = (
        entities.attribute_of(machine, entity, name) is not None or name in mapper.proxies
    )
    is_of_class = machine.analysis.project.classes.find_method(entity.mapper, name) is not None
    is_field = machine.analysis.project.classes.find_field(entity.mapper, name) is not None
    if mapper.has_async_attrs and (attribute_is_there or is_of_class or is_field):
        return
    site = misuse.site(machine, at, len(name))
    event = UnknownAwaitable(
        site,
        entity=mapper.class_name,
        attribute=name,
        lacks_mixin=not mapper.has_async_attrs,
        nearest=next(iter(get_close_matches(name, (*mapper.columns, *mapper.relationships))), ""),
    )
    misuse.note(machine, event)


def _of_attribute(
    machine: Machine, access: AttributeAccess, entity: Entity, name: str, at: Place
) -> Value:
    wanted = access.kind.removeprefix(_ONE_ATTRIBUTE)
    match name:
        case "value":
            return attributes.read(machine, access.entity, wanted, at)
        case "loaded_value":
            state = load_states.state_of(entity, wanted, machine.analysis.mappers)
            return (
                state.value
                if state.value is not None
                else Unknown("a value, or that there is none yet")
            )
        case "key":
            return literal(wanted)
        case _:
            return ExternalMethod(access, name)


def _of_state(access: AttributeAccess, entity: Entity, name: str) -> Value:
    if name in _OF_STATE:
        return AttributeAccess(access.entity, _OF_STATE[name])
    if name in _ATTACHMENTS:
        is_sure = entity.attachment in _ATTACHMENTS.values()
        return (
            literal(entity.attachment is _ATTACHMENTS[name])
            if is_sure
            else Unknown("a state of an object")
        )
    match name:
        case "mapper":
            return ExternalMethod(ClassReference(entity.mapper), _MAPPER)
        case "class_":
            return ClassReference(entity.mapper)
        case "object":
            return access.entity
        case "session" | "async_session":
            return Unknown("the session of an object") if entity.session is None else entity.session
        case _:
            return ExternalMethod(access, name)


def of_class(machine: Machine, view: ExternalMethod, name: str) -> Value | None:
    """What a mapper or table tells of a class: its attributes by name; None where the value is no such view."""
    kind = view.receiver
    if not isinstance(kind, ClassReference) or view.name not in (_MAPPER, _TABLE):
        return None
    mapper = machine.analysis.mappers[kind.name]
    match name:
        case "mapper":
            return view
        case "class_" | "entity":
            return kind
        case "local_table" | "persist_selectable" | "selectable":
            return ExternalMethod(kind, _TABLE)
        case "columns" | "c" | "column_attrs":
            return _attributes(kind, tuple(mapper.columns))
        case "relationships":
            return _attributes(kind, tuple(mapper.relationships))
        case "attrs" | "all_orm_descriptors":
            return _attributes(kind, (*mapper.columns, *mapper.relationships))
        case "primary_key":
            return _attributes(kind, mapper.primary_key)
        case _:
            return None


def _attributes(kind: ClassReference, names: tuple[str, ...]) -> Tuple:
    return Tuple(tuple(MappedAttribute(kind, name) for name in names), names)


def keys_of(found: Tuple) -> tuple[Value, ...]:
    """The keys by which a mapper's collection of attributes is asked: `"posts" in mapper.relationships`."""
    is_by_name = found.items and all(isinstance(item, MappedAttribute) for item in found.items)
    return tuple(literal(name) for name in found.names) if is_by_name else ()


def of_mapped_attribute(machine: Machine, attribute: MappedAttribute, name: str) -> Value | None:
    """What `User.posts` tells of itself; None where that is nothing known."""
    match name:
        case "key" | "name":
            return literal(attribute.name)
        case "property" | "prop" | "comparator" | "expression":
            return attribute
        case "class_" | "parent":
            return attribute.entity
        case "mapper" | "entity":
            owner = (
                attribute.entity.name
                if isinstance(attribute.entity, ClassReference)
                else attribute.entity.mapper
            )
            relationship = machine.analysis.mappers[owner].relationships.get(attribute.name)
            if relationship is None or not isinstance(relationship.target, str):
                return None
            return ExternalMethod(ClassReference(relationship.target), _MAPPER)
        case _:
            return None


def contains(machine: Machine, access: AttributeAccess, item: Value) -> bool | None:
    """Whether a name is among what is loaded or unloaded, where that is known."""
    if not isinstance(item, Literal) or not isinstance(item.value, str):
        return None
    state = _state(machine, access, item.value)
    if state is None or LoadState.UNKNOWN in state:
        return None
    is_loaded = bool(state & LoadState.LOADED)
    if is_loaded and state is not LoadState.LOADED:
        return None
    return is_loaded if access.kind == "__dict__" else not is_loaded


def _state(machine: Machine, access: AttributeAccess, name: str) -> LoadState | None:
    # a many-to-one that the identity map would answer is not in `__dict__`, nor is what a new object never set
    entity = machine.entity(access.entity)
    if entity is None or access.kind not in ("__dict__", "unloaded"):
        return None
    if entities.attribute_of(machine, entity, name) is None:
        return None
    touched = entity.get(name)
    if touched is None and entity.attachment & (Attachment.TRANSIENT | Attachment.PENDING):
        return None
    state = load_states.state_of(entity, name, machine.analysis.mappers)
    return None if state.is_by_identity else state.state


def assume(machine: Machine, access: AttributeAccess, item: Value, *, is_contained: bool) -> None:
    """Go on where a name is known to be, or not to be, among what is loaded or unloaded."""
    if not isinstance(item, Literal) or not isinstance(item.value, str):
        return
    entity = machine.entity(access.entity)
    if entity is None or _state(machine, access, item.value) is None:
        return
    is_loaded = is_contained if access.kind == "__dict__" else not is_contained
    state = load_states.state_of(entity, item.value, machine.analysis.mappers)
    left = LoadState.LOADED if is_loaded else state.state & ~(LoadState.LOADED | LoadState.UNKNOWN)
    if left:
        machine.set_state(access.entity, item.value, replace(state, state=left))


def call_method(
    machine: Machine, access: AttributeAccess, name: str, arguments: tuple[Value, ...], at: Place
) -> Value:
    """`x.__dict__.get("books")`: what is loaded, without loading it; `attrs.books.load_history()` loads."""
    if name == "load_history" and access.kind.startswith(_ONE_ATTRIBUTE):
        attributes.read(machine, access.entity, access.kind.removeprefix(_ONE_ATTRIBUTE), at)
    if name == "get" and arguments:
        return union(
            (item(machine, access, arguments[0]), arguments[1] if len(arguments) > 1 else NONE)
        )
    return Unknown("what inspection tells")


def item(machine: Machine, access: AttributeAccess, index: Value) -> Value:
    """`x.__dict__["books"]`: what is loaded, without loading it."""
    entity = machine.entity(access.entity)
    if access.kind != "__dict__" or entity is None or not isinstance(index, Literal):
        return Unknown("an item of a view")
    state = load_states.state_of(entity, str(index.value), machine.analysis.mappers)
    return state.value if state.value is not None else Unknown("a loaded value")
