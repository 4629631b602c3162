"""The facts of all modules to one model of the project: symbols, classes, mappers, tables.

`build_project` is the whole stage. Nothing is imported or executed; modules of installed packages are read only where
a mapped class inherits from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from saalint.library.frameworks import frameworks
from saalint.library.helpers import NO_HELPERS, Helpers
from saalint.library.names import library_names
from saalint.library.operations import operations
from saalint.project.frameworks.dialects import read_dialect
from saalint.project.frameworks.handlers import Handlers
from saalint.project.frameworks.provided import Provided
from saalint.project.frameworks.rendered import Renderings, read_renderings
from saalint.project.frameworks.templates import NO_TEMPLATES, TemplateFiles, Templates
from saalint.project.helpers import KnownHelpers
from saalint.project.mapped import Mapper, SourcePlace
from saalint.project.mapping.imperative import read_imperative
from saalint.project.mapping.listeners import Listeners, read_listeners
from saalint.project.mapping.mappers import build_mappers
from saalint.project.names.classes import Classes
from saalint.project.names.definitions import Module
from saalint.project.names.installed import InstalledModules
from saalint.project.names.outside import read_outside_bases
from saalint.project.names.reading import Reader
from saalint.project.names.symbols import Symbols
from saalint.project.serialisers.schemas import Schemas


@dataclass(frozen=True, slots=True, eq=False)
class ProjectModel:
    """What is known of the project. `mappers` are by qualified class name, `tables` by table name.

    `database` is that of all engines, as their URLs name it: `mysql`.
    """

    modules: tuple[Module, ...]
    symbols: Symbols
    classes: Classes
    schemas: Schemas
    mappers: Mapping[str, Mapper]
    tables: Mapping[str, SourcePlace]
    templates: Templates
    renderings: Renderings
    listeners: Listeners
    helpers: KnownHelpers
    handlers: Handlers
    provided: Provided
    installed: InstalledModules | None = None
    database: str | None = None


def build_project(
    modules: Iterable[Module],
    aliases: Mapping[str, str],
    *,
    installed: InstalledModules | None,
    template_files: TemplateFiles = NO_TEMPLATES,
    helpers: Helpers = NO_HELPERS,
) -> ProjectModel:
    """The model of a project. `aliases` maps further dotted names of modules to the names they are known by."""
    names = library_names()
    symbols = Symbols(modules, aliases, names)
    classes = Classes(symbols, names)
    if installed is not None:
        read_outside_bases(symbols, classes, names, installed)
    reader = Reader(symbols, classes, names)
    imperative = read_imperative(symbols, reader)
    mappers = build_mappers(symbols, classes, names, reader, imperative)
    renderings = read_renderings(symbols, classes, operations())
    handlers = Handlers(symbols, classes, frameworks().handlers)
    return ProjectModel(
        modules=symbols.modules(),
        symbols=symbols,
        classes=classes,
        schemas=Schemas(symbols, classes, names, frameworks(), mappers),
        mappers=mappers,
        tables=dict(sorted(imperative.tables.items())),
        templates=Templates(template_files, symbols, renderings.known_tags),
        renderings=renderings,
        listeners=read_listeners(symbols, operations()),
        helpers=KnownHelpers(helpers, symbols, classes, mappers),
        handlers=handlers,
        provided=Provided(symbols, classes, handlers, frameworks().provided),
        installed=installed,
        database=read_dialect(symbols, reader, operations()),
    )
