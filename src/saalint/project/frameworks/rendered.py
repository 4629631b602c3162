"""Decorators to what they make of a function for templates: a view whose result one is rendered with, a filter.

`@view_config(renderer="shelf.html")` and `@app.context_processor` are read here, so that interpretation meets them as
facts about functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from saalint.facts.expressions import Attribute, Call, Expression, Sequence
from saalint.facts.records import FunctionFacts
from saalint.facts.written_out import argument_of, text_of
from saalint.library.operations import Operations
from saalint.project.frameworks.configured import (
    Configuration,
    Requests,
    configurations,
    named,
    read_requests,
)
from saalint.project.frameworks.routes import ContextSource, FunctionPlace, read_contexts
from saalint.project.names.classes import Classes
from saalint.project.names.definitions import ClassDefinition, External, FunctionDefinition, Module
from saalint.project.names.symbols import Symbols

_EXTENSION = "jinja2.ext.Extension"


@dataclass(frozen=True, slots=True)
class Registered:
    """A function that all templates know: by `kind` as a filter, test or global, or for the context it returns."""

    kind: str
    name: str
    module: str
    index: int


@dataclass(frozen=True, slots=True)
class Renderings:
    """What is known of templates beside their text.

    `renderers` are the names of templates by the place of the function whose result they are rendered with, `contexts`
    what views are called with, `requests` what a project says of its requests.
    """

    renderers: Mapping[FunctionPlace, str]
    registered: tuple[Registered, ...]
    known_tags: tuple[str, ...]
    contexts: Mapping[FunctionPlace, ContextSource]
    requests: Requests


def read_renderings(symbols: Symbols, classes: Classes, operations: Operations) -> Renderings:
    """What the decorators of a project say about templates, and which tags extensions define."""
    modules = [module for module in symbols.modules() if module.is_project]
    renderers: dict[FunctionPlace, str] = {}
    registered: list[Registered] = []
    has_application = any(_imports(module, operations.applications) for module in modules)
    for module in modules:
        for index, facts in enumerate(module.facts.functions):
            name = _renderer(symbols, module, facts, operations)
            if name is not None:
                renderers[module.name, facts.at] = name
            if has_application:
                registered.extend(_registered(module, index, facts, operations))
    tags = (*operations.template_tags, *_tags(symbols, classes, modules))
    configured = configurations(symbols, modules, operations)
    renderers.update(_added(symbols, configured))
    contexts = read_contexts(symbols, modules, operations, configured) if renderers else {}
    requests = read_requests(symbols, configured)
    return Renderings(renderers, tuple(registered), tags, contexts, requests)


def _added(
    symbols: Symbols, configured: tuple[Configuration, ...]
) -> Iterator[tuple[FunctionPlace, str]]:
    """The templates of views that are added by a call."""
    for one in configured:
        view = one.given("view", 0) if one.kind == "view" else None
        renderer = text_of(one.given("renderer"))
        found = None if view is None else named(symbols, one.module, one.facts, view)
        method = text_of(one.given("attr"))
        if isinstance(found, ClassDefinition):
            inner = None if method is None else symbols.member(found, method)
            found = inner if isinstance(inner, FunctionDefinition) else None
        if renderer is not None and isinstance(found, FunctionDefinition):
            yield (found.module, symbols.function(found).at), renderer


def _imports(module: Module, packages: tuple[str, ...]) -> bool:
    return any(found.module.partition(".")[0] in packages for found in module.facts.imports)


def _renderer(
    symbols: Symbols, module: Module, facts: FunctionFacts, operations: Operations
) -> str | None:
    given = [
        _template_of(symbols, module, decorator, facts.scope, operations)
        for decorator in facts.decorators
    ]
    names = [name for name in given if name is not None]
    if not names:
        return None
    if any(names) or facts.owner is None:
        return next((name for name in names if name), None)
    # the class says for all its views which template they have
    owner = module.facts.classes[facts.owner]
    defaults = [
        _template_of(symbols, module, decorator, owner.scope, operations)
        for decorator in owner.decorators
    ]
    return next((name for name in defaults if name), None)


def _template_of(
    symbols: Symbols, module: Module, decorator: Expression, scope: str, operations: Operations
) -> str | None:
    """The template that a decorator names; empty where it is a decorator of views and names none."""
    if not isinstance(decorator, Call):
        return None
    around = scope.rpartition(".")[0]
    definition = symbols.resolve(module.name, decorator.function, around)
    if not isinstance(definition, External) or definition.name not in operations.renderers:
        return None
    return text_of(argument_of(decorator, operations.renderers[definition.name])) or ""


def _registered(
    module: Module, index: int, facts: FunctionFacts, operations: Operations
) -> Iterator[Registered]:
    for decorator in facts.decorators:
        called = decorator.function if isinstance(decorator, Call) else decorator
        if not isinstance(called, Attribute):
            continue
        kind = operations.registrations.get(called.name)
        if kind is not None:
            yield Registered(kind, _given_name(decorator) or facts.name, module.name, index)


def _given_name(decorator: Expression) -> str | None:
    if not isinstance(decorator, Call):
        return None
    given = (*decorator.arguments, argument_of(decorator, "name"))
    return next(filter(None, map(text_of, given)), None)


def _tags(symbols: Symbols, classes: Classes, modules: list[Module]) -> Iterator[str]:
    """The tags of classes that extend Jinja: `class Cached(Extension): tags = {"cached"}`."""
    for module in modules:
        for facts in symbols.scopes(module.name).classes():
            name = f"{module.name}.{facts.scope}"
            for field in facts.fields:
                if field.name == "tags" and classes.is_subclass(name, _EXTENSION):
                    yield from _texts(field.value)


def _texts(expression: Expression | None) -> Iterator[str]:
    if isinstance(expression, Call) and expression.arguments:
        # `tags = set(["cached"])`
        expression = expression.arguments[0]
    items = expression.items if isinstance(expression, Sequence) else ()
    yield from filter(None, map(text_of, items))
