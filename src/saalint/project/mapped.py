"""What the project model knows of mapped classes: mappers with their columns, relationships and proxies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from saalint.source.positions import Place, line_of

UNKNOWN_NAME = "?"
"""What stands for the name of a table or column that is computed at run time."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not known, with the reason in words."""

    reason: str


@dataclass(frozen=True, slots=True, order=True)
class SourcePlace:
    """A place in a file of the project, or of an installed package."""

    path: str
    at: Place

    @property
    def shown(self) -> str:
        """The place as people are told of it: `app/api.py:12`."""
        return f"{self.path}:{line_of(self.at)}"


class LoaderStrategy(StrEnum):
    """SQLAlchemy's relationship loader strategies; `lazy=True` is SELECT, `False` JOINED, `None` NOLOAD."""

    SELECT = "select"
    SELECTIN = "selectin"
    JOINED = "joined"
    SUBQUERY = "subquery"
    IMMEDIATE = "immediate"
    RAISE = "raise"
    RAISE_ON_SQL = "raise_on_sql"
    NOLOAD = "noload"
    DYNAMIC = "dynamic"
    WRITE_ONLY = "write_only"

    @property
    def is_eager(self) -> bool:
        """Whether a query for the owner loads the relationship too."""
        return self in _EAGER


_EAGER = frozenset(
    {
        LoaderStrategy.SELECTIN,
        LoaderStrategy.JOINED,
        LoaderStrategy.SUBQUERY,
        LoaderStrategy.IMMEDIATE,
    }
)


class Direction(StrEnum):
    """SQLAlchemy's relationship directions; a one-to-one is MANY_TO_ONE on the side with the foreign key."""

    MANY_TO_ONE = "many-to-one"
    ONE_TO_MANY = "one-to-many"
    MANY_TO_MANY = "many-to-many"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column attribute (`column_property` and composites included).

    `foreign_key` is `table.column` as far as known (`?` where not); `server_default` covers `FetchedValue` and
    `Identity`; `onupdate` is `sql` for a SQL expression, `python` for a value or callable, empty for none.
    `is_kept_by_flush` holds for `column_property(..., expire_on_flush=False)`, `is_required` for what is told to be
    NOT NULL.
    `column_name` is the name in the table, `table` the table's name; both are empty where there is no single column.
    """

    name: str
    owner: str
    place: SourcePlace
    is_primary_key: bool = False
    is_required: bool = False
    foreign_key: str | None = None
    is_deferred: bool = False
    deferred_group: str | None = None
    is_deferred_raiseload: bool = False
    has_server_default: bool = False
    has_sql_default: bool = False
    has_default: bool = False
    onupdate: str = ""
    has_server_onupdate: bool = False
    is_computed: bool = False
    is_expression: bool = False
    has_active_history: bool = False
    is_kept_by_flush: bool = False
    column_name: str = ""
    table: str = ""


@dataclass(frozen=True, slots=True)
class Association:
    """The table between the two sides of a many-to-many, by the qualified name of the variable that holds it.

    `own` is its column that references the one primary key of the owner, `other` that of the target.
    """

    table: str
    own: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """A relationship of a mapper. `owner` and `target` are qualified class names.

    `foreign_keys` are the column attribute names of the owner that a many-to-one reads (empty: not known);
    `targets_primary_key` is False where the foreign key is known to reference something else; `association` is None
    where there is no table between the two sides, or one of which more is to be known than a column for either.
    """

    name: str
    owner: str
    target: str | Unknown
    is_collection: bool
    direction: Direction
    strategy: LoaderStrategy
    place: SourcePlace
    back_populates: str | None = None
    join_depth: int | None = None
    cascade: frozenset[str] = frozenset({"save-update", "merge"})
    foreign_keys: tuple[str, ...] = ()
    targets_primary_key: bool = True
    association: Association | None = None
    is_viewonly: bool = False
    has_active_history: bool = False
    is_single_parent: bool = False
    has_passive_deletes: bool = False
    has_custom_join: bool = False
    is_dict_collection: bool = False
    is_strategy_unknown: bool = False
    is_strategy_implicit: bool = False

    @property
    def foreign_key(self) -> str | None:
        """The one foreign key that a many-to-one reads; None where that is not known, or several columns."""
        return self.foreign_keys[0] if len(self.foreign_keys) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationProxy:
    """`name = association_proxy(relationship, attribute)`."""

    name: str
    owner: str
    relationship: str
    attribute: str
    place: SourcePlace


class Inheritance(StrEnum):
    """How a mapper's table relates to that of the mapper it inherits from."""

    NONE = "none"
    SINGLE = "single"
    JOINED = "joined"
    CONCRETE = "concrete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapper:
    """One mapped class, with everything inherited from mixins, abstract bases and mapped bases.

    `own_columns` names the columns that this class's table (or, under single inheritance, this class) adds to those
    of `base`. `polymorphic_load` is `inline`, `selectin` or empty; `with_polymorphic` holds the qualified names of
    the subclasses a query of this mapper loads whole, or `("*",)`. `eager_defaults` is `auto`, `yes` or `no`; in
    SQLAlchemy 1.4 `declared`, what the server makes of itself, in place of `yes`.
    `is_incomplete` marks a mapper whose bases could not all be resolved: it may have attributes not listed.
    `synonyms` maps a name to the attribute it stands for. `table` is `?` where its name is computed.
    """

    name: str
    class_name: str
    table: str | None
    place: SourcePlace
    columns: Mapping[str, Column]
    relationships: Mapping[str, Relationship]
    proxies: Mapping[str, AssociationProxy] = field(default_factory=dict)
    synonyms: Mapping[str, str] = field(default_factory=dict)
    base: str | None = None
    subclasses: tuple[str, ...] = ()
    inheritance: Inheritance = Inheritance.NONE
    own_columns: frozenset[str] = frozenset()
    polymorphic_load: str = ""
    with_polymorphic: tuple[str, ...] = ()
    eager_defaults: str = "auto"
    has_async_attrs: bool = False
    is_dataclass: bool = False
    is_incomplete: bool = False

    @property
    def primary_key(self) -> tuple[str, ...]:
        """The names of the primary key's attributes."""
        return tuple(column.name for column in self.columns.values() if column.is_primary_key)

    @property
    def single_key(self) -> str | None:
        """The name of the primary key's attribute where it is one; None for a composite key."""
        names = self.primary_key
        return names[0] if len(names) == 1 else None

    def maps(self, name: str) -> bool:
        """Whether it has a column or a relationship of a name."""
        return name in self.columns or name in self.relationships

    @property
    def foreign_keys(self) -> tuple[str, ...]:
        """The names of the columns that many-to-one relationships read, and of those that reference another row."""
        found = [
            name
            for one in self.relationships.values()
            if one.direction is Direction.MANY_TO_ONE
            for name in one.foreign_keys
        ]
        found += [one.name for one in self.columns.values() if one.foreign_key is not None]
        return tuple(dict.fromkeys(found))
