"""`await`: a coroutine runs when it is waited for."""

from __future__ import annotations

from saalint.interpret import calls, functions, lifecycle
from saalint.interpret.machine import Machine
from saalint.interpret.values import PendingCall, Ready, Transaction, Union, Value, union
from saalint.source.positions import Place


def wait(machine: Machine, value: Value, at: Place) -> Value:
    """What `await value` gives."""
    match value:
        case PendingCall(kind="coroutine"):
            return functions.run_coroutine(machine, value, at)
        case PendingCall(kind="library"):
            return calls.run_library_call(machine, value)
        case Ready(value=ready):
            return ready
        case Transaction():
            lifecycle.mark_transaction(machine, value, at)
            return value
        case Union(members=parts):
            return union(wait(machine, part, at) for part in parts)
        case _:
            return value
