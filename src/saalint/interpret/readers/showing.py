"""What an object of a schema shows of itself: `AuthorOut.model_dump()` runs its serialisers and computed properties.

Goes in: a value that is shown. Comes out: nothing, but for the reads of those functions, as events of the call.
"""

from __future__ import annotations

from saalint.facts.expressions import short_name
from saalint.interpret.calling import calls
from saalint.interpret.domain.heap import Instance, Items, Table
from saalint.interpret.domain.values import (
    BoundMethod,
    Literal,
    Reference,
    Tuple,
    Unknown,
    Value,
    literal,
    members,
    union_if_any,
)
from saalint.interpret.language import attributes, control, waiting
from saalint.interpret.machine import Machine
from saalint.interpret.readers import schema_calls
from saalint.project.serialisers.schema_functions import Phase, SchemaFunction
from saalint.project.serialisers.schema_records import SchemaField
from saalint.project.serialisers.schema_types import Watched
from saalint.source.positions import Place

_DEEPEST = 6


class Showing:
    """Shows values at one place; `left_out` are fields of the outermost object that are not shown."""

    def __init__(
        self,
        machine: Machine,
        at: Place,
        width: int,
        *,
        is_json: bool,
        left_out: frozenset[str] = frozenset(),
    ) -> None:
        self._machine = machine
        self._at = at
        self._calls = schema_calls.SchemaCalls(machine, at, width)
        self._phases = (Phase.SHOWN, Phase.JSON) if is_json else (Phase.SHOWN,)
        self._left_out = left_out

    def show(self, value: Value, path: str = "") -> None:
        """Run what a value, or the objects inside it, are shown by."""
        if path.count(".") + path.count("[") >= _DEEPEST:
            return
        for member in members(value):
            match self._machine.object_of(member) if isinstance(member, Reference) else member:
                case Instance() as thing if isinstance(member, Reference):
                    self._object(member, thing, path)
                case Items() | Tuple():
                    control.loop(
                        self._machine, member, lambda part: self.show(part, f"{path}[]"), self._at
                    )
                case Table(entries=entries, rest=rest):
                    inner = f"{path}[]"
                    for _, held in entries:
                        self.show(held, inner)
                    if rest is not None:
                        self.show(rest, inner)
                case _:
                    continue

    def as_dict(self, value: Value, *, is_whole: bool) -> Value:
        """What a dict of the outermost object holds: its keys, and what is known of their values.

        One that is not whole lacks some of those that the object need not be given.
        """
        thing = self._machine.object_of(value) if isinstance(value, Reference) else None
        schemas = self._machine.analysis.project.schemas
        schema = schemas.of_class(thing.class_name) if isinstance(thing, Instance) else None
        if schema is None or schema.is_open or schema.content or self._running(schema.functions):
            return Unknown("what an object shows of itself")
        entries: list[tuple[Value, Value]] = []
        others: list[tuple[Value, Value]] = []
        for field in schema.fields:
            if field.is_shown and field.name not in self._left_out:
                kept = entries if is_whole or field.is_required else others
                kept.append((literal(field.name), self._entry(value, field)))
        computed = Unknown("a computed field")
        entries += [(literal(name), computed) for name in schema.computed]
        made = Table(
            entries=tuple(entries),
            rest=union_if_any(entry for _, entry in others),
            rest_key=union_if_any(name for name, _ in others),
        )
        return self._machine.allocate(self._machine.site(self._at, "shown"), made)

    def _entry(self, value: Value, field: SchemaField) -> Value:
        # a key stays the same key; what is made of anything else, as of a nested object, is not known
        beside = field.type.functions if isinstance(field.type, Watched) else ()
        if self._running((*field.functions, *beside)) or Phase.JSON in self._phases:
            return Unknown("what a field shows of itself")
        held = attributes.read(self._machine, value, field.name, self._at)
        is_plain = all(isinstance(member, Unknown | Literal) for member in members(held))
        return held if is_plain else Unknown("what a field shows of itself")

    def _object(self, value: Reference, thing: Instance, path: str) -> None:
        schema = self._machine.analysis.project.schemas.of_class(thing.class_name)
        if schema is None:
            return
        shown = path if "." in path else short_name(schema.name)
        if own := self._running(schema.functions):
            for function in own:
                self._calls.call(function, (value,), self._calls.path_of(function, shown))
            return
        left_out = frozenset() if "." in path else self._left_out
        for field in schema.fields:
            held = thing.get(field.name)
            if held is not None and field.is_shown and field.name not in left_out:
                self._field(value, field, held, f"{shown}.{field.name}")
        for name in schema.computed:
            if name not in left_out:
                self.show(self._computed(value, name, f"{shown}.{name}"), f"{shown}.{name}")

    def _computed(self, value: Reference, name: str, path: str) -> Value:
        machine = self._machine
        with self._calls.reading(path):
            found = attributes.read(machine, value, name, self._at)
            if not isinstance(found, BoundMethod):
                return found
            # what takes more than the object has a query of its own, and is analysed by itself
            facts = machine.analysis.function(found.function.module, found.function.index)
            if len(facts.parameters) > 1:
                return Unknown("what a resolver gives")
            return waiting.wait(machine, calls.call(machine, found, (), (), self._at), self._at)

    def _field(self, owner: Reference, field: SchemaField, held: Value, path: str) -> None:
        beside = field.type.functions if isinstance(field.type, Watched) else ()
        functions = self._running((*field.functions, *beside))
        for function in functions:
            given = (held,) if function.owner is None else (owner, held)
            self._calls.call(function, given, path)
        if not functions:
            self.show(held, path)

    def _running(self, functions: tuple[SchemaFunction, ...]) -> tuple[SchemaFunction, ...]:
        return tuple(function for function in functions if function.phase in self._phases)
