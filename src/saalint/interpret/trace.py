"""Traces: the loader path that would have loaded an attribute, and the steps from a query to a read."""

from __future__ import annotations

from saalint.interpret.events import LoaderStep
from saalint.interpret.heap import Entity
from saalint.project.mapped import Column, Relationship


def loader_path(
    entity: Entity, owner: str, attribute: Column | Relationship
) -> tuple[LoaderStep, ...]:
    """From the entity the query selected to the attribute that was read."""
    is_collection = isinstance(attribute, Relationship) and attribute.is_collection
    steps = [LoaderStep(*link) for link in entity.path]
    return (*steps, LoaderStep(owner, attribute.name, is_collection))
