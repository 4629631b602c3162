"""Loader options and mapped defaults to load plans: what a query loads of an entity, and of those behind it.

Goes in: the options of a statement and the mappers. Comes out: a `Plan` for each selected entity, which answers for
any attribute whether the query loads it. Semantics: R3 to R17 and R34.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from saalint.interpret.domain.values import EntityTarget, OptionEntry, Statement
from saalint.interpret.events import LoadState
from saalint.interpret.record import record, replace
from saalint.project.mapped import (
    Column,
    Direction,
    Inheritance,
    LoaderStrategy,
    Mapper,
    Relationship,
    Unknown,
)

# strategies by which a query loads what is behind a relationship too; what `contains_eager()` takes from a join is
# there anyway
LOADING = frozenset({"selectin", "joined", "subquery", "immediate"})
EAGER = LOADING | {"contains_eager"}
_STATE_OF_OPTION = {
    "select": LoadState.UNLOADED,
    "raise": LoadState.RAISING,
    "raise_on_sql": LoadState.RAISING,
    "noload": LoadState.LOADED,
}
# what these load comes with the columns of the class that has the relationship, as `immediate` does not
_WITH_COLUMNS = ("selectin", "joined", "subquery")
_LAZY_BY_OPTION = ("raise", "raise_on_sql")
_JOINED = ("joined", "contains_eager")
# a chain of joins this long is a mistake of ours
_LONGEST_CHAIN = 8
_COLUMN_OPTIONS = frozenset(
    {"from_statement", "load_only", "defer", "undefer", "undefer_group", "selectin_polymorphic"}
)


class Answering:
    """What has answers that are looked up once, and are no part of what it is."""

    __slots__ = ("columns", "strategies")

    columns: dict[tuple[str, str], LoadState]
    strategies: dict[tuple[str, str], str]


@record()
class Plan(Answering):
    """What a query loads of one entity.

    `entries` are the options that apply here or below, their paths beginning at this entity. `trail` are the mappers
    on the way from the query's root, which stop mapped eager loading from going in circles; `led_here` those on the way
    to the object whose lazy load or eager load the query is. `subclasses` are loaded with their own columns.
    `is_vague` holds where options are present that could not be read, `has_options` where any are. `is_refresh` is that
    of an object fetched again, with which mapped loading by queries of its own does not stop.
    """

    mapper: str
    entries: tuple[OptionEntry, ...] = ()
    trail: tuple[str, ...] = ()
    subclasses: tuple[str, ...] = ()
    is_vague: bool = False
    depths: tuple[tuple[str, int], ...] = ()
    led_here: tuple[str, ...] = ()
    has_options: bool = False
    is_refresh: bool = False

    def own(self) -> Iterable[OptionEntry]:
        """The entries that speak of this entity's own attributes, in the order given."""
        return (
            entry
            for entry in self.entries
            if len(entry.path) == 1 and entry.strategy not in _COLUMN_OPTIONS
        )

    def puts_off(self, name: str) -> bool:
        """Whether `defer()` leaves a column out."""
        return any(
            len(entry.path) == 1
            and entry.strategy == "defer"
            and (name in entry.names or "*" in entry.names)
            for entry in self.entries
        )

    def leaves_out(self, name: str) -> bool:
        """Whether `load_only()` names other columns."""
        only = _load_only(self)
        return only is not None and name not in only


def plan_for(target: EntityTarget, statement: Statement, mappers: Mapping[str, Mapper]) -> Plan:
    """The plan of one selected entity under the options of its statement."""
    entries = tuple(
        entry
        for option in statement.options
        for entry in option.entries
        if _applies(option.root, entry, target, mappers)
    )
    return Plan(
        target.mapper,
        entries,
        subclasses=target.subclasses,
        is_vague=statement.has_unknown_options,
        has_options=bool(statement.options),
    )


def _applies(
    root: str | None, entry: OptionEntry, target: EntityTarget, mappers: Mapping[str, Mapper]
) -> bool:
    if not entry.path:
        return root is None or is_kin(root, target.mapper, mappers)
    first = entry.path[0]
    if first.alias != target.alias:
        return False
    return not first.owner or is_kin(first.owner, target.mapper, mappers)


def is_kin(one: str, other: str, mappers: Mapping[str, Mapper]) -> bool:
    """Whether one of two mapped classes inherits from the other, or they are the same."""
    return one == other or one in ancestors(other, mappers) or other in ancestors(one, mappers)


def key_back(relationship: Relationship, mappers: Mapping[str, Mapper]) -> str | None:
    """The column by which the objects behind a one-to-many reference their owner, where there is one such column."""
    owner, target = mappers.get(relationship.owner), mappers.get(str(relationship.target))
    if relationship.direction is not Direction.ONE_TO_MANY or owner is None or target is None:
        return None
    back = target.relationships.get(relationship.back_populates or "")
    if back is not None:
        return back.foreign_key
    keys = {f"{owner.table}.{name}" for name in owner.primary_key}
    found = [column.name for column in target.columns.values() if column.foreign_key in keys]
    return found[0] if len(found) == 1 and not relationship.has_custom_join else None


def ancestors(name: str, mappers: Mapping[str, Mapper]) -> tuple[str, ...]:
    """The mapped classes that a mapped class inherits from, nearest first."""
    found: list[str] = []
    mapper = mappers.get(name)
    while mapper is not None and mapper.base is not None and mapper.base not in found:
        found.append(mapper.base)
        mapper = mappers.get(mapper.base)
    return tuple(found)


def relationship_state(
    plan: Plan, relationship: Relationship, mappers: Mapping[str, Mapper]
) -> LoadState:
    """The state that the query leaves a relationship in."""
    if _goes_along(plan, relationship, mappers):
        return LoadState.LOADED
    state = _STATE_OF_OPTION.get(strategy_of(plan, relationship, mappers), LoadState.UNLOADED)
    if plan.is_vague and state is not LoadState.LOADED:
        return LoadState.UNKNOWN
    if relationship.is_strategy_unknown and not any(_explicit(plan, relationship.name)):
        return LoadState.UNKNOWN
    return state


def _goes_along(plan: Plan, relationship: Relationship, mappers: Mapping[str, Mapper]) -> bool:
    # `noload()` leaves it loaded and empty: no object comes from there
    return strategy_of(plan, relationship, mappers) in EAGER


def _explicit(plan: Plan, name: str) -> Iterable[str]:
    return (entry.strategy for entry in plan.own() if entry.path[0].attribute == name)


def strategy_of(plan: Plan, relationship: Relationship, mappers: Mapping[str, Mapper]) -> str:
    """The strategy in force for a relationship: an option for it, a wildcard, or what the mapping says."""
    if not hasattr(plan, "strategies"):
        # each object of a query is asked for each of its relationships, again with each object it may be
        plan.strategies = {}
    key = (relationship.owner, relationship.name)
    known = plan.strategies.get(key)
    if known is None:
        known = _strategy_of(plan, relationship, mappers)
        owner = mappers.get(relationship.owner)
        if owner is not None and known in _WITH_COLUMNS:
            # `select(Animal).options(selectinload(Dog.toys))` (semantics: C12b)
            is_selected = _is_selected(plan, owner, relationship.name, mappers)
            known = known if is_selected else "select"
        plan.strategies[key] = known
    return known


def _strategy_of(plan: Plan, relationship: Relationship, mappers: Mapping[str, Mapper]) -> str:
    explicit = [one for one in _explicit(plan, relationship.name) if one != "default"]
    if explicit:
        return explicit[-1]
    depth = dict(plan.depths).get(relationship.name, 0)
    if depth != 0:
        return "selectin"
    wildcard = list(_explicit(plan, "*"))
    if wildcard:
        return wildcard[-1]
    strategy = relationship.strategy
    if strategy is LoaderStrategy.JOINED and _written(plan) is not None:
        return "select"
    if strategy.is_eager and not _may_load_again(plan, relationship, mappers):
        return "select"
    return strategy.value


def is_named(plan: Plan, relationship: Relationship) -> bool:
    """Whether an option speaks of a relationship by its name."""
    return any(True for _ in _explicit(plan, relationship.name))


def reaching_state(
    plan: Plan, relationship: Relationship, mappers: Mapping[str, Mapper]
) -> LoadState | None:
    """What an option makes of a relationship that an object of the session has not loaded (semantics: R12).

    None where the mapping says the same already: nothing is changed then.
    """
    strategy = strategy_of(plan, relationship, mappers)
    mapped = relationship.strategy.value
    state = _STATE_OF_OPTION.get(strategy)
    is_changed = strategy != mapped and (state is LoadState.RAISING or mapped in _LAZY_BY_OPTION)
    return state if is_changed and state is not LoadState.LOADED else None


def _may_load_again(plan: Plan, relationship: Relationship, mappers: Mapping[str, Mapper]) -> bool:
    # mapped eager loading stops where its target is on the way already, unless join_depth says how far it goes;
    # `lazy="immediate"` never stops (semantics: R4, B105d), and is what a refresh makes of `selectin` and `subquery`:
    # with `Author.books` mapped so, `session.refresh(book)` loads the books of the author that is joined to the book
    target = relationship.target
    if relationship.strategy is LoaderStrategy.IMMEDIATE or isinstance(target, Unknown):
        return True
    is_joined = relationship.strategy is LoaderStrategy.JOINED
    if plan.is_refresh and not is_joined and relationship.direction is not Direction.MANY_TO_ONE:
        return True
    way = (*plan.trail, plan.mapper)
    if not is_joined:
        # a query for each level knows what the lazy load came from, a join knows the lazy load's own query only
        way = (*plan.led_here, *way)
    if relationship.join_depth is not None:
        return len(way) <= relationship.join_depth
    return not any(is_kin(target, name, mappers) for name in way)


def target_plan(
    plan: Plan, relationship: Relationship, target: str, mappers: Mapping[str, Mapper]
) -> Plan:
    """The plan of the entities behind a relationship: the entries that go on there, and what propagates."""
    below: list[OptionEntry] = []
    subclasses: tuple[str, ...] = ()
    depths: dict[str, int] = {}
    strategy = strategy_of(plan, relationship, mappers)
    for entry in (one for one in plan.entries if one.path):
        first = entry.path[0]
        if first.attribute == relationship.name and len(entry.path) > 1:
            below.append(OptionEntry(entry.path[1:], entry.strategy, entry.names, entry.depth))
        elif first.attribute == relationship.name:
            subclasses += first.of_type
            if entry.depth is not None:
                depths[relationship.name] = entry.depth
        elif _is_bare_wildcard(entry) and strategy != "immediate":
            # a bare `raiseload("*")` covers every level of the query (semantics: R12), and lazy loads are no level
            below.append(entry)
    left = dict(plan.depths).get(relationship.name)
    if left is not None and relationship.name not in depths and left != 0:
        depths[relationship.name] = left - 1 if left > 0 else left
    way = (*plan.trail, plan.mapper)
    # all but a join send a query of their own, and a mapped join knows no other way than that of its own query
    is_joined = strategy in _JOINED
    if plan.is_refresh and not is_joined and relationship.direction is Direction.ONE_TO_MANY:
        # the load of one author's books by themselves turns the eager way back off
        below = [one for one in below if one.path[0].attribute != relationship.back_populates]
    return Plan(
        target,
        tuple(below),
        way if is_joined else (),
        subclasses,
        plan.is_vague,
        tuple(sorted(depths.items())),
        plan.led_here if is_joined else (*plan.led_here, *way),
        plan.has_options,
        plan.is_refresh and is_joined,
    )


def _is_bare_wildcard(entry: OptionEntry) -> bool:
    return len(entry.path) == 1 and entry.path[0].attribute == "*" and not entry.path[0].owner


def lazy_plan(
    plan: Plan, relationship: Relationship, target: str, mappers: Mapping[str, Mapper]
) -> Plan:
    """The plan of a lazy load: a query of its own, with the options that the object was loaded with."""
    kept = stored(plan)
    below = target_plan(kept, relationship, target, mappers)
    return replace(below, trail=(), led_here=(*kept.led_here, plan.mapper))


def stored(plan: Plan) -> Plan:
    """What an object keeps of the plan it was loaded by, for the loads to come: all but a bare `raiseload("*")`.

    A refresh begins at the object, wherever its first query began.
    """
    entries = tuple(entry for entry in plan.entries if not _is_bare_wildcard(entry))
    led_here = (*plan.led_here, *plan.trail) if plan.has_options else ()
    return replace(plan, entries=entries, trail=(), led_here=led_here, is_refresh=False)


def ways_below(
    plan: Plan, mappers: Mapping[str, Mapper], came: Relationship | None
) -> Iterator[tuple[Relationship, Plan]]:
    """The relationships of an entity that a query loads too, and the plans of what is behind them.

    The way back of the one-to-many that it `came` by leads to the object itself, and is left out where it ends there.
    """
    for relationship in _relationships(plan, mappers):
        target = relationship.target
        if not isinstance(target, str) or not _goes_along(plan, relationship, mappers):
            continue
        is_way_back = (
            came is not None
            and came.direction is Direction.ONE_TO_MANY
            and came.back_populates == relationship.name
        )
        below = target_plan(plan, relationship, target, mappers)
        if not is_way_back or below.entries:
            yield relationship, below


def _relationships(plan: Plan, mappers: Mapping[str, Mapper]) -> Iterable[Relationship]:
    mapper = mappers.get(plan.mapper)
    return () if mapper is None else mapper.relationships.values()


def looked_up(plan: Plan, mappers: Mapping[str, Mapper], *, is_refresh: bool) -> list[Relationship]:
    """The many-to-one relationships whose targets eager loading looks up by their key, as a lazy load does.

    `immediateload()` does so always; in a refresh all but joins do.
    """
    strategies = ("immediate", "selectin", "subquery") if is_refresh else ("immediate",)
    return [
        relationship
        for relationship in _relationships(plan, mappers)
        if relationship.direction is Direction.MANY_TO_ONE
        and isinstance(relationship.target, str)
        and strategy_of(plan, relationship, mappers) in strategies
    ]


def plans_back(plan: Plan, mappers: Mapping[str, Mapper]) -> list[Plan]:
    """The plans by which a query comes back to the object itself, over a relationship and its other side."""
    found: list[Plan] = []
    for relationship, below in ways_below(plan, mappers, None):
        target = mappers.get(below.mapper)
        if target is None:
            continue
        back = target.relationships.get(relationship.back_populates or "")
        if back is None or not isinstance(back.target, str):
            continue
        if _goes_along(below, back, mappers):
            found.append(target_plan(below, back, back.target, mappers))
    return found


def column_state(
    plan: Plan, column: Column, mapper: Mapper, mappers: Mapping[str, Mapper]
) -> LoadState:
    """The state that the query leaves a column attribute in. `mapper` is the entity's own."""
    if not hasattr(plan, "columns"):
        plan.columns = {}
    key = (mapper.name, column.name)
    known = plan.columns.get(key)
    if known is None:
        known = plan.columns[key] = _column_state(plan, column, mapper, mappers)
    return known


def _column_state(
    plan: Plan, column: Column, mapper: Mapper, mappers: Mapping[str, Mapper]
) -> LoadState:
    if column.is_primary_key:
        return LoadState.LOADED
    state = LoadState.UNLOADED if column.is_deferred else LoadState.LOADED
    written = _written(plan)
    if written is not None:
        return state if column.name in written else LoadState.UNLOADED
    if not _is_selected(plan, mapper, column.name, mappers):
        return LoadState.UNKNOWN if plan.is_vague else LoadState.UNLOADED
    for entry in plan.entries:
        if entry.path and len(entry.path) == 1 and entry.path[0].attribute == "":
            state = _column_option(entry, column, state)
    only = _load_only(plan)
    if only is not None:
        state = LoadState.LOADED if column.name in only else _deferred(plan)
    if plan.is_vague and state is LoadState.UNLOADED:
        return LoadState.UNKNOWN
    if column.is_deferred_raiseload and state is LoadState.UNLOADED:
        return LoadState.RAISING
    return state


def _written(plan: Plan) -> frozenset[str] | None:
    # the columns that a statement written by hand selects: nothing else is, and nothing is joined to it
    for entry in plan.entries:
        if entry.strategy == "from_statement" and len(entry.path) == 1:
            return frozenset(entry.names)
    return None


def _deferred(plan: Plan) -> LoadState:
    raising = any(
        entry.strategy == "load_only" and "raiseload" in entry.names[:1] for entry in plan.entries
    )
    return LoadState.RAISING if raising else LoadState.UNLOADED


def _load_only(plan: Plan) -> frozenset[str] | None:
    found: set[str] | None = None
    for entry in plan.entries:
        if entry.strategy == "load_only" and len(entry.path) == 1:
            found = (found or set()) | set(entry.names)
    return None if found is None else frozenset(found)


def _column_option(entry: OptionEntry, column: Column, state: LoadState) -> LoadState:
    named = column.name in entry.names
    everything = "*" in entry.names
    match entry.strategy:
        case "defer" if named:
            return LoadState.UNLOADED
        case "defer" if everything and state is LoadState.LOADED:
            return LoadState.UNLOADED
        case "defer_raise" if named or everything:
            return LoadState.RAISING
        case "undefer" if named or everything:
            return LoadState.LOADED
        case "undefer_group" if column.deferred_group in entry.names:
            return LoadState.LOADED
        case _:
            return state


def _is_selected(plan: Plan, mapper: Mapper, name: str, mappers: Mapping[str, Mapper]) -> bool:
    # a query of the base leaves out what a subclass adds: its columns, and what is loaded with them (semantics: R34)
    base = mappers.get(plan.mapper)
    if base is None or base.maps(name) or mapper.inheritance is Inheritance.CONCRETE:
        return True
    chosen = {*plan.subclasses, *base.with_polymorphic}
    for entry in plan.entries:
        if entry.strategy == "selectin_polymorphic" and len(entry.path) == 1:
            chosen |= set(entry.names)
    if "*" in chosen:
        return True
    known = [
        mappers[one] for one in (mapper.name, *ancestors(mapper.name, mappers)) if one in mappers
    ]
    owners = [one for one in known if one.maps(name)]
    return any(one.name in chosen or one.polymorphic_load for one in owners) or any(
        subclass in chosen for subclass in mapper.subclasses
    )


def needs_unique(plan: Plan, mappers: Mapping[str, Mapper], depth: int = 0) -> bool:
    """Whether rows of the query repeat because a collection is loaded by a join (semantics: R17)."""
    if depth > _LONGEST_CHAIN:
        return False
    for relationship in _relationships(plan, mappers):
        if not _is_joined(plan, relationship):
            continue
        if relationship.is_collection:
            return True
        target = relationship.target
        is_followed = strategy_of(plan, relationship, mappers) in _JOINED
        if (
            isinstance(target, str)
            and is_followed
            and needs_unique(target_plan(plan, relationship, target, mappers), mappers, depth + 1)
        ):
            return True
    return False


def _is_joined(plan: Plan, relationship: Relationship) -> bool:
    # SQLAlchemy counts a collection that the mapping joins before it sees that the join would go in circles
    explicit = list(_explicit(plan, relationship.name))
    if explicit:
        return all(strategy in _JOINED for strategy in explicit)
    wildcard = list(_explicit(plan, "*"))
    if wildcard:
        return wildcard[-1] in _JOINED
    if plan.is_vague or relationship.is_strategy_unknown or _written(plan) is not None:
        return False
    return relationship.strategy is LoaderStrategy.JOINED
