"""What is asked of one run, by whichever front end."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from saalint.config.files import SettingsFile
from saalint.source.loose_files import beside
from saalint.source.paths import is_inside_package, project_around
from saalint.source.suppression import CommentDialect

DEBUG_VARIABLE = "SAALINT_DEBUG"
"""Where it is set, internal errors are raised, and nothing is taken from earlier runs."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of one run.

    `paths` are absolute. A folder is analysed whole and reported whole. With a file, or a folder
    inside a package, the project around it is analysed, and what lies under the path is reported.
    `overlay` holds the text of files that differ from the disk, or that are not on it. `host` is
    whose suppression comments are left to the host. `is_only_given_files` leaves out given files
    that settings or git leave out; `is_alone` analyses nothing around a given file. `has_baseline`
    is false where the baseline is about to be written, `changes` are the only lines that matter.
    `needs_events` asks for what the interpretation saw beside the findings, which no run keeps for the next.
    """

    paths: tuple[Path, ...]
    settings: SettingsFile
    working_directory: Path
    overlay: Mapping[Path, str] = field(default_factory=dict)
    host: CommentDialect | None = None
    is_only_given_files: bool = False
    is_alone: bool = False
    has_baseline: bool = True
    changes: Mapping[Path, AbstractSet[int]] | None = None
    needs_events: bool = False

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """What is analysed: the folders that were named, and the projects around what else was."""
        if self.is_alone:
            return ()
        around = (_analysed_with(path) for path in self._present)
        return tuple(path for path in (*around, *self._beside) if path.is_dir())

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that are analysed because they were named, or imported by one that is in no project."""
        if self.is_only_given_files:
            return ()
        named = (path for path in self._present if not path.is_dir())
        imported = (path for path in self._beside if not path.is_dir())
        return tuple(dict.fromkeys((*named, *imported)))

    @cached_property
    def _beside(self) -> tuple[Path, ...]:
        if self.is_alone:
            return ()
        return tuple(other for path in self._present for other in beside(path, self.overlay))

    @property
    def _present(self) -> tuple[Path, ...]:
        return tuple(path for path in self.paths if path in self.overlay or path.exists())


def _analysed_with(path: Path) -> Path:
    is_whole = path.is_dir() and not is_inside_package(path)
    return path if is_whole else project_around(path)
