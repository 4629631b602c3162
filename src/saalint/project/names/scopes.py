"""The scopes of one module: what its body, its classes and its functions bind, each worked out when first asked."""

from __future__ import annotations

from collections.abc import Iterator

from saalint.facts.records import ClassFacts
from saalint.project.names.bindings import (
    Bindings,
    ClassBinding,
    ScopeNames,
    ValueBinding,
    bindings_of,
)
from saalint.project.names.definitions import Module


class ModuleScopes:
    """The scopes of a module, by their qualified name inside it; the module's own is the empty name."""

    def __init__(self, module: Module) -> None:
        facts = module.facts
        self._facts = facts
        self._names = ScopeNames(
            tuple(found.name for found in facts.classes),
            tuple(found.name for found in facts.functions),
        )
        self.module_bindings = bindings_of(facts.body, self._names)
        self._functions = {found.scope: found for found in facts.functions}
        self._classes = self._preferred_classes()
        self._bindings: dict[str, Bindings | None] = {"": self.module_bindings}

    def bindings(self, scope: str) -> Bindings | None:
        """What a class or function body binds; None for a scope that does not exist."""
        if scope not in self._bindings:
            found = self._classes.get(scope) or self._functions.get(scope)
            self._bindings[scope] = None if found is None else bindings_of(found.body, self._names)
        return self._bindings[scope]

    def class_at(self, scope: str) -> ClassFacts | None:
        """The class of that qualified name inside the module."""
        return self._classes.get(scope)

    def classes(self) -> Iterator[ClassFacts]:
        """All classes, one for each qualified name."""
        yield from self._classes.values()

    def is_class(self, scope: str) -> bool:
        """Whether a scope is that of a class."""
        return scope in self._classes

    def is_parameter(self, scope: str, name: str) -> bool:
        """Whether a name is a parameter, or a type parameter, of the scope."""
        function = self._functions.get(scope)
        if function is not None and any(found.name == name for found in function.parameters):
            return True
        owner = self._classes.get(scope) or function
        return owner is not None and name in owner.type_parameters

    def global_assignments(self, name: str) -> Iterator[ValueBinding]:
        """What functions that declare `global name` assign to it."""
        for function in self._facts.functions:
            if name in function.global_names:
                for binding in bindings_of(function.body, self._names).names.get(name, ()):
                    if isinstance(binding, ValueBinding):
                        yield binding

    def _preferred_classes(self) -> dict[str, ClassFacts]:
        classes = {found.scope: found for found in self._facts.classes}
        for name, bindings in self.module_bindings.names.items():
            preferred = next((each for each in bindings if isinstance(each, ClassBinding)), None)
            if preferred is not None:
                classes[name] = self._facts.classes[preferred.index]
        return classes
