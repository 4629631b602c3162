"""Dictionaries of what handlers are given by name to the source of one parameter.

`@get("/", dependencies={"author": Provide(find_author)})` says so for one handler, the field of a class for its
methods, and the call that makes a router or an application for whatever no nearer one names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from saalint.facts import expressions as ex
from saalint.project.frameworks.handlers import Handlers
from saalint.project.names.classes import Classes
from saalint.project.names.definitions import External, FunctionDefinition, Module
from saalint.project.names.mentions import last_parts
from saalint.project.names.symbols import Symbols

Source = tuple[str, ex.Expression]


class Provided:
    """What a framework gives to parameters by their names; `keywords` are those of the dictionaries, by the mark."""

    def __init__(
        self, symbols: Symbols, classes: Classes, handlers: Handlers, keywords: Mapping[str, str]
    ) -> None:
        self._symbols = symbols
        self._classes = classes
        self._handlers = handlers
        self._marks = keywords
        self._keywords = frozenset(keywords.values())
        self._outer: dict[str, list[Source]] = {}
        self._given: set[FunctionDefinition] = set()
        names = last_parts(keywords)
        for module in symbols.modules():
            if module.is_project and any(each.member in names for each in module.facts.imports):
                self._read(module)

    def of_parameter(self, module: str, index: int, name: str) -> Source | None:
        """What a parameter of a handler, or of what is given to one, is given; None where nothing says so."""
        if not self._outer and not self._given:
            return None
        definition = FunctionDefinition(module, index)
        if definition not in self._given and not self._handlers.of_function(module, index):
            return None
        facts = self._symbols.function(definition)
        for decorator in facts.decorators:
            for given, source in self._in_call(module, decorator):
                if given == name:
                    return source
        return self._of_class(module, facts.owner, name) or self._of_application(name)

    def _of_class(self, module: str, owner: int | None, name: str) -> Source | None:
        found = self._symbols.module(module)
        if owner is None or found is None:
            return None
        for base in self._classes.mro(f"{module}.{found.facts.classes[owner].scope}"):
            info = self._classes.info(base)
            for field in () if info is None else info.facts.fields:
                if info is not None and field.name in self._keywords:
                    for given, source in self._in_mapping(info.module, field.value):
                        if given == name:
                            return source
        return None

    def _of_application(self, name: str) -> Source | None:
        # two routers may give two things by one name
        sources = self._outer.get(name, [])
        return sources[0] if len(sources) == 1 else None

    def _read(self, module: Module) -> None:
        bodies = [module.facts.body, *(each.body for each in module.facts.functions)]
        for body in bodies:
            for call in ex.calls_in(body):
                for name, source in self._in_call(module.name, call):
                    self._outer.setdefault(name, []).append(source)
                    self._note(source)
        for facts in module.facts.functions:
            for decorator in facts.decorators:
                for _, source in self._in_call(module.name, decorator):
                    self._note(source)
        for owner in module.facts.classes:
            for field in owner.fields:
                if field.name in self._keywords:
                    for _, source in self._in_mapping(module.name, field.value):
                        self._note(source)

    def _note(self, source: Source) -> None:
        match source:
            case (module, ex.Call(arguments=(given, *_))):
                definition = self._symbols.resolve(module, given)
                if isinstance(definition, FunctionDefinition):
                    self._given.add(definition)
            case _:
                return

    def _in_call(self, module: str, call: ex.Expression) -> Iterator[tuple[str, Source]]:
        for keyword in call.keywords if isinstance(call, ex.Call) else ():
            if keyword.name in self._keywords:
                yield from self._in_mapping(module, keyword.value)

    def _in_mapping(self, module: str, value: ex.Expression | None) -> Iterator[tuple[str, Source]]:
        for entry in value.entries if isinstance(value, ex.Mapping) else ():
            match entry:
                case ex.Entry(key=ex.Constant(value=str(name)), value=ex.Call() as call):
                    mark = self._symbols.resolve(module, call.function)
                    if isinstance(mark, External) and mark.name in self._marks:
                        yield name, (module, call)
                case _:
                    continue
