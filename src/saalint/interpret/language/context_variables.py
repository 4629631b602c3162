"""What `current.set(author)` leaves in a `ContextVar` for whoever asks: kept like the variables of a module.

A session that is set is the one of an application (`queries/application_sessions`).
"""

from __future__ import annotations

import sys

from saalint.interpret.domain.values import ExternalInstance, Literal, Unknown, Value
from saalint.interpret.machine import Machine
from saalint.library.meanings import ContextVariable

_FRAME = 1 - sys.maxsize


def of_method(
    machine: Machine, variable: ExternalInstance, name: str, arguments: tuple[Value, ...]
) -> Value | None:
    """What a method of a context variable gives; None where nothing is known of it."""
    meaning = machine.analysis.operations.meaning(f"{variable.name}.{name}")
    match meaning, variable.arguments:
        case ContextVariable.HOLD, (Literal() as label, *_) if arguments:
            machine.memory.write((_FRAME, str(label.value)), arguments[0])
        case ContextVariable.HELD, (Literal() as label, *_):
            return machine.memory.read((_FRAME, str(label.value)))  # type: ignore[return-value]  # variables never hold bare objects
        case ContextVariable.RELEASE, (Literal() as label, *_):
            before = Unknown("what a variable held before")
            machine.memory.write((_FRAME, str(label.value)), before)
    return None
