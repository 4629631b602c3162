"""A relationship to the loader that a query is best given for it, in messages and in fixes alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from saalint.project.mapped import Direction, LoaderStrategy, Mapper, Relationship

SELECTIN = "selectinload"
JOINED = "joinedload"

_LAZY = frozenset({LoaderStrategy.SELECT, LoaderStrategy.RAISE, LoaderStrategy.RAISE_ON_SQL})


@dataclass(frozen=True, slots=True)
class LoaderChoice:
    """Chooses loaders. `to_one` is the one that the settings have for a relationship to one object."""

    mappers: Mapping[str, Mapper] = field(default_factory=dict)
    to_one: str = JOINED

    def of(self, mapper: str, attribute: str, *, is_collection: bool) -> str:
        """The loader of an attribute, which `is_collection` or leads to one object."""
        if is_collection or self._is_unsuited_to_joins(mapper, attribute):
            return SELECTIN
        return self.to_one

    def is_only_looked_up(self, mapper: str, attribute: str, way: Collection[str]) -> bool:
        """Whether a refresh takes it from the session and never fetches it: a parent of its own class.

        So it is with what is of a class that was met on the `way` to its owner.
        """
        relationship = self._relationship(mapper, attribute)
        if relationship is None or relationship.direction is not Direction.MANY_TO_ONE:
            return False
        return relationship.strategy in _LAZY and relationship.target in {mapper, *way}

    def _is_unsuited_to_joins(self, mapper: str, attribute: str) -> bool:
        relationship = self._relationship(mapper, attribute)
        if relationship is None:
            return False
        if relationship.direction is not Direction.MANY_TO_ONE:
            # nothing but the data says that one row only refers to this one: two would give it twice
            return True
        # the collections that a joined object brings along by a join would ask for `unique()`
        target = relationship.target
        found = self.mappers.get(target) if isinstance(target, str) else None
        joined = LoaderStrategy.JOINED
        return found is None or any(r.strategy is joined for r in found.relationships.values())

    def _relationship(self, mapper: str, attribute: str) -> Relationship | None:
        owner = self.mappers.get(mapper)
        return None if owner is None else owner.relationships.get(attribute)
