"""Which functions the program calls itself, and of what happens in them those calls answer for.

A function is analysed on its own declaration too: `async def show(session: AsyncSession, shop: Shop)`, where nobody
knows what the session holds and what the shop has loaded. What fails there alone fails for none of its callers.
"""

from __future__ import annotations

from collections import defaultdict

from saalint.interpret.calling.contexts import Context
from saalint.interpret.calling.uses import Function
from saalint.interpret.events import AttributeRead, LoadState
from saalint.interpret.knowledge import Analysis
from saalint.interpret.reads import ReadKey
from saalint.project.mapped import SourcePlace
from saalint.source.positions import Place


def apart(analysis: Analysis, roots: list[Context]) -> tuple[list[Context], list[Context]]:
    """The functions with which the program begins, and those that it calls itself, with those of tests."""
    called = _called(analysis)
    begun: list[Context] = []
    inner: list[Context] = []
    for root in roots:
        is_called = not root.key.is_handler and _function_of(root) in called
        is_aside = analysis.module(root.key.module).is_aside
        (inner if is_called or is_aside else begun).append(root)
    return begun, inner


def answers_for(read: AttributeRead | None) -> bool:
    """Whether a read finds the value loaded, in whatever the program begins with.

    A target that the session may hold is no answer: in most requests it holds the one user who sends them.
    """
    return (
        read is not None and LoadState.LOADED in read.state and LoadState.UNKNOWN not in read.state
    )


def answered(analysis: Analysis, roots: list[Context]) -> set[int]:
    """The contexts of functions that the program calls, but in other contexts, by their `id`.

    What a session holds then, the calls tell.
    """
    queue, _ = apart(analysis, roots)
    reached: dict[int, Context] = {}
    while queue:
        context = queue.pop()
        if id(context) not in reached:
            reached[id(context)] = context
            queue.extend(call.context for run in context.runs for call in run.called)
    functions = {_function_of(context) for context in reached.values()}
    return {
        id(context)
        for context in analysis.contexts
        if id(context) not in reached and _function_of(context) in functions
    }


def _function_of(context: Context) -> Function:
    return Function(context.key.module, context.key.index)


def _called(analysis: Analysis) -> set[Function]:
    # the functions that others than tests call, or run turn by turn
    aside = frozenset(module.path for module in analysis.project.modules if module.is_aside)
    found: set[Function] = set()
    readers: dict[ReadKey, set[Function]] = defaultdict(set)
    for context in analysis.contexts:
        here = _function_of(context)
        for run in context.runs:
            calls = (call for call in run.called if call.path not in aside)
            found.update(there for call in calls if (there := _function_of(call.context)) != here)
            for key in run.record.reads:
                readers[key].add(here)
    for (place, _, handover, _), functions in readers.items():
        if len(functions) > 1 and handover is None:
            # the body of a generator is run by whoever iterates over it
            above = [each for each in functions if _is_above(analysis, each, place)]
            found.update(sorted(above, key=lambda each: _begin(analysis, each))[-1:])
    return found


def _is_above(analysis: Analysis, function: Function, place: SourcePlace) -> bool:
    is_there = analysis.module(function.module).path == place.path
    return is_there and _begin(analysis, function) <= place.at


def _begin(analysis: Analysis, function: Function) -> Place:
    return analysis.function(function.module, function.index).at
