"""Calls of a configurator to what they say: `config.add_view(shelf, renderer="shelf.html")`, `config.add_route(…)`.

The configurator is handed to the function that calls it, mostly without a type: its methods are known by their names,
which stand in `library/web.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from saalint.facts.expressions import Attribute, Call, Expression, Name
from saalint.facts.instructions import Assign, Evaluate
from saalint.facts.lowering.definitions import flattened
from saalint.facts.records import FunctionFacts
from saalint.facts.written_out import argument_of, is_true, text_of
from saalint.library.operations import Operations
from saalint.project.names.definitions import (
    ClassDefinition,
    Definition,
    External,
    FunctionDefinition,
    Module,
    ModuleDefinition,
)
from saalint.project.names.symbols import Symbols
from saalint.source.positions import Place


@dataclass(frozen=True, slots=True)
class Configuration:
    """One call: `kind` is what it adds, and `index` is of the function whose body makes it."""

    kind: str
    module: Module
    index: int
    call: Call

    @property
    def facts(self) -> FunctionFacts:
        """The function whose body makes the call."""
        return self.module.facts.functions[self.index]

    def given(self, name: str, position: int | None = None) -> Expression | None:
        """An argument by its name or position."""
        return argument_of(self.call, name, position)


@dataclass(frozen=True, slots=True)
class RequestMember:
    """What `config.add_request_method(current_user, "user", reify=True)` adds to requests."""

    function: FunctionDefinition
    is_property: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What a configurator is given: an expression in the body of a function."""

    function: FunctionDefinition
    expression: Expression
    at: Place


@dataclass(frozen=True, slots=True)
class Requests:
    """What requests have beside what the framework gives them.

    `members` are what the project adds, by name. Of the `policies` one says who the request is of.
    """

    members: Mapping[str, RequestMember]
    policies: tuple[Given, ...]

    @property
    def is_known(self) -> bool:
        """Whether a project says anything of its requests."""
        return bool(self.members or self.policies)


def configurations(
    symbols: Symbols, modules: list[Module], operations: Operations
) -> tuple[Configuration, ...]:
    """All calls of a project's configurators."""
    packages = operations.configuring_packages
    if not any(
        found.module.partition(".")[0] in packages
        for module in symbols.modules()
        if module.is_project
        for found in module.facts.imports
    ):
        return ()
    return tuple(found for module in modules for found in _in_module(module, operations))


def _in_module(module: Module, operations: Operations) -> Iterator[Configuration]:
    kinds = operations.configurators
    for index, facts in enumerate(module.facts.functions):
        if kinds.keys().isdisjoint(facts.attributes):
            continue
        for instruction in flattened(facts.body):
            match instruction:
                case Evaluate(value=Call(function=Attribute(name=name)) as call) if name in kinds:
                    yield Configuration(kinds[name], module, index, call)
                case _:
                    continue


def read_requests(symbols: Symbols, found: tuple[Configuration, ...]) -> Requests:
    """What a project says of its requests."""
    policies = tuple(
        _given(one, policy)
        for one in found
        # what tests say of who asks is for them
        if one.kind == "policy" and not one.module.is_aside
        if (policy := one.given("policy", 0)) is not None
    )
    return Requests(_members(symbols, found), policies)


def _given(one: Configuration, expression: Expression) -> Given:
    if isinstance(expression, Name):
        # `policy = Policy()` in the body above
        bound = [
            instruction.value
            for instruction in flattened(one.facts.body)
            if isinstance(instruction, Assign)
            and any(_is_named(target, expression.name) for target in instruction.targets)
        ]
        expression = bound[0] if len(bound) == 1 and bound[0] is not None else expression
    return Given(FunctionDefinition(one.module.name, one.index), expression, one.call.at)


def _is_named(target: Expression, name: str) -> bool:
    return isinstance(target, Name) and target.name == name


def _members(symbols: Symbols, found: tuple[Configuration, ...]) -> dict[str, RequestMember]:
    members: dict[str, RequestMember] = {}
    for one in found:
        function = one.given("callable", 0) if one.kind == "request" else None
        definition = None if function is None else named(symbols, one.module, one.facts, function)
        if not isinstance(definition, FunctionDefinition):
            continue
        name = text_of(one.given("name", 1)) or symbols.function(definition).name
        is_property = any(is_true(one.given(setting)) for setting in ("property", "reify"))
        members[name] = RequestMember(definition, is_property)
    return members


def named(
    symbols: Symbols, module: Module, facts: FunctionFacts, expression: Expression
) -> ClassDefinition | FunctionDefinition | None:
    """The class or function that is named, by itself or in a text: `"shop.views:shelf"`."""
    written = text_of(expression)
    definition: Definition
    if written is None:
        definition = symbols.resolve(module.name, expression, facts.scope)
    else:
        owner, _, name = written.replace(":", ".").rpartition(".")
        definition = symbols.member(ModuleDefinition(owner), name) if owner else External(written)
    return definition if isinstance(definition, ClassDefinition | FunctionDefinition) else None
