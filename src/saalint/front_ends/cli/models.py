"""`saalint models`: a path to what was understood of the mapped classes of its project."""

from __future__ import annotations

from pathlib import Path

from saalint import engine
from saalint.front_ends.cli.scope import CommandScope, existing, request_for
from saalint.front_ends.cli.status import CLEAN
from saalint.reports.models import render_models


def run_models(path: Path, output_format: str) -> int:
    """Print the mappers of a project."""
    request = request_for(CommandScope(paths=(str(existing(path)),)))
    print(render_models(engine.understand(request), output_format))
    return CLEAN
