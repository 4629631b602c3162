"""The text of a Python file to the modules that it names in its imports, read no further than that takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]*import\b|import[ \t]+([\w., \t]+))", re.MULTILINE
)


class ImportedModule(msgspec.Struct, frozen=True):
    """A dotted name, counted from as many folders up as it has dots before it; from a source root where it has none."""

    level: int
    name: str


def imported_modules(text: str) -> Iterator[ImportedModule]:
    """The modules that a text names in its imports."""
    for match in _IMPORT.finditer(text):
        if match[3] is None:
            yield ImportedModule(len(match[1]), match[2])
            continue
        for part in match[3].split(","):
            # `import os, models as m`
            name = part.strip().split(" ")[0]
            if name:
                yield ImportedModule(0, name)
