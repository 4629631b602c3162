"""A report to the text of an output format."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, TextIO, assert_never

import msgspec

from saalint import engine
from saalint.findings.crowds import thinned
from saalint.findings.finding import Finding
from saalint.findings.fix import Fix
from saalint.reports.concise import concise_lines
from saalint.reports.coverage import coverage_line
from saalint.reports.frames import FrameStyle, LinesOf, frame_lines

if TYPE_CHECKING:
    from saalint.project.model import ProjectModel


class OutputFormat(StrEnum):
    """How the report is printed."""

    CONCISE = "concise"
    FULL = "full"
    JSON = "json"
    GITHUB = "github"
    GITLAB = "gitlab"
    HTML = "html"
    JUNIT = "junit"
    SARIF = "sarif"

    @property
    def is_for_people(self) -> bool:
        """Whether lines may follow that say what was checked: a document takes none."""
        return self in {OutputFormat.CONCISE, OutputFormat.FULL, OutputFormat.GITHUB}


class Colour(StrEnum):
    """When the full report has colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class OutputStyle(msgspec.Struct, frozen=True, kw_only=True):
    """What the report looks like. `lines_of` gives the lines of a file, `model_of` the project as understood.

    `fixes` are those to list; `summary` says to people what was done or can be done about the findings.
    """

    output_format: OutputFormat
    lines_of: LinesOf
    model_of: Callable[[], ProjectModel]
    fixes: Mapping[Finding, Fix]
    summary: tuple[str, ...]
    has_trace: bool
    has_statistics: bool
    has_colour: bool


def output_lines(report: engine.Report, style: OutputStyle) -> Iterator[str]:
    """The report, and for people what was checked."""
    yield from _body(report, style)
    if style.output_format.is_for_people:
        if report.covered:
            yield f"baseline: {amount_of(report.covered)} not reported"
        if report.untouched:
            yield f"unchanged code: {amount_of(report.untouched)} not reported"
        yield from style.summary
        if report.errors and not report.files:
            # nothing was looked at, and the errors say why
            return
        is_partly_told = bool(report.covered or report.untouched)
        yield coverage_line(report.coverage, is_partly_told=is_partly_told)


def amount_of(number: int, noun: str = "finding") -> str:
    """`1 finding`, `2 findings`, `2 entries`."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def has_colour(colour: Colour, stream: TextIO) -> bool:
    """Whether a stream takes colour: `NO_COLOR` and terminals that cannot show it decide where nothing is said."""
    match colour:
        case Colour.ALWAYS:
            return True
        case Colour.NEVER:
            return False
        case Colour.AUTO:
            is_refused = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
            return stream.isatty() and not is_refused


def _body(report: engine.Report, style: OutputStyle) -> Iterable[str]:
    findings = report.findings
    if style.has_statistics and style.output_format.is_for_people:
        from saalint.reports.statistics import statistics_lines

        return statistics_lines(findings)
    match style.output_format:
        case OutputFormat.CONCISE:
            return concise_lines(thinned(findings), has_trace=style.has_trace)
        case OutputFormat.FULL:
            frames = FrameStyle(has_colour=style.has_colour, has_trace=style.has_trace)
            return frame_lines(thinned(findings), style.lines_of, frames)
        case OutputFormat.JSON:
            from saalint.reports.json_report import json_report

            return (json_report(findings, report.coverage, report.errors, style.fixes),)
        case OutputFormat.GITHUB:
            from saalint.reports.github import github_lines

            return github_lines(thinned(findings))
        case OutputFormat.GITLAB:
            from saalint.reports.gitlab import gitlab_report

            return (gitlab_report(findings),)
        case OutputFormat.HTML:
            from saalint.reports.html.page import html_report

            mappers = style.model_of().mappers
            ordered = [mappers[name] for name in sorted(mappers)]
            return (html_report(findings, report.coverage, ordered, style.lines_of),)
        case OutputFormat.JUNIT:
            from saalint.reports.junit import junit_report

            return (junit_report(findings, report.errors),)
        case OutputFormat.SARIF:
            from importlib.metadata import version

            from saalint.reports.sarif import sarif_report
            from saalint.rules.registry import all_rules

            is_of = version("saalint")
            fixes = style.fixes
            return (sarif_report(findings, report.errors, all_rules(), version=is_of, fixes=fixes),)
        case _:
            assert_never(style.output_format)
