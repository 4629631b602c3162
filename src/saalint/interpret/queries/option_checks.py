"""Loader options that raise: when they are made, when their statement is executed (semantics: R9, R13), or later.

Goes in: an option with its base, a statement, or an object that is loaded again.
Comes out: an event for the first thing that is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from saalint.facts.expressions import short_name
from saalint.interpret.domain.heap import Entity
from saalint.interpret.domain.plans import (
    EAGER,
    Plan,
    ancestors,
    is_kin,
    strategy_of,
    target_plan,
)
from saalint.interpret.domain.values import (
    ClassReference,
    EntityTarget,
    Literal,
    LoaderOption,
    MappedAttribute,
    OptionEntry,
    OptionLink,
    Statement,
    Unknown,
    UnknownTarget,
    Value,
)
from saalint.interpret.events import InvalidOption, Step, UnloadableOption
from saalint.interpret.machine import Machine
from saalint.interpret.orm import unloadable
from saalint.interpret.orm.load_states import plan_of
from saalint.interpret.queries import misuse
from saalint.project.mapped import Direction, Mapper, Relationship
from saalint.source.positions import Place

_Mappers = Mapping[str, Mapper]

# strategies of columns: what two of them may not both say of one column
_COLUMN_STRATEGIES = {
    "load_only": "undefer",
    "undefer": "undefer",
    "defer": "defer",
    "defer_raise": "defer(raiseload=True)",
}
_WRITTEN = {
    "select": "lazyload",
    "raise": "raiseload",
    "raise_on_sql": "raiseload(sql_only=True)",
    "contains_eager": "contains_eager",
    "noload": "noload",
}


def made(
    machine: Machine,
    strategy: str,
    base: LoaderOption,
    arguments: tuple[Value, ...],
    at: Place,
) -> None:
    """`strategy(arguments)` is called, as a function or on the option `base`."""
    if strategy in ("undefer_group", "selectin_polymorphic", "options", "root", "criteria"):
        return
    cursor = base.cursor
    for argument in arguments:
        problem = _problem_of(machine, argument, base.root if not cursor else None, cursor)
        if problem is not None:
            _note(machine, problem, at)
            return
        if strategy not in _COLUMN_STRATEGIES and isinstance(argument, MappedAttribute):
            cursor = (*cursor, _link(argument))


def _problem_of(
    machine: Machine, argument: Value, root: str | None, cursor: tuple[OptionLink, ...]
) -> tuple[str, str] | None:
    mappers = machine.analysis.mappers
    match argument:
        case Literal(value=str(text)) if text != "*":
            if machine.analysis.surroundings.is_legacy:
                return None
            return f'"{text}" is a string', "name an attribute of a mapped class"
        case ClassReference(name=name) if name in mappers:
            return f"`{short_name(name)}` is a class", "name one of its attributes"
        case Unknown(symbol=("undeclared", str(owner), str(name))):
            return f"`{short_name(owner)}` maps no `{name}`", "name an attribute that it maps"
        case MappedAttribute(entity=ClassReference(name=owner), name=name):
            if root is not None and not _is_linked(owner, (root,), mappers):
                return _unlinked(owner, name, f"`{short_name(root)}`")
            if cursor and not _is_linked(owner, _targets(cursor[-1], mappers), mappers):
                last = cursor[-1]
                return _unlinked(owner, name, f"`{short_name(last.owner)}.{last.attribute}`")
            return None
        case _:
            return None


def _unlinked(owner: str, name: str, before: str) -> tuple[str, str]:
    reason = f"`{short_name(owner)}.{name}` does not go on from {before}"
    return reason, "name an attribute of the class that this leads to"


def _link(attribute: MappedAttribute) -> OptionLink:
    entity = attribute.entity
    owner = entity.name if isinstance(entity, ClassReference) else ""
    return OptionLink(owner, attribute.name, attribute.of_type)


def _targets(link: OptionLink, mappers: _Mappers) -> tuple[str, ...]:
    # the classes that a step leads to; none where that is not known
    if link.of_type:
        return link.of_type
    mapper = mappers.get(link.owner)
    relationship = mapper.relationships.get(link.attribute) if mapper is not None else None
    target = relationship.target if relationship is not None else None
    return (target,) if isinstance(target, str) else ()


def _is_linked(owner: str, targets: tuple[str, ...], mappers: _Mappers) -> bool:
    # an attribute of a base class goes on from a subclass, not the other way round
    known = [name for name in (owner, *targets) if name in mappers]
    is_unsure = any(mappers[name].is_incomplete for name in known)
    if not targets or len(known) <= len(targets) or is_unsure:
        return True
    return any(owner == target or owner in ancestors(target, mappers) for target in targets)


def executed(machine: Machine, statement: Statement, at: Place) -> None:
    """A statement is executed with its options."""
    if statement.has_unknown_options:
        # of two options that stand for each other on different paths, both are listed
        return
    problem = next(_problems_of(statement, machine.analysis.mappers), None)
    if problem is not None and not machine.analysis.surroundings.is_legacy:
        _note(machine, problem, at, statement.origin)
    _tell_unloadable(machine, statement, at)


def _tell_unloadable(machine: Machine, statement: Statement, at: Place) -> None:
    # `selectinload(Reader.loans)` where `loans` is `dynamic`: there is no list to put them in (semantics: A49c, A49d)
    mappers = machine.analysis.mappers
    for entry in (entry for option in statement.options for entry in option.entries if entry.path):
        last = entry.path[-1]
        mapper = mappers.get(last.owner)
        relationship = None if mapper is None else mapper.relationships.get(last.attribute)
        if mapper is None or relationship is None or entry.strategy not in EAGER:
            continue
        if relationship.strategy.value in unloadable.KINDS and not relationship.is_strategy_unknown:
            event = UnloadableOption(
                misuse.site(machine, at, 1, statement.origin),
                owner=mapper.class_name,
                attribute=relationship.name,
                option=f"{written(entry.strategy)}()",
                lazy=relationship.strategy.value,
            )
            misuse.note(machine, event)


def loaded_first(machine: Machine, entity: Entity, at: Place) -> bool:
    """A query makes an object: `immediateload()` is a lazy load that comes at once. False where it raises."""
    return _check_alone(machine, entity, frozenset({"immediate"}), at)


def refreshed(machine: Machine, entity: Entity, names: tuple[str, ...] | None, at: Place) -> None:
    """An object is fetched again: what is not joined to its row is loaded relationship by relationship.

    `names` are those that `refresh()` is given, None where it is the whole object, or an expired one.
    """
    relationships = machine.analysis.mappers[entity.mapper].relationships
    if names is None:
        _check_alone(machine, entity, frozenset({"selectin", "subquery", "immediate"}), at)
        return
    for name in names:
        if name in relationships and _strategy_of(machine, entity, relationships[name]) != "joined":
            loaded_alone(machine, entity, relationships[name], at)


def _check_alone(machine: Machine, entity: Entity, strategies: frozenset[str], at: Place) -> bool:
    alone = (
        relationship
        for relationship in machine.analysis.mappers[entity.mapper].relationships.values()
        if _strategy_of(machine, entity, relationship) in strategies
    )
    return all(loaded_alone(machine, entity, relationship, at) for relationship in alone)


def _strategy_of(machine: Machine, entity: Entity, relationship: Relationship) -> str:
    return strategy_of(plan_of(entity), relationship, machine.analysis.mappers)


def loaded_alone(machine: Machine, entity: Entity, relationship: Relationship, at: Place) -> bool:
    """A relationship is loaded by a query of its own, with the options that its owner was loaded with first.

    False where they make it raise.
    """
    if not entity.is_first:
        return True
    problem = _contradicted_way_back(plan_of(entity), relationship, machine.analysis.mappers)
    if problem is None or machine.analysis.surroundings.is_legacy:
        return True
    _note(machine, problem, at, entity.query, is_of_new=True)
    return False


def is_contradicted(plan: Plan, mappers: _Mappers) -> bool:
    """Whether the options of an object make a load of one of its relationships by itself raise."""
    return any(
        _contradicted_way_back(plan, relationship, mappers) is not None
        for relationship in mappers[plan.mapper].relationships.values()
    )


def _contradicted_way_back(
    plan: Plan, relationship: Relationship, mappers: _Mappers
) -> tuple[str, str] | None:
    """`selectinload(Author.books).joinedload(Book.author)`, and `Book.author` is eager by its mapping.

    A load of one author's books by themselves turns the eager way back off, by a `lazyload(Book.author)` of its own
    which the option contradicts (`LazyLoader._emit_lazyload`).
    """
    if relationship.direction is not Direction.ONE_TO_MANY or plan.is_vague:
        return None
    target = mappers.get(relationship.target) if isinstance(relationship.target, str) else None
    back = target.relationships.get(relationship.back_populates or "") if target else None
    if target is None or back is None or back.is_strategy_unknown or not back.targets_primary_key:
        return None
    if back.strategy.value in _LAZY or back.direction is not Direction.MANY_TO_ONE:
        return None
    below = target_plan(plan, relationship, target.name, mappers)
    said = [entry.strategy for entry in below.own() if entry.path[0].attribute == back.name]
    if not said or said[-1] in ("select", "default"):
        return None
    subject = f"{target.class_name}.{back.name}"
    loaded = f"{mappers[plan.mapper].class_name}.{relationship.name}"
    return (
        f"loading `{loaded}` by itself puts `lazyload()` on `{subject}`, which contradicts `{written(said[-1])}`",
        "leave that option out",
    )


_LAZY = frozenset({"select", "raise", "raise_on_sql"})


def _problems_of(statement: Statement, mappers: _Mappers) -> Iterator[tuple[str, str]]:
    entries = [entry for option in statement.options for entry in option.entries if entry.path]
    for entry in entries:
        yield from _at_wrong_root(entry, statement, mappers)
        yield from _of_wrong_kind(entry, mappers)
    yield from _conflicts(entries, mappers)


def _at_wrong_root(
    entry: OptionEntry, statement: Statement, mappers: _Mappers
) -> Iterator[tuple[str, str]]:
    first = entry.path[0]
    roots = [target for target in statement.targets if isinstance(target, EntityTarget)]
    is_unsure = any(isinstance(target, UnknownTarget) for target in statement.targets)
    if first.owner not in mappers or not roots or is_unsure:
        return
    if entry.strategy in ("from_statement", "selectin_polymorphic", "undefer_group"):
        return
    if any(root.subclasses or mappers[root.mapper].is_incomplete for root in roots):
        return
    if any(
        root.alias == first.alias and is_kin(first.owner, root.mapper, mappers) for root in roots
    ):
        return
    selected = " and ".join(f"`{short_name(root.mapper)}`" for root in roots)
    named = f"`{short_name(first.owner)}`"
    if first.alias:
        named = f"an alias of {named}"
    elif any(root.alias for root in roots):
        selected = f"an alias of {selected}"
    yield f"an option begins at {named}, and not at {selected}", "begin at what is selected"


def _of_wrong_kind(entry: OptionEntry, mappers: _Mappers) -> Iterator[tuple[str, str]]:
    last = entry.path[-1]
    mapper = mappers.get(last.owner)
    if entry.strategy in _COLUMN_STRATEGIES:
        owner = mapper or _mapper_behind(entry, mappers)
        for name in entry.names:
            if owner is not None and name in owner.relationships:
                subject = f"`{short_name(owner.name)}.{name}`"
                yield f"{subject} is a relationship, and no column", "use a relationship's option"
    elif mapper is not None and last.attribute in mapper.columns:
        subject = f"`{short_name(last.owner)}.{last.attribute}`"
        yield f"{subject} is a column, and no relationship", "use `undefer()` or `load_only()`"


def _mapper_behind(entry: OptionEntry, mappers: _Mappers) -> Mapper | None:
    targets = _targets(entry.path[-2], mappers) if len(entry.path) > 1 else ()
    return mappers.get(targets[0]) if targets else None


def _conflicts(entries: list[OptionEntry], mappers: _Mappers) -> Iterator[tuple[str, str]]:
    seen: dict[tuple[object, ...], tuple[str, OptionLink]] = {}
    for entry in entries:
        for name, strategy in _sayings(entry):
            first = entry.path[0]
            steps = tuple((link.attribute, link.of_type) for link in entry.path)
            key = (first.alias, steps, name)
            known = seen.setdefault(key, (strategy, first))
            if known[0] == strategy or not is_kin(known[1].owner, first.owner, mappers):
                continue
            attribute = name or entry.path[-1].attribute
            yield (
                f"`{attribute}` has the options `{known[0]}` and `{strategy}`",
                "give it one strategy",
            )


def _sayings(entry: OptionEntry) -> Iterator[tuple[str, str]]:
    """What an entry says of an attribute: of itself, or of each column it names."""
    if entry.strategy in _COLUMN_STRATEGIES:
        for name in entry.names:
            if name not in ("*", "raiseload"):
                yield name, _COLUMN_STRATEGIES[entry.strategy]
    elif entry.path[-1].attribute not in ("", "*"):
        depth = f"(recursion_depth={entry.depth})" if entry.depth is not None else ""
        yield "", f"{written(entry.strategy)}{depth}"


def written(strategy: str) -> str:
    """The name of the function that gives a relationship a strategy: `selectinload`."""
    return _WRITTEN.get(strategy, f"{strategy}load")


def _note(
    machine: Machine,
    problem: tuple[str, str],
    at: Place,
    origin: Step | None = None,
    *,
    is_of_new: bool = False,
) -> None:
    reason, remedy = problem
    site = misuse.site(machine, at, 1, origin)
    misuse.note(machine, InvalidOption(site, reason=reason, remedy=remedy, is_of_new=is_of_new))
