"""Mapped classes to plain dictionaries, once from SQLAlchemy's own inspection and once from the project model."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import ColumnProperty, RelationshipProperty, configure_mappers
from sqlalchemy.orm import Mapper as OrmMapper
from sqlalchemy.sql.elements import ClauseElement

from saalint.facts.lowering import SyntaxFailure, facts_of
from saalint.project import mapped
from saalint.project.model import ProjectModel, build_project
from saalint.project.names.symbols import Module

LAZY = {True: "select", False: "joined", None: "noload"}


def project(files: Mapping[str, str], **aliases: str) -> ProjectModel:
    """The model of modules given as name and text; `pkg.__init__` is the package `pkg`."""
    return build_project(modules(files), aliases, installed=None)


def modules(files: Mapping[str, str]) -> Iterator[Module]:
    for name, text in files.items():
        facts = facts_of(text)
        assert not isinstance(facts, SyntaxFailure), name
        path = name.replace(".", "/") + ".py"
        is_package = name.endswith(".__init__")
        module = name.removesuffix(".__init__")
        yield Module(module, path, facts, is_project=True, is_package=is_package)


@contextmanager
def executed(files: Mapping[str, str]) -> Iterator[Mapping[str, type]]:
    """The mapped classes of modules that are really executed, by their qualified name."""
    made: dict[str, types.ModuleType] = {}
    for name in files:
        module = types.ModuleType(name)
        module.__dict__["__file__"] = name.replace(".", "/") + ".py"
        made[name] = module
    saved = {name: sys.modules.get(name) for name in made}
    sys.modules.update(made)
    try:
        for name, text in files.items():
            code = compile(text, name, "exec", dont_inherit=True)
            exec(code, made[name].__dict__)  # noqa: S102 - the text of a test
        configure_mappers()
        yield dict(_mapped_classes(made))
    finally:
        for name, module in saved.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def _mapped_classes(made: Mapping[str, types.ModuleType]) -> Iterator[tuple[str, type]]:
    for name, module in made.items():
        for value in vars(module).values():
            is_own = isinstance(value, type) and value.__module__ == name
            if is_own and inspect(value, raiseerr=False) is not None:
                yield qualified(value), value


def qualified(value: type) -> str:
    return f"{value.__module__}.{value.__qualname__}"


def by_sqlalchemy(classes: Mapping[str, type]) -> dict[str, Any]:
    """What SQLAlchemy says of each class."""
    return {name: _inspected(inspect(value)) for name, value in sorted(classes.items())}


def _inspected(mapper: OrmMapper[Any]) -> dict[str, Any]:
    columns = {prop.key: _inspected_column(mapper, prop) for prop in mapper.column_attrs}
    columns |= {prop.key: "composite" for prop in mapper.composites}
    # A discriminator that is no attribute of the class is mapped under a made-up name.
    columns = {key: value for key, value in columns.items() if not key.startswith("_sa_")}
    return {
        "base": None if mapper.inherits is None else qualified(mapper.inherits.class_),
        "inheritance": _inspected_inheritance(mapper),
        "polymorphic_load": mapper.polymorphic_load or "",
        "eager_defaults": {True: "yes", False: "no"}.get(mapper.base_mapper.eager_defaults, "auto"),
        "columns": columns,
        "synonyms": {prop.key: prop.name for prop in mapper.synonyms},
        "relationships": {prop.key: _inspected_relationship(prop) for prop in mapper.relationships},
    }


def _inspected_inheritance(mapper: OrmMapper[Any]) -> str:
    if mapper.inherits is None:
        return "none"
    if mapper.concrete:
        return "concrete"
    return "single" if mapper.single else "joined"


def _inspected_column(mapper: OrmMapper[Any], prop: ColumnProperty[Any]) -> dict[str, Any]:
    column = prop.columns[0]
    described = {"deferred": bool(prop.deferred), "group": prop.group if prop.deferred else None}
    described["raiseload"] = bool(prop.raiseload)
    if not hasattr(column, "server_default"):
        return {**described, "expression": True}
    default, onupdate = column.default, column.onupdate
    return {
        **described,
        "expression": False,
        "primary key": column in mapper.primary_key or column.primary_key,
        "server default": column.server_default is not None,
        "server onupdate": column.server_onupdate is not None,
        "computed": column.computed is not None,
        "sql default": default is not None
        and isinstance(getattr(default, "arg", None), ClauseElement),
        "onupdate": ""
        if onupdate is None
        else "sql"
        if isinstance(onupdate.arg, ClauseElement)
        else "python",
        "foreign key": bool(column.foreign_keys),
        "active history": bool(prop.active_history),
        "name": column.name,
    }


def _inspected_relationship(prop: RelationshipProperty[Any]) -> dict[str, Any]:
    is_many_to_one = prop.direction.name == "MANYTOONE"
    parent = prop.parent
    return {
        "target": qualified(prop.mapper.class_),
        "direction": {
            "MANYTOONE": "many-to-one",
            "ONETOMANY": "one-to-many",
            "MANYTOMANY": "many-to-many",
        }[prop.direction.name],
        "collection": bool(prop.uselist),
        "lazy": LAZY.get(prop.lazy, prop.lazy),
        "cascade": sorted(prop.cascade),
        "viewonly": bool(prop.viewonly),
        "single parent": bool(prop.single_parent),
        "join depth": prop.join_depth,
        "back populates": prop.back_populates or (prop.backref and _backref_name(prop.backref)),
        "foreign keys": sorted(
            {parent.get_property_by_column(column).key for column in prop.local_columns}
        )
        if is_many_to_one
        else [],
        "by primary key": bool(prop._use_get) if is_many_to_one else True,  # noqa: SLF001
    }


def _backref_name(backref: str | tuple[str, dict[str, object]]) -> str:
    return backref if isinstance(backref, str) else backref[0]


def by_model(model: ProjectModel) -> dict[str, Any]:
    """What the project model says of each class."""
    return {name: _described(mapper) for name, mapper in sorted(model.mappers.items())}


def _described(mapper: mapped.Mapper) -> dict[str, Any]:
    return {
        "base": mapper.base,
        "inheritance": str(mapper.inheritance),
        "polymorphic_load": mapper.polymorphic_load,
        "eager_defaults": mapper.eager_defaults,
        "columns": {name: _described_column(each) for name, each in mapper.columns.items()},
        "synonyms": dict(mapper.synonyms),
        "relationships": {
            name: _described_relationship(each) for name, each in mapper.relationships.items()
        },
    }


def _described_column(column: mapped.Column) -> dict[str, Any] | str:
    described = {
        "deferred": column.is_deferred,
        "group": column.deferred_group,
        "raiseload": column.is_deferred_raiseload,
    }
    if column.is_expression:
        return {**described, "expression": True}
    if not column.column_name:
        return "composite"
    return {
        **described,
        "expression": False,
        "primary key": column.is_primary_key,
        "server default": column.has_server_default,
        "server onupdate": column.has_server_onupdate,
        "computed": column.is_computed,
        "sql default": column.has_sql_default,
        "onupdate": column.onupdate,
        "foreign key": column.foreign_key is not None,
        "active history": column.has_active_history,
        "name": column.column_name,
    }


def _described_relationship(relationship: mapped.Relationship) -> dict[str, Any]:
    target = relationship.target
    return {
        "target": target if isinstance(target, str) else f"unknown: {target.reason}",
        "direction": str(relationship.direction),
        "collection": relationship.is_collection,
        "lazy": str(relationship.strategy),
        "cascade": sorted(relationship.cascade),
        "viewonly": relationship.is_viewonly,
        "single parent": relationship.is_single_parent,
        "join depth": relationship.join_depth,
        "back populates": relationship.back_populates,
        "foreign keys": sorted(relationship.foreign_keys),
        "by primary key": relationship.targets_primary_key,
    }


def differences(expected: object, actual: object, path: str = "") -> Iterator[str]:
    """The places where two descriptions differ, one line each."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in sorted(expected.keys() | actual.keys()):
            here = f"{path}/{key}"
            if key not in expected:
                yield f"{here}: only in the model: {actual[key]}"
            elif key not in actual:
                yield f"{here}: only in SQLAlchemy: {expected[key]}"
            else:
                yield from differences(expected[key], actual[key], here)
    elif expected != actual:
        yield f"{path}: SQLAlchemy says {expected!r}, the model {actual!r}"
