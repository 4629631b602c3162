"""Which functions can get hold of an entity by themselves: facts of all functions to a set.

A function is relevant when it names a mapped class, a session or something of the ORM, belongs to a mapped class, or
uses a function or class that is relevant. A method is found by its name alone where the name is not a common one, so
the set errs on the side of too many; what is left out reads no entity unless one is passed in, and then it is entered
anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum, auto
from typing import TypeAlias, assert_never

from saalint.facts import expressions as ex
from saalint.facts.records import FunctionFacts
from saalint.interpret.heap import Entity, Factory, HeapObject, Instance, Session
from saalint.interpret.values import (
    Alias,
    BoundMethod,
    ClassReference,
    ExternalMethod,
    FunctionReference,
    LoaderOption,
    Manager,
    MappedAttribute,
    Partial,
    PendingCall,
    Result,
    Statement,
    Transaction,
    Tuple,
    Union,
    Value,
)
from saalint.project import definitions as symbols
from saalint.project.mapped import Mapper
from saalint.project.model import ProjectModel

# methods that dicts, lists, files and many other things have too say nothing of who is called by that name
_COMMON = frozenset(
    name for kind in (dict, list, set, str, bytes, tuple, int, object) for name in dir(kind)
) | frozenset(
    {"run", "main", "create", "delete", "save", "find", "all", "first", "one", "close", "read", "write", "open",
     "process", "handle", "execute", "call", "send", "start", "stop", "load", "list", "check", "build", "parse",
     "validate", "name", "id", "info", "debug", "warning", "error", "exception", "log", "print", "exists", "match",
     "filter", "search", "set", "put", "post", "patch", "wait", "result", "submit", "register", "setup", "init",
     "state", "type", "status", "value", "data", "key", "config", "settings", "client", "context", "logger"}
)  # fmt: skip
_OF_SESSIONS = frozenset(
    {"scalars", "stream_scalars", "commit", "rollback", "flush", "refresh", "expire_all", "expunge", "expunge_all",
     "add_all", "run_sync", "begin_nested", "awaitable_attrs", "scalar_one", "scalar_one_or_none"}
)  # fmt: skip
_ORM = ("sqlalchemy.", "sqlmodel.")

_Key: TypeAlias = "tuple[str, int]"


class Relevance:
    """The relevant functions of a project, by module and index."""

    def __init__(self, project: ProjectModel) -> None:
        self._project = project
        self._users: dict[object, list[_Key]] = {}
        self._relevant = self._spread(
            [key for key, facts in self._functions() if self._enter(key, facts)]
        )

    def __contains__(self, function: object) -> bool:
        return function in self._relevant

    def _functions(self) -> Iterator[tuple[_Key, FunctionFacts]]:
        for module in self._project.modules:
            for index, facts in enumerate(module.facts.functions):
                yield (module.name, index), facts

    def _enter(self, key: _Key, facts: FunctionFacts) -> bool:
        """Note what a function uses; True where that makes it relevant by itself."""
        is_hot = not _OF_SESSIONS.isdisjoint(facts.attributes) or self._is_of_mapped_class(
            key[0], facts
        )
        for name in {*facts.free, *_declared_names(facts)}:
            is_hot |= self._use(key, facts, self._project.symbols.lookup(key[0], name))
        for name in facts.attributes:
            if name not in _COMMON:
                self._users.setdefault(name, []).append(key)
        return is_hot

    def _is_of_mapped_class(self, module: str, facts: FunctionFacts) -> bool:
        if facts.owner is None:
            return False
        found = self._project.symbols.module(module)
        return (
            found is not None
            and f"{module}.{found.facts.classes[facts.owner].scope}" in self._project.mappers
        )

    def _use(self, key: _Key, facts: FunctionFacts, definition: symbols.Definition) -> bool:
        match definition:
            case symbols.External(name=name):
                return name.startswith(_ORM)
            case symbols.ClassDefinition(name=name):
                self._users.setdefault(definition, []).append(key)
                return name in self._project.mappers
            case symbols.FunctionDefinition():
                self._users.setdefault((definition.module, definition.index), []).append(key)
            case symbols.ModuleDefinition():
                for name in facts.attributes:
                    member = self._project.symbols.member(definition, name)
                    if isinstance(member, symbols.FunctionDefinition):
                        self._users.setdefault((member.module, member.index), []).append(key)
                    elif (
                        isinstance(member, symbols.ClassDefinition)
                        and member.name in self._project.mappers
                    ):
                        return True
            case symbols.VariableDefinition():
                return self._use_variable(key, facts, definition)
            case symbols.Undefined():
                pass
            case _:
                assert_never(definition)
        return False

    def _use_variable(
        self, key: _Key, facts: FunctionFacts, variable: symbols.VariableDefinition
    ) -> bool:
        # `async_session = async_sessionmaker(engine)`, `users = UserRepository()`: what the variable was made by
        is_hot = False
        for binding in self._project.symbols.assignments(variable):
            names = _last_names(
                binding.value.function if isinstance(binding.value, ex.Call) else binding.value
            )
            for name in names:
                made_by = self._project.symbols.lookup(variable.module, name)
                if not isinstance(made_by, symbols.VariableDefinition):
                    is_hot |= self._use(key, facts, made_by)
        return is_hot

    def _spread(self, queue: list[_Key]) -> frozenset[_Key]:
        found: set[_Key] = set()
        while queue:
            key = queue.pop()
            if key in found:
                continue
            found.add(key)
            queue.extend(self._users.pop(key, ()))
            module = self._project.symbols.module(key[0])
            assert module is not None
            facts = module.facts.functions[key[1]]
            if facts.owner is not None:
                name = f"{key[0]}.{module.facts.classes[facts.owner].scope}"
                queue.extend(self._users.pop(symbols.ClassDefinition(name), ()))
                if facts.name not in _COMMON:
                    queue.extend(self._users.pop(facts.name, ()))
        return frozenset(found)


def _declared_names(facts: FunctionFacts) -> Iterator[str]:
    for parameter in facts.parameters:
        if parameter.annotation is not None:
            yield from _last_names(parameter.annotation)
        if isinstance(parameter.default, ex.Call):
            for argument in parameter.default.arguments:
                yield from _last_names(argument)


def _last_names(expression: ex.Expression | None) -> Iterator[str]:
    match expression:
        case ex.Name(name=name):
            yield name
        case ex.Attribute(base=base):
            yield from _last_names(base)
        case ex.Subscript(base=base, index=index):
            yield from _last_names(base)
            yield from _last_names(index)
        case ex.Sequence(items=items) | ex.Operation(operands=items):
            for item in items:
                yield from _last_names(item)
        case _:
            return


class Cargo(IntEnum):
    """What a call passes on: nothing the analysis follows, callbacks that may lead to it, or the thing itself."""

    NOTHING = auto()
    CALLBACKS = auto()
    DATA = auto()


def cargo_of(
    values: Iterable[Value], objects: Iterable[HeapObject], mappers: Mapping[str, Mapper]
) -> Cargo:
    """What a call passes on with its arguments and the objects they reach."""
    cargo = Cargo.NOTHING
    for thing in objects:
        if isinstance(thing, Entity | Session | Factory):
            return Cargo.DATA
        if isinstance(thing, Instance):
            cargo = max([cargo, *(_cargo_of_value(value, mappers) for _, value in thing.fields)])
    return max([cargo, *(_cargo_of_value(value, mappers) for value in values)])


def _cargo_of_value(value: Value, mappers: Mapping[str, Mapper]) -> Cargo:
    match value:
        case Statement() | Result() | LoaderOption() | MappedAttribute() | Alias() | Transaction():
            return Cargo.DATA
        case (
            FunctionReference()
            | BoundMethod()
            | Partial()
            | ExternalMethod()
            | Manager()
            | PendingCall()
        ):
            return Cargo.CALLBACKS
        case ClassReference(name=name):
            return Cargo.DATA if name in mappers else Cargo.NOTHING
        case Tuple(items=items) | Union(members=items):
            return max((_cargo_of_value(item, mappers) for item in items), default=Cargo.NOTHING)
        case _:
            return Cargo.NOTHING
