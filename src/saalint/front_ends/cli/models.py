"""`saalint models`: a path to what was understood of the mapped classes of its project."""

from __future__ import annotations

from pathlib import Path

from saalint import engine
from saalint.config.files import find_settings
from saalint.config.paths import absolute
from saalint.front_ends.cli.check import CLEAN, fail
from saalint.reports.models import render_models


def run_models(path: Path, output_format: str) -> int:
    """Print the mappers of a project."""
    path = absolute(path)
    if not path.exists():
        return fail(f"{path}: no such file or folder: name one that exists")
    request = engine.Request(
        paths=(path,),
        settings=find_settings(path if path.is_dir() else path.parent),
        working_directory=Path.cwd(),
    )
    print(render_models(engine.understand(request), output_format))
    return CLEAN
