"""What a project uses: packages it imports, the SQLAlchemy it has, and the names that a function reads."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from saalint.config.settings import Settings
from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.facts.records import FunctionFacts
from saalint.interpret import backend
from saalint.library.api import series_of
from saalint.project.model import ProjectModel
from saalint.source.positions import Place, line_of


class Surroundings:
    """Answers about a project that few functions ask, each found out once."""

    def __init__(self, project: ProjectModel, settings: Settings) -> None:
        self._project = project
        self._settings = settings
        self._names_read: dict[tuple[str, Place], frozenset[str]] = {}

    def has_import(self, package: str) -> bool:
        """Whether a file of the project imports a package."""
        return any(
            entry.module.partition(".")[0] == package
            for module in self._project.modules
            if module.is_project
            for entry in module.facts.imports
        )

    @cached_property
    def is_legacy(self) -> bool:
        """Whether the project's SQLAlchemy, else the installed one, is older than 2.0: rows and options differ."""
        version = self._version
        return version is not None and version < backend.SECOND

    @cached_property
    def series(self) -> tuple[str, ...]:
        """The series of SQLAlchemy that the project's may be of; where nobody tells, any since 2.0."""
        is_told = self._settings.sqlalchemy_version is not None or self.is_legacy
        return series_of(self._version if is_told else None)

    @cached_property
    def _version(self) -> tuple[int, ...] | None:
        if self._settings.sqlalchemy_version is not None:
            return self._settings.sqlalchemy_version
        installed = self._project.installed
        module = None if installed is None else installed.find("sqlalchemy")
        for instruction in () if module is None else module.facts.body:
            match instruction:
                case ins.Assign(
                    targets=(ex.Name("__version__"),), value=ex.Constant(value=str(text))
                ):
                    return tuple(int(part) for part in text.split(".") if part.isdecimal())
                case _:
                    continue
        return None

    def names_read(self, module: str, function: FunctionFacts) -> frozenset[str]:
        """The names that a function reads, and those that functions inside it take from around them."""
        key = (module, function.at)
        if key not in self._names_read:
            found = self._project.symbols.module(module)
            inside = (
                other
                for other in (found.facts.functions if found is not None else ())
                if line_of(function.at) <= line_of(other.at) <= function.end_line
            )
            names = {name for other in inside for name in other.free}
            self._names_read[key] = frozenset(names | set(_names_in(function.body)))
        return self._names_read[key]


def _names_in(node: object) -> Iterator[str]:
    # a name that is bound stands as a target, and binds nothing that is read
    if isinstance(node, tuple):
        for part in node:
            yield from _names_in(part)
    elif isinstance(node, ex.Name):
        yield node.name
    elif isinstance(node, ins.Assign):
        targets = (target for target in node.targets if not isinstance(target, ex.Name))
        yield from _names_in((*targets, node.value))
    elif isinstance(node, ex.Node):
        for field in node.__struct_fields__:
            yield from _names_in(getattr(node, field))
