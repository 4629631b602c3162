"""A file in no project to what it imports of that which lies beside it: scripts are read with the modules they use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from saalint.source.imported import imported_modules
from saalint.source.paths import project_around
from saalint.source.reading import ReadFailure, read_text


def beside(path: Path, overlay: Mapping[Path, str]) -> Iterator[Path]:
    """The files that a loose one imports, and those that they import, and packages as folders."""
    if path.is_dir() or project_around(path) != path:
        return
    met = {path}
    waiting = [path]
    while waiting:
        for name in _imported(_text(waiting.pop(), overlay)):
            file, package = path.with_name(f"{name}.py"), path.with_name(name)
            is_package = (package / "__init__.py").is_file()
            found = package if is_package else file
            if found in met or not (is_package or file.is_file()):
                continue
            met.add(found)
            yield found
            if not is_package:
                waiting.append(file)


def _imported(text: str) -> Iterator[str]:
    return (each.name.partition(".")[0] for each in imported_modules(text) if not each.level)


def _text(path: Path, overlay: Mapping[Path, str]) -> str:
    found = overlay[path] if path in overlay else read_text(path)
    return "" if isinstance(found, ReadFailure) else found
