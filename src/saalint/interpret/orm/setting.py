"""Setting attributes of entities: what is loaded first, the other side, and what the next flush writes (R22, R32)."""

from __future__ import annotations

from saalint.interpret import backend
from saalint.interpret.domain.heap import SOME_COLUMN, AttributeState, Entity, Items
from saalint.interpret.domain.values import (
    NONE,
    Expression,
    ExternalInstance,
    MappedAttribute,
    Reference,
    Unknown,
    Value,
    members,
    union_if_any,
    with_rest,
)
from saalint.interpret.events import Attachment, LoadState, Usage
from saalint.interpret.language import attributes
from saalint.interpret.machine import Machine
from saalint.interpret.orm import (
    behind,
    entities,
    listeners,
    load_states,
    meetings,
    pairs,
    target_keys,
)
from saalint.interpret.queries import loading_notes
from saalint.interpret.record import replace
from saalint.project.mapped import AssociationProxy, Column, Direction, Relationship
from saalint.source.positions import Place


def assign(machine: Machine, reference: Reference, name: str, value: Value, at: Place) -> None:
    """Set an attribute of an entity: what must be loaded first, and what is known afterwards (semantics: R22, R32)."""
    entity = machine.entity_at(reference)
    attribute = entities.attribute_of(machine, entity, name)
    if attribute is None:
        proxy = machine.analysis.mappers[entity.mapper].proxies.get(name)
        if proxy is None:
            _assign_plain(machine, reference, name, value, at)
        else:
            _assign_proxy(machine, reference, proxy, at)
        return
    if isinstance(attribute, Column):
        _assign_column(machine, reference, attribute, value, at)
        return
    loading_notes.touch(machine, entity, attribute)
    if entity.attachment & (Attachment.PERSISTENT | Attachment.DETACHED):
        if behind.collection_kind(attribute) in ("dynamic", "write_only"):
            entities.tell(machine, reference, attribute, at, Usage.LIST_USE)
            return
        if attribute.is_collection or attribute.has_active_history or attribute.is_single_parent:
            entities.read(machine, reference, attribute, at, Usage.CHANGE)
    value = _told(machine, reference, attribute, value, at)
    set_relationship(machine, reference, attribute, value)


def _told(
    machine: Machine,
    reference: Reference,
    attribute: Column | Relationship,
    value: Value,
    at: Place,
) -> Value:
    # a listener sees the object as it was, and a validator says what is set
    if not machine.analysis.project.listeners.of_changes:
        return value
    if not isinstance(attribute, Relationship) or not attribute.is_collection:
        listeners.changed(machine, reference, attribute.name, "set", value, at)
        return listeners.validated(machine, reference, attribute.name, value, at)
    listeners.changed(machine, reference, attribute.name, "bulk_replace", value, at)
    for member in members(value):
        for item in _parts(machine, member) if isinstance(member, Reference) else ():
            told_of_item(machine, reference, attribute, item, at)
    return value


def told_of_item(
    machine: Machine, reference: Reference, attribute: Relationship, item: Value, at: Place
) -> None:
    """A collection is about to take an item."""
    listeners.changed(machine, reference, attribute.name, "append", item, at)
    listeners.validated(machine, reference, attribute.name, item, at)


def _assign_proxy(
    machine: Machine, reference: Reference, proxy: AssociationProxy, at: Place
) -> None:
    # `movie.names = ["drama"]`: the collection is read, and takes what the proxy makes of the values
    entity = machine.entity_at(reference)
    relationship = entities.attribute_of(machine, entity, proxy.relationship)
    if not isinstance(relationship, Relationship):
        return
    entities.read(machine, reference, relationship, at, Usage.CHANGE)
    made: Value = Unknown("what an association proxy makes")
    if relationship.is_collection:
        key = (*machine.site(at, "proxied"), relationship.name)
        made = machine.allocate(key, Items(rest=made))
    set_relationship(machine, reference, relationship, made)


def _assign_plain(
    machine: Machine, reference: Reference, name: str, value: Value, at: Place
) -> None:
    entity = machine.entity_at(reference)
    if not attributes.call_setter(machine, reference, entity.mapper, name, value, at):
        machine.set_state(reference, name, AttributeState(LoadState.LOADED, value))


def _assign_column(
    machine: Machine, reference: Reference, column: Column, value: Value, at: Place
) -> None:
    value = _told(machine, reference, column, value, at)
    entity = machine.entity_at(reference)
    # `for name, value in values.items(): setattr(book, name, value)`: another turn sets another attribute
    machine.note_choice((entity.mapper, column.name), at)
    for relationship in machine.analysis.mappers[entity.mapper].relationships.values():
        if column.name in relationship.foreign_keys:
            # the old target stays there, whatever the key says now
            behind.look(machine, reference, relationship)
    entity = machine.entity_at(reference)
    state = load_states.state_of(entity, column.name, machine.analysis.mappers)
    if (column.has_active_history or column.is_primary_key) and state.state & LoadState.EXPIRED:
        entities.read(machine, reference, column, at, Usage.READ)
    kept: Value = Expression() if _is_sql(value) else value
    entity = machine.entity_at(reference)
    before = load_states.state_of(entity, column.name, machine.analysis.mappers)
    is_same = before.state is LoadState.LOADED and (
        before.value == value or value == target_keys.stored_value(reference, column.name)
    )
    entity = entity.with_state(column.name, AttributeState(LoadState.LOADED, kept))
    for other in machine.analysis.mappers[entity.mapper].relationships.values():
        known = entity.get(other.name)
        if column.name in other.foreign_keys and known is not None and known.is_by_identity:
            entity = replace(
                entity, states=tuple(pair for pair in entity.states if pair[0] != other.name)
            )
    machine.write(reference, entity if is_same else entity.with_change((column.name,)))
    _tell_aliases(machine, reference, column)


def _tell_aliases(machine: Machine, reference: Reference, column: Column) -> None:
    # `for book in books: book.title = title`: any other book that was loaded may be one of them
    entity = machine.entity_at(reference)
    if entity.session is None or entity.attachment is not Attachment.PERSISTENT:
        return
    mappers = machine.analysis.mappers
    for other, known in meetings.aliases(machine, reference, entity):
        state = load_states.state_of(known, column.name, mappers)
        if not state.state & (LoadState.LOADED | LoadState.UNKNOWN):
            either = replace(state, state=state.state | LoadState.LOADED)
            machine.set_state(other, column.name, either)


def assign_some_column(machine: Machine, reference: Reference) -> None:
    """Set a column nobody knows the name of: `for name, value in data.items(): setattr(book, name, value)`.

    What only the server or a key generator sets is taken not to be among the names.
    """
    entity = machine.entity_at(reference)
    mappers = machine.analysis.mappers
    for column in mappers[entity.mapper].columns.values():
        state = load_states.state_of(entity, column.name, mappers)
        if column.is_primary_key or column.is_expression or column.onupdate:
            continue
        after = replace(state, state=state.state | LoadState.LOADED, value=None)
        entity = entity.with_state(column.name, after)
    machine.write(reference, entity.with_change((SOME_COLUMN,)))


def _is_sql(value: Value) -> bool:
    if isinstance(value, ExternalInstance):
        return value.name.startswith("sqlalchemy.")
    return isinstance(value, Expression | MappedAttribute)


def set_relationship(
    machine: Machine, reference: Reference, attribute: Relationship, value: Value
) -> None:
    """Put a value into a relationship, and into its other side where that is loaded or new."""
    stored = value
    if attribute.is_collection:
        stored = adopt(machine, reference, attribute, value)
    elif attribute.direction is Direction.ONE_TO_MANY:
        _replace_one(machine, reference, attribute, value)
    entity = machine.entity_at(reference)
    entity = entity.with_state(attribute.name, AttributeState(LoadState.LOADED, stored))
    machine.write(reference, entity.with_change(_written_by(attribute)))
    pairs.put_together(machine, reference, attribute.name)
    for member in members(value):
        if isinstance(member, Reference):
            for item in _parts(machine, member):
                link_back(machine, reference, attribute, item)
                cascade(machine, reference, item)


def _replace_one(
    machine: Machine, reference: Reference, attribute: Relationship, value: Value
) -> None:
    # `author.profile = profile`: the profile that was there belongs to nobody, with the next flush
    state = load_states.state_of(
        machine.entity_at(reference), attribute.name, machine.analysis.mappers
    )
    if state.state is not LoadState.LOADED or state.value is None:
        return
    match [member for member in members(state.value) if isinstance(member, Reference)]:
        case [before] if before not in members(value) and machine.entity(before) is not None:
            unlink_back(machine, attribute, before)
        case _:
            pass


def _written_by(attribute: Relationship) -> tuple[str, ...]:
    # setting a many-to-one is setting its foreign key, with the next flush
    return attribute.foreign_keys if attribute.direction is Direction.MANY_TO_ONE else ()


def _parts(machine: Machine, member: Reference) -> list[Reference]:
    thing = machine.object_of(member)
    if isinstance(thing, Entity):
        return [member]
    if isinstance(thing, Items):
        parts = with_rest(thing.items, thing.rest)
        return [one for part in parts for one in members(part) if isinstance(one, Reference)]
    return []


def adopt(machine: Machine, reference: Reference, attribute: Relationship, value: Value) -> Value:
    """A list given to a collection: a collection of the entity with the same items."""
    found: list[Items] = []
    for member in members(value):
        thing = machine.object_of(member) if isinstance(member, Reference) else None
        found.append(
            thing if isinstance(thing, Items) else Items(rest=Unknown("items of an unknown list"))
        )
    key = ("adopted", reference.location, attribute.name)
    elements = [element for each in found if (element := each.element()) is not None]
    joined = found[0] if len(found) == 1 else Items(rest=union_if_any(elements))
    return machine.allocate(key, replace(joined, owner=(reference, attribute.name)))


def link_back(
    machine: Machine, reference: Reference, attribute: Relationship, item: Reference
) -> None:
    """Back-populate: the other side of a relationship that was set (semantics: R31, R32)."""
    entity = machine.entity(item)
    back_name = attribute.back_populates
    if entity is None or back_name is None:
        return
    back = entities.attribute_of(machine, entity, back_name)
    if not isinstance(back, Relationship):
        return
    _told_of_back(machine, item, back, reference)
    pairs.put_together(machine, item, back_name)
    for each in (reference, item):
        machine.write(each, replace(machine.entity_at(each), is_linked=True))
    entity = machine.entity_at(item)
    if not back.is_collection:
        linked = entity.with_state(back_name, AttributeState(LoadState.LOADED, reference))
        machine.write(item, linked.with_change(_written_by(back)))
        return
    state = load_states.state_of(entity, back_name, machine.analysis.mappers)
    is_new = entity.attachment in (Attachment.TRANSIENT, Attachment.PENDING)
    is_waiting = not is_new and state.state is not LoadState.LOADED
    # the object counts as changed also where the collection is not loaded
    machine.write(item, entity.with_change((back_name,) if is_waiting else ()))
    if is_waiting:
        return
    held = entity.get(back_name)
    value = held.value if held is not None else None
    if value is None and not is_new:
        # loaded, and nobody has looked at what is in it
        return
    value = value or behind.empty(machine, item, back)
    if isinstance(value, Reference) and isinstance(items := machine.object_of(value), Items):
        machine.write(value, items.with_added((reference,), None, is_once=True))
        machine.set_state(item, back_name, AttributeState(LoadState.LOADED, value))


def unlink_back(machine: Machine, attribute: Relationship, item: Reference) -> None:
    """The other side of a relationship that an object was taken out of: a many-to-one is None from now on."""
    entity = machine.entity_at(item)
    name = attribute.back_populates
    back = entities.attribute_of(machine, entity, name) if name is not None else None
    if isinstance(back, Relationship) and not back.is_collection:
        linked = entity.with_state(back.name, AttributeState(LoadState.LOADED, NONE))
        machine.write(item, linked.with_change(_written_by(back)))


def _told_of_back(machine: Machine, item: Reference, back: Relationship, value: Reference) -> None:
    if back.is_collection:
        told_of_item(machine, item, back, value, 0)
    else:
        listeners.changed(machine, item, back.name, "set", value, 0)


def cascade(machine: Machine, owner: Reference, item: Reference) -> None:
    """`save-update`: a new object that is put into one of a session is pending there.

    In SQLAlchemy 1.x the other way round too: `Book(author=author)` follows the author into its session.
    """
    _follow(machine, owner, item)
    if backend.is_before(machine.analysis.settings, backend.SECOND):
        _follow(machine, item, owner)


def _follow(machine: Machine, owner: Reference, item: Reference) -> None:
    parent, child = machine.entity(owner), machine.entity(item)
    if parent is None or child is None or parent.session is None:
        return
    is_held = parent.attachment & (Attachment.PENDING | Attachment.PERSISTENT)
    if is_held and child.attachment is Attachment.TRANSIENT:
        machine.write(item, replace(child, attachment=Attachment.PENDING, session=parent.session))


def delete_attribute(machine: Machine, reference: Reference, name: str) -> None:
    """`del obj.name` loads nothing, and the attribute reads as unset."""
    value: Value = NONE
    entity = machine.entity(reference)
    attribute = entities.attribute_of(machine, entity, name) if entity is not None else None
    if isinstance(attribute, Relationship) and attribute.is_collection:
        value = behind.empty(machine, reference, attribute)
    machine.set_state(reference, name, AttributeState(LoadState.LOADED, value))
