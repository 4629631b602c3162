"""A call of a function that `library/` knows, to its result: each family of meanings has a module of its own."""

from __future__ import annotations

from typing import assert_never

from saalint.interpret.domain.values import ExternalInstance, Result, Value
from saalint.interpret.language import coroutines, forms
from saalint.interpret.libraries import (
    callable_functions,
    later_functions,
    object_functions,
    providers,
    record_functions,
    sequence_functions,
    task_functions,
)
from saalint.interpret.libraries.library_use import NOTHING_KNOWN, LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.orm import state_functions
from saalint.interpret.queries import factories, foreign, query_functions
from saalint.interpret.readers import rendering, template_environments
from saalint.library.meanings import (
    CallableFunction,
    ContextVariable,
    LaterFunction,
    ObjectFunction,
    ProviderFunction,
    QueryFunction,
    RecordFunction,
    SequenceFunction,
    SessionMaker,
    StateFunction,
    TaskFunction,
    TemplateFunction,
    TemplateSource,
    Trait,
)

# what is done with each argument, that no coroutine can stand for
_CONSUMING = frozenset(
    {
        SequenceFunction.CONSUME,
        SequenceFunction.ITEMS,
        SequenceFunction.ENUMERATE,
        SequenceFunction.ZIP,
        SequenceFunction.ELEMENT,
        SequenceFunction.EXTREME,
    }
)


def run(machine: Machine, use: LibraryUse) -> Value:
    """The result of a function that `library/` knows."""
    _look_at(machine, use)
    match use.operation.meaning:
        case QueryFunction() as meaning:
            return query_functions.run(machine, use, meaning)
        case SessionMaker() as meaning:
            return factories.run(machine, use, meaning)
        case CallableFunction() as meaning:
            return callable_functions.run(machine, use, meaning)
        case ContextVariable() as meaning:
            is_made = meaning is ContextVariable.VARIABLE
            return ExternalInstance(use.name, use.arguments[:1]) if is_made else NOTHING_KNOWN
        case SequenceFunction() as meaning:
            return sequence_functions.run(machine, use, meaning)
        case TaskFunction() as meaning:
            return task_functions.run(machine, use, meaning)
        case LaterFunction() as meaning:
            return later_functions.run(machine, use, meaning)
        case RecordFunction() as meaning:
            return record_functions.run(machine, use, meaning)
        case ProviderFunction() as meaning:
            return providers.run(machine, use, meaning)
        case StateFunction() as meaning:
            return state_functions.run(machine, use, meaning)
        case TemplateSource() as meaning:
            return template_environments.run(machine, use, meaning)
        case TemplateFunction() as meaning:
            return rendering.run(machine, use, meaning)
        case ObjectFunction() as meaning:
            return object_functions.run(machine, use, meaning)
        case Trait():
            return NOTHING_KNOWN
        case unreachable:
            assert_never(unreachable)


def _look_at(machine: Machine, use: LibraryUse) -> None:
    meaning = use.operation.meaning
    if meaning in _CONSUMING:
        for argument in use.arguments:
            forms.iterated(machine, argument, use.at, is_async=False)
    elif meaning is ObjectFunction.ENTER and use.detail == "__len__":
        coroutines.lost(machine, use.first)
        if isinstance(use.first, Result):
            foreign.length_of_result(machine, use.first, use.at)
    elif meaning is not ObjectFunction.SHOW:
        # `inspect.isawaitable(x)` and the like: what comes of the coroutine is not seen
        coroutines.release(machine, use.arguments)
