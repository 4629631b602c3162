"""Declared results to whether they can hold what the analysis follows: `-> str` and `-> list[UserOut]` cannot."""

from __future__ import annotations

import sys
from collections.abc import Callable

from saalint.facts import expressions as ex
from saalint.project.names import definitions as symbols
from saalint.project.names.symbols import Symbols

_VAGUE = frozenset(
    {
        "builtins.object",
        "builtins.type",
        *(
            f"{module}.{name}"
            for module in ("typing", "typing_extensions", "collections.abc")
            for name in ("Any", "Callable", "TypeVar", "Protocol", "NamedTuple", "Awaitable")
        ),
    }
)
# what holds anything, unless it says what it holds
_CONTAINERS = frozenset(
    {"list", "dict", "tuple", "set", "frozenset", "deque", "defaultdict", "OrderedDict", "List", "Dict", "Tuple",
     "Set", "FrozenSet", "Sequence", "Iterable", "Iterator", "Collection", "Mapping", "MutableMapping",
     "MutableSequence", "AsyncIterator", "AsyncIterable", "Generator", "AsyncGenerator", "Optional", "Union",
     "Annotated", "AbstractSet", "Coroutine", "Awaitable", "Final", "ClassVar", "AbstractAsyncContextManager",
     "AbstractContextManager", "ContextManager", "AsyncContextManager"}
)  # fmt: skip
_FOLLOWED = (
    "sqlalchemy",
    "sqlmodel",
    "flask_sqlalchemy",
    "flask_sqlalchemy_lite",
    "advanced_alchemy",
)
_DEEPEST = 6


class HarmlessResults:
    """Which annotations tell that a value holds nothing that is followed; `is_followed` knows the project's classes."""

    def __init__(self, names: Symbols, is_followed: Callable[[str], bool]) -> None:
        self._symbols = names
        self._is_followed = is_followed

    def is_harmless(
        self, module: str, annotation: ex.Expression | None, owner: str | None, depth: int = 0
    ) -> bool:
        """Whether an annotation is understood, and names nothing that is followed."""
        if annotation is None or depth > _DEEPEST:
            return False
        match annotation:
            case ex.Constant(value=value):
                return value is None and not annotation.is_ellipsis
            case ex.Operation(operator="|", operands=parts) | ex.Sequence(items=parts):
                return all(self.is_harmless(module, part, owner, depth + 1) for part in parts)
            case ex.Subscript(base=base, index=index):
                return self._is_harmless_generic(module, base, index, owner, depth)
            case ex.Name() | ex.Attribute():
                return self._is_harmless_name(module, annotation, owner, depth)
            case _:
                return False

    def _is_harmless_generic(
        self, module: str, base: ex.Expression, index: ex.Expression, owner: str | None, depth: int
    ) -> bool:
        definition = self._symbols.resolve(module, base)
        match definition:
            case symbols.External(name=name):
                short = ex.short_name(name)
                if short == "Literal":
                    return True
                if short not in _CONTAINERS and not self._is_harmless_external(name):
                    return False
            case symbols.ClassDefinition(name=name):
                if self._is_followed(name):
                    return False
            case _:
                return False
        parts = index.items if isinstance(index, ex.Sequence) else (index,)
        return all(
            (isinstance(part, ex.Constant) and part.is_ellipsis)
            or self.is_harmless(module, part, owner, depth + 1)
            for part in parts
        )

    def _is_harmless_name(
        self, module: str, annotation: ex.Expression, owner: str | None, depth: int
    ) -> bool:
        definition = self._symbols.resolve(module, annotation)
        match definition:
            case symbols.External(name="typing.Self" | "typing_extensions.Self"):
                return owner is not None and not self._is_followed(owner)
            case symbols.External(name=name):
                return self._is_harmless_external(name)
            case symbols.ClassDefinition(name=name):
                return not self._is_followed(name)
            case symbols.VariableDefinition():
                found = self._symbols.assignments(definition)
                return len(found) == 1 and self.is_harmless(
                    definition.module, found[0].value, owner, depth + 1
                )
            case _:
                return False

    def _is_harmless_external(self, name: str) -> bool:
        if name in _VAGUE:
            return False
        package, _, rest = name.partition(".")
        if ex.short_name(rest) in _CONTAINERS and package in sys.stdlib_module_names | {
            "typing_extensions"
        }:
            return False
        return package not in _FOLLOWED and not self._is_followed(name)
