"""Patterns and `.gitignore` files to whether a path of the project is left out."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from saalint.source.disk import Disk
from saalint.source.reading import ReadFailure

if TYPE_CHECKING:
    # An optional dependency: imported when the first `.gitignore` is read.
    from pathspec import GitIgnoreSpec

# Names of build output, and of packages as well: `pip/_internal/operations/build/__init__.py`.
_MAYBE_OUTPUT = frozenset({"build", "dist"})


def is_foreign(folder: Path, disk: Disk) -> bool:
    """Whether a folder holds no source of the project: tools' output or a virtual environment."""
    if folder.name.endswith(".egg-info"):
        return True
    if folder.name in _MAYBE_OUTPUT and not disk.is_file(folder / "__init__.py"):
        return True
    return disk.is_file(folder / "pyvenv.cfg")


def is_skeleton(name: str) -> bool:
    """Whether a file or folder is named by whoever makes a project of it: `{{cookiecutter.name}}`, `{% if %}`."""
    return "{{" in name or "{%" in name


class Patterns:
    """The `exclude` patterns of the user.

    A pattern without `/` matches any file or folder of that name, another one the path from `base`;
    `**` stands for any number of folders. What matches is left out with all that it contains.
    """

    def __init__(self, patterns: Sequence[str], base: Path) -> None:
        self._base = base
        cleaned = [pattern.removeprefix("./").rstrip("/") for pattern in patterns]
        self._names = [re.compile(fnmatch.translate(each)) for each in cleaned if "/" not in each]
        self._paths = [re.compile(_translated(each)) for each in cleaned if "/" in each]

    def matches(self, path: Path) -> bool:
        """Whether a file or folder is left out."""
        if any(pattern.match(path.name) for pattern in self._names):
            return True
        if not self._paths:
            return False
        absolute = path.as_posix()
        base = self._base.as_posix().rstrip("/") + "/"
        relative = absolute.removeprefix(base)
        return any(each.match(relative) or each.match(absolute) for each in self._paths)


def _translated(pattern: str) -> str:
    """A regular expression for a glob pattern in which `*` stays within a folder and `**` does not."""
    pieces = re.split(
        r"(\*\*/|\*\*|\*|\?)", pattern.removeprefix("/") if "*" in pattern else pattern
    )
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(wild.get(piece, re.escape(piece)) for piece in pieces) + r"\Z"


class GitIgnore(msgspec.Struct, frozen=True, kw_only=True):
    """What one `.gitignore` says about the files below its folder, after those in the folders around."""

    folder: Path
    spec: GitIgnoreSpec
    outer: GitIgnore | None

    def ignores(self, path: Path, *, is_folder: bool) -> bool:
        """Whether git ignores a path; the innermost file that mentions it decides."""
        relative = path.relative_to(self.folder).as_posix() + ("/" if is_folder else "")
        verdict = self.spec.check_file(relative).include
        if verdict is not None:
            return verdict
        return self.outer is not None and self.outer.ignores(path, is_folder=is_folder)


def gitignore_of(folder: Path, outer: GitIgnore | None, disk: Disk) -> GitIgnore | None:
    """The rules that hold in a folder: its own `.gitignore` over those around it."""
    file = folder / ".gitignore"
    if not disk.is_file(file):
        return outer
    content = disk.raw(file)
    if isinstance(content, ReadFailure):
        return outer
    lines = content.decode("utf-8", "replace").splitlines()
    try:
        from pathspec import GitIgnoreSpec  # noqa: PLC0415 - optional, and slow to import
    except ImportError:
        return outer
    try:
        spec = GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return outer
    return GitIgnore(folder=folder, spec=spec, outer=outer)


def gitignore_around(folder: Path, disk: Disk) -> GitIgnore | None:
    """The rules that the repository around a folder states for it, from the outside in."""
    if disk.exists(folder / ".git"):
        return None
    around: list[Path] = []
    for ancestor in folder.parents:
        around.append(ancestor)
        if disk.exists(ancestor / ".git"):
            break
    else:
        return None
    rules: GitIgnore | None = None
    for ancestor in reversed(around):
        rules = gitignore_of(ancestor, rules, disk)
    # A folder that is named although git ignores it is meant.
    if rules is not None and rules.ignores(folder, is_folder=True):
        return None
    return rules
