"""`saalint cache clear`: what earlier runs kept on disk for a project is removed."""

from __future__ import annotations

from pathlib import Path

from saalint.config.files import find_settings
from saalint.config.paths import absolute
from saalint.source.pack import remove


def run_clear(path: Path) -> int:
    """Remove the cache of the project around a path; there is nothing wrong with one that is not there."""
    path = absolute(path)
    folder = find_settings(path if path.is_dir() else path.parent).settings.cache_folder
    if folder is not None:
        remove(folder)
    return 0
