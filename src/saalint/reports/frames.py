"""Findings to code frames: the query and the read, each under its line of code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from saalint.findings.finding import Finding, Severity
from saalint.findings.location import Location
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


class _Mark(msgspec.Struct, frozen=True):
    location: Location
    sign: str
    text: str
    colour: str

    @property
    def signs(self) -> str:
        """The sign under each character of the marked range, and what they mean."""
        is_one_line = self.location.end_line == self.location.line
        width = self.location.end_column - self.location.column if is_one_line else 1
        return f"{self.sign * max(width, 1)} {self.text}".rstrip()


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
    read = _Mark(finding.location, "^", "", _SEVERITY_COLOURS[finding.severity])
    marks = [read]
    if finding.origin is not None and finding.origin != finding.location:
        told = next((s.text for s in finding.trace if s.location == finding.origin), "the query")
        read = msgspec.structs.replace(read, text="read here")
        marks = [_Mark(finding.origin, "-", told, _BLUE), read]
    elsewhere = list(_read_elsewhere(finding))
    if elsewhere:
        told = next((s.text for s in finding.trace if s.location == finding.location), "here")
        marks[-1] = read = msgspec.structs.replace(read, text=told)
        marks.extend(elsewhere)
    gutter = max(len(str(mark.location.line)) for mark in marks)
    here = [mark for mark in marks if mark.location.path == finding.location.path]
    yield f"{' ' * gutter}{style.paint(_BLUE, '-->')} {place_text(finding.location)}"
    yield from _frame(sorted(here, key=lambda mark: mark.location), lines_of, gutter, style)
    for mark in marks:
        if mark not in here:
            yield f"{' ' * gutter}{style.paint(_BLUE, ':::')} {place_text(mark.location)}"
            yield from _frame([mark], lines_of, gutter, style)


def _read_elsewhere(finding: Finding) -> Iterator[_Mark]:
    """Where it is read, if that is not where the finding stands: in the template that is rendered there."""
    step = finding.trace[-1] if finding.trace else None
    if step is None or not step.text.startswith("read of"):
        return
    there, here = step.location, finding.location
    if (there.path, there.line) != (here.path, here.line):
        yield _Mark(there, "^", step.text, _SEVERITY_COLOURS[finding.severity])


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
        yield f"{margin} {indent}{style.paint(mark.colour, mark.signs)}"


def _code(location: Location, lines_of: LinesOf) -> str:
    lines = lines_of(location.path)
    return lines[location.line - 1] if location.line <= len(lines) else ""
