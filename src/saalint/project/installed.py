"""Names of installed modules to their source, located without importing anything.

astroid's module finder knows namespace packages, editable installs and zip files; it is imported when first asked.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from saalint.facts.records import FileFacts
from saalint.project.definitions import Module


class InstalledModules:
    """Finds modules outside the project. `facts_at` reads a file; it gives None for one that has no facts."""

    def __init__(
        self,
        facts_at: Callable[[Path], FileFacts | None],
        *,
        environment: Path | None = None,
    ) -> None:
        self._facts_at = facts_at
        self._search_path = _search_path(environment)
        self._found: dict[str, Module | None] = {}

    def find(self, name: str) -> Module | None:
        """The module of that name, or None where it is not installed or has no Python source."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> Module | None:
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


def _search_path(environment: Path | None) -> tuple[str, ...]:
    running = [entry for entry in sys.path if entry]
    if environment is None:
        return tuple(running)
    packages = [
        *sorted(environment.glob("lib/python*/site-packages"), reverse=True),
        environment / "Lib" / "site-packages",
    ]
    return (*(str(each) for each in packages if each.is_dir()), *running)


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
