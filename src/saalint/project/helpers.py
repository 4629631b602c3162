"""The helpers of a models file to the functions they speak of, and to what is wrong with what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from saalint.config.files import SettingProblem
from saalint.config.options import InvalidValueError, suggestion
from saalint.facts import expressions as ex
from saalint.library.helpers import ENTITY, Helper, Helpers, library_helpers
from saalint.project.mapped import Mapper
from saalint.project.names.classes import Classes
from saalint.project.names.definitions import (
    ClassDefinition,
    Definition,
    External,
    FunctionDefinition,
    Undefined,
)
from saalint.project.names.symbols import Symbols


class KnownHelpers:
    """The helpers of a run: those of the project by function, all by name."""

    def __init__(
        self, helpers: Helpers, symbols: Symbols, classes: Classes, mappers: Mapping[str, Mapper]
    ) -> None:
        self._helpers = helpers
        self._symbols = symbols
        self._classes = classes
        self._mappers = mappers
        self.by_name: dict[str, Helper] = {**library_helpers(), **helpers.by_name}
        self.owners = frozenset(name.rpartition(".")[0] for name in self.by_name)
        self.by_function: dict[tuple[str, int], Helper] = {}
        problems: list[SettingProblem] = []
        for helper in helpers.by_name.values():
            found = list(self._problems_of(helper))
            problems.extend(found)
            definition = self._function(helper.name)
            if isinstance(definition, FunctionDefinition) and not found:
                self.by_function[definition.module, definition.index] = helper
        self.problems = (*helpers.problems, *problems)

    def of(self, module: str, index: int) -> Helper | None:
        """The helper that a function of the project is."""
        return self.by_function.get((module, index))

    def classes_in(self, expression: ex.Expression | None) -> Iterator[tuple[str, Definition]]:
        """The classes that a type of a helper names, each as it is written."""
        match expression:
            case ex.Name(name=name):
                yield name, self._symbols.absolute(f"builtins.{name}")
            case ex.Attribute():
                name = ex.dotted_name(expression) or ""
                yield name, self._symbols.absolute(name)
            case ex.Subscript(base=base, index=index):
                yield from self.classes_in(base)
                yield from self.classes_in(index)
            case ex.Sequence(items=items) | ex.Operation(operands=items):
                for item in items:
                    yield from self.classes_in(item)
            case _:
                return

    def _function(self, name: str) -> Definition:
        owner, _, method = name.rpartition(".")
        holder = self._symbols.absolute(owner)
        if isinstance(holder, ClassDefinition):
            found = self._classes.find_method(holder.name, method)
            return Undefined(f"no method {name}") if found is None else found[1]
        return self._symbols.absolute(name)

    def _problems_of(self, helper: Helper) -> Iterator[SettingProblem]:
        definition = self._function(helper.name)
        if not isinstance(definition, FunctionDefinition | ClassDefinition | External):
            yield self._helpers.problem(
                helper, "", self._unknown("names no function of the project", helper.name)
            )
            return
        mapped: list[Mapper] = []
        for name, named in self.classes_in(helper.returns):
            if isinstance(named, ClassDefinition):
                mapped.extend(
                    mapper for mapper in (self._mappers.get(named.name),) if mapper is not None
                )
            elif name == ENTITY:
                return
            elif not isinstance(named, External) or "." in name.removeprefix("typing."):
                reason = self._unknown(f"knows no class `{name}`", name)
                yield self._helpers.problem(helper, "returns", reason)
                return
        if helper.loads and not mapped:
            reason = InvalidValueError("needs a mapped class in `returns`", remedy="name it there")
            yield self._helpers.problem(helper, "loads", reason)
            return
        for path in helper.loads:
            yield from self._problems_of_path(helper, mapped, path)

    def _problems_of_path(
        self, helper: Helper, mapped: list[Mapper], path: tuple[str, ...]
    ) -> Iterator[SettingProblem]:
        here: list[Mapper] = mapped
        for name in path:
            known = {
                each: relationship
                for mapper in here
                for each, relationship in mapper.relationships.items()
            }
            if name not in known:
                remedy = suggestion(name, known, otherwise="name a relationship")
                owner = ex.short_name(here[0].name)
                reason = InvalidValueError(
                    f"knows no relationship `{owner}.{name}`", remedy=remedy, subject=name
                )
                yield self._helpers.problem(helper, "loads", reason)
                return
            target = self._mappers.get(str(known[name].target))
            if target is None:
                return
            here = [target]

    def _unknown(self, reason: str, name: str) -> InvalidValueError:
        own = [module for module in self._symbols.modules() if module.is_project]
        known = [f"{each.name}.{facts.scope}" for each in own for facts in each.facts.functions]
        known.extend(f"{each.name}.{facts.scope}" for each in own for facts in each.facts.classes)
        remedy = suggestion(name, known, otherwise="write its full name")
        return InvalidValueError(reason, remedy=remedy, subject=name)
