"""A class to what all its objects have alike: whether its functions matter, and what a constructor gives each one."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

from saalint.interpret.calling import functions
from saalint.interpret.calling.outlines import Outliner
from saalint.interpret.domain.heap import Instance
from saalint.interpret.domain.memory import Memory
from saalint.interpret.domain.values import Reference
from saalint.interpret.machine import Machine

if TYPE_CHECKING:
    from saalint.interpret.knowledge import Analysis


class KnownClasses:
    """The classes of a project, as outlines of calls ask for them."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._usual: dict[str, Mapping[str, Hashable]] = {}

    def is_telling(self, name: str) -> bool:
        """Whether some method of a class is relevant."""
        return self._analysis.relevance.has_methods(name)

    def usual(self, name: str) -> Mapping[str, Hashable]:
        """The outlines of the fields of an object of a class, of which only the class is known.

        A class whose constructor is being run for this has none: what it makes of its own kind does not end otherwise.
        """
        known = self._usual.get(name)
        if known is None:
            self._usual[name] = {}
            known = self._usual[name] = self._fields_of(name)
        return known

    def _fields_of(self, name: str) -> dict[str, Hashable]:
        analysis = self._analysis
        info = analysis.project.classes.info(name)
        if info is None:
            return {}
        machine = Machine(analysis, Memory(analysis.memory), is_load_allowed=False, depth=0)
        frame = analysis.module_frame(info.module)
        made = Instance(class_name=name, is_declared=True)
        reference = machine.allocate(("usual", name), made)

        def construct() -> None:
            with machine.inside(frame):
                functions.field_from_constructor(machine, reference, made, "")

        analysis.guarded(machine, frame, construct)
        thing = machine.object_of(reference)
        if not isinstance(thing, Instance):
            return {}
        outliner = Outliner(lambda location: machine.object_of(Reference(location)), self)
        return outliner.fields_of(thing, 1)
