"""Calls that a schema makes on its own: functions of its class, with the field on whose account they are called.

Goes in: the place where an object was handed over. Comes out: what each function gives, and its reads as events there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from saalint.interpret.calling import calls
from saalint.interpret.domain.values import (
    ClassReference,
    External,
    FunctionReference,
    Unknown,
    Value,
)
from saalint.interpret.events import Handover
from saalint.interpret.machine import Machine
from saalint.interpret.record import replace
from saalint.project.serialisers.schema_functions import Phase, SchemaFunction
from saalint.source.positions import Place

# what wraps a check is given the check itself, which hands on what it is called with
_CHECK = External("saalint.check")


class SchemaCalls:
    """The calls on account of one handover, which is `width` characters wide."""

    def __init__(self, machine: Machine, at: Place, width: int) -> None:
        self._machine = machine
        self._at = at
        self._handover = Handover(machine.source_place(at), width, machine.frame.scope, "")

    @contextmanager
    def reading(self, path: str) -> Iterator[None]:
        """What is read meanwhile is read by a field."""
        # a handover inside another one, in a property that converts what it gives, is the user's own
        machine = self._machine
        held = machine.handover
        machine.handover = replace(self._handover, reader=path)
        try:
            yield
        finally:
            machine.handover = held

    def validated(self, function: SchemaFunction, value: Value, schema: str, path: str) -> Value:
        """What a validator gives for a value; what wraps the check gives what it hands to the check."""
        owner = () if function.owner is None else (ClassReference(schema),)
        check = (_CHECK,) if function.phase is Phase.AROUND else ()
        return self.call(function, (*owner, value, *check), path)

    def path_of(self, function: SchemaFunction, path: str) -> str:
        """The path of what a function reads that sees an object whole: `AuthorOut.counted`."""
        definition = function.function
        return f"{path}.{self._machine.analysis.function(definition.module, definition.index).name}"

    def call(self, function: SchemaFunction, given: tuple[Value, ...], path: str) -> Value:
        """What a function gives; what it asks for beyond what is given tells of the schema."""
        definition = function.function
        facts = self._machine.analysis.function(definition.module, definition.index)
        whole = (*given, *(Unknown("what a schema tells of itself"),) * 2)
        reference = FunctionReference(definition.module, definition.index, function.owner)
        with self.reading(path):
            return calls.call(
                self._machine, reference, whole[: len(facts.parameters)], (), self._at
            )
