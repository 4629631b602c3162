"""The facts of a function to whether its text can speak of something by one of some names.

Walking a body costs more than all that is asked of most bodies: this is asked first.
"""

from __future__ import annotations

from collections.abc import Iterable

from saalint.facts.records import FileFacts, FunctionFacts


def last_parts(names: Iterable[str]) -> frozenset[str]:
    """What stands last in dotted names: `listen` of `sqlalchemy.event.listen`."""
    return frozenset(name.rpartition(".")[2] for name in names)


def mentions(file: FileFacts, function: FunctionFacts, names: frozenset[str]) -> bool:
    """Whether a function reads one of the names, alone or behind a dot, or what the file imports under another name."""
    if any(each.member in names for each in function.imports):
        return True
    wanted = names.union(each.bound for each in file.imports if each.member in names)
    return not (wanted.isdisjoint(function.attributes) and wanted.isdisjoint(function.free))
