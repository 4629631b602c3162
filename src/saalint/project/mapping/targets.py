"""The target of a relationship, as written, to the mapped class it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from saalint.facts.expressions import Attribute, Constant, Lambda, Name, short_name
from saalint.library.names import Role
from saalint.project.mapped import Unknown
from saalint.project.mapping.annotations import dotted
from saalint.project.mapping.declarative import Declarative
from saalint.project.names.bound import Bound
from saalint.project.names.definitions import ClassDefinition
from saalint.project.names.reading import Reader

_DOTTED = re.compile(r"[A-Za-z_][\w.]*")


class Targets:
    """Finds mapped classes by name, as the registry of SQLAlchemy does, and by definition."""

    def __init__(self, reader: Reader, declarative: Declarative, mapped: Iterable[str]) -> None:
        self._reader = reader
        self._declarative = declarative
        self._by_class_name: dict[str, list[str]] = {}
        for name in sorted(mapped):
            self._by_class_name.setdefault(short_name(name), []).append(name)

    def target(self, found: Bound | None, owner: str) -> str | Unknown:
        """The mapped class that an expression names in a relationship of `owner`."""
        if found is None:
            return Unknown("the relationship names no target")
        found = self._reader.unfold(found)
        match found.expression:
            case Constant(value=str(text)):
                return self._of_text(text, found, owner)
            case Lambda():
                body = self._reader.body_of_lambda(found)
                return Unknown("an empty lambda") if body is None else self.target(body, owner)
            case Name(name=name) | Attribute(name=name):
                definition = self._reader.definition(found)
                if isinstance(definition, ClassDefinition):
                    return self._of_class(definition.name)
                # A name under no import: only the registry can know it.
                return self.named(name, owner)
            case _:
                pass
        call = self._reader.call(found)
        if call is not None and call.role is Role.MAP_IMPERATIVELY:
            return self.target(call.argument(0, "class_"), owner)
        return Unknown("the target is computed at run time")

    def named(self, text: str, owner: str) -> str | Unknown:
        """The mapped class of that name, as a text in a relationship of `owner` means it."""
        candidates = self._by_class_name.get(short_name(text), [])
        if "." in text:
            candidates = [name for name in candidates if f".{name}".endswith(f".{text}")]
        if not candidates:
            return Unknown(f"no mapped class is named `{text}`")
        if len(candidates) == 1:
            return candidates[0]
        registry = self._declarative.registry(owner)
        same = [name for name in candidates if self._declarative.registry(name) == registry]
        return _nearest(same or candidates, owner, text)

    def _of_text(self, text: str, found: Bound, owner: str) -> str | Unknown:
        if not _DOTTED.fullmatch(text.strip()):
            return Unknown(f"`{text}` is no name of a class")
        named = self.named(text.strip(), owner)
        if isinstance(named, str):
            return named
        expression = dotted(text, found.expression)
        definition = self._reader.definition(found.within(expression))
        if isinstance(definition, ClassDefinition):
            return self._of_class(definition.name)
        return named

    def _of_class(self, name: str) -> str | Unknown:
        if self._declarative.is_mapped(name):
            return name
        return Unknown(f"`{short_name(name)}` is not mapped")


def _nearest(candidates: list[str], owner: str, text: str) -> str | Unknown:
    """Of several classes of one name the one in the nearest module."""
    distances: Mapping[str, int] = {name: -_shared(name, owner) for name in candidates}
    least = min(distances.values())
    nearest = [name for name in candidates if distances[name] == least]
    if len(nearest) == 1:
        return nearest[0]
    return Unknown(f"several mapped classes are named `{text}`: {', '.join(nearest)}")


def _shared(left: str, right: str) -> int:
    count = 0
    for one, other in zip(left.split("."), right.split("."), strict=False):
        if one != other:
            break
        count += 1
    return count
