"""Bases of mapped classes that come from installed packages: their modules join the symbols and classes.

Only what a class that looks mapped inherits from is read, and what these classes inherit from in turn.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from saalint.library.names import LibraryNames
from saalint.project.names.classes import Classes
from saalint.project.names.definitions import External, Module
from saalint.project.names.installed import InstalledModules
from saalint.project.names.symbols import Symbols

# The longest chain of re-exports and bases that is followed through installed packages.
_MOST_ROUNDS = 20


def read_outside_bases(
    symbols: Symbols, classes: Classes, names: LibraryNames, installed: InstalledModules
) -> None:
    """Add the installed modules that unknown bases come from, until no further one is found."""
    tried: set[str] = set()
    for _ in range(_MOST_ROUNDS):
        added = False
        for name in _unknown_bases(symbols, classes, names):
            if name in tried:
                continue
            tried.add(name)
            module = _module_of(name, symbols, installed)
            if module is not None:
                symbols.add(module)
                added = True
        if not added:
            return
        classes.refresh()


def _unknown_bases(symbols: Symbols, classes: Classes, names: LibraryNames) -> Iterator[str]:
    """The external ancestors of classes in files that mention SQLAlchemy or a library built on it."""
    seen: set[str] = set()
    for name in classes.names():
        info = classes.info(name)
        module = None if info is None else symbols.module(info.module)
        if module is None or not module.is_project or not module.facts.mentions_orm:
            continue
        for ancestor in classes.mro(name):
            if ancestor not in seen:
                seen.add(ancestor)
                yield from _named_by(classes, ancestor, names)


def _named_by(classes: Classes, name: str, names: LibraryNames) -> Iterator[str]:
    info = classes.info(name)
    for base in () if info is None else info.bases:
        if isinstance(base, External) and _is_unknown(base.name, names):
            yield base.name


def _is_unknown(name: str, names: LibraryNames) -> bool:
    top = name.partition(".")[0]
    is_library = top in sys.stdlib_module_names or top in {"sqlalchemy", "builtins"}
    return not is_library and not names.is_known(name)


def _module_of(name: str, symbols: Symbols, installed: InstalledModules) -> Module | None:
    """The installed module that holds a class: the longest prefix of its name that has a source."""
    head = name.rpartition(".")[0]
    while head:
        if symbols.module(head) is not None:
            return None
        module = installed.find(head)
        if module is not None:
            return module
        head = head.rpartition(".")[0]
    return None
