"""A request to what its project is understood to be: the files that are found and read, and the model built of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from saalint.config.settings import Settings
from saalint.facts.lowering import SyntaxFailure
from saalint.facts.records import FileFacts, TemplateFacts
from saalint.facts.store import FactsStore, Subject
from saalint.findings.finding import Finding
from saalint.findings.location import Location
from saalint.findings.run_error import NO_SUCH_PATH, RunError
from saalint.library.helpers import Helpers, read_helpers
from saalint.project.frameworks.templates import TemplateFiles
from saalint.project.model import ProjectModel, build_project
from saalint.project.names.definitions import Module
from saalint.project.names.installed import InstalledModules
from saalint.request import Request
from saalint.rules.tool import unanalysable_file
from saalint.source.discovery import SourceFile, discover, discover_others
from saalint.source.disk import Disk
from saalint.source.paths import is_in, shown_path
from saalint.source.reading import ReadFailure
from saalint.source.search_path import search_path
from saalint.source.templates import TEMPLATE_SUFFIXES


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The files of a run with their facts; `findings` are about those that have none."""

    files: tuple[SourceFile, ...]
    modules: tuple[Module, ...]
    findings: tuple[Finding, ...]
    errors: tuple[RunError, ...]


class Understanding:
    """What a run understands of its project before anything is interpreted.

    `disk` answers what it asks about files, `store` keeps their facts from run to run.
    """

    def __init__(self, request: Request, disk: Disk) -> None:
        settings = request.settings.settings
        self.request = request
        self.disk = disk
        self.store = FactsStore(settings.cache_folder, disk, deepest=settings.max_nesting)

    @property
    def settings(self) -> Settings:
        """The settings of the run."""
        return self.request.settings.settings

    @cached_property
    def sources(self) -> Sources:
        """The files, read when first asked."""
        errors = [
            RunError(self._shown(path), NO_SUCH_PATH)
            for path in self.request.paths
            if not self.disk.exists(path) and path not in self.request.overlay
        ]
        modules: list[Module] = []
        findings: list[Finding] = []
        files = self._files_in((*self.request.folders, *self.request.files))
        for file in self._worth_reading(files):
            facts = self.store.facts_at(file.path)
            if isinstance(facts, ReadFailure) and file.path in self.request.paths:
                errors.append(RunError(self._shown(file.path), f"{facts.reason}: {facts.remedy}"))
            module = self._module(file, facts)
            if isinstance(module, Module):
                modules.append(module)
            else:
                findings.append(module)
        return Sources(
            files=files, modules=tuple(modules), findings=tuple(findings), errors=tuple(errors)
        )

    def model(self) -> ProjectModel:
        """The model of the project."""
        return build_project(
            self.sources.modules,
            {alias: file.module for file in self.sources.files for alias in file.aliases},
            installed=InstalledModules(
                self._installed_facts,
                search_path(self.settings.environment_folder),
                self.disk.note_import,
            ),
            template_files=self._template_files(),
            helpers=self._helpers(),
        )

    def only_named(self) -> frozenset[str]:
        """The files that are analysed only because they were named."""
        if not self.request.files:
            return frozenset()
        around = {file.path for file in self._files_in(self.request.folders)}
        return frozenset(str(each.path) for each in self.sources.files if each.path not in around)

    def notes(self) -> Iterator[str]:
        """What was left out since it is not there, or could not be looked into."""
        for folder, reason in sorted(self.disk.unlisted.items()):
            shown = self._shown(Path(folder))
            yield (
                f"{shown}: this folder was left out, {reason}: change its permissions, or exclude it"
            )
        environment = self.settings.environment_folder
        if environment is not None and not self.disk.exists(environment):
            # it may be on the machine of somebody else
            shown = self._shown(environment)
            yield f"{shown}: there is no such environment: make it, or correct the setting `environment`"

    def _shown(self, path: Path) -> str:
        return shown_path(path, self.request.working_directory)

    def _files_in(self, wanted: Sequence[Path]) -> tuple[SourceFile, ...]:
        if not wanted:
            return ()
        return discover(
            wanted,
            roots=[self.settings.directory / root for root in self.settings.roots],
            exclude=self.settings.exclude,
            base=self.settings.directory,
            disk=self.disk,
        )

    def _worth_reading(self, files: tuple[SourceFile, ...]) -> tuple[SourceFile, ...]:
        """The files that something may be found in: all of a project that names the ORM somewhere, else few.

        Without the ORM there is nothing to be said of a project but what is wrong with a file that was asked about, and
        with comments to saalint.
        """
        named = {*self.request.paths, *self.request.overlay}
        worth: list[SourceFile] = []
        for file in files:
            subject = self.store.speaks_of(file.path)
            if subject is Subject.ORM:
                return files
            if subject is Subject.TOOL or file.path in named:
                worth.append(file)
        return tuple(worth)

    def _module(
        self, file: SourceFile, facts: FileFacts | SyntaxFailure | ReadFailure
    ) -> Module | Finding:
        shown = self._shown(file.path)
        if isinstance(facts, ReadFailure):
            location = Location(shown, facts.line, 0, facts.line, 0)
            return unanalysable_file.finding_at(location, facts.reason, facts.remedy)
        if isinstance(facts, SyntaxFailure):
            location = Location(shown, facts.line, facts.column, facts.line, facts.column)
            remedy = "correct it, or exclude the file"
            return unanalysable_file.finding_at(location, facts.message, remedy)
        return Module(
            name=file.module,
            path=shown,
            facts=facts,
            is_project=True,
            is_package=file.is_package,
            is_aside=is_in(file.path, self.settings.exclude_from_counting, self.settings.directory),
        )

    def _installed_facts(self, path: Path) -> FileFacts | None:
        facts = self.store.facts_at(path)
        return facts if isinstance(facts, FileFacts) else None

    def _helpers(self) -> Helpers:
        """What the models files say. What is wrong with them may be told where the settings name them."""
        file = self.request.settings
        if file.path is not None and file.settings.models:
            self.disk.content(file.path)
        for name in file.settings.models:
            self.disk.content(file.settings.directory / name)
        return read_helpers(file)

    def _template_files(self) -> TemplateFiles:
        """The templates of a run: neither searched nor read before the first one is rendered."""
        return TemplateFiles(
            paths=self._template_paths,
            read=lambda shown: self.disk.text(self.request.working_directory / shown),
            lower=partial(_template_facts, self.disk),
        )

    def _template_paths(self) -> tuple[str, ...]:
        found = discover_others(
            self.request.folders,
            suffixes=TEMPLATE_SUFFIXES,
            exclude=self.settings.exclude,
            base=self.settings.directory,
            disk=self.disk,
        )
        return tuple(map(self._shown, found))


def _template_facts(disk: Disk, text: str, known_tags: tuple[str, ...]) -> TemplateFacts | None:
    for folder in search_path(None):
        disk.note_import(folder, "jinja2")
    try:
        # imported when the first template is rendered
        from saalint.facts.lowering.templates import template_facts  # noqa: PLC0415 - optional, and heavy
    except ModuleNotFoundError:
        return None
    return template_facts(text, known_tags)
