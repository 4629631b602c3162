"""The paths that the user names to the project's Python files, with their module names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from saalint.source.disk import Disk
from saalint.source.exclusion import (
    Patterns,
    gitignore_around,
    gitignore_of,
    is_foreign,
    is_skeleton,
)
from saalint.source.module_names import ModuleNames
from saalint.source.paths import absolute, is_package


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A Python file of the project.

    `path` is absolute; `module` is its most likely dotted name, `aliases` the other names under
    which it may be imported, the longest first.
    """

    path: Path
    module: str
    aliases: tuple[str, ...]
    is_package: bool


def discover(
    paths: Sequence[Path] = (),
    *,
    roots: Sequence[Path] = (),
    exclude: Sequence[str] = (),
    base: Path | None = None,
    disk: Disk | None = None,
) -> tuple[SourceFile, ...]:
    """The files that `paths` name or contain (default: all in `base`), sorted by path.

    `exclude` patterns count from `base`, the folder of the configuration (default: the current
    one). A file that is named itself is never left out, even when it does not exist.
    """
    base = absolute(base or Path.cwd())
    disk = disk or Disk()
    given = [absolute(base / path) for path in paths] or [base]
    patterns = Patterns(exclude, base)
    found: set[Path] = set()
    for path in given:
        if path.is_dir():
            found.update(_walk(path, patterns, disk))
        else:
            found.add(path)
    folders = [path for path in given if path.is_dir()]
    # `saalint check app` where no settings say what is around `app`: it is imported from here
    here = [Path.cwd()] if base.is_relative_to(Path.cwd()) else []
    names = ModuleNames(
        roots=[absolute(base / root) for root in roots],
        given=[base, *here, *_tops(folders, disk)],
        disk=disk,
    )
    return _told_apart([_source_file(path, names) for path in sorted(found)])


def discover_others(
    folders: Sequence[Path],
    *,
    suffixes: tuple[str, ...],
    exclude: Sequence[str],
    base: Path,
    disk: Disk,
) -> tuple[Path, ...]:
    """The files below folders that are no Python and have one of the suffixes, sorted."""
    patterns = Patterns(exclude, absolute(base))
    found: set[Path] = set()
    for folder in folders:
        found.update(_walk(folder, patterns, disk, suffixes))
    return tuple(sorted(found))


def _tops(folders: list[Path], disk: Disk) -> Iterator[Path]:
    """The folders that can be source roots: a regular package that is named itself is none, what it lies in may be."""
    for folder in folders:
        if not disk.is_file(folder / "__init__.py"):
            yield folder
        if is_package(folder):
            yield folder.parent


def _source_file(path: Path, names: ModuleNames) -> SourceFile:
    module, aliases = names.of(path)
    is_package = path.name == "__init__.py"
    return SourceFile(path=path, module=module, aliases=aliases, is_package=is_package)


def _told_apart(files: Sequence[SourceFile]) -> tuple[SourceFile, ...]:
    """The files with one name each: where two services both have an `app.models`, their folders are a part of it."""
    homes: dict[str, set[Path]] = {}
    for file in files:
        homes.setdefault(file.module, set()).add(_home(file))
    shared = {home for several in homes.values() if len(several) > 1 for home in several}
    if not shared:
        return tuple(files)
    top = Path(os.path.commonpath(shared))
    return tuple(
        _named_by_folder(file, _home(file).relative_to(top)) if _home(file) in shared else file
        for file in files
    )


def _named_by_folder(file: SourceFile, folder: Path) -> SourceFile:
    if not folder.parts:
        return file
    prefix = ".".join(part.replace(".", "_") for part in folder.parts)
    module = f"{prefix}.{file.module}"
    aliases = (name for name in (file.module, *file.aliases) if name != module)
    return replace(file, module=module, aliases=tuple(aliases))


def _home(file: SourceFile) -> Path:
    """The folder that the name of a file counts from."""
    return file.path.parents[file.module.count(".") + file.is_package]


def _walk(
    top: Path, patterns: Patterns, disk: Disk, suffixes: tuple[str, ...] = (".py",)
) -> Iterator[Path]:
    """The files with such a suffix below a folder. Linked folders are not followed, so that no loop arises."""
    pending = [(top, gitignore_around(top, disk))]
    while pending:
        folder, outer = pending.pop()
        rules = gitignore_of(folder, outer, disk)
        for entry in disk.listing(folder, suffixes):
            path = folder / entry.name
            if is_skeleton(entry.name) or patterns.matches(path):
                continue
            if entry.is_folder and is_foreign(path, disk):
                continue
            if rules is not None and rules.ignores(path, is_folder=entry.is_folder):
                continue
            if entry.is_folder:
                pending.append((path, rules))
            else:
                yield path
