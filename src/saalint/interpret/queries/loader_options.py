"""Calls of loader options to option values: paths of attributes with a strategy at their end (semantics: section B)."""

from __future__ import annotations

from saalint.interpret.domain.values import (
    Alias,
    ClassReference,
    Keywords,
    Literal,
    LoaderOption,
    MappedAttribute,
    OptionEntry,
    OptionLink,
    Unknown,
    Value,
    union,
)
from saalint.interpret.language import iteration
from saalint.interpret.machine import Machine
from saalint.interpret.queries import option_checks
from saalint.source.positions import Place

_COLUMN_STRATEGIES = frozenset(
    {"load_only", "defer", "undefer", "undefer_group", "selectin_polymorphic"}
)


def make(
    machine: Machine,
    strategy: str,
    base: LoaderOption | None,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """The option that `strategy(arguments)` makes, called as a function or on the option `base`."""
    if strategy == "root":
        root = arguments[0] if arguments else None
        return LoaderOption((), (), root.name if isinstance(root, ClassReference) else None)
    if strategy == "criteria":
        return LoaderOption(())
    base = base or LoaderOption(())
    option_checks.made(machine, strategy, base, arguments, at)
    if strategy == "options":
        return _with_options(base, arguments)
    if strategy in _COLUMN_STRATEGIES:
        return _columns(machine, strategy, base, arguments, keywords)
    return _relationships(machine, strategy, base, arguments, keywords)


def _with_options(base: LoaderOption, arguments: tuple[Value, ...]) -> Value:
    entries = list(base.entries)
    is_certain = True
    for option in arguments:
        if isinstance(option, LoaderOption):
            entries.extend(
                OptionEntry((*base.cursor, *entry.path), entry.strategy, entry.names, entry.depth)
                for entry in option.entries
            )
        else:
            # `options.append(joinedload(…))` under an `if`, and then `selectinload(Author.books).options(*options)`
            is_certain = False
    made = LoaderOption(tuple(entries), base.cursor, base.root)
    return made if is_certain else union((made, Unknown("a loader option that is not known")))


def _relationships(
    machine: Machine,
    strategy: str,
    base: LoaderOption,
    arguments: tuple[Value, ...],
    keywords: Keywords,
) -> Value:
    links: list[OptionLink] = []
    for argument in arguments:
        link = _link(machine, argument, base)
        if link is None:
            return Unknown("a loader option of something unknown")
        links.append(link)
    if not links:
        return Unknown("a loader option without an attribute")
    settings = dict(keywords)
    path = (*base.cursor, *links)
    depth = settings.get("recursion_depth")
    number = depth.value if isinstance(depth, Literal) and isinstance(depth.value, int) else None
    only_sql = settings.get("sql_only")
    if strategy == "raise" and isinstance(only_sql, Literal) and only_sql.value:
        strategy = "raise_on_sql"
    # of several keys only the last is loaded (semantics: R10)
    entries = (*base.entries, OptionEntry(path, strategy, (), number))
    if strategy == "default":
        entries = base.entries
    return LoaderOption(entries, path, base.root)


def _link(machine: Machine, argument: Value, base: LoaderOption) -> OptionLink | None:
    match argument:
        case MappedAttribute(entity=ClassReference(name=owner), name=name, of_type=of_type):
            return OptionLink(owner, machine.analysis.attribute_name(owner, name), of_type)
        case MappedAttribute(entity=Alias(mapper=owner, key=key), name=name, of_type=of_type):
            if base.cursor:
                return OptionLink(owner, name, of_type)
            return OptionLink(owner, name, of_type, key)
        case Literal(value="*"):
            return OptionLink(base.root or (base.cursor[-1].owner if base.cursor else ""), "*")
        case Literal(value=str(name)):
            return OptionLink("", name)
        case _:
            return None


def _columns(
    machine: Machine,
    strategy: str,
    base: LoaderOption,
    arguments: tuple[Value, ...],
    keywords: Keywords,
) -> Value:
    owner = base.root or ""
    if strategy == "selectin_polymorphic":
        # `selectin_polymorphic(Vehicle, [Car])`: the first argument says of what, and loads nothing itself
        known, rest = iteration.elements(machine, arguments[-1], 0) if arguments else ((), None)
        if rest is not None:
            return Unknown("loader options of classes that are not known")
        arguments = known
    names: list[str] = []
    for value in arguments:
        match value:
            case MappedAttribute(entity=ClassReference(name=found), name=name):
                owner = owner or found
                names.append(name)
            case MappedAttribute(name=name) | Literal(value=str(name)) | ClassReference(name=name):
                names.append(name)
            case _:
                return Unknown("a loader option of something unknown")
    raising = dict(keywords).get("raiseload")
    is_raising = isinstance(raising, Literal) and bool(raising.value)
    if is_raising and strategy == "defer":
        strategy = "defer_raise"
    elif is_raising:
        names.insert(0, "raiseload")
    alias = _alias_of(arguments)
    path = (
        *base.cursor,
        OptionLink("" if base.cursor else owner, "", (), alias if not base.cursor else ()),
    )
    entry = OptionEntry(path, strategy, tuple(names))
    return LoaderOption((*base.entries, entry), base.cursor, base.root)


def _alias_of(arguments: tuple[Value, ...]) -> tuple[object, ...]:
    for argument in arguments:
        if isinstance(argument, MappedAttribute) and isinstance(argument.entity, Alias):
            return argument.entity.key
    return ()
