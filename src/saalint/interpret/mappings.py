"""Mapped classes to events about how they are declared: what no function has to run for."""

from __future__ import annotations

from collections.abc import Iterator

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.facts.writing import written
from saalint.interpret.events import Idiom, ImplicitStrategy, LegacyIdiom, Site
from saalint.project.mapped import LoaderStrategy, Mapper, Relationship, SourcePlace
from saalint.project.model import ProjectModel
from saalint.project.names.definitions import External

_BASE_FUNCTION = "sqlalchemy.orm.declarative_base"


def told(project: ProjectModel) -> Iterator[ImplicitStrategy | LegacyIdiom]:
    """What the mappings of a project leave unsaid, or say in the form of 1.x."""
    own = {module.path for module in project.modules if module.is_project}
    for mapper in project.mappers.values():
        for relationship in mapper.relationships.values():
            if relationship.owner == mapper.name and relationship.place.path in own:
                yield from _about(mapper, relationship)
    yield from _base_functions(project)


def _about(mapper: Mapper, relationship: Relationship) -> Iterator[ImplicitStrategy | LegacyIdiom]:
    name = relationship.name
    site = Site(relationship.place, len(name), mapper.class_name)
    if relationship.is_strategy_implicit:
        yield ImplicitStrategy(site, entity=mapper.class_name, attribute=name)
    if relationship.strategy is LoaderStrategy.DYNAMIC:
        target = relationship.target if isinstance(relationship.target, str) else "…"
        behind = ex.short_name(target)
        form = f"{name}: WriteOnlyMapped[{behind}] = relationship(…)"
        used = f"{mapper.class_name}.{name}"
        yield LegacyIdiom(site, idiom=Idiom.DYNAMIC, used=used, form=form)


def _base_functions(project: ProjectModel) -> Iterator[LegacyIdiom]:
    for module in project.modules:
        if not module.is_project:
            continue
        for instruction in module.facts.body:
            match instruction:
                case ins.Assign(
                    targets=(ex.Name(name=name),), value=ex.Call(function=function) as call
                ):
                    made_by = project.symbols.resolve(module.name, function)
                case _:
                    continue
            if isinstance(made_by, External) and made_by.name == _BASE_FUNCTION:
                site = Site(SourcePlace(module.path, call.at), 1, "")
                used, form = f"{name} = {written(call)}", f"class {name}(DeclarativeBase): pass"
                yield LegacyIdiom(site, idiom=Idiom.BASE_FUNCTION, used=used, form=form)
