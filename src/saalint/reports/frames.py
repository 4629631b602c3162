"""Findings to code frames: each step from the query to the read, under its line of code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from saalint.findings.finding import Finding, Severity
from saalint.findings.location import Location
from saalint.reports.places import name_end, place_text
from saalint.reports.trace import trace_lines

LinesOf = Callable[[str], Sequence[str]]

# how the step that reads, or changes what it reads first, begins
_READ = ("read of", "change of")
_RESET = "\x1b[0m"
_BOLD = "\x1b[1m"
_BLUE = "\x1b[34;1m"
_SEVERITY_COLOURS = {
    Severity.ERROR: "\x1b[31;1m",
    Severity.WARNING: "\x1b[33;1m",
    Severity.REFACTOR: "\x1b[36;1m",
}


class _Mark(msgspec.Struct, frozen=True):
    location: Location
    sign: str
    text: str
    colour: str

    def signs(self, code: str) -> str:
        """The sign under each character of the marked range, and what they mean; of a point, under the name there."""
        is_one_line = self.location.end_line == self.location.line
        width = self.location.end_column - self.location.column if is_one_line else 1
        whole = name_end(code, self.location.column) - self.location.column
        return f"{self.sign * max(width, whole, 1)} {self.text}".rstrip()


class FrameStyle(msgspec.Struct, frozen=True, kw_only=True):
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
    marks = [_here(finding), *_on_the_way(finding)]
    gutter = max(len(str(mark.location.line)) for mark in marks)
    by_path: dict[str, list[_Mark]] = {}
    for mark in marks:
        by_path.setdefault(mark.location.path, []).append(mark)
    for path, there in by_path.items():
        is_own = path == finding.location.path
        arrow, first = ("-->", finding.location) if is_own else (":::", there[0].location)
        yield f"{' ' * gutter}{style.paint(_BLUE, arrow)} {place_text(first)}"
        yield from _frame(sorted(there, key=lambda mark: mark.location), lines_of, gutter, style)


def _here(finding: Finding) -> _Mark:
    """The mark of the place that the finding is about; what is wrong with it, the message says."""
    step = next((step for step in finding.trace if step.location == finding.location), None)
    text = "" if step is None or finding.message.startswith(step.text) else step.text
    if text.startswith(_READ):
        text = f"{text.partition(' ')[0]} here" if len(finding.trace) > 1 else ""
    return _Mark(finding.location, "^", text, _SEVERITY_COLOURS[finding.severity])


def _on_the_way(finding: Finding) -> Iterator[_Mark]:
    """A mark for each step that led there; the read in a template that is rendered there is the last."""
    for step in finding.way:
        is_read = step.text.startswith(_READ)
        colour = _SEVERITY_COLOURS[finding.severity] if is_read else _BLUE
        yield _Mark(step.location, "^" if is_read else "-", step.text, colour)


def _frame(
    marks: Iterable[_Mark], lines_of: LinesOf, gutter: int, style: FrameStyle
) -> Iterator[str]:
    shown = 0
    for mark in marks:
        line = mark.location.line
        code = _code(mark.location, lines_of)
        if line != shown:
            yield f"{style.paint(_BLUE, f'{line:>{gutter}} |')} {code}".rstrip()
        shown = line
        # Tabs stay tabs under the code, so that the signs stand below what they mark.
        indent = "".join("\t" if each == "\t" else " " for each in code[: mark.location.column])
        margin = style.paint(_BLUE, " " * gutter + " |")
        yield f"{margin} {indent}{style.paint(mark.colour, mark.signs(code))}"


def _code(location: Location, lines_of: LinesOf) -> str:
    lines = lines_of(location.path)
    return lines[location.line - 1] if location.line <= len(lines) else ""
