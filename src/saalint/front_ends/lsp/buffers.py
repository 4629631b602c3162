"""Open buffers to the findings of their projects, and to what is believed at a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from threading import Event

from saalint import engine
from saalint.config.files import find_settings
from saalint.findings.finding import Finding
from saalint.findings.fix import Fix
from saalint.fixes.proposals import Proposals
from saalint.front_ends.beliefs import Belief, beliefs, probed_text
from saalint.front_ends.fixing import fix_all
from saalint.source.paths import project_around, shown_path
from saalint.source.probes import ProbedText
from saalint.source.reading import ReadFailure, read_text
from saalint.source.watch import Watch


class StoppedError(BaseException):
    """The analysis was of a text that has changed since. No `Exception`: those become findings about saalint."""


@dataclass(frozen=True)
class AnalysedProject:
    """The findings of a project by file, and the run they are of; paths in findings start at its folder."""

    request: engine.Request
    report: engine.Report
    by_path: Mapping[Path, tuple[Finding, ...]]

    @property
    def folder(self) -> Path:
        """Where paths start."""
        return self.request.working_directory

    @property
    def has_reads(self) -> bool:
        """Whether all reads are known, and not the findings alone."""
        return self.request.needs_events

    @cached_property
    def proposals(self) -> Proposals | None:
        """What could be done about the findings; None where too little was understood to tell."""
        return engine.proposals(self.report, self.request)


@dataclass(slots=True)
class Buffers:
    """The text of the files that are open in the editor."""

    texts: dict[Path, str] = field(default_factory=dict)

    def analysed(self, path: Path, stop: Event, *, has_reads: bool) -> AnalysedProject:
        """The findings of the project around a file, by file; an open file without any is there too.

        Without all reads it is told from earlier runs where nothing has changed that an analysis looks into.
        """

        def tell(_: str) -> None:
            if stop.is_set():
                raise StoppedError

        request = replace(self._request(path), needs_events=has_reads)
        folder = request.working_directory
        report = engine.check(request, Watch(tell=tell))
        by_path: defaultdict[Path, list[Finding]] = defaultdict(list)
        for finding in report.findings:
            by_path[folder / finding.location.path].append(finding)
        found = {file: tuple(findings) for file, findings in by_path.items()}
        clean = {file: () for file in self.texts if file.is_relative_to(folder)}
        return AnalysedProject(request, report, {**clean, **found})

    def fixes(self, analysed: AnalysedProject, finding: Finding) -> Iterator[Fix]:
        """The fix of a finding, while the files that it changes are as they were analysed."""
        proposals = analysed.proposals
        fix = None if proposals is None else proposals.of(finding)
        if fix is None:
            return
        files = {analysed.folder / edit.location.path for edit in fix.edits}
        if all(self.is_as_analysed(analysed, file) for file in files):
            yield fix

    def all_fixed(self, path: Path) -> Mapping[Path, str] | None:
        """The texts of files after all safe fixes for the findings in one; None where one was edited meanwhile."""
        request = self._request(path)
        shown = frozenset({shown_path(path, request.working_directory)})
        fixed = fix_all(request, is_unsafe=False, shown=shown)
        texts = {request.working_directory / name: text for name, text in fixed.texts.items()}
        is_current = all(self.texts.get(file) == request.overlay.get(file) for file in texts)
        return texts if is_current else None

    def is_as_analysed(self, analysed: AnalysedProject, file: Path) -> bool:
        """Whether a file has not been edited since the analysis."""
        return self.texts.get(file) == analysed.request.overlay.get(file)

    def beliefs(self, path: Path, line: int) -> tuple[Belief, ...]:
        """What is believed of the names on a line."""
        found = probed_text(self.text(path), line)
        if not isinstance(found, ProbedText):
            return ()
        return tuple(beliefs(self._request(path), path, found))

    def text(self, path: Path) -> str:
        """The text of a file, as it is in the editor where it is open."""
        if path in self.texts:
            return self.texts[path]
        text = read_text(path)
        return "" if isinstance(text, ReadFailure) else text

    def lines(self, path: Path) -> list[str]:
        """The lines of a file, as they are in the editor where it is open."""
        return self.text(path).split("\n")

    def _request(self, path: Path) -> engine.Request:
        folder = project_around(path)
        directory = folder if folder.is_dir() else folder.parent
        return engine.Request(
            paths=(folder,),
            settings=find_settings(directory),
            overlay=dict(self.texts),
            working_directory=directory,
        )
