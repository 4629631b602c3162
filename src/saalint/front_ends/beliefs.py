"""A file and a line to what is believed of the names there: for the command line and for the editor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from saalint import engine
from saalint.facts.lowering.syntax import SyntaxFailure, tree_of
from saalint.interpret.events import Reveal
from saalint.source.paths import shown_path
from saalint.source.positions import line_of
from saalint.source.probes import ProbedText, probed

_NOTHING = "nothing: this code is never analysed"


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of a name before or after its line; callers may bring different things."""

    name: str
    is_after: bool
    texts: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """What is believed, as it is shown."""
        moment = " afterwards" if self.is_after else ""
        return tuple(f"{self.name}{moment}: {text}" for text in self.texts)


def probed_text(text: str, line: int) -> ProbedText | SyntaxFailure | None:
    """The text with probes; none where there is no statement."""
    tree = tree_of(text)
    return tree if isinstance(tree, SyntaxFailure) else probed(text, tree, line)


def beliefs(request: engine.Request, path: Path, found: ProbedText) -> Iterator[Belief]:
    """Run the analysis on the text with probes in place of the file."""
    overlay = {**request.overlay, path: found.text}
    report = engine.check(replace(request, overlay=overlay, needs_events=True))
    shown = shown_path(path, request.working_directory)
    by_line: dict[int, dict[str, None]] = {}
    for event in report.events:
        if isinstance(event, Reveal) and event.place.path == shown:
            by_line.setdefault(line_of(event.place.at), {})[event.text] = None
    for probe in found.probes:
        yield Belief(probe.name, probe.is_after, tuple(by_line.get(probe.line, {_NOTHING: None})))
