"""A request to the outcome of its analysis from scratch: reading, the project model, interpretation, and the rules."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from saalint.findings.coverage import NOTHING_READ, Coverage
from saalint.findings.finding import Finding
from saalint.findings.kept import Grounds
from saalint.findings.location import Location
from saalint.findings.outcome import Outcome
from saalint.findings.run_error import INTERNAL_ERROR, RunError
from saalint.interpret.analysis import Interpretation, interpret
from saalint.interpret.events import Event, Idiom, LegacyIdiom
from saalint.project.mapping.loaders import LoaderChoice
from saalint.project.model import ProjectModel
from saalint.project.names.definitions import Module
from saalint.project.unspoken import unspoken
from saalint.request import DEBUG_VARIABLE, Request
from saalint.rules.context import RuleContext
from saalint.rules.registry import all_rules, identities
from saalint.rules.tool import internal_error, invalid_setting
from saalint.source.disk import Disk
from saalint.source.watch import Watch
from saalint.understanding import Understanding

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


def analysed(request: Request, disk: Disk, watch: Watch) -> Analysed:
    """Run the stages."""
    understanding = Understanding(request, disk)
    with watch.stage("reading"):
        sources = understanding.sources
    project, interpretation, failures = _interpreted(understanding, watch)
    understanding.store.save()
    with watch.stage("rules"):
        found = (
            *sources.findings,
            *failures,
            *_findings_about_helpers(project, request),
            *_findings_of(interpretation.events, project, request, watch),
        )
    facts = {module.path: module.facts for module in sources.modules}
    outcome = Outcome(
        findings=found,
        errors=(*sources.errors, *_internal_errors(found)),
        notes=(*interpretation.notes, *understanding.notes()),
        coverage=_with_cuts(interpretation.coverage, sources.modules),
        files=tuple(str(file.path) for file in sources.files),
        suppressions={path: each.suppressions for path, each in facts.items() if each.suppressions},
        functions={path: each.function_lines for path, each in facts.items() if each.functions},
        rules=tuple(identities().values()),
    )
    return Analysed(
        outcome=outcome,
        grounds=_grounds(understanding, interpretation, project),
        events=interpretation.events,
        project=project,
    )


def understood(request: Request) -> ProjectModel:
    """Run the stages up to the project model."""
    understanding = Understanding(request, Disk(request.overlay))
    project = understanding.model()
    understanding.store.save()
    return project


def _interpreted(
    understanding: Understanding, watch: Watch
) -> tuple[ProjectModel | None, Interpretation, tuple[Finding, ...]]:
    try:
        with watch.stage("project model"):
            project = understanding.model()
        with watch.stage("interpretation"):
            interpretation = interpret(project, understanding.settings, watch)
    except Exception as error:  # noqa: BLE001 - the one place where internal errors become findings
        modules = understanding.sources.modules
        failure = _internal_error(
            error, Location(modules[0].path if modules else "", 1, 0, 1, 0), ""
        )
        return None, Interpretation((), NOTHING_READ), (failure,)
    return project, interpretation, ()


def _grounds(
    understanding: Understanding, interpretation: Interpretation, project: ProjectModel | None
) -> Grounds:
    paths = {file.module: str(file.path) for file in understanding.sources.files}
    involved: dict[str, set[int]] = {}
    for module, index in interpretation.involved:
        if module in paths:
            involved.setdefault(paths[module], set()).add(index)
    return Grounds(
        consulted=understanding.store.consulted(),
        involved={path: frozenset(indexes) for path, indexes in involved.items()},
        asked=frozenset(() if project is None else project.symbols.asked),
        unspoken=frozenset() if project is None else unspoken(project),
        named=understanding.only_named(),
    )


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
