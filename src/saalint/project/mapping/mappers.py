"""Drafts of all mapped classes to mappers: targets, directions, backrefs and inheritance filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from saalint.facts.expressions import Sequence, short_name
from saalint.facts.written_out import is_none
from saalint.library.names import LibraryNames, Role
from saalint.project.mapped import (
    UNKNOWN_NAME,
    Column,
    Direction,
    Inheritance,
    LoaderStrategy,
    Mapper,
    Relationship,
    Unknown,
)
from saalint.project.mapping.backrefs import backref_of
from saalint.project.mapping.columns import DeclaredColumn
from saalint.project.mapping.declarative import Declarative
from saalint.project.mapping.drafts import Draft, Drafting
from saalint.project.mapping.imperative import Imperative
from saalint.project.mapping.joins import ColumnKey, Join, Joins, KeyReference
from saalint.project.mapping.relationships import DeclaredRelationship
from saalint.project.mapping.targets import Targets
from saalint.project.names.bound import Bound
from saalint.project.names.classes import Classes
from saalint.project.names.reading import Reader
from saalint.project.names.symbols import Symbols

_OPPOSITE = {
    Direction.MANY_TO_ONE: Direction.ONE_TO_MANY,
    Direction.ONE_TO_MANY: Direction.MANY_TO_ONE,
    Direction.MANY_TO_MANY: Direction.MANY_TO_MANY,
    Direction.UNKNOWN: Direction.UNKNOWN,
}


def build_mappers(
    symbols: Symbols,
    classes: Classes,
    names: LibraryNames,
    reader: Reader,
    imperative: Imperative,
) -> Mapping[str, Mapper]:
    """The mappers of all modules, by the qualified name of their class."""
    declarative = Declarative(symbols, classes, names, reader, imperative.tables_of_classes)
    return _Building(symbols, classes, reader, declarative, imperative).mappers()


class _Building:
    def __init__(
        self,
        symbols: Symbols,
        classes: Classes,
        reader: Reader,
        declarative: Declarative,
        imperative: Imperative,
    ) -> None:
        self._classes = classes
        self._reader = reader
        self._declarative = declarative
        self._mapped = sorted(
            (name for name in classes.names() if declarative.is_mapped(name)),
            key=lambda name: (len(classes.mro(name)), name),
        )
        drafting = Drafting(symbols, classes, reader, declarative)
        for name in self._mapped:
            drafting.draft(name, imperative.added.get(name, {}))
        self._drafts: Mapping[str, Draft] = drafting.drafts
        self._targets = Targets(reader, declarative, self._mapped)
        self._joins = Joins(reader, declarative, self._targets, self._drafts)
        self._relationships: dict[tuple[str, str], Relationship] = {}

    def mappers(self) -> Mapping[str, Mapper]:
        for name in self._mapped:
            for declared in tuple(self._drafts[name].relationships.values()):
                if declared.owner == name and declared.target_class is None:
                    self._relate(declared)
        self._mirror()
        return {name: self._mapper(name) for name in sorted(self._mapped)}

    def _relate(self, declared: DeclaredRelationship) -> None:
        target = self._targets.target(declared.target, declared.owner)
        if isinstance(target, Unknown):
            self._finish(declared, target, Join(Direction.UNKNOWN))
            return
        join = self._joins.join(declared, target)
        self._finish(declared, target, join)
        reverse = backref_of(self._reader, declared, target)
        if reverse is None:
            return
        known = self._drafts[target].relationships
        if reverse.name not in known:
            self._spread(reverse)
            opposite = _OPPOSITE[join.direction]
            back = self._joins.join(reverse, declared.owner, forced=opposite)
            self._finish(reverse, declared.owner, back)
        forward = self._relationships[declared.owner, declared.name]
        self._relationships[declared.owner, declared.name] = replace(
            forward, back_populates=reverse.name
        )

    def _spread(self, reverse: DeclaredRelationship) -> None:
        """A backref is inherited by the subclasses of the class it is put on."""
        self._drafts[reverse.owner].relationships[reverse.name] = reverse
        for name in self._classes.subclasses(reverse.owner):
            draft = self._drafts.get(name)
            if draft is not None and draft.inheritance is not Inheritance.CONCRETE:
                draft.relationships.setdefault(reverse.name, reverse)

    def _finish(self, declared: DeclaredRelationship, target: str | Unknown, join: Join) -> None:
        self._relationships[declared.owner, declared.name] = Relationship(
            name=declared.name,
            owner=declared.owner,
            target=target,
            is_collection=self._is_collection(declared, join.direction),
            direction=join.direction,
            strategy=declared.strategy,
            place=declared.place,
            back_populates=declared.back_populates,
            join_depth=declared.join_depth,
            cascade=declared.cascade,
            foreign_keys=join.foreign_keys,
            targets_primary_key=join.targets_primary_key,
            association=join.association,
            is_viewonly=declared.is_viewonly,
            has_active_history=declared.has_active_history,
            is_single_parent=declared.is_single_parent,
            has_passive_deletes=declared.has_passive_deletes,
            has_custom_join=declared.primaryjoin is not None or declared.secondaryjoin is not None,
            is_dict_collection=declared.is_dict,
            is_strategy_unknown=declared.is_strategy_unknown,
            is_strategy_implicit=declared.is_strategy_implicit,
        )

    def _is_collection(self, declared: DeclaredRelationship, direction: Direction) -> bool:
        if declared.uselist is not None:
            return declared.uselist
        if declared.strategy in {LoaderStrategy.DYNAMIC, LoaderStrategy.WRITE_ONLY}:
            return True
        if direction is not Direction.UNKNOWN:
            return direction is not Direction.MANY_TO_ONE
        # The foreign key is not readable: one that the owner has and that points nowhere known speaks for it, and the
        # owner may have one where none of its columns is known.
        owner = self._joins.references(declared.owner)
        has_columns = bool(self._drafts[declared.owner].table_columns)
        return has_columns and not any(
            UNKNOWN_NAME in (*each.target, *each.column) for each in owner
        )

    def _mirror(self) -> None:
        """Where the foreign keys do not tell, the other side of `back_populates` may."""
        for (owner, name), found in tuple(self._relationships.items()):
            if found.direction is not Direction.UNKNOWN or isinstance(found.target, Unknown):
                continue
            other = self._relationship(found.target, found.back_populates)
            declared = self._drafts[owner].relationships.get(name)
            if other is None or declared is None or other.direction is Direction.UNKNOWN:
                continue
            direction = _OPPOSITE[other.direction]
            self._relationships[owner, name] = replace(
                found,
                direction=direction,
                is_collection=self._is_collection(declared, direction),
            )

    def _relationship(self, owner: str, name: str | None) -> Relationship | None:
        draft = self._drafts.get(owner)
        declared = None if draft is None or name is None else draft.relationships.get(name)
        if declared is None:
            return None
        return self._relationships.get((declared.owner, declared.name))

    def _mapper(self, name: str) -> Mapper:
        draft = self._drafts[name]
        arguments = self._declarative.mapper_arguments(name)
        pointing = {each.column: each for each in reversed(self._joins.references(name))}
        relationships = {
            key: self._relationships[declared.owner, declared.name]
            for key, declared in draft.relationships.items()
        }
        return Mapper(
            name=name,
            class_name=short_name(name),
            table=draft.table,
            place=draft.place,
            columns={key: _column(each, pointing) for key, each in draft.columns.items()},
            relationships=relationships,
            proxies=draft.proxies,
            synonyms=draft.synonyms,
            base=draft.parent,
            subclasses=tuple(
                each for each in self._classes.subclasses(name) if each in self._drafts
            ),
            inheritance=draft.inheritance,
            own_columns=frozenset(draft.own_columns),
            polymorphic_load=self._reader.text(arguments.get("polymorphic_load")) or "",
            with_polymorphic=self._with_polymorphic(name, arguments.get("with_polymorphic")),
            eager_defaults=self._eager_defaults(name),
            has_async_attrs=self._declarative.has_role(name, Role.ASYNC_ATTRIBUTES),
            is_dataclass=self._declarative.is_dataclass(name),
            is_incomplete=self._declarative.is_incomplete(name),
        )

    def _with_polymorphic(self, name: str, given: Bound | None) -> tuple[str, ...]:
        if given is None:
            return ()
        items = self._reader.items(given)
        # `("*", None)`: the classes and the selectable.
        if items and isinstance(items[0].expression, Sequence):
            items = self._reader.items(items[0])
        if any(self._reader.text(item) == "*" for item in items):
            return ("*",)
        found = (self._targets.target(item, name) for item in items if not is_none(item.expression))
        return tuple(each for each in found if isinstance(each, str))

    def _eager_defaults(self, name: str) -> str:
        # what the base of a hierarchy says holds for all of it, whatever a subclass says
        parent = self._drafts[name].parent
        if parent is not None:
            return self._eager_defaults(parent)
        given = self._declarative.mapper_arguments(name).get("eager_defaults")
        value = None if given is None else self._reader.constant(given)
        if not isinstance(value, bool):
            returning = self._declarative.table_option(name, "implicit_returning")
            return "auto" if self._reader.flag(returning, default=True) else "no"
        return "yes" if value else "no"


def _column(declared: DeclaredColumn, pointing: Mapping[ColumnKey, KeyReference]) -> Column:
    column = declared.column
    reference = pointing.get((column.table, column.column_name))
    if reference is None or column.is_expression:
        return column
    return replace(column, foreign_key=".".join(reference.target))
