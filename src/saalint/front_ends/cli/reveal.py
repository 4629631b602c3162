"""`saalint reveal`: a file and a line to what is believed of the names there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from saalint import engine
from saalint.config.paths import absolute, shown_path
from saalint.front_ends.cli.check import CLEAN, RefusedError, Scope, fail, request_for
from saalint.interpret.events import Reveal
from saalint.source.positions import line_of
from saalint.source.probes import Probe, ProbedText, probed
from saalint.source.reading import ReadFailure, read_text


def run_reveal(place: str) -> int:
    """Print the beliefs about one line."""
    name, _, number = place.rpartition(":")
    if not name or not number.isdecimal():
        return fail(f"`{place}` is no place: write FILE:LINE")
    path, line = absolute(Path(name)), int(number)
    try:
        text = _text(path)
        found = _probed(text, line, shown_path(path, Path.cwd()))
        request = request_for(Scope(paths=(str(path),)))
    except RefusedError as refusal:
        return fail(str(refusal))
    report = engine.check(replace(request, overlay={path: found.text}))
    print(f"{shown_path(path, Path.cwd())}:{line}: {text.split(chr(10))[line - 1].strip()}")
    for belief in _beliefs(report, found.probes, shown_path(path, Path.cwd())):
        print(f"  {belief}")
    return CLEAN


def _text(path: Path) -> str:
    text = read_text(path)
    if isinstance(text, ReadFailure):
        raise RefusedError(f"{shown_path(path, Path.cwd())}: {text.reason}: {text.remedy}")
    return text


def _probed(text: str, line: int, shown: str) -> ProbedText:
    try:
        found = probed(text, line)
    except (SyntaxError, ValueError) as error:
        raise RefusedError(f"{shown}: not Python: {error}") from error
    if found is None:
        raise RefusedError(f"{shown}:{line}: there is no statement on this line")
    return found


def _beliefs(report: engine.Report, probes: tuple[Probe, ...], shown: str) -> Iterator[str]:
    """`author: Author(books: unloaded)`, a line for each belief: callers may bring different ones."""
    by_line: dict[int, dict[str, None]] = {}
    for event in report.events:
        if isinstance(event, Reveal) and event.place.path == shown:
            by_line.setdefault(line_of(event.place.at), {})[event.text] = None
    for probe in probes:
        moment = " afterwards" if probe.is_after else ""
        for text in by_line.get(probe.line, {"nothing: this code is never analysed": None}):
            yield f"{probe.name}{moment}: {text}"
