"""The stages, rules and functions of a run to the time each took, and to a note for whoever waits."""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator

import msgspec


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds by stage, by rule and by function. `tell` is called with what is about to be done.

    The time of a function has that of the functions it calls first: later callers reuse their results.
    """

    tell: Callable[[str], None] = lambda _: None
    stages: defaultdict[str, float] = msgspec.field(default_factory=lambda: defaultdict(float))
    rules: defaultdict[str, float] = msgspec.field(default_factory=lambda: defaultdict(float))
    functions: defaultdict[str, float] = msgspec.field(default_factory=lambda: defaultdict(float))

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time within for a stage."""
        self.tell(name)
        with _counted(self.stages, name):
            yield

    @contextlib.contextmanager
    def rule(self, name: str) -> Iterator[None]:
        """Count the time within for a rule."""
        with _counted(self.rules, name):
            yield

    @contextlib.contextmanager
    def function(self, name: str) -> Iterator[None]:
        """Count the time within for a function."""
        self.tell(name)
        with _counted(self.functions, name):
            yield


@contextlib.contextmanager
def _counted(times: defaultdict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        times[name] += time.perf_counter() - start
