"""What a call's objects and unknowns are called in its context, and what the context's are called by the caller.

Numbers go in the order in which things are met, so that two calls that pass the same shapes name them alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeAlias

from saalint.interpret.domain.heap import HeapObject, Session
from saalint.interpret.domain.values import KEY_AT_HAND, Literal, Reference, Unknown, Value
from saalint.interpret.machine import Machine

Symbol: TypeAlias = tuple[object, ...]

# unknowns of which something is known all the same
_KEPT = frozenset({"flag", KEY_AT_HAND, "request"})

# the caller's symbol for what its callee is not told begins so
_LITERAL = "literal"


@dataclass(slots=True)
class Names:
    """What a call's objects and unknowns are called in its context: both by the order in which they are met.

    `is_at_hand` tells of a key whether it is that of an object that the caller has, and the call does not get;
    `partial` are the sessions of which it does not get all objects.
    """

    locations: dict[int, int]
    is_at_hand: Callable[[Unknown], bool]
    symbols: dict[Symbol, Symbol] = field(default_factory=dict)
    partial: frozenset[int] = frozenset()

    def inward(self, value: Reference | Unknown) -> Value:
        """A reference or unknown of the caller's, as the context names it."""
        if isinstance(value, Unknown):
            return replace(value, symbol=None if value.symbol is None else self._symbol(value))
        if value.location < 0:
            return value
        number = self.locations.get(value.location)
        return Unknown("an object that is gone") if number is None else Reference(number)

    def of_literal(self, value: Literal) -> Unknown:
        """An unknown for a text or number: the same for the same, and what it was for the caller."""
        symbol = self.symbols.setdefault((_LITERAL, value), ("given", len(self.symbols)))
        return Unknown("one of many texts or numbers", symbol)

    def _symbol(self, value: Unknown) -> Symbol:
        symbol = value.symbol or ()
        known = self.symbols.get(symbol)
        if known is None:
            known = _moved(symbol, self.locations.get) or (self._kind(value), len(self.symbols))
            self.symbols[symbol] = known
        return known

    def _kind(self, value: Unknown) -> object:
        if self.is_at_hand(value):
            return KEY_AT_HAND
        first = value.symbol[0] if value.symbol else None
        return first if first in _KEPT else "given"


def _moved(symbol: Symbol, location: Callable[[int], int | None]) -> Symbol | None:
    # the value of a column is named after its entity, wherever that stands; a parameter may be called `column` too
    for position, (kind, old) in enumerate(pairwise(symbol)):
        if kind == "column" and isinstance(old, int):
            new = location(old)
            return None if new is None else (*symbol[: position + 1], new, *symbol[position + 2 :])
    return None


class Outward:
    """What a context's objects and unknowns are called by the caller: the reverse of `Names`, and new places."""

    def __init__(
        self, machine: Machine, names: Names, site: Symbol, origins: Mapping[int, Symbol]
    ) -> None:
        self._machine = machine
        self._site = site
        self._origins = origins
        self._locations = {number: location for location, number in names.locations.items()}
        self._symbols = {inner: outer for outer, inner in names.symbols.items()}
        self._partial = names.partial

    def is_incoming(self, number: int) -> bool:
        """Whether an object came in from the caller."""
        return number in self._locations

    def join_sessions(self, objects: Mapping[int, HeapObject]) -> list[tuple[Reference, Session]]:
        """The session of the application that a callee met is that of the caller, from here on at the latest.

        Gives those that the caller had before, with what the callee made of them without being given them, or without
        all of their objects.
        """
        joined: list[tuple[Reference, Session]] = []
        for number, thing in objects.items():
            if not isinstance(thing, Session):
                continue
            if self._locations.get(number) in self._partial:
                joined.append((Reference(self.location(number)), thing))
            if not thing.application or self.is_incoming(number):
                continue
            known = self._machine.application_sessions.get(thing.application)
            if known is not None and self._machine.session(known) is not None:
                self._locations[number] = known.location
                joined.append((known, thing))
            else:
                made = Reference(self.location(number))
                self._machine.application_sessions[thing.application] = made
        return joined

    def location(self, number: int) -> int:
        """Where the caller has an object, or where it is put."""
        known = self._locations.get(number)
        if known is not None:
            return known
        origin = self._origins.get(number)
        if origin is None:
            return self._machine.locate((*self._site, number))
        # where a recursive call put it does not matter, or each turn would put it a call deeper
        location = self._machine.locate(origin)
        self._machine.origins[location] = origin
        return location

    def __call__(self, value: Reference | Unknown) -> Value:
        """A reference or unknown of the context, as the caller names it."""
        if isinstance(value, Reference):
            return value if value.location < 0 else Reference(self.location(value.location))
        symbol = value.symbol
        if symbol is None:
            return value
        known = self._symbols.get(symbol)
        if known is None:
            known = _moved(symbol, self.location) or (symbol[0], *self._site, *symbol[1:])
            self._symbols[symbol] = known
        match known:
            case (kind, Literal() as literal) if kind == _LITERAL:
                return literal
            case _:
                return replace(value, symbol=known)
