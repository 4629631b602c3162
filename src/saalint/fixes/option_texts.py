"""What is to be loaded to the texts of loader options at one place of a file, and to the fix that puts them there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from saalint.findings.edits import in_order
from saalint.findings.fix import Applicability, Edit, Fix
from saalint.findings.remedy import PathStep, StepKind
from saalint.fixes.loader_options import Merger
from saalint.fixes.names import Names
from saalint.fixes.wanted import OptionWriter, Wanted
from saalint.library.api import SQLALCHEMY_ORM
from saalint.project.mapping.loaders import SELECTIN, LoaderChoice
from saalint.project.model import ProjectModel


class CannotFixError(Exception):
    """The code is written in a way that gives no place for an option."""


@dataclass(slots=True)
class OptionTexts:
    """Writes options with the names of a place. `to_one` is the loader for relationships to one object.

    `classes` are mapped classes as the query writes them, `used` the loaders that it uses already, by relationship.
    """

    project: ProjectModel
    names: Names
    to_one: str
    classes: dict[str, str] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)
    is_joinable: bool = True
    is_far: bool = False

    @property
    def writer(self) -> OptionWriter:
        """What writes a whole option."""
        return OptionWriter(
            attribute=self._attribute, function=self._function, relationship=self._loader
        )

    def fix(self, wanted: Iterable[Wanted], merger: Merger, edits: Iterable[Edit]) -> Fix | None:
        """The fix made of the edits of chains that are continued and of those that add options beside them."""
        found = (*merger.edits, *edits)
        if not found:
            return None
        is_safe = not merger.is_overriding and not self.is_far
        added = ", ".join(f"`{self.writer.option(one)}`" for one in wanted)
        return Fix(
            Applicability.SAFE if is_safe else Applicability.UNSAFE,
            f"load {added} with the query",
            in_order((*found, *self.names.imports())),
        )

    def _attribute(self, step: PathStep) -> str:
        written = self.classes.get(step.mapper)
        if written is None:
            name = self.names.of_class(step.mapper)
            if name is None:
                raise CannotFixError
            self.is_far |= name.is_far
            written = self.classes[step.mapper] = name.text
        return f"{written}.{step.attribute}"

    def _function(self, loader: str) -> str:
        name = self.names.of_library(SQLALCHEMY_ORM, loader)
        if name is None:
            raise CannotFixError
        return name.text

    def _loader(self, step: PathStep) -> str:
        """The loader of a relationship: SQLAlchemy refuses two loaders for one path in one statement."""
        used = self.used.get(step.attribute)
        if used is not None:
            return used
        if not self.is_joinable:
            return SELECTIN
        choice = LoaderChoice(self.project.mappers, self.to_one)
        is_collection = step.kind is StepKind.COLLECTION
        return choice.of(step.mapper, step.attribute, is_collection=is_collection)
