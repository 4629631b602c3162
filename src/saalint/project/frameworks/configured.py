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

# the argument that is registered, by what a call adds
_SERVICES = {"service": "service", "service-factory": "service_factory"}


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
class ServiceKey:
    """What a service is asked for by: its interface, by its canonical name, and a name; both may be empty."""

    interface: str
    name: str


@dataclass(frozen=True, slots=True)
class Service:
    """What `config.register_service_factory(make_shelf, IShelf)` adds: the service, or what makes it."""

    key: ServiceKey
    source: FunctionDefinition | Given
    is_factory: bool


@dataclass(frozen=True, slots=True)
class Requests:
    """What requests have beside what the framework gives them.

    `members` are what the project adds, by name. Of the `policies` one says who the request is of. Of `services` with
    one key, one is registered.
    """

    members: Mapping[str, RequestMember]
    policies: tuple[Given, ...]
    services: tuple[Service, ...]

    @property
    def is_known(self) -> bool:
        """Whether a project says anything of its requests."""
        return bool(self.members or self.policies or self.services)


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
    # what tests register is for them, too
    services = (_service(symbols, one) for one in found if not one.module.is_aside)
    return Requests(
        _members(symbols, found), policies, tuple(one for one in services if one is not None)
    )


def _service(symbols: Symbols, one: Configuration) -> Service | None:
    setting = _SERVICES.get(one.kind)
    registered = None if setting is None else one.given(setting, 0)
    if registered is None:
        return None
    interface = one.given("iface", 1)
    told = None if interface is None else _canonical(symbols, one, interface)
    if interface is not None and told is None:
        return None
    named_so = one.given("name", 3)
    name = "" if named_so is None else text_of(named_so)
    if name is None:
        return None
    function = named(symbols, one.module, one.facts, registered)
    source = function if isinstance(function, FunctionDefinition) else _given(one, registered)
    return Service(ServiceKey(told or "", name), source, one.kind == "service-factory")


def _canonical(symbols: Symbols, one: Configuration, expression: Expression) -> str | None:
    definition = symbols.resolve(one.module.name, expression, one.facts.scope)
    return definition.name if isinstance(definition, ClassDefinition | External) else None


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
