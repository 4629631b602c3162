"""What the command line names, and how it is looked at, to a `Request`; a `RefusedError` where that is of no use."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from saalint import engine
from saalint.config.files import SettingsFile, defaults_for, find_settings, read_settings
from saalint.config.settings import Level
from saalint.findings.run_error import NO_SUCH_PATH
from saalint.findings.selection import unknown_selector
from saalint.front_ends.cli.status import RefusedError
from saalint.source.paths import absolute, shown_path

STDIN = "-"
_STDIN_NAME = "stdin"


class CommandScope(msgspec.Struct, frozen=True, kw_only=True):
    """Which findings are asked for on the command line; `None` where the settings file decides.

    An empty `cache_dir` keeps nothing on disk.
    """

    paths: tuple[str, ...]
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    level: Level | None = None
    config: Path | None = None
    is_isolated: bool = False
    is_only_given_files: bool = False
    stdin_filename: Path | None = None
    since: str | None = None
    is_async_assumed: bool = False
    cache_dir: str | None = None


def request_for(scope: CommandScope) -> engine.Request:
    """What the engine is asked; refused where a selector, a reference or the settings are of no use."""
    for message in _unknown_selectors((*(scope.select or ()), *(scope.ignore or ()))):
        raise RefusedError(message)
    paths, overlay = _paths(scope)
    settings = _settings(scope, paths)
    if settings.failure is not None:
        place = settings.failure.range
        shown = shown_path(settings.failure.path, Path.cwd())
        raise RefusedError(f"{shown}:{place.line}:{place.column + 1}: {settings.failure.message}")
    return engine.Request(
        paths=paths,
        settings=settings,
        overlay=overlay,
        working_directory=Path.cwd(),
        is_only_given_files=scope.is_only_given_files,
        changes=None if scope.since is None else _changes(scope.since, paths),
    )


def _unknown_selectors(selectors: Sequence[str]) -> Iterator[str]:
    if not selectors:
        return
    from saalint.rules.registry import identities

    rules = identities().values()
    yield from filter(None, (unknown_selector(selector, rules) for selector in selectors))


def existing(path: Path) -> Path:
    """The absolute path of something that is there."""
    found = absolute(path)
    if not found.exists():
        raise RefusedError(f"{shown_path(found, Path.cwd())}: {NO_SUCH_PATH}")
    return found


def _paths(scope: CommandScope) -> tuple[tuple[Path, ...], dict[Path, str]]:
    if STDIN not in scope.paths:
        if scope.stdin_filename is not None:
            name = scope.stdin_filename
            raise RefusedError(f"`--stdin-filename {name}` names the text of `-`: add `-`")
        return tuple(absolute(Path(path)) for path in scope.paths), {}
    named = absolute(scope.stdin_filename or Path(_STDIN_NAME))
    others = tuple(absolute(Path(path)) for path in scope.paths if path != STDIN)
    return (*others, named), {named: sys.stdin.buffer.read().decode("utf-8", "surrogateescape")}


def _changes(reference: str, paths: Sequence[Path]) -> dict[Path, set[int]]:
    from saalint.source.git_changes import GitFailure, changed_lines

    folder = paths[0] if paths[0].is_dir() else paths[0].parent
    changes = changed_lines(reference, folder)
    if isinstance(changes, GitFailure):
        raise RefusedError(f"`--since {reference}`: {changes.reason}")
    return changes


def _settings(scope: CommandScope, paths: Sequence[Path]) -> SettingsFile:
    first = paths[0] if paths[0].is_dir() else paths[0].parent
    if scope.is_isolated:
        file = defaults_for(first)
    elif scope.config is not None:
        file = read_settings(absolute(scope.config))
        if file.failure is None and not file.has_table:
            shown = shown_path(absolute(scope.config), Path.cwd())
            raise RefusedError(
                f"{shown}: it says nothing under `[tool.saalint]`: settings stand there"
            )
    else:
        file = find_settings(first)
    settings = file.settings
    return replace(
        file,
        settings=replace(
            settings,
            select=settings.select if scope.select is None else scope.select,
            ignore=settings.ignore if scope.ignore is None else scope.ignore,
            level=scope.level or settings.level,
            assume_async=scope.is_async_assumed or settings.assume_async,
            cache_dir=settings.cache_dir if scope.cache_dir is None else scope.cache_dir,
        ),
    )
