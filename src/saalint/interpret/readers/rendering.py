"""Templates rendered: each is a function that takes its context, analysed once for each shape of what it is given.

`extends` runs the parent in place, so that blocks see what the child has set; `include` and `import` are calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import assert_never

from saalint.facts.template_names import ENVIRONMENT as HELD
from saalint.facts.template_names import WITHOUT_CONTEXT, is_block, super_name_of
from saalint.interpret.calling import calls, functions, summaries
from saalint.interpret.calling.bound_calls import BoundCall
from saalint.interpret.domain.heap import Instance, Table
from saalint.interpret.domain.values import (
    NONE,
    FunctionReference,
    Literal,
    Reference,
    Tuple,
    Unknown,
    Value,
    literal,
    members,
)
from saalint.interpret.events import Handover
from saalint.interpret.language import tables
from saalint.interpret.libraries import views
from saalint.interpret.libraries.library_use import LibraryUse
from saalint.interpret.machine import Frame, Machine
from saalint.interpret.readers import template_context, template_environments, template_filters
from saalint.library.meanings import TemplateFunction
from saalint.source.positions import Place

_TEXT = Unknown("a rendered text")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a template is rendered in: its environment, and the file that asked for it."""

    environment: Value
    near: str

    def value(self) -> Value:
        """The surroundings as a variable of the template, for what it includes."""
        return Tuple((self.environment, literal(self.near)))


def run(machine: Machine, use: LibraryUse, meaning: TemplateFunction) -> Value:
    """The result of a function that renders, or of a tag of a template."""
    match meaning:
        case TemplateFunction.RENDER:
            return _render(machine, use)
        case TemplateFunction.TAG:
            return _tag(machine, use)
        case TemplateFunction.FILTER:
            return template_filters.run(machine, use)
        case TemplateFunction.NAMESPACE:
            fields = tuple(sorted(use.keywords, key=lambda pair: pair[0]))
            made = Instance(class_name="jinja2.utils.Namespace", fields=fields)
            return machine.allocate(machine.site(use.at, "namespace"), made)
        case unreachable:
            assert_never(unreachable)


def _tag(machine: Machine, use: LibraryUse) -> Value:
    match use.detail:
        case "include":
            return _include(machine, use)
        case "import":
            return _import(machine, use)
        case "extends":
            return _extend(machine, use.first, use.at)
        case _:
            return _define_blocks(machine)


def _render(machine: Machine, use: LibraryUse) -> Value:
    near = machine.frame.path
    given = dict(use.keywords)
    environment: Value = NONE
    name: Value | None = use.first
    context: Value = NONE
    added: dict[str, Value] = {}
    match use.detail:
        case "template":
            _render_object(machine, use)
            return _TEXT
        case "text":
            modules = _of_text(machine, use)
            for known in modules:
                render(machine, known, Surroundings(NONE, near), given, use.at)
            return _TEXT
        case "response":
            environment = template_environments.environment_of(machine, use.first)
            name, context = _of_response(use)
            given = {"request": Unknown("a request")}
            # the processors come last: what they name is theirs, also where the handler gives it
            added = template_context.of_processors(machine, use.first, use.at)
        case "request":
            context = use.given("context", 2) or NONE
            given = {}
        case "values":
            name = use.given("renderer_name", 0)
            context = use.given("value", 1) or NONE
            given = {}
        case "keywords":
            name, context, given = given.get("template_name"), given.get("context", NONE), {}
        case _:
            pass
    values = {**given, **entries(machine, context, use.at), **added}
    is_whole = use.detail == "response" and template_context.is_whole(
        machine, environment, (context,), added
    )
    for module in template_environments.find(machine, environment, name, near, use.at):
        render(machine, module, Surroundings(environment, near), values, use.at, is_whole=is_whole)
    return _TEXT


def _of_response(use: LibraryUse) -> tuple[Value | None, Value]:
    # `TemplateResponse(request, "page.html", {…})`, and `TemplateResponse("page.html", {"request": …})` as it was
    given = dict(use.keywords)
    arguments = use.arguments[1:]
    is_old = bool(arguments) and isinstance(arguments[0], Literal)
    name, context = (0, 1) if is_old else (1, 2)
    found = given.get("name") or (arguments[name] if name < len(arguments) else None)
    return found, given.get("context") or (arguments[context] if context < len(arguments) else NONE)


def _of_text(machine: Machine, use: LibraryUse) -> list[str]:
    place = machine.source_place(use.at)
    templates = machine.analysis.project.templates
    texts = [
        member.value
        for member in members(use.first)
        if isinstance(member, Literal) and isinstance(member.value, str)
    ]
    found = [templates.of_text(text, place) for text in texts]
    return [module for module in found if module is not None]


def _render_object(machine: Machine, use: LibraryUse) -> None:
    given: dict[str, Value] = {}
    for argument in use.arguments[1:]:
        given.update(entries(machine, argument, use.at))
    given.update(use.keywords)
    for template in members(use.first):
        thing = machine.object_of(template) if isinstance(template, Reference) else None
        module = thing.get("module") if isinstance(thing, Instance) else None
        if isinstance(thing, Instance) and isinstance(module, Literal):
            environment = thing.get("environment") or NONE
            around = Surroundings(environment, machine.frame.path)
            is_whole = template_context.is_whole(machine, environment, use.arguments[1:], given)
            render(machine, str(module.value), around, given, use.at, is_whole=is_whole)


def entries(machine: Machine, context: Value, at: Place) -> dict[str, Value]:
    """What a dict passes to a template, by name."""
    found: dict[str, Value] = {}
    for member in members(context):
        thing = machine.object_of(member) if isinstance(member, Reference) else None
        if isinstance(thing, Table):
            found.update(tables.by_text(tables.of_value(machine, member, at)))
    return found


def render(
    machine: Machine,
    module: str,
    around: Surroundings,
    given: Mapping[str, Value],
    at: Place,
    *,
    is_whole: bool = False,
) -> None:
    """Run a template with its context: what it reads is told where it is rendered.

    Where the whole context is known, a name that it lacks is as empty as `None` is.
    """
    known = {**template_context.globals_of(machine, around.environment, at), **given}
    missing = NONE if is_whole else Unknown("a name that nobody is known to pass to the template")
    bound = _bound(machine, module, around, known, missing)
    held, pinned = machine.handover, machine.pinned
    # the context holds what the template has no name for too, and so does the session then
    machine.pinned = (*pinned, *known.values())
    if held is None and not machine.frame.is_template:
        path = machine.analysis.module(module).path
        is_in_code = machine.analysis.project.templates.origin(path) is not None
        place, scope = machine.source_place(at), machine.frame.scope
        reader = "" if is_in_code else path
        machine.handover = Handover(place, 1, scope, reader, is_template=True)
    try:
        summaries.call(machine, _call(machine, FunctionReference(module, 0), bound, at))
    finally:
        machine.handover, machine.pinned = held, pinned


def _bound(
    machine: Machine,
    module: str,
    around: Surroundings,
    known: Mapping[str, Value],
    missing: Value,
) -> dict[str, Value]:
    where = template_environments.lookup(machine, around.environment, around.near)
    names = machine.analysis.project.templates.names(module, where)
    bound: dict[str, Value] = {HELD: around.value()}
    if names.is_open:
        bound.update({name: value for name, value in known.items() if name.isidentifier()})
    for name in sorted(names.context):
        value = known.get(name)
        if value is not None:
            bound[name] = value
        elif name not in names.library:
            bound[name] = missing
    return bound


def _surroundings(machine: Machine) -> Surroundings:
    held = machine.variable(HELD)
    if isinstance(held, Tuple) and isinstance(held.items[1], Literal):
        return Surroundings(held.items[0], str(held.items[1].value))
    return Surroundings(NONE, machine.frame.path)


def _include(machine: Machine, use: LibraryUse) -> Value:
    around = _surroundings(machine)
    local = dict(use.keywords)
    modules = template_environments.find(
        machine, around.environment, use.first, around.near, use.at
    )
    for module in modules:
        render(machine, module, around, _visible(machine, module, around, local), use.at)
    return NONE


def _visible(
    machine: Machine, module: str, around: Surroundings, local: Mapping[str, Value]
) -> dict[str, Value]:
    """What the template that is running has for the names of another one."""
    where = template_environments.lookup(machine, around.environment, around.near)
    names = machine.analysis.project.templates.names(module, where)
    if WITHOUT_CONTEXT in local:
        return {}
    found: dict[str, Value] = {}
    if names.is_open:
        found.update(
            {name: value for name, value in machine.variables().items() if name.isidentifier()}
        )
    for name in sorted(names.context):
        value = local.get(name) or machine.variable(name)
        if value is not None:
            found[name] = value
    return found


def _import(machine: Machine, use: LibraryUse) -> Value:
    around = _surroundings(machine)
    name, with_context = use.arguments
    modules = template_environments.find(machine, around.environment, name, around.near, use.at)
    if not modules:
        return Unknown("a template that is not found")
    module = modules[0]
    is_given = isinstance(with_context, Literal) and bool(with_context.value)
    given = _visible(machine, module, around, {}) if is_given else {}
    # what a template defines is known without objects being passed to it, so that no summary is asked
    known = {**template_context.globals_of(machine, around.environment, use.at), **given}
    bound = _bound(machine, module, around, known, Unknown("a name that is not passed on"))
    call = _call(machine, FunctionReference(module, 0), bound, use.at)
    return functions.run_in_place(machine, call)


def _extend(machine: Machine, parent: Value, at: Place) -> Value:
    around = _surroundings(machine)
    modules = template_environments.find(machine, around.environment, parent, around.near, at)
    if not modules:
        _run_own_blocks(machine, at)
        return NONE
    parents = [FunctionReference(module, 0, frame=machine.frame.number) for module in modules]
    ways = [
        partial(functions.run_in_place, machine, _call(machine, one, {}, at)) for one in parents
    ]
    machine.join([machine.run_branch(way) for way in ways])
    return NONE


def _call(
    machine: Machine, template: FunctionReference, bound: Mapping[str, Value], at: Place
) -> BoundCall:
    facts = machine.analysis.function(template.module, template.index)
    return BoundCall(function=template, facts=facts, bound=bound, at=at)


def _run_own_blocks(machine: Machine, at: Place) -> None:
    # a parent that is not known prints the blocks in some order
    for block in _blocks(machine, machine.frame):
        calls.call(machine, block, (), (), at)


def _blocks(machine: Machine, frame: Frame) -> list[FunctionReference]:
    facts = machine.analysis.module(frame.module).facts
    return [
        FunctionReference(frame.module, index, frame=frame.number)
        for index, function in enumerate(facts.functions)
        if is_block(function.name)
    ]


def _define_blocks(machine: Machine) -> Value:
    """A template begins: its blocks stand for their names, unless a child has them, whose `super()` they are then."""
    frame = machine.frame
    for block in _blocks(machine, frame):
        name = machine.analysis.function(block.module, block.index).name
        if machine.variable(name) is None:
            machine.bind(name, block)
            continue
        below = frame.parent
        while below is not None:
            key = (below.number, super_name_of(name))
            if machine.memory.read(key) is None:
                machine.memory.write(key, block)
            below = below.parent
    return NONE


def render_returned(machine: Machine, value: Value, at: Place) -> None:
    """A function returns to what renders a template with it, as `@view_config(renderer=…)` does."""
    frame = machine.frame
    if frame.function is None:
        return
    name = machine.analysis.project.renderings.renderers.get((frame.module, frame.function.at))
    if name is None or len(machine.frames) > 1:
        return
    near = frame.path
    values: dict[str, Value] = dict(entries(machine, value, at))
    if frame.receiver is not None:
        values.setdefault("view", frame.receiver)
    request = views.request_of_templates(machine, at)
    if request is not None:
        values = {**dict.fromkeys(views.NAMES, request), **values}
    for module in template_environments.find(machine, NONE, literal(name), near, at):
        render(machine, module, Surroundings(NONE, near), values, at)
