"""Paths and settings to a report: the stages of the analysis, in order, and nothing else."""

from __future__ import annotations

import contextlib
import gc
import os
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from saalint.config.files import SettingProblem, SettingsFile
from saalint.config.paths import is_in, is_inside_package, project_around, shown_path
from saalint.config.settings import Settings
from saalint.facts.lowering import SyntaxFailure
from saalint.facts.records import FileFacts, TemplateFacts
from saalint.facts.store import FactsStore
from saalint.findings.baseline import Counts
from saalint.findings.baseline_file import baseline_of
from saalint.findings.coverage import NOTHING_READ, Coverage
from saalint.findings.finding import Finding
from saalint.findings.location import Location
from saalint.findings.run_error import RunError
from saalint.findings.selection import nearest_rule, selects_some
from saalint.findings.suppression import Dialect
from saalint.fixes.proposals import Proposals
from saalint.interpret.analysis import Interpretation, interpret
from saalint.interpret.events import Event
from saalint.library.helpers import read_helpers
from saalint.project.definitions import Module
from saalint.project.installed import InstalledModules
from saalint.project.model import ProjectModel, build_project
from saalint.project.templates import TemplateFiles
from saalint.rules.context import RuleContext
from saalint.rules.registry import all_rules, identities
from saalint.rules.tool import (
    internal_error,
    invalid_setting,
    unanalysable_file,
)
from saalint.screening import Screen, screened
from saalint.source.discovery import SourceFile, discover, discover_others
from saalint.source.reading import ReadFailure, read_text
from saalint.source.templates import TEMPLATE_SUFFIXES
from saalint.source.watch import Watch

DEBUG_VARIABLE = "SAALINT_DEBUG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of one run.

    `paths` are absolute. A folder is analysed whole and reported whole. With a file, or a folder
    inside a package, the project around it is analysed, and what lies under the path is reported.
    `overlay` holds the text of files that differ from the disk, or that are not on it. `host` is
    whose suppression comments are left to the host. `is_only_given_files` leaves out given files
    that settings or git leave out; `is_alone` analyses nothing around a given file. `has_baseline`
    is false where the baseline is about to be written, `changes` are the only lines that matter.
    """

    paths: tuple[Path, ...]
    settings: SettingsFile
    working_directory: Path
    overlay: Mapping[Path, str] = field(default_factory=dict)
    host: Dialect | None = None
    is_only_given_files: bool = False
    is_alone: bool = False
    has_baseline: bool = True
    changes: Mapping[Path, AbstractSet[int]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one run found. `files` are those that were looked at; `errors` make the run a failure, `notes` do not.

    `covered` counts the findings that the baseline covers, `stale` its entries that no longer occur. `project` is
    what was understood of it, absent where that failed.
    """

    findings: tuple[Finding, ...]
    coverage: Coverage
    errors: tuple[RunError, ...]
    events: tuple[Event, ...]
    files: tuple[Path, ...]
    covered: int
    stale: Counts
    notes: tuple[str, ...] = ()
    project: ProjectModel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLines:
    """The lines of a file by the path that is shown for it."""

    overlay: Mapping[Path, str]
    working_directory: Path

    def __call__(self, path: str) -> tuple[str, ...]:
        """The lines; none where the file cannot be read."""
        file = self.working_directory / path
        text = self.overlay[file] if file in self.overlay else read_text(file)
        return () if isinstance(text, ReadFailure) else tuple(text.split("\n"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sources:
    """The files of a run with their facts; `findings` are about those that have none."""

    files: tuple[SourceFile, ...]
    modules: tuple[Module, ...]
    findings: tuple[Finding, ...]
    errors: tuple[RunError, ...]


def check(request: Request, watch: Watch | None = None) -> Report:
    """Run all stages."""
    watch = watch or Watch()
    with _collector_at_rest():
        store = FactsStore(request.settings.settings.cache_folder)
        with watch.stage("reading"):
            sources = _read(request, store)
        project, interpretation, failures = _interpreted(request, sources, store, watch)
        store.save()
        with watch.stage("rules"):
            found = [*sources.findings, *_findings_about_settings(request, project), *failures]
            found.extend(_findings_of(interpretation.events))
        with watch.stage("comments, selection and baseline"):
            baseline = _baseline(request)
            if isinstance(baseline, SettingProblem):
                found.append(_finding_about(baseline, request))
            reported = screened(found, sources.modules, _screen(request, baseline))
    errors = [*sources.errors, *_internal_errors(found)]
    return Report(
        findings=reported.findings,
        coverage=interpretation.coverage,
        errors=tuple(dict.fromkeys(sorted(errors))),
        events=interpretation.events,
        notes=interpretation.notes,
        files=tuple(file.path for file in sources.files),
        covered=reported.covered,
        stale=reported.stale,
        project=project,
    )


def proposals(report: Report, request: Request) -> Proposals | None:
    """What could be done about the findings of a run; None where too little was understood to tell."""
    if report.project is None:
        return None

    def text_of(shown: str) -> str | None:
        text = _text(request.working_directory / shown, request)
        return None if isinstance(text, ReadFailure) else text

    return Proposals(report.project, text_of, to_one=request.settings.settings.to_one_loader.value)


def understand(request: Request) -> ProjectModel:
    """Run the stages up to the project model."""
    with _collector_at_rest():
        store = FactsStore(request.settings.settings.cache_folder)
        project = _model(request, _read(request, store), store)
        store.save()
        return project


def is_excluded(path: Path, settings: Settings) -> bool:
    """Whether the settings leave a file out."""
    return is_in(path, settings.exclude, settings.directory)


@contextlib.contextmanager
def _collector_at_rest() -> Iterator[None]:
    # Building millions of small records that all stay alive costs a multiple with the collector on.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read(request: Request, store: FactsStore) -> _Sources:
    errors: list[RunError] = []
    modules: list[Module] = []
    findings: list[Finding] = []
    missing = [p for p in request.paths if not p.exists() and p not in request.overlay]
    for path in missing:
        shown = shown_path(path, request.working_directory)
        errors.append(RunError(shown, "there is no such file or folder: check the path"))
    files = _files([path for path in request.paths if path not in missing], request)
    for file in files:
        text = _text(file.path, request)
        if isinstance(text, ReadFailure) and file.path in request.paths:
            shown = shown_path(file.path, request.working_directory)
            errors.append(RunError(shown, f"{text.reason}: {text.remedy}"))
        module = _module(file, text, request, store)
        if isinstance(module, Module):
            modules.append(module)
        else:
            findings.append(module)
    return _Sources(
        files=files, modules=tuple(modules), findings=tuple(findings), errors=tuple(errors)
    )


def _text(path: Path, request: Request) -> str | ReadFailure:
    return request.overlay[path] if path in request.overlay else read_text(path)


def _files(paths: Sequence[Path], request: Request) -> tuple[SourceFile, ...]:
    around = [] if request.is_alone else [_analysed_with(path) for path in paths]
    given = [] if request.is_only_given_files else [path for path in paths if not path.is_dir()]
    wanted = [*(path for path in around if path.is_dir()), *given]
    if not wanted:
        return ()
    settings = request.settings.settings
    return discover(
        wanted,
        roots=[settings.directory / root for root in settings.roots],
        exclude=settings.exclude,
        base=settings.directory,
    )


def _analysed_with(path: Path) -> Path:
    is_whole = path.is_dir() and not is_inside_package(path)
    return path if is_whole else project_around(path)


def _module(
    file: SourceFile, text: str | ReadFailure, request: Request, store: FactsStore
) -> Module | Finding:
    shown = shown_path(file.path, request.working_directory)
    if isinstance(text, ReadFailure):
        location = Location(shown, text.line, 0, text.line, 0)
        return unanalysable_file.finding_at(location, text.reason, text.remedy)
    facts = store.facts_of(text)
    if isinstance(facts, SyntaxFailure):
        location = Location(shown, facts.line, facts.column, facts.line, facts.column)
        remedy = "correct it, or exclude the file"
        if facts.needs is not None:
            remedy = f"run saalint with Python {facts.needs}"
        return unanalysable_file.finding_at(location, facts.message, remedy)
    return Module(
        name=file.module, path=shown, facts=facts, is_project=True, is_package=file.is_package
    )


def _model(request: Request, sources: _Sources, store: FactsStore) -> ProjectModel:
    settings = request.settings.settings
    environment = None
    if settings.environment is not None:
        environment = settings.directory / settings.environment
    return build_project(
        sources.modules,
        {alias: file.module for file in sources.files for alias in file.aliases},
        installed=InstalledModules(partial(_installed_facts, store), environment=environment),
        template_files=_template_files(request),
        helpers=read_helpers(request.settings),
    )


def _template_files(request: Request) -> TemplateFiles:
    """The templates of a run: neither searched nor read before the first one is rendered."""

    def paths() -> tuple[str, ...]:
        settings = request.settings.settings
        around = [path for path in map(_analysed_with, request.paths) if path.is_dir()]
        found = discover_others(
            around,
            suffixes=TEMPLATE_SUFFIXES,
            exclude=settings.exclude,
            base=settings.directory,
        )
        return tuple(shown_path(path, request.working_directory) for path in found)

    def read(shown: str) -> str | None:
        text = _text(request.working_directory / shown, request)
        return None if isinstance(text, ReadFailure) else text

    return TemplateFiles(paths=paths, read=read, lower=_template_facts)


def _template_facts(text: str, known_tags: tuple[str, ...]) -> TemplateFacts | None:
    try:
        # imported when the first template is rendered
        from saalint.facts.lowering.templates import template_facts  # noqa: PLC0415 - optional, and heavy
    except ModuleNotFoundError:
        return None
    return template_facts(text, known_tags)


def _installed_facts(store: FactsStore, path: Path) -> FileFacts | None:
    text = read_text(path)
    facts = text if isinstance(text, ReadFailure) else store.facts_of(text)
    return facts if isinstance(facts, FileFacts) else None


def _interpreted(
    request: Request, sources: _Sources, store: FactsStore, watch: Watch
) -> tuple[ProjectModel | None, Interpretation, tuple[Finding, ...]]:
    try:
        with watch.stage("project model"):
            project = _model(request, sources, store)
        with watch.stage("interpretation"):
            interpretation = interpret(project, request.settings.settings, watch)
    except Exception as error:  # noqa: BLE001 - the one place where internal errors become findings
        first = sources.modules[0].path if sources.modules else ""
        failure = _internal_error(error, Location(first, 1, 0, 1, 0), "")
        return None, Interpretation((), NOTHING_READ), (failure,)
    return project, interpretation, ()


def _findings_of(events: Iterable[Event]) -> Iterator[Finding]:
    context = RuleContext()
    checks = [registered.check for registered in all_rules() if registered.check is not None]
    for event in events:
        for check_event in checks:
            try:
                yield from check_event(event, context)
            except Exception as error:  # noqa: BLE001 - the same for rules
                place = context.location(event.place, 1)
                yield _internal_error(error, place, getattr(event, "scope", ""))


def _internal_error(error: Exception, location: Location, scope: str) -> Finding:
    if os.environ.get(DEBUG_VARIABLE):
        raise error
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(frame.filename).name}:{frame.lineno}"
    what = f"`{scope or location.path}` was not analysed, {type(error).__name__} at {where}"
    return internal_error.finding_at(location, scope, what)


def _internal_errors(findings: Iterable[Finding]) -> Iterator[RunError]:
    for finding in findings:
        if finding.code == internal_error.RULE.code:
            yield RunError(finding.location.path, finding.message)


def _findings_about_settings(request: Request, project: ProjectModel | None) -> Iterator[Finding]:
    file = request.settings
    problems = [*file.problems, *_unknown_selectors(file)]
    if project is not None:
        problems.extend(project.helpers.problems)
    if file.failure is not None:
        problems.append(file.failure)
    for problem in problems:
        yield _finding_about(problem, request)


def _finding_about(problem: SettingProblem, request: Request) -> Finding:
    shown = shown_path(problem.path, request.working_directory)
    place = problem.range
    location = Location(shown, place.line, place.column, place.line, place.end_column)
    return invalid_setting.finding_at(location, problem.setting, problem.message)


def _unknown_selectors(file: SettingsFile) -> Iterator[SettingProblem]:
    rules = identities().values()
    settings = file.settings
    ignored = [word for _, words in settings.per_file_ignores for word in words]
    for setting, words in (
        ("select", settings.select),
        ("ignore", settings.ignore),
        ("per-file-ignores", ignored),
    ):
        for word in words:
            if selects_some(word, rules):
                continue
            match = nearest_rule(word, rules)
            remedy = "see `saalint rules`" if match is None else f"did you mean `{match}`"
            problem = file.problem_with(setting, word, f"`{word}` selects no rule: {remedy}")
            if problem is not None:
                yield problem


def _baseline(request: Request) -> Counts | SettingProblem:
    return baseline_of(request.settings) if request.has_baseline else {}


def _screen(request: Request, baseline: Counts | SettingProblem) -> Screen:
    return Screen(
        paths=request.paths,
        settings=request.settings,
        working_directory=request.working_directory,
        host=request.host,
        is_alone=request.is_alone,
        baseline={} if isinstance(baseline, SettingProblem) else baseline,
        changes=request.changes,
    )
