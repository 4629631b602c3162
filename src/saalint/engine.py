"""Paths and settings to a report: what an earlier run found, or else an analysis, then what of it is reported."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from saalint.config.files import SettingProblem, SettingsFile
from saalint.config.requirements import SQLALCHEMY, required_version
from saalint.config.settings import Settings
from saalint.findings.baseline import Counts
from saalint.findings.baseline_file import baseline_of
from saalint.findings.coverage import Coverage
from saalint.findings.finding import Finding
from saalint.findings.fix import Fix
from saalint.findings.kept import KeptOutcomes
from saalint.findings.outcome import Outcome
from saalint.findings.run_error import RunError
from saalint.findings.selection import unknown_selector
from saalint.findings.suppression import Rules
from saalint.request import DEBUG_VARIABLE, Request
from saalint.rules.tool import invalid_setting
from saalint.screening import Screen, screened
from saalint.source.digests import digest
from saalint.source.disk import Disk
from saalint.source.paths import is_in, project_around, shown_path
from saalint.source.reading import ReadFailure
from saalint.source.search_path import search_path
from saalint.source.watch import Watch

if TYPE_CHECKING:
    # what an earlier run found is reported without the modules that would find it
    from saalint.fixes.proposals import Proposals
    from saalint.interpret.events import Event
    from saalint.project.model import ProjectModel

__all__ = ["Report", "Request", "check", "fixes", "is_excluded", "proposals", "understand"]

# what is done with findings once they are known; whatever else is set, an analysis may depend on
_SELECTING = frozenset(
    {
        "select",
        "ignore",
        "level",
        "per_file_ignores",
        "baseline",
        "cache_dir",
    }
)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What one run found. `files` are those that were looked at; `errors` make the run a failure, `notes` do not.

    `covered` counts the findings that the baseline covers, `untouched` those that the changes asked about neither touch
    nor cause, `stale` the entries of the baseline that no longer occur. `project` is
    what was understood of it: absent where that failed, and where all of this is known from an earlier run. `events`
    are there for requests that need them. `kept` holds what runs leave to each other. `version` says which SQLAlchemy
    the project is taken to run on.
    """

    findings: tuple[Finding, ...]
    coverage: Coverage
    errors: tuple[RunError, ...]
    events: tuple[Event, ...]
    files: tuple[str, ...]
    covered: int
    stale: Counts
    untouched: int = 0
    notes: tuple[str, ...] = ()
    version: str = ""
    project: ProjectModel | None = None
    kept: KeptOutcomes | None = None


class SourceLines(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of a file by the path that is shown for it."""

    overlay: Mapping[Path, str]
    working_directory: Path

    def __call__(self, path: str) -> tuple[str, ...]:
        """The lines; none where the file cannot be read."""
        text = Disk(self.overlay).text(self.working_directory / path)
        return () if isinstance(text, ReadFailure) else tuple(text.split("\n"))


def check(request: Request, watch: Watch | None = None) -> Report:
    """Run all stages; where nothing has changed since an earlier run, only the last."""
    watch = watch or Watch()
    request, version = _with_version(request)
    project: ProjectModel | None = None
    events: tuple[Event, ...] = ()
    with _collector_at_rest():
        with watch.stage("what earlier runs found"):
            kept = _kept(request)
            outcome = None if request.needs_events else _earlier(request, kept)
        if outcome is None:
            from saalint.analysis import analysed  # noqa: PLC0415 - most of saalint, for what is not known yet

            found = analysed(request, kept.disk, watch)
            outcome, project, events = found.outcome, found.project, found.events
            if not outcome.errors:
                kept.keep(outcome, found.grounds)
        kept.save()
        with watch.stage("comments, selection and baseline"):
            report = _report(request, outcome)
    return msgspec.structs.replace(
        report, project=project, events=events, kept=kept, version=version
    )


def _earlier(request: Request, kept: KeptOutcomes) -> Outcome | None:
    found = kept.find()
    if found is None and kept.has_last():
        from saalint.carrying import carried  # noqa: PLC0415 - parsing, for what has changed

        found = carried(request, kept)
    return found


def _with_version(request: Request) -> tuple[Request, str]:
    # what the user says counts before what the project locks, and that before what it requires
    settings = request.settings.settings
    if settings.sqlalchemy_version is not None:
        written = ".".join(map(str, settings.sqlalchemy_version))
        return request, f"SQLAlchemy {written}, as the settings say"
    folders = dict.fromkeys((*map(project_around, request.paths), settings.directory))
    found = required_version(SQLALCHEMY, folders)
    if found is None:
        return request, "SQLAlchemy as it is installed, else the newest"
    fitted = replace(settings, sqlalchemy_version=found.version)
    shown = shown_path(found.path, request.working_directory)
    return (
        replace(request, settings=replace(request.settings, settings=fitted)),
        f"SQLAlchemy {found}, by {shown}",
    )


def _report(request: Request, outcome: Outcome) -> Report:
    rules = {rule.code: rule for rule in outcome.rules}
    found = [*outcome.findings, *_findings_about_settings(request, rules)]
    baseline = _baseline(request)
    if isinstance(baseline, SettingProblem):
        found.append(invalid_setting.finding_of(baseline, request.working_directory))
    reported = screened(found, outcome, _screen(request, baseline))
    return Report(
        findings=reported.findings,
        coverage=outcome.coverage,
        errors=tuple(dict.fromkeys(sorted(outcome.errors))),
        events=(),
        notes=outcome.notes,
        files=outcome.files,
        covered=reported.covered,
        stale=reported.stale,
        untouched=reported.untouched,
    )


def _kept(request: Request) -> KeptOutcomes:
    folder = request.settings.settings.cache_folder
    if os.environ.get(DEBUG_VARIABLE):
        folder = None
    project = _project_of(request)
    paths = (*request.paths, *request.files, *request.overlay)
    asked = digest((project, *map(str, paths)))
    return KeptOutcomes(folder, asked, project, request.overlay)


def _project_of(request: Request) -> bytes:
    """What stands for the folders that are analysed, the settings, and where imports are searched."""
    settings = request.settings.settings
    values = (
        f"{field.name}={getattr(settings, field.name)!r}"
        for field in fields(settings)
        if field.name not in _SELECTING
    )
    finders = (getattr(finder, "__module__", "") for finder in sys.meta_path)
    return digest(
        (
            *values,
            str(request.working_directory),
            *sorted({str(folder) for folder in request.folders}),
            str(request.is_alone),
            *search_path(settings.environment_folder),
            *map(str, finders),
        )
    )


def proposals(report: Report, request: Request) -> Proposals | None:
    """What could be done about the findings of a run; None where too little was understood to tell."""
    if report.project is None and report.errors:
        return None
    from saalint.fixes.proposals import Proposals  # noqa: PLC0415 - only where fixes are wanted

    project = report.project or understand(request)
    disk = Disk(request.overlay)

    def text_of(shown: str) -> str | None:
        text = disk.text(request.working_directory / shown)
        return None if isinstance(text, ReadFailure) else text

    return Proposals(project, text_of, to_one=request.settings.settings.to_one_loader.value)


def fixes(report: Report, request: Request) -> Mapping[Finding, Fix]:
    """The fix for each finding that has one."""
    wanted = [finding for finding in report.findings if finding.remedy is not None]
    if not wanted:
        return {}
    kept, way = report.kept, request.settings.settings.to_one_loader.value
    known = None if kept is None else kept.fixes(wanted, way)
    if known is None:
        proposed = proposals(report, request)
        known = {} if proposed is None else {each: proposed.of(each) for each in wanted}
        if kept is not None:
            kept.keep_fixes(known, way)
            kept.save()
    found = ((finding, known.get(finding)) for finding in wanted)
    return {finding: fix for finding, fix in found if fix is not None}


def understand(request: Request) -> ProjectModel:
    """Run the stages up to the project model."""
    from saalint.analysis import understood  # noqa: PLC0415 - as above

    with _collector_at_rest():
        return understood(request)


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


def _findings_about_settings(request: Request, rules: Rules) -> Iterator[Finding]:
    file = request.settings
    problems = [*file.problems, *_unknown_selectors(file, rules), *_missing_roots(file)]
    if file.failure is not None:
        problems.append(file.failure)
    for problem in problems:
        yield invalid_setting.finding_of(problem, request.working_directory)


def _unknown_selectors(file: SettingsFile, rules: Rules) -> Iterator[SettingProblem]:
    settings = file.settings
    ignored = [word for _, words in settings.per_file_ignores for word in words]
    for setting, words in (
        ("select", settings.select),
        ("ignore", settings.ignore),
        ("per-file-ignores", ignored),
    ):
        for word in words:
            message = unknown_selector(word, rules.values())
            problem = None if message is None else file.problem_with(setting, word, message)
            if problem is not None:
                yield problem


def _missing_roots(file: SettingsFile) -> Iterator[SettingProblem]:
    # with a root that is mistyped, imports lead nowhere, and nothing is found
    for root in file.settings.roots:
        if not (file.settings.directory / root).is_dir():
            message = f"`{root}` is no folder: name one, from the folder of this file"
            problem = file.problem_with("roots", root, message)
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
