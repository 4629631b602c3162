"""The modules by name: which module an import names, through relative imports, aliases and namespace packages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from saalint.facts.instructions import Import
from saalint.project.names.definitions import Module


class ModuleIndex:
    """All modules. A package without `__init__.py` counts as a module where one below it exists."""

    def __init__(self, modules: Iterable[Module], aliases: Mapping[str, str]) -> None:
        self._modules: dict[str, Module] = {}
        self._packages: set[str] = set()
        self._aliases = _with_packages(aliases)
        for module in modules:
            self.add(module)

    def add(self, module: Module) -> None:
        """One more module."""
        self._modules[module.name] = module
        # An installed package is a module only where its own file was read.
        package = module.name.rpartition(".")[0] if module.is_project else ""
        while package:
            self._packages.add(package)
            package = package.rpartition(".")[0]

    def get(self, name: str) -> Module | None:
        """The module of exactly that name, if it has a file."""
        return self._modules.get(name)

    def all(self) -> tuple[Module, ...]:
        """All modules in the order of their names."""
        return tuple(self._modules[name] for name in sorted(self._modules))

    def has(self, name: str) -> bool:
        """Whether a module or package of exactly that name exists."""
        return name in self._modules or name in self._packages

    def find(self, name: str, importer: str) -> str | None:
        """The name of the module that `importer` means by `name`."""
        if self.has(name):
            return name
        if name not in self._aliases:
            return None
        # Two applications side by side may both say `app.models`: each means its own.
        leading = importer
        while leading:
            leading = leading.rpartition(".")[0]
            candidate = f"{leading}.{name}" if leading else name
            if self.has(candidate):
                return candidate
        return self._aliases[name]

    def absolute(self, importer: Module, found: Import) -> str:
        """The absolute name in an import of `importer`."""
        if found.level == 0:
            return found.module
        package = importer.name if importer.is_package else importer.name.rpartition(".")[0]
        for _ in range(found.level - 1):
            package = package.rpartition(".")[0]
        if not found.module:
            return package
        return f"{package}.{found.module}" if package else found.module

    def owner(self, qualified: str) -> str | None:
        """The module part of the qualified name of a class: its longest prefix that has a file."""
        head = qualified
        while "." in head:
            head = head.rpartition(".")[0]
            if head in self._modules:
                return head
        return None


def _with_packages(aliases: Mapping[str, str]) -> Mapping[str, str]:
    """`app.models` for `backend.app.models` also says that `app` is `backend.app`."""
    complete = dict(aliases)
    for alias, module in sorted(aliases.items()):
        head, target = alias, module
        while "." in head and head.rpartition(".")[2] == target.rpartition(".")[2]:
            head, target = head.rpartition(".")[0], target.rpartition(".")[0]
            complete.setdefault(head, target)
    return complete
