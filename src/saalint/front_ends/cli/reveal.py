"""`saalint reveal`: a place to the printed beliefs about the names there."""

from __future__ import annotations

from pathlib import Path

from saalint.front_ends.beliefs import beliefs, probed_text
from saalint.front_ends.cli.scope import CommandScope, request_for
from saalint.front_ends.cli.status import CLEAN, RefusedError
from saalint.source.paths import absolute, shown_path
from saalint.source.reading import ReadFailure, read_text


def run_reveal(place: str) -> int:
    """Print the beliefs about one line."""
    name, _, number = place.rpartition(":")
    if not name or not number.isdecimal():
        raise RefusedError(f"`{place}` is no place: write FILE:LINE")
    path, line = absolute(Path(name)), int(number)
    shown = shown_path(path, Path.cwd())
    text = read_text(path)
    if isinstance(text, ReadFailure):
        raise RefusedError(f"{shown}: {text.reason}: {text.remedy}")
    found = probed_text(text, line)
    if found is None:
        raise RefusedError(f"{shown}:{line}: there is no statement on this line")
    request = request_for(CommandScope(paths=(str(path),)))
    print(f"{shown}:{line}: {text.split(chr(10))[line - 1].strip()}")
    for belief in beliefs(request, path, found):
        for line_of_belief in belief.lines:
            print(f"  {line_of_belief}")
    return CLEAN
