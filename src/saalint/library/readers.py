"""The tables of libraries to what gives readers of objects: template environments, templates, adapters."""

from __future__ import annotations

from functools import cache

from saalint.library.frameworks import frameworks
from saalint.library.meanings import TemplateSource
from saalint.library.operations import operations


@cache
def readers_of_libraries() -> frozenset[str]:
    """The classes and functions of libraries that give what reads objects."""
    made = (
        name
        for name, each in operations().functions.items()
        if isinstance(each.meaning, TemplateSource)
    )
    return frozenset((*made, *frameworks().adapters))
