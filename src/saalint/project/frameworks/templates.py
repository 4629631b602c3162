"""Names of templates to their modules: found among the project's files, read when first rendered.

A template is searched by the end of its path: where `FileSystemLoader` is given a computed folder, the name is all that
is known, and it is mostly enough. A name that several files answer to means the one nearest to who renders it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from posixpath import normpath

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.facts.lowering.definitions import flattened
from saalint.facts.records import FileFacts, TemplateFacts
from saalint.facts.template_names import IMPORT, INCLUDE, PARENT
from saalint.project.mapped import SourcePlace
from saalint.project.names.definitions import Module
from saalint.project.names.symbols import Symbols
from saalint.source.positions import place
from saalint.source.reading import ReadFailure
from saalint.source.templates import TemplateFailure

_LEADING = frozenset({INCLUDE, IMPORT})
# a name that more files answer to, at the same distance, says nothing
_MOST_THEMES = 3


@dataclass(frozen=True, slots=True)
class TemplateFiles:
    """The files that can be templates, and how they become facts. `lower` gives None where Jinja is not installed."""

    paths: Callable[[], tuple[str, ...]]
    read: Callable[[str], str | ReadFailure]
    lower: Callable[[str, tuple[str, ...]], TemplateFacts | None]


NO_TEMPLATES = TemplateFiles(paths=lambda: (), read=lambda _: "", lower=lambda _, __: None)


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where an environment looks for templates: its folders as far as known, texts of its own, and who asks."""

    near: str
    folders: tuple[str, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateNames:
    """The names that a template and those it leads to take from their context, and which of them Jinja has itself.

    `is_open` says that one of them leads to templates whose names are worked out while it runs.
    """

    context: frozenset[str]
    library: frozenset[str]
    is_open: bool


@dataclass(frozen=True, slots=True)
class BrokenTemplate:
    """A template that is rendered and cannot be read."""

    path: str
    failure: TemplateFailure


@dataclass(slots=True)
class Templates:
    """The templates of a project. `known_tags` are those that the project's own extensions define."""

    files: TemplateFiles
    symbols: Symbols
    known_tags: tuple[str, ...]
    broken: list[BrokenTemplate] = field(default_factory=list)
    is_parser_missing: bool = False
    _modules: dict[str, str | None] = field(default_factory=dict)
    _found: dict[tuple[str, Lookup], tuple[str, ...]] = field(default_factory=dict)
    _names: dict[tuple[str, Lookup], TemplateNames] = field(default_factory=dict)
    _origins: dict[str, SourcePlace] = field(default_factory=dict)
    _ends: dict[str, list[str]] | None = None

    def find(self, name: str, lookup: Lookup) -> tuple[str, ...]:
        """The modules of the templates that a name may mean: one, or those of several themes."""
        key = (name, lookup)
        if key not in self._found:
            self._found[key] = self._find(name, lookup)
        return self._found[key]

    def of_text(self, text: str, place: SourcePlace) -> str | None:
        """The module of a template written in Python code, as `Template("{{ author.name }}")` at a place."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        path = f"{place.shown} (template {digest})"
        self._origins.setdefault(path, place)
        return self._module(path, text)

    def origin(self, path: str) -> SourcePlace | None:
        """Where the text of a template stands that has no file of its own."""
        return self._origins.get(path)

    def names(self, module: str, lookup: Lookup) -> TemplateNames:
        """The names that a template takes from its context, with those of the templates that it leads to."""
        key = (module, lookup)
        if key not in self._names:
            context: set[str] = set()
            library: set[str] = set()
            is_open = False
            for facts in self._led_to(module, lookup):
                context.update(parameter.name for parameter in facts.functions[0].parameters)
                library.update(found.bound for found in facts.imports)
                is_open = is_open or not all(map(_is_written_out, _led_by(facts)))
            self._names[key] = TemplateNames(frozenset(context), frozenset(library), is_open)
        return self._names[key]

    def _led_to(self, module: str, lookup: Lookup) -> Iterator[FileFacts]:
        seen: set[str] = set()
        pending = [module]
        while pending:
            current = pending.pop()
            if current in seen:
                continue
            seen.add(current)
            facts = self._facts(current)
            yield facts
            names = (name for leading in _led_by(facts) for name in names_in(leading))
            pending.extend(found for name in names for found in self.find(name, lookup))

    def _facts(self, module: str) -> FileFacts:
        found = self.symbols.module(module)
        assert found is not None
        return found.facts

    def _find(self, name: str, lookup: Lookup) -> tuple[str, ...]:
        own = dict(lookup.texts).get(name)
        if own is not None:
            return (own,)
        wanted = normpath(name.replace(":", "/").lstrip("/"))
        named = self._by_end.get(wanted.rpartition("/")[2], ())
        found = [path for path in named if f"/{path}".endswith(f"/{wanted}")]
        if not found:
            # a loader with prefixes: `admin/config.html` may be `themes/admin/templates/config.html`
            found = [path for path in named if _has_in_order(path, wanted)]
        folders = [normpath(folder).strip("/") for folder in lookup.folders]
        inside = [
            path
            for path in found
            if any(f"/{path}".endswith(f"/{folder}/{wanted}") for folder in folders)
        ]
        paths = _nearest(inside or found, lookup.near, wanted)
        modules = [self._module(path) for path in paths]
        return tuple(module for module in modules if module is not None)

    @property
    def _by_end(self) -> dict[str, list[str]]:
        if self._ends is None:
            self._ends = {}
            for path in self.files.paths():
                self._ends.setdefault(path.rpartition("/")[2], []).append(path)
        return self._ends

    def _module(self, path: str, text: str | None = None) -> str | None:
        if path not in self._modules:
            read = self.files.read(path) if text is None else text
            if isinstance(read, ReadFailure):
                failure = TemplateFailure(read.reason, read.remedy, place(read.line, 0))
                self.broken.append(BrokenTemplate(path, failure))
                self._modules[path] = None
            else:
                self._modules[path] = self._lowered(path, read)
        return self._modules[path]

    def _lowered(self, path: str, text: str) -> str | None:
        lowered = self.files.lower(text, self.known_tags)
        if lowered is None:
            self.is_parser_missing = True
            return None
        if self.origin(path) is None:
            # a text that is no template may be there to be refused: `try: Template(text) except TemplateSyntaxError: …`
            self.broken.extend(BrokenTemplate(path, failure) for failure in lowered.failures)
        if lowered.facts is None:
            return None
        name = f"template {path}"
        self.symbols.add_template(
            Module(
                name=name,
                path=path,
                facts=lowered.facts,
                is_project=False,
                is_package=False,
                is_template=True,
            )
        )
        return name


def _has_in_order(path: str, wanted: str) -> bool:
    parts = iter(path.split("/"))
    return all(part in parts for part in wanted.split("/"))


def _nearest(paths: list[str], near: str, wanted: str) -> list[str]:
    """The paths that are nearest to a file: in a folder of templates, and with most folders in common."""
    ranks = {
        path: (f"/{path}".endswith(f"templates/{wanted}"), _shared_folders(path, near))
        for path in paths
    }
    best = max(ranks.values(), default=None)
    nearest = [path for path, rank in ranks.items() if rank == best]
    return nearest if len(nearest) <= _MOST_THEMES else []


def _shared_folders(one: str, other: str) -> int:
    shared = 0
    for left, right in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if left != right:
            break
        shared += 1
    return shared


def _led_by(facts: FileFacts) -> Iterator[ex.Expression]:
    """What names the templates that a template includes, imports and extends."""
    for function in facts.functions:
        for instruction in flattened(function.body):
            match instruction:
                case ins.Assign(targets=(ex.Name(name=name),), value=value) if (
                    name == PARENT and value is not None
                ):
                    yield value
                case ins.Evaluate(value=ex.Call() as call) | ins.Assign(value=ex.Call() as call):
                    if isinstance(call.function, ex.Name) and call.function.name in _LEADING:
                        yield call.arguments[0]
                case _:
                    continue


def _is_written_out(expression: ex.Expression) -> bool:
    match expression:
        case ex.Constant():
            return True
        case ex.Sequence(items=items):
            return all(map(_is_written_out, items))
        case ex.Conditional(then=then, otherwise=otherwise):
            return _is_written_out(then) and _is_written_out(otherwise)
        case _:
            return False


def names_in(expression: ex.Expression | None) -> Iterator[str]:
    """The names that an expression may give, written out: one, a list to choose from, or either of two."""
    match expression:
        case ex.Constant(value=str(name)):
            yield name
        case ex.Sequence(items=items):
            for item in items:
                yield from names_in(item)
        case ex.Conditional(then=then, otherwise=otherwise):
            yield from names_in(then)
            yield from names_in(otherwise)
        case _:
            return
