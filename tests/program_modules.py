"""Python files in memory to modules that are forgotten afterwards, with what they listened to.

The bookshop of the documentation is part of most programs, and most of what they cost is to map its classes: it is
imported once, and again only after a program that changed it.
"""

from __future__ import annotations

import ast
import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol
from unittest.mock import patch

from sqlalchemy import MetaData, event
from sqlalchemy.orm import configure_mappers

from case_files import DEFAULT_FILE, shared_files
from guards import HIDDEN, Guards

ROOT = "/oracle/"


class Recorder(Protocol):
    """What guarded statements report to."""

    def failed(self, failure: Exception) -> None:
        """Called by a statement that raised."""

    def placeholder(self) -> object:
        """What stands for the value of a statement that failed."""


@contextmanager
def loaded(
    files: Mapping[str, str], recorder: Recorder | None
) -> Iterator[Mapping[str, types.ModuleType]]:
    """Import the files, guarded when there is a recorder, and forget them afterwards."""
    shop = _bookshop(files, recorder)
    with _own_listeners(), _imported(files, recorder, shop.modules) as modules:
        yield modules


@contextmanager
def _imported(
    files: Mapping[str, str],
    recorder: Recorder | None,
    known: Mapping[str, types.ModuleType],
) -> Iterator[Mapping[str, types.ModuleType]]:
    finder = _Finder(files, recorder)
    hidden = {name: sys.modules.pop(name) for name in finder.names if name in sys.modules}
    sys.modules.update(known)
    sys.meta_path.insert(0, finder)
    try:
        yield {name: importlib.import_module(name) for name in finder.names}
    finally:
        sys.meta_path.remove(finder)
        for name in finder.names:
            sys.modules.pop(name, None)
        sys.modules.update(hidden)


# ---- the bookshop


class _Bookshop:
    """Modules that most programs have in common, and what was in them before the first."""

    def __init__(self, modules: Mapping[str, types.ModuleType]) -> None:
        self.modules = modules
        self.before = self._content()

    def has_changed(self) -> bool:
        """Whether somebody left something: a name, an attribute of a class, a subclass, a table."""
        after = self._content()
        return after.keys() != self.before.keys() or any(
            after[place] is not value for place, value in self.before.items()
        )

    def _content(self) -> dict[tuple[str, ...], object]:
        return {
            place: value
            for module in self.modules.values()
            for place, value in _content(module.__name__, vars(module))
        }


def _content(
    home: str, namespace: Mapping[str, object]
) -> Iterator[tuple[tuple[str, ...], object]]:
    for name, value in namespace.items():
        yield (home, name), value
        if isinstance(value, type) and value.__module__ == home:
            for attribute, kept in vars(value).items():
                yield (home, name, attribute), kept
                for table in kept.tables.values() if isinstance(kept, MetaData) else ():
                    yield (home, name, attribute, table.name, *table.columns.keys()), table
            for each in value.__subclasses__():
                yield (home, name, "subclasses", repr(each)), each


# of those whose statements are guarded, and of those that are as written
_BOOKSHOPS: dict[bool, _Bookshop] = {}


def _bookshop(files: Mapping[str, str], recorder: Recorder | None) -> _Bookshop:
    """The bookshop of a program, empty where the program has models of its own."""
    common = {name: text for name, text in shared_files().items() if name != DEFAULT_FILE}
    if not common.items() <= files.items():
        return _Bookshop({})
    is_guarded = recorder is not None
    # asked before a program, not after: other tests change what is mapped as well
    if any(shop.has_changed() for shop in _BOOKSHOPS.values()):
        _BOOKSHOPS.clear()
    if is_guarded not in _BOOKSHOPS:
        with _imported(common, recorder, {}) as modules:
            configure_mappers()
            _BOOKSHOPS[is_guarded] = _Bookshop(modules)
    shop = _BOOKSHOPS[is_guarded]
    for module in shop.modules.values():
        vars(module)[HIDDEN].recorder = recorder
    return shop


# ---- listening


@contextmanager
def _own_listeners() -> Iterator[None]:
    """Remove what is listened to meanwhile: a listener on `Session` would hear other programs as well."""
    added: list[tuple[object, str, Callable[..., object]]] = []
    listen = event.listen

    def remembered(
        target: object, name: str, function: Callable[..., object], *args: object, **options: object
    ) -> None:
        added.append((target, name, function))
        listen(target, name, function, *args, **options)

    try:
        with (
            patch.object(event, "listen", remembered),
            patch.object(event.api, "listen", remembered),
        ):
            yield
    finally:
        for listener in added:
            if event.contains(*listener):
                event.remove(*listener)


# ---- from text to modules


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the Python files of a program by module name."""

    def __init__(self, files: Mapping[str, str], recorder: Recorder | None) -> None:
        self.files = files
        self.recorder = recorder
        self.names: dict[str, str | None] = {}
        for path in files:
            if path.endswith(".py"):
                parts = path.removesuffix(".py").split("/")
                for length in range(1, len(parts)):
                    self.names.setdefault(".".join(parts[:length]), None)
                is_package = parts[-1] == "__init__"
                self.names[".".join(parts[:-1] if is_package else parts)] = path

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find one of the program's modules."""
        del path, target
        if fullname not in self.names:
            return None
        file = self.names[fullname]
        is_package = file is None or file.endswith("__init__.py")
        return importlib.machinery.ModuleSpec(
            fullname, self, origin=f"{ROOT}{file}", is_package=is_package
        )

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the module's text."""
        file = self.names[module.__name__]
        if file is None:
            return
        text = self.files[file]
        tree = ast.parse(text)
        if self.recorder is not None:
            tree = ast.fix_missing_locations(Guards().visit(tree))
        namespace = vars(module)
        namespace["reveal"] = lambda value: value
        namespace[HIDDEN] = types.SimpleNamespace(source=text, recorder=self.recorder)
        exec(compile(tree, ROOT + file, "exec", dont_inherit=True), namespace)  # noqa: S102
