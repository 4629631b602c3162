"""Findings to flake8's tuples: line, column from 0, `SAA101 message`, and the plugin's type."""

from __future__ import annotations

import argparse
import ast
import gc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from flake8.discover_files import expand_paths
from flake8.options.manager import OptionManager

from saalint.config.settings import Level
from saalint.findings.finding import Finding
from saalint.front_ends.host import HostOptions, findings_in, hosted_project
from saalint.reports.places import place_text
from saalint.source.suppression import CommentDialect

_STDIN = "-"
_HUNDRED = len("SAA7")

Report = tuple[int, int, str, type]


class Plugin:
    """What flake8 makes for each file."""

    _options: ClassVar[HostOptions] = HostOptions(dialect=CommentDialect.NOQA)
    _is_stdin: ClassVar[bool] = False
    _bearer: ClassVar[Path | None] = None
    _borne: ClassVar[tuple[Finding, ...]] = ()

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        """Take what flake8 has; `tree` only tells flake8 that a whole file is wanted."""
        del tree
        self._path = Path(filename).absolute()
        self._lines = lines

    @classmethod
    def add_options(cls, option_manager: OptionManager) -> None:
        """Declare the options that the host has to know."""
        option_manager.add_option(
            "--saa-config",
            metavar="FILE",
            parse_from_config=True,
            normalize_paths=True,
            help="Settings of saalint (Default: the nearest pyproject.toml)",
        )
        option_manager.add_option(
            "--saa-level",
            choices=[level.value for level in Level],
            parse_from_config=True,
            help="Whether strict rules report (Default: level in the settings of saalint)",
        )

    @classmethod
    def parse_options(
        cls, option_manager: OptionManager, options: argparse.Namespace, filenames: list[str]
    ) -> None:
        """Analyse before flake8 makes its workers, so that those forked inherit the result."""
        del option_manager
        cls._options = HostOptions(
            dialect=CommentDialect.NOQA,
            config=Path(options.saa_config).absolute() if options.saa_config else None,
            level=Level(options.saa_level) if options.saa_level else None,
            selected=_own_selectors(options),
        )
        cls._is_stdin = filenames == [_STDIN]
        cls._bearer, cls._borne = None, ()
        if options.bug_report or cls._is_stdin:
            return
        borne: dict[Finding, None] = {}
        for filename in filenames or ["."]:
            project = hosted_project(Path(filename), cls._options)
            borne.update(dict.fromkeys(project.elsewhere))
        # What workers never touch by counting references stays shared with them.
        gc.freeze()
        if borne:
            cls._bearer, cls._borne = _first_file(options, filenames), tuple(borne)

    def run(self) -> Iterator[Report]:
        """The findings in this file."""
        text = "".join(self._lines) if self._is_stdin else None
        for finding in findings_in(self._path, self._options, text):
            message = f"{finding.code} {finding.message}"
            yield finding.location.line, finding.location.column, message, type(self)
        if self._path == self._bearer:
            for finding in self._borne:
                # flake8 takes reports on the file in hand only, and never looks at settings files.
                message = f"{finding.code} {place_text(finding.location)}: {finding.message}"
                yield 1, 0, message, type(self)


def _own_selectors(options: argparse.Namespace) -> tuple[str, ...]:
    # `--select SAA` says no more than that saalint runs; `SAA7` asks for its strict rules too.
    selected = (*(options.select or ()), *(options.extend_select or ()))
    return tuple(
        selector
        for selector in selected
        if selector.startswith("SAA") and len(selector) >= _HUNDRED
    )


def _first_file(options: argparse.Namespace, filenames: Sequence[str]) -> Path:
    found = expand_paths(
        paths=filenames or ["."],
        stdin_display_name=options.stdin_display_name,
        filename_patterns=options.filename,
        exclude=(*options.exclude, *options.extend_exclude),
    )
    return min((Path(filename).absolute() for filename in found), default=Path())
