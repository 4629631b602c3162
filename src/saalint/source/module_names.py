"""A file's path to the dotted names under which other files may import it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from saalint.source.disk import Disk
from saalint.source.paths import PROJECT_FILES

_SOURCE_FOLDERS = frozenset({"src", "lib"})


class ModuleNames:
    """Names modules by the folders from which they are imported.

    `roots` are the configured source roots, `given` the folders named by the user: from those, a
    path is only guessed to be importable, so that a regular package inside counts from its own top.
    """

    def __init__(self, *, roots: Iterable[Path], given: Iterable[Path], disk: Disk) -> None:
        self._roots = frozenset(roots)
        self._given = frozenset(given)
        self._is_file = disk.is_file
        self._source_root = cache(self._find_source_root)
        self._package_top = cache(self._find_package_top)

    def of(self, path: Path) -> tuple[str, tuple[str, ...]]:
        """The most likely module name of an absolute path, and the other names it can have."""
        folder = path.parent
        root, is_certain = self._source_root(folder)
        parts = folder.relative_to(root).parts
        if path.name != "__init__.py":
            parts = (*parts, path.stem)
        elif not parts:
            parts = (folder.name,)
        names = [".".join(parts[index:]) for index in range(len(parts))]
        top = self._package_top(folder)
        dropped = _not_importable(parts)
        if top != folder and top.is_relative_to(root):
            # No name begins inside a regular package: `typing` is not `book/typing.py`.
            depth = len(top.relative_to(root).parts)
            names = names[: depth + 1]
            dropped = dropped if is_certain else max(dropped, depth)
        chosen = names[min(dropped, len(names) - 1)]
        if not (is_certain or self._is_project(root)):
            names = [*self._names_from_above(root, names[0]), *names]
        return chosen, tuple(name for name in names if name != chosen)

    def _names_from_above(self, root: Path, name: str) -> list[str]:
        """The names of a module whose folder was only guessed to be a root: it may be a namespace package.

        `saalint check src/acme/shop` and `from acme.shop.models import Author`, where `acme/shop` has no `__init__.py`.
        """
        above, is_certain = self._source_root(root.parent)
        if not (is_certain or above in self._given or self._is_project(above)):
            return []
        folders = root.relative_to(above).parts
        names = [".".join((*folders[index:], name)) for index in range(len(folders))]
        if is_certain or above == root or self._is_project(above):
            return names
        return [*self._names_from_above(above, names[0]), *names]

    def _is_project(self, folder: Path) -> bool:
        return any(self._is_file(folder / name) for name in PROJECT_FILES)

    def _find_source_root(self, folder: Path) -> tuple[Path, bool]:
        """The nearest source root around a folder, and whether it is known to be one."""
        if folder in self._roots:
            return folder, True
        if self._is_file(folder / "__init__.py") and folder.parent != folder:
            return self._source_root(folder.parent)
        if folder.name in _SOURCE_FOLDERS:
            return folder, True
        if folder in self._given or self._is_project(folder):
            return folder, False
        return (folder, False) if folder.parent == folder else self._source_root(folder.parent)

    def _find_package_top(self, folder: Path) -> Path:
        """The folder that holds the outermost regular package around a folder, or the folder itself."""
        if self._is_file(folder / "__init__.py") and folder.parent != folder:
            return self._package_top(folder.parent)
        return folder


def _not_importable(parts: tuple[str, ...]) -> int:
    """How many leading parts must go, because `import` cannot spell one: as in `book-service/app`."""
    spelled = [part.isidentifier() for part in parts[:-1]]
    return len(spelled) - spelled[::-1].index(False) if False in spelled else 0
