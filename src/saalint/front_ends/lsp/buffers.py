"""Open buffers to the findings of their projects, and to what is believed at a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from saalint import engine
from saalint.config.files import find_settings
from saalint.config.paths import project_around
from saalint.findings.finding import Finding
from saalint.front_ends.beliefs import Belief, beliefs, probed_text
from saalint.source.reading import ReadFailure, read_text


@dataclass(frozen=True, slots=True)
class ProjectFindings:
    """The findings of a project by file; paths in findings start at its folder."""

    folder: Path
    by_path: Mapping[Path, tuple[Finding, ...]]


@dataclass(slots=True)
class Buffers:
    """The text of the files that are open in the editor."""

    texts: dict[Path, str] = field(default_factory=dict)

    def findings(self, path: Path) -> ProjectFindings:
        """The findings of the project around a file, by file; an open file without any is there too."""
        request = self._request(path)
        folder = request.working_directory
        by_path: defaultdict[Path, list[Finding]] = defaultdict(list)
        for finding in engine.check(request).findings:
            by_path[folder / finding.location.path].append(finding)
        found = {file: tuple(findings) for file, findings in by_path.items()}
        clean = {file: () for file in self.texts if file.is_relative_to(folder)}
        return ProjectFindings(folder, {**clean, **found})

    def beliefs(self, path: Path, line: int) -> tuple[Belief, ...]:
        """What is believed of the names on a line."""
        found = probed_text(self.text(path), line)
        return () if found is None else tuple(beliefs(self._request(path), path, found))

    def text(self, path: Path) -> str:
        """The text of a file, as it is in the editor where it is open."""
        if path in self.texts:
            return self.texts[path]
        text = read_text(path)
        return "" if isinstance(text, ReadFailure) else text

    def _request(self, path: Path) -> engine.Request:
        folder = project_around(path)
        directory = folder if folder.is_dir() else folder.parent
        return engine.Request(
            paths=(folder,),
            settings=find_settings(directory),
            overlay=dict(self.texts),
            working_directory=directory,
        )
