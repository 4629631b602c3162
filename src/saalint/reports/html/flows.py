"""A finding to its flow: the query, the calls and what happened between, and the read, with their lines of code."""

from __future__ import annotations

from saalint.findings.finding import Finding, TraceStep
from saalint.findings.location import Location
from saalint.reports.frames import LinesOf
from saalint.reports.html.markup import Markup, element, joined, text
from saalint.reports.places import name_end, place_text


def finding_card(finding: Finding, lines_of: LinesOf) -> Markup:
    """Everything about one finding; its flow opens on a click."""
    heading = element(
        "summary",
        element("span", text(finding.code), class_="code", title=finding.rule),
        element("span", text(finding.message), class_="message"),
        element("span", text(place_text(finding.location)), class_="place"),
    )
    where = f"in {finding.scope}" if finding.scope else "in the module"
    about = f"{finding.rule}, {finding.severity.value}, {where}, {finding.confidence.value.lower()}"
    return element(
        "details",
        heading,
        element("p", text(about), class_="about"),
        flow(finding, lines_of),
        class_=f"finding {finding.severity.value}",
        data_code=finding.code,
        data_text=f"{place_text(finding.location)} {finding.message}".lower(),
    )


def flow(finding: Finding, lines_of: LinesOf) -> Markup:
    """The steps from the query to the read, one below the other."""
    steps = finding.trace or (TraceStep(finding.location, finding.message),)
    shown = [_step(step, _kind(number, len(steps)), lines_of) for number, step in enumerate(steps)]
    return element("ol", joined(shown), class_="flow")


def _kind(number: int, count: int) -> str:
    if number == count - 1:
        return "read"
    return "query" if number == 0 else "between"


def _step(step: TraceStep, kind: str, lines_of: LinesOf) -> Markup:
    return element(
        "li",
        element("span", text(step.text), class_="what"),
        element("span", text(place_text(step.location)), class_="place"),
        _code(step.location, lines_of),
        class_=kind,
    )


def _code(location: Location, lines_of: LinesOf) -> Markup:
    """The line of code with what is meant marked in it."""
    lines = lines_of(location.path)
    if not 0 < location.line <= len(lines):
        return Markup("")
    line = lines[location.line - 1]
    end = location.end_column if location.end_line == location.line else len(line)
    end = max(end, name_end(line, location.column))
    before, meant = line[: location.column].lstrip(), line[location.column : end]
    return element(
        "pre",
        element("span", text(str(location.line)), class_="number"),
        _plain(before),
        element("mark", _plain(meant)),
        _plain(line[end:].rstrip()),
    )


def _plain(code: str) -> Markup:
    return Markup(code.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
