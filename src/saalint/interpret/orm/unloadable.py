"""Collections mapped `dynamic` or `write_only`: what can be done with them, and what only a list could do (R3, R31)."""

from __future__ import annotations

from saalint.interpret.domain.heap import Items
from saalint.interpret.domain.values import NONE, EntityTarget, Reference, Statement, Unknown, Value
from saalint.interpret.events import Attachment, SessionKind, Usage
from saalint.interpret.libraries import collections_api
from saalint.interpret.machine import Machine
from saalint.interpret.orm import entities
from saalint.project.mapped import LoaderStrategy, Relationship
from saalint.source.positions import Place

KINDS = frozenset({LoaderStrategy.DYNAMIC.value, LoaderStrategy.WRITE_ONLY.value})
_LENGTH = "len"
_ADDING = {
    LoaderStrategy.DYNAMIC.value: frozenset({"append", "add", "extend", "add_all", "remove"}),
    LoaderStrategy.WRITE_ONLY.value: frozenset({"add", "add_all", "remove"}),
}
_OF_STATEMENTS = frozenset({"insert", "update", "delete"})
_EXECUTING = frozenset(
    {
        "all",
        "count",
        "first",
        "one",
        "one_or_none",
        "scalar",
        "get",
        "delete",
        "update",
        "__iter__",
        "value",
    }
)


def use(machine: Machine, items: Items, at: Place, operation: str = "") -> None:
    """A collection is used like a list: told where that fails, and where it runs SQL that nobody can wait for."""
    found = entities.collected(machine, items)
    if items.kind not in KINDS or found is None:
        return
    reference, attribute = found
    entity = machine.entity_at(reference)
    if items.kind == LoaderStrategy.DYNAMIC.value and operation != _LENGTH:
        # a query: it runs where the session may do I/O, and of a new object it gives what was added
        is_waited_for = (
            machine.session_kind(entity.session) is not SessionKind.ASYNC or machine.is_load_allowed
        )
        if is_waited_for or entity.attachment is not Attachment.PERSISTENT:
            return
    entities.tell(machine, reference, attribute, at, Usage.LIST_USE)


def call_method(
    machine: Machine,
    receiver: Reference,
    items: Items,
    name: str,
    arguments: tuple[Value, ...],
    at: Place,
) -> Value:
    """A method of such a collection: it takes objects, makes statements, or fails."""
    if name in _ADDING[items.kind]:
        if name in ("extend", "add_all"):
            collections_api.extend(machine, receiver, arguments[0] if arguments else NONE, at)
        elif name != "remove" and arguments:
            collections_api.append(machine, receiver, arguments[0])
        return NONE
    if items.kind == LoaderStrategy.WRITE_ONLY.value:
        if name == "select":
            return statement(machine, items)
        if name in _OF_STATEMENTS:
            return Unknown("a statement of a collection")
        use(machine, items, at)
        return Unknown("a method that the collection lacks")
    if name not in _EXECUTING:
        return receiver
    use(machine, items, at)
    if name == "all":
        return machine.allocate(machine.site(at, "rows"), Items(rest=items.rest))
    return Unknown("what a dynamic relationship gives")


def statement(machine: Machine, items: Items) -> Value:
    """`author.books.select()` and `author.books.statement`: a query of some of the target's objects."""
    match entities.collected(machine, items):
        case (_, Relationship(target=str(target))) if target in machine.analysis.mappers:
            return Statement(kind="select", targets=(EntityTarget(target),), is_filtered=True)
        case _:
            return Unknown("the statement of a collection")


def length(machine: Machine, value: Value, at: Place) -> None:
    """`len(author.books)`."""
    thing = machine.object_of(value) if isinstance(value, Reference) else None
    if isinstance(thing, Items):
        use(machine, thing, at, _LENGTH)
