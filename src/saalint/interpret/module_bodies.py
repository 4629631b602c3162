"""The bodies of modules: one machine runs them, when somebody first asks for what they bind."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from saalint.facts import expressions as ex
from saalint.interpret import transfer
from saalint.interpret.domain.values import (
    Unknown,
    Value,
    union,
    with_rest,
    without_none,
)
from saalint.interpret.language import declared
from saalint.interpret.machine import Frame, Machine
from saalint.project.names.bindings import ValueBinding
from saalint.project.names.definitions import VariableDefinition

if TYPE_CHECKING:
    from saalint.interpret.knowledge import Analysis


class ModuleBodies:
    """The one machine that runs module bodies, on the shared memory, at negative locations."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.machine = Machine(analysis, analysis.memory, is_load_allowed=False, depth=0)
        self.machine.reserve(-sys.maxsize // 2)
        self._later: dict[tuple[str, str], tuple[Value, ...]] = {}

    def frame_of(self, name: str, number: int) -> Frame:
        """The frame of a module; its variables stand at negative numbers."""
        module = self.analysis.module(name)
        return Frame(
            number=-1 - number,
            module=name,
            path=module.path,
            scope="",
            function=None,
            base=self.machine.memory,
        )

    def later(self, module: str, name: str, found: Value | None) -> Value | None:
        """What a variable is once the modules are there: what was `found`, or what functions bind, or as declared.

        _maker: async_sessionmaker[AsyncSession] | None = None
        def connect(url: str) -> None:
            global _maker
            _maker = async_sessionmaker(create_async_engine(url))
        """
        key = (module, name)
        if key not in self._later:
            self._later[key] = ()
            self._later[key] = tuple(self._bound_later(module, name)) if "." not in name else ()
        bound = self._later[key]
        return union((*with_rest((), found), *bound)) if bound else found

    def _bound_later(self, module: str, name: str) -> Iterator[Value]:
        symbols = self.analysis.project.symbols
        if symbols.module(module) is None:
            return
        bindings = symbols.assignments(VariableDefinition(module, name))
        by_functions = tuple(symbols.scopes(module).global_assignments(name))
        is_bound = any(one.value is not None for one in bindings if one not in by_functions)
        if is_bound and not by_functions:
            return
        with self.analysis.in_module(module) as runner:
            given = [_value_of(runner, one) for one in by_functions]
            known: list[Value] = [one for one in given if not isinstance(one, Unknown)]
            annotation = next((one.annotation for one in bindings if one.annotation), None)
            if annotation is not None and not known:
                declared_as = declared.value_of_annotation(
                    runner, annotation, (module, name), Unknown("a variable of another type")
                )
                known = [without_none(declared_as)]
        yield from known or given

    def run(self, frame: Frame) -> None:
        """Run a module's body."""
        machine = self.machine
        facts = self.analysis.module(frame.module).facts
        held = (machine.memory, machine.is_alive, machine.loops, machine.frames)
        machine.frames = []
        machine.memory = self.analysis.memory
        machine.loops = []
        machine.steps = 0

        def body() -> None:
            with machine.inside(frame):
                transfer.run_block(machine, facts.body)

        self.analysis.guarded(machine, frame, body)
        machine.memory, machine.is_alive, machine.loops, machine.frames = held


def _value_of(machine: Machine, binding: ValueBinding) -> Value:
    match binding.value:
        case None | ex.Await() | ex.Yield():
            return Unknown("what a function binds under `global`")
        case value:
            return transfer.evaluate(machine, value)
