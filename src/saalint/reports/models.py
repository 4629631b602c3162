"""The mappers of a project as text, JSON or a Mermaid diagram: what `saalint` believes the models to be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TypeAlias

from saalint.project.mapped import (
    AssociationProxy,
    Column,
    Direction,
    Inheritance,
    Mapper,
    Relationship,
    SourcePlace,
    Unknown,
)
from saalint.project.model import ProjectModel
from saalint.source.positions import column_of, line_of

FORMATS = ("text", "json", "mermaid")

_Json: TypeAlias = "str | int | bool | list[_Json] | dict[str, _Json] | None"
# How a relationship ends on either side, in Mermaid's notation.
_LINES = {
    Direction.MANY_TO_ONE: "}o--||",
    Direction.ONE_TO_MANY: "||--o{",
    Direction.MANY_TO_MANY: "}o--o{",
    Direction.UNKNOWN: "||--||",
}


def render_models(project: ProjectModel, style: str) -> str:
    """All mappers in one of `FORMATS`, in the order of their names."""
    mappers = [project.mappers[name] for name in sorted(project.mappers)]
    match style:
        case "json":
            return json.dumps([_as_json(mapper) for mapper in mappers], indent=2)
        case "mermaid":
            return "\n".join(_mermaid(mappers))
        case "text" if not mappers:
            return "no mapped class was found: see `saalint check` for files that cannot be read"
        case "text":
            return "\n\n".join("\n".join(_text(mapper)) for mapper in mappers)
        case _:
            raise ValueError(f"no format named {style}: one of {', '.join(FORMATS)}")


def _text(mapper: Mapper) -> Iterator[str]:
    yield f"{mapper.name}{_origin(mapper)}  {mapper.place.shown}"
    for column in mapper.columns.values():
        yield f"    {column.name}: {_described(column)}"
    for relationship in mapper.relationships.values():
        yield f"    {relationship.name} -> {_ends(relationship)}  {relationship.place.shown}"
    for proxy in mapper.proxies.values():
        yield f"    {proxy.name} => {_through(proxy)}"
    for name, attribute in mapper.synonyms.items():
        yield f"    {name} = {attribute}"


def _origin(mapper: Mapper) -> str:
    table = "" if mapper.table is None else f" on {mapper.table}"
    base = ""
    if mapper.base is not None and mapper.inheritance is not Inheritance.NONE:
        base = f", {mapper.inheritance} inheritance from {mapper.base}"
    return f"{table}{base}{', incomplete' if mapper.is_incomplete else ''}"


def _described(column: Column) -> str:
    words = [
        "expression" if column.is_expression else "column",
        "primary key" if column.is_primary_key else "",
        f"references {column.foreign_key}" if column.foreign_key is not None else "",
        "deferred" if column.is_deferred else "",
        "server default" if column.has_server_default else "",
        f"{column.onupdate} onupdate" if column.onupdate else "",
        "server onupdate" if column.has_server_onupdate else "",
    ]
    return ", ".join(word for word in words if word)


def _ends(relationship: Relationship) -> str:
    words = [
        _target(relationship),
        str(relationship.direction),
        "collection" if relationship.is_collection else "scalar",
        f"lazy {_strategy(relationship)}",
        f"reverse of {relationship.back_populates}" if relationship.back_populates else "",
    ]
    return ", ".join(word for word in words if word)


def _target(relationship: Relationship) -> str:
    target = relationship.target
    return f"unknown ({target.reason})" if isinstance(target, Unknown) else target


def _strategy(relationship: Relationship) -> str:
    return "unknown" if relationship.is_strategy_unknown else str(relationship.strategy)


def _through(proxy: AssociationProxy) -> str:
    return f"{proxy.relationship}.{proxy.attribute}" if proxy.attribute else proxy.relationship


def _as_json(mapper: Mapper) -> dict[str, _Json]:
    return {
        "name": mapper.name,
        "table": mapper.table,
        "base": mapper.base,
        "inheritance": str(mapper.inheritance),
        "is_incomplete": mapper.is_incomplete,
        "place": _json_place(mapper.place),
        "columns": [_json_column(column) for column in mapper.columns.values()],
        "relationships": [_json_relationship(each) for each in mapper.relationships.values()],
        "association_proxies": {name: _through(proxy) for name, proxy in mapper.proxies.items()},
        "synonyms": dict(mapper.synonyms),
    }


def _json_column(column: Column) -> dict[str, _Json]:
    return {
        "name": column.name,
        "is_primary_key": column.is_primary_key,
        "foreign_key": column.foreign_key,
        "is_deferred": column.is_deferred,
        "is_expression": column.is_expression,
        "has_server_default": column.has_server_default,
        "onupdate": column.onupdate or None,
        "place": _json_place(column.place),
    }


def _json_relationship(relationship: Relationship) -> dict[str, _Json]:
    target = relationship.target
    return {
        "name": relationship.name,
        "target": None if isinstance(target, Unknown) else target,
        "unknown": target.reason if isinstance(target, Unknown) else None,
        "direction": str(relationship.direction),
        "is_collection": relationship.is_collection,
        "lazy": _strategy(relationship),
        "back_populates": relationship.back_populates,
        "place": _json_place(relationship.place),
    }


def _json_place(place: SourcePlace) -> dict[str, _Json]:
    return {"path": place.path, "line": line_of(place.at), "column": column_of(place.at) + 1}


def _mermaid(mappers: list[Mapper]) -> Iterator[str]:
    yield "erDiagram"
    short = _short_names(mappers)
    for mapper in mappers:
        yield f"    {short[mapper.name]} {{"
        for column in mapper.columns.values():
            marks = ["PK"] if column.is_primary_key else []
            marks += ["FK"] if column.foreign_key is not None else []
            kind = "expression" if column.is_expression else "column"
            yield f"        {kind} {column.name} {', '.join(marks)}".rstrip()
        yield "    }"
    for mapper in mappers:
        for relationship in mapper.relationships.values():
            if relationship.owner == mapper.name and relationship.target in short:
                ends = _LINES[relationship.direction]
                yield (
                    f"    {short[mapper.name]} {ends} {short[str(relationship.target)]} : "
                    f'"{relationship.name} ({_strategy(relationship)})"'
                )


def _short_names(mappers: list[Mapper]) -> dict[str, str]:
    """Class names, or qualified names where two classes share one: Mermaid wants no dots."""
    names = [mapper.class_name for mapper in mappers]
    return {
        mapper.name: mapper.class_name
        if names.count(mapper.class_name) == 1
        else mapper.name.replace(".", "_")
        for mapper in mappers
    }
