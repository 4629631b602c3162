"""`saalint cache clear`: what earlier runs kept on disk for a project is removed."""

from __future__ import annotations

from pathlib import Path

from saalint.front_ends.cli.scope import CommandScope, existing, request_for
from saalint.front_ends.cli.status import CLEAN
from saalint.source.pack import remove


def run_clear(path: Path) -> int:
    """Remove the cache of the project around a path; there is nothing wrong with one that is not there."""
    folder = request_for(CommandScope(paths=(str(existing(path)),))).settings.settings.cache_folder
    if folder is not None:
        remove(folder)
    return CLEAN
