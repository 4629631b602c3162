"""Paths as users write them to absolute paths, paths in output, and the project a path belongs to."""

from __future__ import annotations

import os.path
from collections.abc import Sequence
from pathlib import Path

from saalint.source.exclusion import Patterns

PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")


def absolute(path: Path) -> Path:
    """The absolute path without `..`; links stay links, so that output names what was asked for."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - `Path.resolve` follows links


def shown_path(path: Path, working_directory: Path) -> str:
    """The path in output: relative to the working directory where it lies in it, with `/`."""
    if path.is_relative_to(working_directory):
        return path.relative_to(working_directory).as_posix()
    return path.as_posix()


def is_in(path: Path, patterns: Sequence[str], directory: Path) -> bool:
    """Whether a file is meant by a setting's patterns: by itself, or by a folder it lies in."""
    meant = Patterns(patterns, directory)
    inner = (step for step in path.parents if step != directory and directory in step.parents)
    return any(meant.matches(step) for step in (path, *inner))


def project_around(path: Path) -> Path:
    """The nearest folder, from `path` upwards, that holds a project; else the top of its package.

    A file that is in no project and in no package is a project of its own, with what it imports of the files beside it.
    """
    folder = path if path.is_dir() else path.parent
    for candidate in (folder, *folder.parents):
        if any((candidate / mark).exists() for mark in (*PROJECT_FILES, ".git")):
            return candidate
    return _package_top(folder) or path


def is_inside_package(folder: Path) -> bool:
    """Whether a folder is a package below another one, so that its names begin above it."""
    return _package_top(folder) not in {None, folder}


def _package_top(folder: Path) -> Path | None:
    top = None
    for candidate in (folder, *folder.parents):
        if not (candidate / "__init__.py").is_file():
            break
        top = candidate
    return top
