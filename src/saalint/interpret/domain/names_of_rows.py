"""Rows: a tuple with the names of what was selected, read by name or by position."""

from __future__ import annotations

from saalint.interpret.domain.values import (
    ExternalMethod,
    Literal,
    Tuple,
    Unknown,
    Value,
    literal,
    union,
)
from saalint.interpret.record import replace


def by_index(row: Tuple, index: Value) -> Value:
    """The item at an index; any of them where the index is not known."""
    if isinstance(index, Literal):
        if isinstance(index.value, int) and -len(row.items) <= index.value < len(row.items):
            return row.items[index.value]
        if isinstance(index.value, str):
            return by_name(row, index.value) or Unknown("a key the row does not have")
    return union(row.items) if row.items else Unknown("an item of an empty tuple")


def by_name(row: Tuple, name: str) -> Value | None:
    """The item of a name; None where the row has no such name."""
    if name in row.names:
        return row.items[row.names.index(name)]
    return None


def entries(row: Tuple) -> tuple[tuple[Value, Value], ...]:
    """The items of a row by name."""
    return tuple((literal(name), item) for name, item in zip(row.names, row.items, strict=False))


def view(row: Tuple, name: str) -> Value:
    """What a row is under another name: `row.t`, `row._mapping`; else one of its methods."""
    if name in ("t", "_t"):
        return row
    if name == "_mapping":
        return replace(row, shape=row.shape and replace(row.shape, is_mapping=True))
    if name == "_fields":
        return Tuple(tuple(literal(field) for field in row.names))
    return ExternalMethod(row, name)
