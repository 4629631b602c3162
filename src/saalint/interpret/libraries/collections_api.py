"""Methods of lists, sets and deques, mapped collections among them: exact where the items are known one by one."""

from __future__ import annotations

from saalint.interpret.calling import calls
from saalint.interpret.domain.heap import AttributeState, Items, Table
from saalint.interpret.domain.values import (
    NONE,
    Keywords,
    Literal,
    Reference,
    Tuple,
    Unknown,
    Value,
    members,
    union,
    union_if_any,
    with_rest,
)
from saalint.interpret.events import Attachment, LoadState
from saalint.interpret.language import iteration, operators, protocols, tables
from saalint.interpret.machine import Machine
from saalint.interpret.orm import orphans, pairs, unloadable
from saalint.interpret.record import replace
from saalint.source.positions import Place

_LIKE_OTHER = frozenset(
    {
        "copy",
        "__copy__",
        "union",
        "intersection",
        "difference",
        "symmetric_difference",
        "__iter__",
        "__reversed__",
    }
)


def call_list(
    machine: Machine,
    receiver: Reference,
    items: Items,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """A method of a list, set or deque."""
    if items.kind in unloadable.KINDS:
        return unloadable.call_method(machine, receiver, items, name, arguments, at)
    match name:
        case "append" | "add" if arguments:
            if items.kind == "set":
                protocols.hashed(machine, arguments[0], at)
            append(machine, receiver, arguments[0])
        case "insert" if len(arguments) > 1:
            _insert(machine, receiver, items, arguments[0], arguments[1])
        case "appendleft" if arguments:
            _insert(machine, receiver, items, Literal(0, "int"), arguments[0])
        case "extend" | "update" | "add_all" | "extendleft" if arguments:
            for added in arguments:
                extend(machine, receiver, added, at)
        case "pop" | "popleft" | "__next__":
            return _pop(machine, receiver, items, name, arguments)
        case "remove" | "discard" | "difference_update" | "intersection_update":
            _remove(machine, receiver, items, arguments)
        case "clear":
            _clear(machine, receiver, items)
        case "sort":
            _sort(machine, receiver, items, dict(keywords).get("key"), at)
        case "reverse":
            _reverse(machine, receiver, items)
        case "values" | "items" | "keys" | "get" if items.kind == "dict":
            return _of_mapped_dict(machine, items, name, at)
        case _ if name in _LIKE_OTHER:
            return _like(machine, items, name, arguments, at)
        case _:
            return Unknown("what a list tells of itself")
    return NONE


def put_back(machine: Machine, receiver: Reference, before: Items, after: Items) -> None:
    """A collection was changed in place; that of an entity is set by it, and the entity is dirty."""
    machine.write(receiver, after)
    if before.owner is None:
        return
    owner, name = before.owner
    entity = machine.entity(owner)
    known = entity.get(name) if entity is not None else None
    is_new = entity is not None and entity.attachment in (Attachment.TRANSIENT, Attachment.PENDING)
    if entity is not None and (
        is_new or (known is not None and receiver in members(known.value or NONE))
    ):
        # a list that was taken before the commit is no part of the object any more
        changed = entity.with_state(name, AttributeState(LoadState.LOADED, receiver))
        machine.write(owner, replace(changed, is_dirty=True))
        pairs.put_together(machine, owner, name)


def loosen(machine: Machine, value: Value, added: Value | None = None) -> None:
    """A collection is changed in a way that leaves open which of its items, and of those added, are in it."""
    for member in members(value):
        if isinstance(member, Reference) and isinstance(items := machine.object_of(member), Items):
            parts = [part for part in (items.element(), added) if part is not None]
            rest = union_if_any(parts)
            put_back(machine, member, items, replace(items, items=(), rest=rest, last=None))


def replace_slice(
    machine: Machine,
    owner: Value,
    bounds: tuple[int | None, int | None] | None,
    value: Value | None,
    at: Place,
) -> None:
    """`owner[lower:upper] = value`, or without a value `del owner[lower:upper]`; no bounds where they are not known."""
    is_whole = bounds is not None and bounds[0] in (None, 0) and bounds[1] is None
    # read once, and before the collection is emptied: `books[:] = [book for book in books if book.title]`
    given = iteration.elements(machine, value, at) if value is not None else None
    added = iteration.any_of(*given) if given is not None else None
    for member in members(owner):
        items = machine.object_of(member) if isinstance(member, Reference) else None
        if not isinstance(member, Reference) or not isinstance(items, Items):
            continue
        if not is_whole or owner != member:
            loosen(machine, member, added)
        elif given is None:
            _clear(machine, member, items)
        else:
            known, rest = given
            taken = machine.allocate(machine.site(at, "taken"), Items(items=known, rest=rest))
            _clear(machine, member, items)
            extend(machine, member, taken, at)


def append(machine: Machine, receiver: Reference, value: Value) -> None:
    """A list takes one element more."""
    items = machine.object_of(receiver)
    if not isinstance(items, Items):
        return
    _put_in(machine, receiver, items, (value,), None)


def extend(machine: Machine, receiver: Reference, added: Value, at: Place) -> None:
    """A list takes the elements of another value."""
    items = machine.object_of(receiver)
    if not isinstance(items, Items):
        return
    _put_in(machine, receiver, items, *iteration.elements(machine, added, at))


def _put_in(
    machine: Machine,
    receiver: Reference,
    items: Items,
    known: tuple[Value, ...],
    rest: Value | None,
) -> None:
    if not known and rest is None:
        # `post.tags.extend([])` leaves a collection that nobody set as unset as it was
        return
    made = items.with_added(known, rest, is_once=machine.loop_depth == 0)
    put_back(machine, receiver, items, made)
    for value in with_rest(known, rest):
        orphans.added(machine, items, value)


def _insert(
    machine: Machine, receiver: Reference, items: Items, index: Value, value: Value
) -> None:
    position = index.value if isinstance(index, Literal) and isinstance(index.value, int) else None
    if position is None or machine.loop_depth > 0 or position < 0 or position > len(items.items):
        loosen(machine, receiver, value)
    else:
        made = (*items.items[:position], value, *items.items[position:])
        put_back(machine, receiver, items, replace(items, items=made))
    orphans.added(machine, items, value)


def _pop(
    machine: Machine, receiver: Reference, items: Items, name: str, arguments: tuple[Value, ...]
) -> Value:
    match name, arguments:
        case "pop", (Literal(value=int(position)), *_):
            place: int | None = position
        case "pop", (_, *_):
            place = None
        case _:
            place = -1 if name == "pop" else 0
    return take(machine, receiver, items, None if items.kind == "set" else place)


def take(machine: Machine, receiver: Reference, items: Items, position: int | None) -> Value:
    """Take one item out: exactly that at a position where the items before it are known, else any of them."""
    count = len(items.items)
    is_known = position is not None and (
        0 <= position < count or (items.rest is None and -count <= position < 0)
    )
    if is_known and machine.loop_depth == 0:
        assert position is not None
        place = position % count
        orphans.removed(machine, items, items.items[place], is_certain=True)
        put_back(
            machine,
            receiver,
            items,
            replace(items, items=(*items.items[:place], *items.items[place + 1 :])),
        )
        return items.items[place]
    element = items.element()
    if element is None:
        return Unknown("an item of an empty list")
    loosen(machine, receiver)
    taken = iteration.individual(machine, element, ("taken", position))
    orphans.removed(machine, items, taken, is_certain=True)
    return taken


def _remove(
    machine: Machine, receiver: Reference, items: Items, arguments: tuple[Value, ...]
) -> None:
    gone = arguments[0] if arguments else NONE
    orphans.removed(machine, items, gone, is_certain=True)
    if (
        machine.loop_depth == 0
        and items.items.count(gone) == 1
        and isinstance(gone, Reference | Literal)
    ):
        kept = tuple(item for item in items.items if item != gone)
        put_back(machine, receiver, items, replace(items, items=kept))
    else:
        loosen(machine, receiver)


def _clear(machine: Machine, receiver: Reference, items: Items) -> None:
    _removed(machine, items)
    put_back(machine, receiver, items, Items(kind=items.kind, owner=items.owner))


def _removed(machine: Machine, items: Items) -> None:
    for item in items.items:
        orphans.removed(machine, items, item, is_certain=True)
    if items.rest is not None:
        orphans.removed(machine, items, items.rest, is_certain=False)


def _sort(
    machine: Machine, receiver: Reference, items: Items, key: Value | None, at: Place
) -> None:
    element = items.element()
    if element is not None:
        compare(machine, element, key, at)
    loosen(machine, receiver)


def _reverse(machine: Machine, receiver: Reference, items: Items) -> None:
    if items.rest is None:
        put_back(machine, receiver, items, replace(items, items=items.items[::-1]))
    else:
        loosen(machine, receiver)


def compare(machine: Machine, element: Value, key: Value | None, at: Place) -> None:
    """Elements are put in order: by a key, or as their class compares them."""
    if key is not None and key != NONE:
        iteration.apply(machine, element, lambda one: calls.call(machine, key, (one,), (), at), at)
    else:
        protocols.ordered(machine, element, at)


def _like(
    machine: Machine, items: Items, name: str, arguments: tuple[Value, ...], at: Place
) -> Value:
    made = replace(items, owner=None)
    if name == "__reversed__":
        made = (
            replace(made, items=(), rest=items.element(), last=None)
            if items.rest
            else replace(made, items=items.items[::-1])
        )
    elif name not in ("copy", "__copy__", "__iter__"):
        found = [
            items.element(),
            *(iteration.element(machine, argument, at) for argument in arguments),
        ]
        parts = [part for part in found if part is not None]
        made = replace(made, items=(), rest=union_if_any(parts), last=None)
    return machine.allocate(machine.site(at, "like"), made)


def _of_mapped_dict(machine: Machine, items: Items, name: str, at: Place) -> Value:
    # `author.books` under `attribute_keyed_dict("title")`
    element = items.element()
    if name == "get":
        return NONE if element is None else union((element, NONE))
    key = Unknown("a key of a mapped collection")
    rest: Value | None = element
    if element is not None:
        rest = {"values": element, "keys": key, "items": Tuple((key, element))}[name]
    return machine.allocate(machine.site(at, name), Items(rest=rest))


def collect(machine: Machine, value: Value, kind: str, at: Place) -> Value:
    """`list(value)` and its kin: a new collection of the same elements."""
    known, rest = iteration.elements(machine, value, at)
    if kind == "set":
        for element in with_rest(known, rest):
            protocols.hashed(machine, element, at)
    if kind == "tuple" and rest is None:
        return Tuple(known)
    if kind == "reversed":
        made = Items(items=known[::-1]) if rest is None else Items(rest=union((*known, rest)))
    elif kind == "sorted":
        is_ordered = rest is None and len(known) == 1
        parts = with_rest(known, rest)
        made = Items(items=known) if is_ordered else Items(rest=union_if_any(parts))
    else:
        made = Items(items=known, rest=rest, kind=kind)
    return machine.allocate(machine.site(at, "collected"), made)


def add(machine: Machine, left: Value, right: Value, at: Place) -> Value | None:
    """`left + right` and `left | right` of lists, sets, tuples and dicts; None where they are none."""
    if isinstance(left, Tuple) and isinstance(right, Tuple):
        return Tuple((*left.items, *right.items))
    if any(
        isinstance(part, Reference) and isinstance(machine.object_of(part), Table)
        for part in (left, right)
    ):
        return tables.merged(machine, left, right, at)
    found = operators.concatenated(machine, left, right)
    return None if found is None else machine.allocate(machine.site(at, "sum"), found)
