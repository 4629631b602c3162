"""Items that come into a collection of an entity or leave it: their other side, and whether the flush deletes them."""

from __future__ import annotations

from saalint.interpret.domain.heap import Deletion, Items
from saalint.interpret.domain.values import Value, members
from saalint.interpret.machine import Machine
from saalint.interpret.orm import entities, lifecycle, setting
from saalint.interpret.record import replace


def added(machine: Machine, items: Items, value: Value) -> None:
    """`author.books.append(book)` sets `book.author`, and brings the book into the author's session."""
    found = entities.collected(machine, items)
    if found is None:
        return
    owner, attribute = found
    for item in entities.references(machine, value):
        setting.told_of_item(machine, owner, attribute, item, 0)
        setting.link_back(machine, owner, attribute, item)
        setting.cascade(machine, owner, item)
        entity = machine.entity_at(item)
        if entity.deletion is Deletion.MARKED:
            # taken out of one collection and put into another
            machine.write(item, replace(entity, deletion=Deletion.NONE))


def removed(machine: Machine, items: Items, value: Value, *, is_certain: bool) -> None:
    """`author.books.remove(book)` sets `book.author` to None; with `delete-orphan` the flush deletes the book.

    Where it is not certain that an item is taken out for good, it is perhaps deleted.
    """
    found = entities.collected(machine, items)
    if found is None:
        return
    _, attribute = found
    is_certain = is_certain and len(members(value)) == 1
    for item in entities.references(machine, value):
        if is_certain:
            setting.unlink_back(machine, attribute, item)
        if "delete-orphan" not in attribute.cascade:
            continue
        if is_certain:
            lifecycle.orphan(machine, item)
        else:
            lifecycle.may_be_deleted(machine, item)
