"""Paths as users write them to absolute paths, paths in output, and the project a path belongs to."""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Sequence
from pathlib import Path

from saalint.source.exclusion import Patterns
from saalint.source.imported import imported_modules
from saalint.source.reading import ReadFailure, read_text

PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
_ENOUGH = 100


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
        if _is_project(candidate):
            return candidate
    return _package_top(path) or path


def is_inside_package(folder: Path) -> bool:
    """Whether a folder is a package below another one, so that its names begin above it."""
    return not _is_project(folder) and _package_top(folder) not in {None, folder}


def is_package(folder: Path) -> bool:
    """Whether a folder in no project of its own is imported from by its name."""
    return not _is_project(folder) and _package_top(folder) is not None


def _is_project(folder: Path) -> bool:
    return any((folder / mark).exists() for mark in (*PROJECT_FILES, ".git"))


def _package_top(path: Path) -> Path | None:
    """The outermost package around a file or folder.

    One without `__init__.py` is known by who imports from it: in `app/api/pages.py` stands `from app.models import A`.
    """
    tops = list(_imported_from(path))
    for candidate in (path, *path.parents) if path.is_dir() else path.parents:
        if not (candidate / "__init__.py").is_file():
            break
        tops.append(candidate)
    return min(tops, key=lambda top: len(top.parts), default=None)


def _imported_from(path: Path) -> Iterator[Path]:
    """The folders around a file, or around the files of a folder, that those import from as from packages."""
    for file in _read_of(path):
        text = read_text(file)
        if isinstance(text, ReadFailure):
            continue
        for module in imported_modules(text):
            if module.level:
                yield from file.parents[module.level - 1 : module.level]
            else:
                first, *rest = module.name.split(".")
                yield from (
                    folder
                    for folder in file.parents
                    if folder.name == first and _is_there(folder.joinpath(*rest))
                )


def _read_of(path: Path) -> Sequence[Path]:
    if not path.is_dir():
        return [path]
    # files that tell nothing of their package, and in `app/api` may stand nothing but `v1`: some will tell
    return (sorted(path.glob("*.py")) + sorted(path.glob("*/*.py")))[:_ENOUGH]


def _is_there(module: Path) -> bool:
    return module.is_dir() or module.with_name(f"{module.name}.py").is_file()
