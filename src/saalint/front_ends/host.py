"""A file that flake8 or pylint is looking at to its findings, from one analysis of its project.

The analysis runs once for each project and process. Workers that were forked inherit it, others
repeat it: what is found never depends on the number of workers.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from saalint import engine
from saalint.config.files import SettingsFile, find_settings, read_settings
from saalint.config.settings import Level
from saalint.findings.crowds import thinned
from saalint.findings.finding import Finding
from saalint.source.paths import absolute, project_around
from saalint.source.reading import read_text
from saalint.source.suppression import CommentDialect


class HostOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the host was told about saalint.

    `dialect` names the suppressions that the host applies itself, `selected` what it selects beside
    the settings file.
    """

    dialect: CommentDialect
    config: Path | None = None
    level: Level | None = None
    selected: tuple[str, ...] = ()


class HostedProject(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of one project by absolute path; `elsewhere` are those about its settings."""

    by_path: Mapping[Path, tuple[Finding, ...]]
    analysed: frozenset[Path]
    elsewhere: tuple[Finding, ...]
    settings: SettingsFile


def findings_in(path: Path, options: HostOptions, text: str | None = None) -> tuple[Finding, ...]:
    """The findings in one file; `text` is the buffer where that differs from the file on disk."""
    path = absolute(path)
    if text is not None and text != read_text(path):
        project = _analysed(project_around(path), options, ((path, text),))
        return project.by_path.get(path, ())
    project = hosted_project(path, options)
    if path in project.analysed or engine.is_excluded(path, project.settings.settings):
        return project.by_path.get(path, ())
    # Ignored by git, or outside all roots: nothing is known around it, so it is read alone.
    return _alone(path, options).by_path.get(path, ())


def hosted_project(path: Path, options: HostOptions) -> HostedProject:
    """The project around a path, analysed when it is first asked for."""
    return _remembered(project_around(absolute(path)), options)


@functools.cache
def _remembered(folder: Path, options: HostOptions) -> HostedProject:
    return _analysed(folder, options, ())


@functools.cache
def _alone(path: Path, options: HostOptions) -> HostedProject:
    return _analysed(path, options, (), is_alone=True)


def _analysed(
    target: Path,
    options: HostOptions,
    overlay: tuple[tuple[Path, str], ...],
    *,
    is_alone: bool = False,
) -> HostedProject:
    settings = _settings_for(target, options)
    working_directory = Path.cwd()
    report = engine.check(
        engine.Request(
            paths=(target, *(path for path, _ in overlay)),
            settings=settings,
            overlay=dict(overlay),
            working_directory=working_directory,
            host=options.dialect,
            is_alone=is_alone,
        )
    )
    by_path: defaultdict[Path, list[Finding]] = defaultdict(list)
    for finding in thinned(report.findings):
        by_path[working_directory / finding.location.path].append(finding)
    analysed = frozenset(map(Path, report.files))
    return HostedProject(
        by_path={path: tuple(found) for path, found in by_path.items() if path in analysed},
        analysed=analysed,
        elsewhere=tuple(
            finding for path, found in by_path.items() if path not in analysed for finding in found
        ),
        settings=settings,
    )


def _settings_for(target: Path, options: HostOptions) -> SettingsFile:
    folder = target if target.is_dir() else target.parent
    file = find_settings(folder) if options.config is None else read_settings(options.config)
    settings = file.settings
    return replace(
        file,
        settings=replace(
            settings,
            level=options.level or settings.level,
            select=(*settings.select, *options.selected),
        ),
    )
