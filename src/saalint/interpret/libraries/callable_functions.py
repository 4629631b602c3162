"""Functions that make what is called later: partials, getters, providers; and decorators that keep a function."""

from __future__ import annotations

from typing import assert_never

from saalint.interpret.calling import calls
from saalint.interpret.domain.values import (
    BoundMethod,
    External,
    FunctionReference,
    Manager,
    Partial,
    PendingCall,
    Tuple,
    Value,
)
from saalint.interpret.libraries.library_use import NOTHING_KNOWN, LibraryUse
from saalint.interpret.machine import Machine
from saalint.library.meanings import CallableFunction

_FUNCTIONS = (FunctionReference, BoundMethod, Partial)
# what a decorator that keeps the function does: it gives its first argument
_KEEPING = "functools.cache"


def run(machine: Machine, use: LibraryUse, meaning: CallableFunction) -> Value:
    """The result of such a function."""
    match meaning:
        case CallableFunction.BOUND_LATER:
            return Partial(External(use.detail or use.name), use.arguments, use.keywords)
        case CallableFunction.MANAGER if use.arguments:
            # `session_scope = asynccontextmanager(get_session)`
            made = calls.call(machine, use.first, use.arguments[1:], use.keywords, use.at)
            return Manager(made) if isinstance(made, PendingCall) else made
        case CallableFunction.GETTER:
            return Partial(External(f"{use.name}.__call__"), (Tuple(use.arguments),), use.keywords)
        case CallableFunction.PARTIAL:
            return Partial(use.first, use.arguments[1:], use.keywords)
        case CallableFunction.IDENTITY_DECORATOR:
            # `self.cached = lru_cache(self._find)`, without its settings
            is_bare = bool(use.detail) and isinstance(use.first, _FUNCTIONS)
            return use.first if is_bare else External(_KEEPING)
        case CallableFunction.MANAGER | CallableFunction.CALL_HELD:
            return NOTHING_KNOWN
        case unreachable:
            assert_never(unreachable)
