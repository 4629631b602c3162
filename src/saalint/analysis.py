"""A request to the outcome of its analysis from scratch: reading, the project model, interpretation, and the rules."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from saalint.config.paths import is_in, shown_path
from saalint.facts.lowering import SyntaxFailure
from saalint.facts.records import FileFacts, TemplateFacts
from saalint.facts.store import FactsStore, Subject
from saalint.findings.coverage import NOTHING_READ, Coverage
from saalint.findings.finding import Finding
from saalint.findings.kept import Grounds
from saalint.findings.location import Location
from saalint.findings.outcome import Outcome
from saalint.findings.run_error import INTERNAL_ERROR, RunError
from saalint.interpret.analysis import Interpretation, interpret
from saalint.interpret.events import Event, Idiom, LegacyIdiom
from saalint.library.helpers import Helpers, read_helpers
from saalint.project.frameworks.templates import TemplateFiles
from saalint.project.mapping.loaders import LoaderChoice
from saalint.project.model import ProjectModel, build_project
from saalint.project.names.definitions import Module
from saalint.project.names.installed import InstalledModules
from saalint.project.unspoken import unspoken
from saalint.request import DEBUG_VARIABLE, Request
from saalint.rules.context import RuleContext
from saalint.rules.registry import all_rules, identities
from saalint.rules.tool import internal_error, invalid_setting, unanalysable_file
from saalint.source.discovery import SourceFile, discover, discover_others
from saalint.source.disk import Disk
from saalint.source.reading import ReadFailure
from saalint.source.search_path import search_path
from saalint.source.templates import TEMPLATE_SUFFIXES
from saalint.source.watch import Watch

_NESTING = "nesting of expressions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """What was found, what that rests on, what the interpretation saw, and what was understood of the project.

    The last is absent where that failed.
    """

    outcome: Outcome
    grounds: Grounds
    events: tuple[Event, ...]
    project: ProjectModel | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sources:
    """The files of a run with their facts; `findings` are about those that have none."""

    files: tuple[SourceFile, ...]
    modules: tuple[Module, ...]
    findings: tuple[Finding, ...]
    errors: tuple[RunError, ...]


def analysed(request: Request, disk: Disk, watch: Watch) -> Analysed:
    """Run the stages."""
    store = _store(request, disk)
    with watch.stage("reading"):
        sources = _read(request, store, disk)
    project, interpretation, failures = _interpreted(request, sources, store, disk, watch)
    store.save()
    with watch.stage("rules"):
        found = (
            *sources.findings,
            *failures,
            *_findings_about_helpers(project, request),
            *_findings_of(interpretation.events, project, request, watch),
        )
    outcome = Outcome(
        findings=found,
        errors=(*sources.errors, *_internal_errors(found)),
        notes=(*interpretation.notes, *_unlisted(request, disk)),
        coverage=_with_cuts(interpretation.coverage, sources.modules),
        files=tuple(str(file.path) for file in sources.files),
        suppressions={
            module.path: module.facts.suppressions
            for module in sources.modules
            if module.facts.suppressions
        },
        functions={
            module.path: module.facts.function_lines
            for module in sources.modules
            if module.facts.functions
        },
        rules=tuple(identities().values()),
    )
    return Analysed(
        outcome=outcome,
        grounds=_grounds(request, sources, interpretation, project, store, disk),
        events=interpretation.events,
        project=project,
    )


def _unlisted(request: Request, disk: Disk) -> Iterator[str]:
    """The folders that were left out since they could not be looked into."""
    for folder, reason in sorted(disk.unlisted.items()):
        shown = shown_path(Path(folder), request.working_directory)
        yield f"{shown}: this folder was left out, {reason}: change its permissions, or exclude it"


def understood(request: Request) -> ProjectModel:
    """Run the stages up to the project model."""
    disk = Disk(request.overlay)
    store = _store(request, disk)
    project = _model(request, _read(request, store, disk), store, disk)
    store.save()
    return project


def _store(request: Request, disk: Disk) -> FactsStore:
    settings = request.settings.settings
    return FactsStore(settings.cache_folder, disk, deepest=settings.max_nesting)


def _read(request: Request, store: FactsStore, disk: Disk) -> _Sources:
    errors: list[RunError] = []
    modules: list[Module] = []
    findings: list[Finding] = []
    for path in request.paths:
        if not disk.exists(path) and path not in request.overlay:
            shown = shown_path(path, request.working_directory)
            errors.append(RunError(shown, "there is no such file or folder: check the path"))
    files = _files_in(request, (*request.folders, *request.files), disk)
    for file in _worth_reading(files, request, store):
        facts = store.facts_at(file.path)
        if isinstance(facts, ReadFailure) and file.path in request.paths:
            shown = shown_path(file.path, request.working_directory)
            errors.append(RunError(shown, f"{facts.reason}: {facts.remedy}"))
        module = _module(file, facts, request)
        if isinstance(module, Module):
            modules.append(module)
        else:
            findings.append(module)
    return _Sources(
        files=files, modules=tuple(modules), findings=tuple(findings), errors=tuple(errors)
    )


def _worth_reading(
    files: tuple[SourceFile, ...], request: Request, store: FactsStore
) -> tuple[SourceFile, ...]:
    """The files that something may be found in: all of a project that names the ORM somewhere, else few.

    Without the ORM there is nothing to be said of a project but what is wrong with a file that was asked about, and
    with comments to saalint.
    """
    worth: list[SourceFile] = []
    for file in files:
        subject = store.speaks_of(file.path)
        if subject is Subject.ORM:
            return files
        if subject is Subject.TOOL or file.path in request.paths or file.path in request.overlay:
            worth.append(file)
    return tuple(worth)


def _grounds(
    request: Request,
    sources: _Sources,
    interpretation: Interpretation,
    project: ProjectModel | None,
    store: FactsStore,
    disk: Disk,
) -> Grounds:
    paths = {file.module: str(file.path) for file in sources.files}
    involved: dict[str, set[int]] = {}
    for module, index in interpretation.involved:
        if module in paths:
            involved.setdefault(paths[module], set()).add(index)
    return Grounds(
        consulted=store.consulted(),
        involved={path: frozenset(indexes) for path, indexes in involved.items()},
        asked=frozenset(() if project is None else project.symbols.asked),
        unspoken=frozenset() if project is None else unspoken(project),
        named=_named(request, sources.files, disk),
    )


def _named(request: Request, files: Iterable[SourceFile], disk: Disk) -> frozenset[str]:
    """The files that are analysed only because they were named."""
    if not request.files:
        return frozenset()
    around = {file.path for file in _files_in(request, request.folders, disk)}
    return frozenset(str(file.path) for file in files if file.path not in around)


def _files_in(request: Request, wanted: Sequence[Path], disk: Disk) -> tuple[SourceFile, ...]:
    if not wanted:
        return ()
    settings = request.settings.settings
    return discover(
        wanted,
        roots=[settings.directory / root for root in settings.roots],
        exclude=settings.exclude,
        base=settings.directory,
        disk=disk,
    )


def _module(
    file: SourceFile, facts: FileFacts | SyntaxFailure | ReadFailure, request: Request
) -> Module | Finding:
    shown = shown_path(file.path, request.working_directory)
    if isinstance(facts, ReadFailure):
        location = Location(shown, facts.line, 0, facts.line, 0)
        return unanalysable_file.finding_at(location, facts.reason, facts.remedy)
    if isinstance(facts, SyntaxFailure):
        location = Location(shown, facts.line, facts.column, facts.line, facts.column)
        return unanalysable_file.finding_at(
            location, facts.message, "correct it, or exclude the file"
        )
    settings = request.settings.settings
    return Module(
        name=file.module,
        path=shown,
        facts=facts,
        is_project=True,
        is_package=file.is_package,
        is_aside=is_in(file.path, settings.exclude_from_counting, settings.directory),
    )


def _model(request: Request, sources: _Sources, store: FactsStore, disk: Disk) -> ProjectModel:
    return build_project(
        sources.modules,
        {alias: file.module for file in sources.files for alias in file.aliases},
        installed=InstalledModules(
            partial(_installed_facts, store),
            search_path(request.settings.settings.environment_folder),
            disk.note_import,
        ),
        template_files=_template_files(request, disk),
        helpers=_helpers(request, disk),
    )


def _helpers(request: Request, disk: Disk) -> Helpers:
    """What the models files say. What is wrong with them may be told where the settings name them."""
    file = request.settings
    if file.path is not None and file.settings.models:
        disk.content(file.path)
    for name in file.settings.models:
        disk.content(file.settings.directory / name)
    return read_helpers(file)


def _template_files(request: Request, disk: Disk) -> TemplateFiles:
    """The templates of a run: neither searched nor read before the first one is rendered."""

    def paths() -> tuple[str, ...]:
        settings = request.settings.settings
        found = discover_others(
            request.folders,
            suffixes=TEMPLATE_SUFFIXES,
            exclude=settings.exclude,
            base=settings.directory,
            disk=disk,
        )
        return tuple(shown_path(path, request.working_directory) for path in found)

    def read(shown: str) -> str | ReadFailure:
        return disk.text(request.working_directory / shown)

    return TemplateFiles(paths=paths, read=read, lower=partial(_template_facts, disk))


def _template_facts(disk: Disk, text: str, known_tags: tuple[str, ...]) -> TemplateFacts | None:
    for folder in search_path(None):
        disk.note_import(folder, "jinja2")
    try:
        # imported when the first template is rendered
        from saalint.facts.lowering.templates import template_facts  # noqa: PLC0415 - optional, and heavy
    except ModuleNotFoundError:
        return None
    return template_facts(text, known_tags)


def _installed_facts(store: FactsStore, path: Path) -> FileFacts | None:
    facts = store.facts_at(path)
    return facts if isinstance(facts, FileFacts) else None


def _interpreted(
    request: Request, sources: _Sources, store: FactsStore, disk: Disk, watch: Watch
) -> tuple[ProjectModel | None, Interpretation, tuple[Finding, ...]]:
    try:
        with watch.stage("project model"):
            project = _model(request, sources, store, disk)
        with watch.stage("interpretation"):
            interpretation = interpret(project, request.settings.settings, watch)
    except Exception as error:  # noqa: BLE001 - the one place where internal errors become findings
        first = sources.modules[0].path if sources.modules else ""
        failure = _internal_error(error, Location(first, 1, 0, 1, 0), "")
        return None, Interpretation((), NOTHING_READ), (failure,)
    return project, interpretation, ()


def _with_cuts(coverage: Coverage, modules: Iterable[Module]) -> Coverage:
    """The coverage with what was left out before interpretation began."""
    cuts = sum(module.facts.cuts for module in modules)
    return (
        msgspec.structs.replace(coverage, bounds={**coverage.bounds, _NESTING: cuts})
        if cuts
        else coverage
    )


def _findings_about_helpers(project: ProjectModel | None, request: Request) -> Iterator[Finding]:
    for problem in () if project is None else project.helpers.problems:
        yield invalid_setting.finding_of(problem, request.working_directory)


def _findings_of(
    events: Sequence[Event], project: ProjectModel | None, request: Request, watch: Watch
) -> list[Finding]:
    mappers = {} if project is None else project.mappers
    is_version_told = request.settings.settings.sqlalchemy_version is not None
    context = RuleContext(
        LoaderChoice(mappers, request.settings.settings.to_one_loader.value),
        is_of_first_series=not is_version_told and any(map(_is_first_form, events)),
    )
    found: list[Finding] = []
    for registered in all_rules():
        if registered.check is None:
            continue
        with watch.rule(f"{registered.rule.code} {registered.rule.name}"):
            for event in events:
                try:
                    found.extend(registered.check(event, context))
                except Exception as error:  # noqa: BLE001 - the same for rules
                    place = context.location(event.place, 1)
                    found.append(_internal_error(error, place, getattr(event, "scope", "")))
    return found


def _is_first_form(event: Event) -> bool:
    # `select([Author.id])` raises in 2.0: who writes it runs the program on 1.x, whatever is installed here
    return isinstance(event, LegacyIdiom) and event.idiom is Idiom.LISTED_SELECT


def _internal_error(error: Exception, location: Location, scope: str) -> Finding:
    if os.environ.get(DEBUG_VARIABLE):
        raise error
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(frame.filename).name}:{frame.lineno}"
    what = f"`{scope or location.path}` was not analysed, {type(error).__name__} at {where}"
    return internal_error.finding_at(location, scope, what)


def _internal_errors(findings: Iterable[Finding]) -> Iterator[RunError]:
    for finding in findings:
        if finding.code == INTERNAL_ERROR:
            yield RunError(finding.location.path, finding.message)
