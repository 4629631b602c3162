"""Findings to code frames: the query and the read, each under its line of code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from saalint.findings.finding import Finding, Location, Severity
from saalint.reports.places import place_text
from saalint.reports.trace import trace_lines

LinesOf = Callable[[str], Sequence[str]]

_RESET = "\x1b[0m"
_BOLD = "\x1b[1m"
_BLUE = "\x1b[34;1m"
_SEVERITY_COLOURS = {
    Severity.ERROR: "\x1b[31;1m",
    Severity.WARNING: "\x1b[33;1m",
    Severity.REFACTOR: "\x1b[36;1m",
}


@dataclass(frozen=True, slots=True)
class _Mark:
    location: Location
    sign: str
    text: str

    @property
    def width(self) -> int:
        if self.location.end_line != self.location.line:
            return 1
        return max(self.location.end_column - self.location.column, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameStyle:
    """How frames are shown: with colour, with the trace below."""

    has_colour: bool
    has_trace: bool

    def paint(self, colour: str, text: str) -> str:
        """Colour a text, if there is colour."""
        return f"{colour}{text}{_RESET}" if self.has_colour else text


def frame_lines(findings: Iterable[Finding], lines_of: LinesOf, style: FrameStyle) -> Iterator[str]:
    """A heading and the marked lines for each finding. `lines_of` gives the lines of a file."""
    for finding in findings:
        colour = _SEVERITY_COLOURS[finding.severity]
        yield (
            style.paint(colour, f"{finding.severity.value}[{finding.code}]")
            + style.paint(_BOLD, f": {finding.message}")
        )
        yield from _marked_lines(finding, lines_of, style)
        if style.has_trace:
            yield from trace_lines(finding)
        yield ""


def _marked_lines(finding: Finding, lines_of: LinesOf, style: FrameStyle) -> Iterator[str]:
    marks = [_Mark(finding.location, "^", "")]
    if finding.origin is not None and finding.origin != finding.location:
        query = next((s.text for s in finding.trace if s.location == finding.origin), "the query")
        marks.insert(0, _Mark(finding.origin, "-", query))
        marks[1] = _Mark(finding.location, "^", "read here")
    gutter = max(len(str(mark.location.line)) for mark in marks)
    path = None
    line = 0
    for mark in marks:
        if mark.location.path != path:
            yield f"{' ' * gutter}{style.paint(_BLUE, '-->')} {place_text(mark.location)}"
        elif mark.location.line > line + 1:
            yield style.paint(_BLUE, "...")
        if (mark.location.path, mark.location.line) != (path, line):
            yield from _code_line(mark, lines_of, gutter, style)
        path, line = mark.location.path, mark.location.line
        colour = _SEVERITY_COLOURS[finding.severity] if mark.sign == "^" else _BLUE
        yield _mark_line(mark, lines_of, gutter, style.paint(colour, f"{_signs(mark)}"), style)


def _code_line(mark: _Mark, lines_of: LinesOf, gutter: int, style: FrameStyle) -> Iterator[str]:
    code = _code(mark.location, lines_of)
    number = style.paint(_BLUE, f"{mark.location.line:>{gutter}} |")
    yield f"{number} {code}".rstrip()


def _mark_line(mark: _Mark, lines_of: LinesOf, gutter: int, signs: str, style: FrameStyle) -> str:
    code = _code(mark.location, lines_of)
    # Tabs stay tabs under the code, so that the signs stand below what they mark.
    indent = "".join("\t" if c == "\t" else " " for c in code[: mark.location.column])
    return f"{style.paint(_BLUE, ' ' * gutter + ' |')} {indent}{signs}"


def _signs(mark: _Mark) -> str:
    signs = mark.sign * mark.width
    return f"{signs} {mark.text}" if mark.text else signs


def _code(location: Location, lines_of: LinesOf) -> str:
    lines = lines_of(location.path)
    return lines[location.line - 1] if location.line <= len(lines) else ""
