"""Names of installed modules to their source, located without importing anything.

astroid's module finder knows namespace packages, editable installs and zip files; it is imported when first asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from saalint.facts.records import FileFacts
from saalint.project.names.definitions import Module


class InstalledModules:
    """Finds modules outside the project. `facts_at` reads a file; it gives None for one that has no facts.

    `note` is told each folder that is searched, and for which name.
    """

    def __init__(
        self,
        facts_at: Callable[[Path], FileFacts | None],
        search_path: Sequence[str],
        note: Callable[[str, str], None] = lambda _, __: None,
    ) -> None:
        self._facts_at = facts_at
        self._search_path = search_path
        self._note = note
        self._found: dict[str, Module | None] = {}

    def find(self, name: str) -> Module | None:
        """The module of that name, or None where it is not installed or has no Python source."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> Module | None:
        folders = list(self._search_path)
        for stem in name.split("."):
            for folder in folders:
                self._note(folder, stem)
            folders = [str(inner) for each in folders if (inner := Path(each, stem)).is_dir()]
        path = _source_of(name, self._search_path)
        facts = None if path is None else self._facts_at(path)
        if path is None or facts is None:
            return None
        return Module(
            name=name,
            path=path.as_posix(),
            facts=facts,
            is_project=False,
            is_package=path.name == "__init__.py",
        )


def _source_of(name: str, search_path: Sequence[str]) -> Path | None:
    from astroid.interpreter._import.spec import find_spec  # noqa: PLC0415 - heavy, and seldom needed

    try:
        found = find_spec(name.split("."), search_path)
    except (ImportError, OSError, ValueError):
        return None
    if found.location is None:
        return None
    location = Path(found.location)
    source = location / "__init__.py" if location.is_dir() else location
    return source if source.suffix == ".py" and source.is_file() else None
