"""The virtual environment of a project to the folders that its imports search."""

from __future__ import annotations

import sys
from pathlib import Path


def search_path(environment: Path | None) -> tuple[str, ...]:
    """The folders; those of the running Python come last, and alone where no environment is named."""
    running = [entry for entry in sys.path if entry]
    if environment is None:
        return tuple(running)
    packages = [
        *sorted(environment.glob("lib/python*/site-packages"), reverse=True),
        environment / "Lib" / "site-packages",
    ]
    return (*(str(each) for each in packages if each.is_dir()), *running)
