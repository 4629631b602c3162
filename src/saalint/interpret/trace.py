"""Traces: the loader path that would have loaded an attribute, and the steps from a query to a read."""

from __future__ import annotations

from collections.abc import Mapping

from saalint.interpret.domain.heap import Entity
from saalint.interpret.events import LoaderStep
from saalint.project.mapped import Column, Mapper, Relationship


def loader_path(
    mappers: Mapping[str, Mapper], entity: Entity, attribute: Column | Relationship
) -> tuple[LoaderStep, ...]:
    """From the entity the query selected to the attribute that was read."""
    owner = mappers[entity.mapper].class_name
    is_collection = isinstance(attribute, Relationship) and attribute.is_collection
    return (*entity.path, LoaderStep(owner, attribute.name, is_collection, entity.mapper))
