"""Environments, loaders and templates as values: what `Environment(loader=…)` makes and `get_template("…")` finds.

They are objects of the heap, so that `environment.globals["site"] = …` and `environment.filters[…] = …` are what
they look like.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.interpret.domain.heap import Instance, Table
from saalint.interpret.domain.values import (
    NONE,
    Literal,
    Reference,
    Tuple,
    Unknown,
    Value,
    literal,
    members,
    one_of,
)
from saalint.interpret.language import iteration, tables
from saalint.interpret.libraries.library_use import NOTHING_KNOWN, LibraryUse
from saalint.interpret.machine import Machine
from saalint.library.meanings import TemplateSource
from saalint.project.frameworks.templates import Lookup
from saalint.project.mapped import SourcePlace
from saalint.source.positions import Place

ENVIRONMENT, TEMPLATE, LOADER = "jinja2.Environment", "jinja2.Template", "jinja2.BaseLoader"
_TABLES = ("globals", "filters", "tests")


def run(machine: Machine, use: LibraryUse, meaning: TemplateSource) -> Value:
    """The result of a function that makes or finds one of these."""
    match meaning, use.detail:
        case TemplateSource.ENVIRONMENT, "inside":
            return _environment_inside(machine, use)
        case TemplateSource.ENVIRONMENT, _:
            loader = dict(use.keywords).get("loader", NONE)
            return _environment(machine, loader, use.at)
        case TemplateSource.LOADER, _:
            return _loader(machine, use)
        case TemplateSource.TEMPLATE_OF, "own-text":
            return _of_texts(machine, NONE, use.given("source", 0), use.at)
        case TemplateSource.TEMPLATE_OF, "text":
            return _of_texts(machine, use.first, use.given("source", 1), use.at)
        case TemplateSource.TEMPLATE_OF, "name":
            environment = environment_of(machine, use.first)
            name = use.given("template_name_or_list", 1) or use.given("name", 1)
            return _named(machine, environment, name, use.at)
        case _:
            return NOTHING_KNOWN


def _environment(machine: Machine, loader: Value, at: Place) -> Reference:
    fields: list[tuple[str, Value]] = [("loader", loader)]
    fields.extend(
        (name, machine.allocate(machine.site(at, f"environment {name}"), Table()))
        for name in _TABLES
    )
    made = Instance(class_name=ENVIRONMENT, fields=tuple(sorted(fields)))
    return machine.allocate(machine.site(at, "environment"), made)


def _environment_inside(machine: Machine, use: LibraryUse) -> Value:
    # `Jinja2Templates(directory=…)` and `Jinja2Templates(env=…)` have their environment in `env`
    given = dict(use.keywords)
    environment = given.get("env")
    if environment is None:
        folders = _literals(machine, use.given("directory", 0) or NONE, use.at)
        loader = _make_loader(machine, use.at, "folders", Tuple(folders))
        environment = _environment(machine, loader, use.at)
    processors = given.get("context_processors", Tuple(()))
    fields = (("context_processors", processors), ("env", environment))
    made = Instance(class_name="starlette.templating.Jinja2Templates", fields=fields)
    return machine.allocate(machine.site(use.at, "templates"), made)


def environment_of(machine: Machine, value: Value) -> Value:
    """The environment in what has one, or that is one."""
    thing = machine.object_of(value) if isinstance(value, Reference) else None
    if not isinstance(thing, Instance) or thing.class_name == ENVIRONMENT:
        return value
    inner = thing.get("env") or thing.get("environment")
    return value if inner is None else inner


def _loader(machine: Machine, use: LibraryUse) -> Value:
    match use.detail:
        case "folders":
            folders = _literals(machine, use.given("searchpath", 0) or NONE, use.at)
            return _make_loader(machine, use.at, "folders", Tuple(folders))
        case "package":
            folder = use.given("package_path", 1) or literal("templates")
            return _make_loader(machine, use.at, "folders", Tuple(_literals(machine, folder, 0)))
        case "texts":
            return _make_loader(machine, use.at, "texts", use.first)
        case "prefixes":
            return _make_loader(machine, use.at, "prefixes", use.first)
        case _:
            known, rest = iteration.elements(machine, use.given("loaders", 0) or NONE, use.at)
            loaders = known if rest is None else (*known, rest)
            return _make_loader(machine, use.at, "loaders", Tuple(loaders))


def _make_loader(machine: Machine, at: Place, kind: str, value: Value) -> Reference:
    where = Tuple((literal(machine.frame.path), literal(at)))
    made = Instance(class_name=LOADER, fields=((kind, value), ("where", where)))
    return machine.allocate(machine.site(at, f"loader {kind}"), made)


def _literals(machine: Machine, value: Value, at: Place) -> tuple[Value, ...]:
    """The folders that are written out, of one or of a list."""
    if isinstance(value, Literal):
        return (value,)
    if isinstance(value, Unknown):
        return ()
    known, _ = iteration.elements(machine, value, at)
    return tuple(item for item in known if isinstance(item, Literal))


def lookup(machine: Machine, environment: Value, near: str) -> Lookup:
    """Where an environment looks for templates."""
    folders: list[str] = []
    texts: dict[str, str] = {}
    for prefix, loader in _loaders(machine, environment):
        folders.extend(_texts_in(loader.get("folders")))
        own = _modules_of_texts(machine, loader)
        texts.update((f"{prefix}{name}", module) for name, module in own)
    return Lookup(near, tuple(folders), tuple(texts.items()))


def _modules_of_texts(machine: Machine, loader: Instance) -> Iterator[tuple[str, str]]:
    held, where = loader.get("texts"), loader.get("where")
    table = machine.object_of(held) if isinstance(held, Reference) else None
    if not isinstance(table, Table):
        return
    for key, value in table.entries:
        for text in _texts_in(value):
            module = machine.analysis.project.templates.of_text(text, _place_of(where))
            if module is not None and isinstance(key, Literal):
                yield str(key.value), module


def _place_of(where: Value | None) -> SourcePlace:
    match where:
        case Tuple(items=(Literal(value=str(path)), Literal(value=int(at)))):
            return SourcePlace(path, at)
        case _:
            return SourcePlace("", 0)


def _loaders(machine: Machine, environment: Value) -> Iterator[tuple[str, Instance]]:
    """Each loader, with what comes before the names it knows: `PrefixLoader({"mail": …})` has `mail/welcome.txt`."""
    pending = [("", member) for member in members(environment)]
    for _ in range(len(pending) + 32):
        if not pending:
            return
        prefix, value = pending.pop(0)
        thing = machine.object_of(value) if isinstance(value, Reference) else None
        if not isinstance(thing, Instance):
            continue
        if thing.class_name == LOADER:
            yield prefix, thing
        for name in ("loader", "loaders"):
            inner = thing.get(name)
            if inner is not None:
                found = inner.items if isinstance(inner, Tuple) else members(inner)
                pending.extend((prefix, each) for each in found)
        prefixed = thing.get("prefixes")
        if prefixed is not None:
            named = tables.by_text(tables.of_value(machine, prefixed, 0))
            pending.extend((f"{prefix}{name}/", each) for name, each in named.items())


def _texts_in(value: Value | None) -> Iterator[str]:
    items = value.items if isinstance(value, Tuple) else () if value is None else members(value)
    for item in items:
        if isinstance(item, Literal) and isinstance(item.value, str):
            yield item.value


def _of_texts(machine: Machine, environment: Value, text: Value | None, at: Place) -> Value:
    place = machine.source_place(at)
    templates = machine.analysis.project.templates
    found = (templates.of_text(each, place) for each in _texts_in(text))
    modules = [module for module in found if module is not None]
    return _templates(machine, environment, modules, at)


def _named(machine: Machine, environment: Value, name: Value | None, at: Place) -> Value:
    modules = find(machine, environment, name, machine.frame.path, at)
    return _templates(machine, environment, modules, at)


def find(
    machine: Machine, environment: Value, name: Value | None, near: str, at: Place
) -> list[str]:
    """The modules of the templates that a name may mean; of a list of names, the first that exists."""
    templates = machine.analysis.project.templates
    where = lookup(machine, environment, near)
    found: dict[str, None] = {}
    for member in members(name) if name is not None else ():
        names = [member]
        if not isinstance(member, Literal):
            names = list(iteration.elements(machine, member, at)[0])
        known = (templates.find(each, where) for each in _texts_in(Tuple(tuple(names))))
        found.update(dict.fromkeys(next((modules for modules in known if modules), ())))
    return list(found)


def _templates(machine: Machine, environment: Value, modules: list[str], at: Place) -> Value:
    found: list[Value] = []
    for number, module in enumerate(modules):
        fields = (("environment", environment), ("module", literal(module)))
        made = Instance(class_name=TEMPLATE, fields=fields)
        found.append(machine.allocate((*machine.site(at, "template"), number), made))
    return one_of(found, "a template that is not found")


def tables_of(machine: Machine, environment: Value, kind: str) -> Iterator[Table]:
    """The globals, filters or tests of what may be the environment."""
    for member in members(environment_of(machine, environment)):
        thing = machine.object_of(member) if isinstance(member, Reference) else None
        held = thing.get(kind) if isinstance(thing, Instance) else None
        if held is not None:
            yield tables.of_value(machine, held, 0)


def globals_of(machine: Machine, environment: Value, kind: str) -> dict[str, Value]:
    """The globals, filters or tests that were put into an environment, by name."""
    found: dict[str, Value] = {}
    for table in tables_of(machine, environment, kind):
        found.update(tables.by_text(table))
    return found
