"""Handlers of web frameworks: functions to what their decorators, or calls that register them, say of the response.

`@app.get("/books", response_model=BooksOut)` stands at the function, `router.add_api_route("/books", books)` anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from saalint.facts.expressions import Attribute, Call, Expression, Name
from saalint.facts.instructions import Block, Evaluate
from saalint.facts.lowering.definitions import flattened
from saalint.facts.records import FunctionFacts
from saalint.facts.written_out import argument_of
from saalint.library.frameworks import ResponseHandler
from saalint.project.names.classes import Classes
from saalint.project.names.definitions import External, FunctionDefinition, Module
from saalint.project.names.mentions import last_parts
from saalint.project.names.receivers import Receivers
from saalint.project.names.symbols import Symbols


@dataclass(frozen=True, slots=True)
class Registration:
    """A call that makes a function a handler, and where it stands."""

    handler: ResponseHandler
    call: Call
    module: str
    scope: str


class Handlers:
    """The handlers of a project."""

    def __init__(
        self, symbols: Symbols, classes: Classes, handlers: Mapping[str, ResponseHandler]
    ) -> None:
        self._symbols = symbols
        self._classes = classes
        self._receivers = Receivers(symbols, classes)
        self._decorators = {name: row for name, row in handlers.items() if not row.function}
        self._calls = {name: row for name, row in handlers.items() if row.function}
        self._names = last_parts(self._calls)
        self._found: dict[FunctionDefinition, tuple[Registration, ...]] = {}
        self._registered: dict[FunctionDefinition, list[Registration]] = {}
        for definition, registration in self._registrations():
            self._registered.setdefault(definition, []).append(registration)

    def of_function(self, module: str, index: int) -> tuple[Registration, ...]:
        """What is said of a function's responses, one for each time that it is registered."""
        definition = FunctionDefinition(module, index)
        if definition not in self._found:
            registered = self._registered.get(definition, ())
            self._found[definition] = (*self._decorations(definition), *registered)
        return self._found[definition]

    def _decorations(self, definition: FunctionDefinition) -> Iterator[Registration]:
        module, facts = definition.module, self._symbols.function(definition)
        around = facts.scope.rpartition(".")[0]
        for decorator in facts.decorators:
            call = decorating_call(decorator)
            found = self._receivers.resolve(module, call.function, around)
            if isinstance(found, External) and found.name in self._decorators:
                yield Registration(self._decorators[found.name], call, module, around)

    def _registrations(self) -> Iterator[tuple[FunctionDefinition, Registration]]:
        for module in self._symbols.modules():
            if not module.is_project:
                continue
            yield from self._in_body(module, None, module.facts.body)
            for facts in module.facts.functions:
                if not self._names.isdisjoint(facts.attributes):
                    yield from self._in_body(module, facts, facts.body)

    def _in_body(
        self, module: Module, facts: FunctionFacts | None, body: Block
    ) -> Iterator[tuple[FunctionDefinition, Registration]]:
        scope = "" if facts is None else facts.scope
        for instruction in flattened(body):
            match instruction:
                case Evaluate(value=Call(function=Attribute(name=name)) as call) if (
                    name in self._names
                ):
                    called = self._receivers.resolve(module.name, call.function, scope)
                    handler = self._calls.get(called.name) if isinstance(called, External) else None
                    if handler is None:
                        continue
                    function = self._function(
                        module, facts, argument_of(call, handler.function, handler.position)
                    )
                    if function is not None:
                        yield function, Registration(handler, call, module.name, scope)
                case _:
                    continue

    def _function(
        self, module: Module, facts: FunctionFacts | None, given: Expression | None
    ) -> FunctionDefinition | None:
        if given is None:
            return None
        scope = "" if facts is None else facts.scope
        if isinstance(given, Attribute) and isinstance(given.base, Name):
            # `self.router.add_api_route("/books", self.books)`
            owner = self._receivers.class_of_receiver(module.name, given.base.name, scope)
            method = None if owner is None else self._classes.find_method(owner, given.name)
            if method is not None:
                return method[1]
        found = self._symbols.resolve(module.name, given, scope)
        return found if isinstance(found, FunctionDefinition) else None


def decorating_call(decorator: Expression) -> Call:
    """The call that a decorator is: `@computed_field` is `@computed_field()`."""
    if isinstance(decorator, Call):
        return decorator
    return Call(function=decorator, arguments=(), keywords=(), at=0, end=0)
