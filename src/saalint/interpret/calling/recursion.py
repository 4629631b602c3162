"""Functions that call themselves, over any way around: their contexts are run again until what comes of them rests.

`def total(node): … return node.weight + sum(total(child) for child in node.children)`: in the first turn the inner call
is taken not to come back, so that the outcome is that of the ways without recursion; in the next turn the inner call
gives that outcome, and so on. All contexts that lean on one another are one group, and take their turns together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from saalint.interpret.calling.contexts import Context, Outcome
from saalint.interpret.domain.values import Unknown

# a list that each turn makes one longer never comes to rest
_MOST_TURNS = 4
# a recursion that passes on more each time, as a session that holds more objects, never comes to the same shape again
_MOST_NESTED = 5


@dataclass(slots=True)
class _Running:
    """A context that is being run, the position of the outermost one it leans on, and those inside that lean too."""

    context: Context
    lowest: int
    leaning: list[Context] = field(default_factory=list)


class Recursion:
    """The contexts that are being run, the outermost first. `hit` counts what did not come to rest."""

    def __init__(self, hit: Callable[[str], None]) -> None:
        self._hit = hit
        self._running: list[_Running] = []
        self._positions: dict[int, int] = {}

    def is_running(self, context: Context) -> bool:
        """Whether a context is being run."""
        return id(context) in self._positions

    def is_too_deep(self, context: Context) -> bool:
        """Whether many contexts of a function are being run inside each other, and this is one more."""
        function = (context.key.module, context.key.index, context.key.receiver)
        nested = sum(
            function == (each.key.module, each.key.index, each.key.receiver)
            for each in (running.context for running in self._running)
        )
        return context.outcome is None and nested >= _MOST_NESTED

    def assumed(self, context: Context) -> Outcome | None:
        """What a call of a context that is being run gives, in this turn; None where it does not come to rest."""
        self.lean(context)
        if context.assumed is None and not context.is_restless:
            nothing = Unknown("a recursive call that does not come back")
            context.assumed = Outcome(nothing, {}, {}, comes_back=False)
        return context.assumed

    def lean(self, context: Context) -> None:
        """The context that is being run uses the outcome of another, which may lean on one that is not done."""
        needed: Context | None = context
        while needed is not None and id(needed) not in self._positions:
            needed = needed.leans_on
        if needed is not None and self._running:
            running = self._running[-1]
            running.lowest = min(running.lowest, self._positions[id(needed)])

    def run(self, context: Context, body: Callable[[], Outcome]) -> None:
        """Run a context; where it is the outermost of a group, until nothing changes."""
        group = self._turn(context, body)
        turns = 1
        while moved := [each for each in group if each.assumed not in (None, each.outcome)]:
            if turns == _MOST_TURNS:
                self._hit("recursion")
                for each in moved:
                    each.is_restless = True
            for each in group:
                each.assumed = None if each.assumed is None or each.is_restless else each.outcome
                each.forget()
            group = self._turn(context, body)
            turns += 1
        for each in group:
            each.assumed = each.leans_on = None

    def _turn(self, context: Context, body: Callable[[], Outcome]) -> list[Context]:
        """The group that came to its end with this run; empty where its outermost context is still to do so."""
        position = len(self._running)
        running = _Running(context, position)
        self._running.append(running)
        self._positions[id(context)] = position
        try:
            outcome = body()
        finally:
            self._running.pop()
            del self._positions[id(context)]
        context.settle(outcome)
        if running.lowest == position:
            return [*running.leaning, context]
        outer = self._running[-1]
        context.leans_on = self._running[running.lowest].context
        outer.lowest = min(outer.lowest, running.lowest)
        outer.leaning.extend((*running.leaning, context))
        return []
