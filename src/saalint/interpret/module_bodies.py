"""The bodies of modules: one machine runs them, when somebody first asks for what they bind."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from saalint.interpret import transfer
from saalint.interpret.machine import Frame, Machine

if TYPE_CHECKING:
    from saalint.interpret.knowledge import Analysis


class ModuleBodies:
    """The one machine that runs module bodies, on the shared memory, at negative locations."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.machine = Machine(analysis, analysis.memory, is_load_allowed=False, depth=0)
        self.machine.reserve(-sys.maxsize // 2)

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
