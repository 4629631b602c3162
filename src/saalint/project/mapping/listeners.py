"""Registrations of event listeners and validators to who is told of a change, and which attributes nobody sees set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.facts.records import FunctionFacts
from saalint.library.operations import Operations
from saalint.project.names.classes import Classes
from saalint.project.names.definitions import (
    ClassDefinition,
    Definition,
    External,
    FunctionDefinition,
    Module,
)
from saalint.project.names.mentions import last_parts, mentions
from saalint.project.names.symbols import Symbols

VALIDATION = "validation"

_WRITES = frozenset({"insert", "update"})

# the class and attribute that change, and the event
_Change: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is told of changes, by class, attribute and event; `touched` are the attributes that listeners set unseen.

    `of_flushes` are told of an object that is about to be written, by class and whether by INSERT or UPDATE.
    The class of a touched attribute is empty where any object may be meant, as in `before_flush`.
    """

    of_changes: dict[_Change, list[FunctionDefinition]] = field(default_factory=dict)
    of_flushes: dict[tuple[str, str], list[FunctionDefinition]] = field(default_factory=dict)
    touched: set[tuple[str, str]] = field(default_factory=set)

    def told(
        self, classes: Classes, owner: str, name: str, event: str
    ) -> tuple[FunctionDefinition, ...]:
        """Who is told of a change of an attribute, of the class or of one that it inherits from."""
        if not self.of_changes:
            return ()
        kinds = classes.mro(owner)
        return tuple(
            each for kind in kinds for each in self.of_changes.get((kind, name, event), ())
        )

    def told_of_flush(
        self, classes: Classes, owner: str, kind: str
    ) -> tuple[FunctionDefinition, ...]:
        """Who is told that a flush is about to write an object of a class."""
        if not self.of_flushes:
            return ()
        kinds = classes.mro(owner)
        return tuple(each for name in kinds for each in self.of_flushes.get((name, kind), ()))

    def is_touched(self, classes: Classes, owner: str, name: str) -> bool:
        """Whether a listener that is not followed may have set an attribute."""
        if not self.touched:
            return False
        return any((kind, name) in self.touched for kind in ("", *classes.mro(owner)))


def read_listeners(symbols: Symbols, operations: Operations) -> Listeners:
    """All listeners and validators that the project registers."""
    reader = _Reader(symbols, operations)
    for module in symbols.modules():
        reader.read(module)
    return reader.found


class _Reader:
    def __init__(self, symbols: Symbols, operations: Operations) -> None:
        self._symbols = symbols
        self._operations = operations
        self._names = last_parts(operations.listeners)
        self.found = Listeners()

    def read(self, module: Module) -> None:
        for index, facts in enumerate(module.facts.functions):
            for decorator in facts.decorators:
                if isinstance(decorator, ex.Call):
                    listener = FunctionDefinition(module.name, index)
                    self._register(module, facts, decorator, listener)
            if mentions(module.facts, facts, self._names):
                for call in ex.calls_in(facts.body):
                    self._listen(module, call)
        for call in ex.calls_in(module.facts.body):
            self._listen(module, call)

    def _listen(self, module: Module, call: ex.Call) -> None:
        # `event.listen(Author.books, "append", on_append)`
        match call.arguments:
            case (_, _, ex.Name() | ex.Attribute() as named, *_):
                listener = self._symbols.resolve(module.name, named)
                if isinstance(listener, FunctionDefinition):
                    self._register(module, None, call, listener)

    def _register(
        self,
        module: Module,
        decorated: FunctionFacts | None,
        call: ex.Call,
        listener: FunctionDefinition,
    ) -> None:
        definition = self._symbols.resolve(module.name, call.function)
        if not isinstance(definition, External):
            return
        match self._operations.listeners.get(definition.name), call.arguments:
            case "validation", names if decorated is not None and decorated.owner is not None:
                owner = f"{module.name}.{module.facts.classes[decorated.owner].scope}"
                for name in names:
                    if isinstance(name, ex.Constant):
                        self._tell((owner, str(name.value), VALIDATION), listener)
            case "event", (target, ex.Constant(value=str(event)), *_):
                self._register_event(module, target, event, listener)

    def _register_event(
        self, module: Module, target: ex.Expression, event: str, listener: FunctionDefinition
    ) -> None:
        if event in self._operations.attribute_events:
            if isinstance(target, ex.Attribute):
                owner = self._symbols.resolve(module.name, target.base)
                if isinstance(owner, ClassDefinition):
                    self._tell((owner.name, target.name, event), listener)
            return
        kind = self._operations.object_events.get(event)
        if kind is None:
            return
        owner_name = _class_name(self._symbols.resolve(module.name, target))
        if kind in _WRITES and owner_name:
            _add(self.found.of_flushes.setdefault((owner_name, kind), []), listener)
            return
        facts = self._symbols.function(listener)
        names = set(_set_in(facts.body))
        if kind == "loaded":
            # what is read there has been loaded for whoever comes later
            names.update(facts.attributes)
        self.found.touched.update((owner_name, name) for name in names)

    def _tell(self, change: _Change, listener: FunctionDefinition) -> None:
        _add(self.found.of_changes.setdefault(change, []), listener)


def _add(known: list[FunctionDefinition], listener: FunctionDefinition) -> None:
    if listener not in known:
        known.append(listener)


def _class_name(definition: Definition) -> str:
    return definition.name if isinstance(definition, ClassDefinition) else ""


def _set_in(body: object) -> Iterator[str]:
    for node in ex.nodes_in(body):
        match node:
            case ins.Assign(targets=targets):
                yield from (each.name for each in targets if isinstance(each, ex.Attribute))
            case ins.AugmentedAssign(target=ex.Attribute(name=name)):
                yield name
            case ex.Call(
                function=ex.Name(name="setattr"), arguments=(_, ex.Constant(value=str(name)), *_)
            ):
                yield name
            case ex.Call(function=ex.Attribute(base=ex.Attribute(name=name))):
                # `target.meters.append(meter)`
                yield name
