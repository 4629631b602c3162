"""`saalint reveal`: a place to the printed beliefs about the names there."""

from __future__ import annotations

import re
from pathlib import Path

from saalint.facts.lowering.syntax import SyntaxFailure
from saalint.front_ends.beliefs import beliefs, probed_text
from saalint.front_ends.cli.scope import CommandScope, request_for
from saalint.front_ends.cli.status import CLEAN, RefusedError
from saalint.source.paths import absolute, shown_path
from saalint.source.reading import ReadFailure, read_text


def run_reveal(place: str) -> int:
    """Print the beliefs about one line."""
    # as findings name it: a column may follow
    match = re.fullmatch(r"(.+?):([0-9]+)(?::[0-9]+)?:?", place)
    if match is None:
        raise RefusedError(f"`{place}` is no place: write FILE:LINE")
    path, line = absolute(Path(match[1])), int(match[2])
    shown = shown_path(path, Path.cwd())
    text = read_text(path)
    if isinstance(text, ReadFailure):
        raise RefusedError(f"{shown}: {text.reason}: {text.remedy}")
    found = probed_text(text, line)
    if isinstance(found, SyntaxFailure):
        at = f"{shown}:{found.line}:{found.column + 1}"
        raise RefusedError(f"{at}: {found.message}: correct it first")
    if found is None:
        raise RefusedError(f"{shown}:{line}: there is no statement on this line")
    request = request_for(CommandScope(paths=(str(path),)))
    print(f"{shown}:{line}: {text.split(chr(10))[line - 1].strip()}")
    for belief in beliefs(request, path, found):
        for line_of_belief in belief.lines:
            print(f"  {line_of_belief}")
    return CLEAN
