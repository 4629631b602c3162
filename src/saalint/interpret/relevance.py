"""Which functions can touch what the analysis is about: facts of all functions to a set, by the names they use.

A function is relevant when its body names a mapped class, a relationship, a deferred column or a method that only
sessions have, or calls by name a function that is. Names are compared without resolving them, so the set errs on the
side of too many; what is left out cannot read an entity unless one is passed in, and then it is entered anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

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
from saalint.project.mapped import Mapper
from saalint.project.model import ProjectModel

# methods that dicts, lists, files and many other things have too say nothing of who is called by that name
_COMMON = frozenset(
    name
    for kind in (dict, list, set, str, bytes, tuple, int, object)
    for name in dir(kind)
) | frozenset(
    {"run", "main", "create", "delete", "save", "find", "all", "first", "one", "close", "read", "write", "open",
     "process", "handle", "execute", "call", "send", "start", "stop", "load", "list", "check", "build", "parse",
     "validate", "name", "id", "info", "debug", "warning", "error", "exception", "log", "print", "exists", "match",
     "filter", "search", "set", "put", "post", "patch", "wait", "result", "submit", "register", "setup", "init"}
)  # fmt: skip
_OF_SESSIONS = frozenset(
    {"scalars", "scalar", "stream_scalars", "get_one", "commit", "rollback", "flush", "refresh", "expire",
     "expire_all", "expunge", "expunge_all", "add_all", "run_sync", "begin_nested", "awaitable_attrs", "scalar_one",
     "scalar_one_or_none", "one_or_none", "merge"}
)  # fmt: skip


class Relevance:
    """The relevant functions of a project, by module and index."""

    def __init__(self, project: ProjectModel) -> None:
        self._relevant = _relevant(project)

    def __contains__(self, function: object) -> bool:
        return function in self._relevant


def _relevant(project: ProjectModel) -> frozenset[tuple[str, int]]:
    hot = _hot_names(project.mappers)
    waiting: dict[str, list[tuple[str, int]]] = {}
    names_of: dict[tuple[str, int], str] = {}
    found: set[tuple[str, int]] = set()
    queue: list[tuple[str, int]] = []
    for key, facts in _functions(project):
        names_of[key] = facts.name
        used = {*facts.attributes, *facts.free, *_declared_names(facts)}
        if not hot.isdisjoint(used):
            queue.append(key)
        for name in used:
            waiting.setdefault(name, []).append(key)
    while queue:
        key = queue.pop()
        if key in found:
            continue
        found.add(key)
        name = names_of[key]
        if name not in _COMMON:
            queue.extend(waiting.pop(name, ()))
    return frozenset(found)


def _functions(project: ProjectModel) -> Iterator[tuple[tuple[str, int], FunctionFacts]]:
    for module in project.modules:
        for index, facts in enumerate(module.facts.functions):
            yield (module.name, index), facts


def _hot_names(mappers: Mapping[str, Mapper]) -> frozenset[str]:
    found: set[str] = set(_OF_SESSIONS)
    for mapper in mappers.values():
        found.add(mapper.class_name)
        found.update(mapper.relationships)
        found.update(column.name for column in mapper.columns.values() if column.is_deferred)
        found.update(mapper.proxies)
    return frozenset(found)


def _declared_names(facts: FunctionFacts) -> Iterator[str]:
    for parameter in facts.parameters:
        if parameter.annotation is not None:
            yield from _last_names(parameter.annotation)
        if isinstance(parameter.default, ex.Call):
            for argument in parameter.default.arguments:
                yield from _last_names(argument)


def _last_names(expression: ex.Expression) -> Iterator[str]:
    match expression:
        case ex.Name(name=name):
            yield name
        case ex.Attribute(name=name):
            yield name
        case ex.Subscript(base=base, index=index):
            yield from _last_names(base)
            yield from _last_names(index)
        case ex.Sequence(items=items) | ex.Operation(operands=items):
            for item in items:
                yield from _last_names(item)
        case _:
            return


def carries(values: Iterable[Value], objects: Iterable[HeapObject], mappers: Mapping[str, Mapper]) -> bool:
    """Whether a call passes on something the analysis follows: an entity, a session, a query, a callback."""
    if any(isinstance(thing, Entity | Session | Factory) for thing in objects):
        return True
    if any(isinstance(thing, Instance) and _holds_callback(thing) for thing in objects):
        return True
    return any(_is_followed(value, mappers) for value in values)


def _holds_callback(thing: Instance) -> bool:
    return any(isinstance(value, FunctionReference | BoundMethod | Partial) for _, value in thing.fields)


def _is_followed(value: Value, mappers: Mapping[str, Mapper]) -> bool:
    match value:
        case (
            Statement() | Result() | LoaderOption() | MappedAttribute() | Alias() | Transaction() | Manager()
            | PendingCall() | FunctionReference() | BoundMethod() | Partial() | ExternalMethod()
        ):  # fmt: skip
            return True
        case ClassReference(name=name):
            return name in mappers
        case Tuple(items=items) | Union(members=items):
            return any(_is_followed(item, mappers) for item in items)
        case _:
            return False
