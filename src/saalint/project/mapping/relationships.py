"""`relationship(...)` and its kin to declared relationships: everything that the declaration itself says.

Targets, directions and backrefs need all mappers; `targets`, `joins` and `backrefs` add them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from saalint.library.names import Role
from saalint.project.mapped import LoaderStrategy, SourcePlace, Unknown
from saalint.project.mapping.annotations import MappedAnnotation
from saalint.project.names.bound import Bound, LibraryCall
from saalint.project.names.reading import Reader

_ALL = frozenset({"save-update", "merge", "refresh-expire", "expunge", "delete"})
_DEFAULT_CASCADE = frozenset({"save-update", "merge"})
_STRATEGIES = {str(strategy): strategy for strategy in LoaderStrategy}
_VIEW_ONLY_CASCADE = frozenset({"merge"})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DeclaredRelationship:
    """A relationship as declared. `uselist` is None where the direction decides.

    `target` is an expression; `target_class` is given where another relationship made this one.
    """

    name: str
    owner: str
    place: SourcePlace
    target: Bound | None
    target_class: str | None = None
    uselist: bool | None = None
    is_dict: bool = False
    strategy: LoaderStrategy = LoaderStrategy.SELECT
    is_strategy_unknown: bool = False
    is_strategy_implicit: bool = False
    back_populates: str | None = None
    backref: Bound | None = None
    join_depth: int | None = None
    cascade: frozenset[str] = _DEFAULT_CASCADE
    is_viewonly: bool = False
    has_active_history: bool = False
    is_single_parent: bool = False
    has_passive_deletes: bool = False
    secondary: Bound | None = None
    primaryjoin: Bound | None = None
    secondaryjoin: Bound | None = None
    foreign_keys: Bound | None = None
    remote_side: Bound | None = None


def read_relationship(
    reader: Reader,
    *,
    name: str,
    owner: str,
    place: SourcePlace,
    call: LibraryCall,
    annotation: MappedAnnotation | None,
) -> DeclaredRelationship:
    """What a call and the annotation beside it declare."""
    keywords = call.keywords
    target = call.argument(0, "argument")
    if target is None and annotation is not None:
        target = annotation.subject
    strategy = _strategy(reader, call, annotation)
    is_viewonly = reader.flag(keywords.get("viewonly"))
    return DeclaredRelationship(
        name=name,
        owner=owner,
        place=place,
        target=target,
        uselist=_uselist(reader, keywords, annotation),
        is_dict=_is_dict(reader, keywords, annotation),
        strategy=LoaderStrategy.SELECT if isinstance(strategy, Unknown) else strategy,
        is_strategy_unknown=isinstance(strategy, Unknown),
        is_strategy_implicit=strategy is LoaderStrategy.SELECT and "lazy" not in keywords,
        back_populates=reader.text(keywords.get("back_populates")),
        backref=keywords.get("backref"),
        join_depth=_join_depth(reader, keywords.get("join_depth")),
        cascade=_cascade(reader, keywords.get("cascade"), is_viewonly=is_viewonly),
        is_viewonly=is_viewonly,
        has_active_history=reader.flag(keywords.get("active_history")),
        is_single_parent=reader.flag(keywords.get("single_parent")),
        has_passive_deletes=_has_passive_deletes(reader, keywords.get("passive_deletes")),
        secondary=call.argument(1, "secondary"),
        primaryjoin=keywords.get("primaryjoin"),
        secondaryjoin=keywords.get("secondaryjoin"),
        foreign_keys=keywords.get("foreign_keys"),
        remote_side=keywords.get("remote_side"),
    )


def read_sqlmodel_relationship(
    reader: Reader,
    *,
    name: str,
    owner: str,
    place: SourcePlace,
    call: LibraryCall,
    annotation: MappedAnnotation | None,
) -> DeclaredRelationship:
    """`Relationship(...)` of SQLModel, whose further options stand in `sa_relationship…`."""
    whole = call.keywords.get("sa_relationship")
    inner = None if whole is None else reader.call(whole)
    if inner is not None:
        call = inner
    else:
        keywords = dict(reader.entries(call.keywords.get("sa_relationship_kwargs")))
        keywords.update(
            (keyword, call.keywords[keyword])
            for keyword in ("back_populates", "cascade")
            if keyword in call.keywords
        )
        if "link_model" in call.keywords:
            keywords["secondary"] = call.keywords["link_model"]
        arguments = reader.items(call.keywords.get("sa_relationship_args"))
        call = LibraryCall(
            name=call.name,
            role=call.role,
            arguments=arguments,
            keywords=keywords,
            is_open=call.is_open,
            place=call.place,
        )
    return read_relationship(
        reader, name=name, owner=owner, place=place, call=call, annotation=annotation
    )


def strategy_of(reader: Reader, lazy: Bound) -> LoaderStrategy | Unknown:
    """The strategy that a value of `lazy=` names."""
    value = reader.constant(lazy)
    if isinstance(value, Unknown):
        return value
    match value:
        case True:
            return LoaderStrategy.SELECT
        case False:
            return LoaderStrategy.JOINED
        case None:
            return LoaderStrategy.NOLOAD
        case str() if value in _STRATEGIES:
            return _STRATEGIES[value]
        case _:
            return Unknown("no loader strategy of that name")


def _strategy(
    reader: Reader, call: LibraryCall, annotation: MappedAnnotation | None
) -> LoaderStrategy | Unknown:
    container = None if annotation is None else annotation.container
    if call.role is Role.DYNAMIC_RELATIONSHIP or container is Role.DYNAMIC_MAPPED:
        return LoaderStrategy.DYNAMIC
    if container is Role.WRITE_ONLY_MAPPED:
        return LoaderStrategy.WRITE_ONLY
    lazy = call.keywords.get("lazy")
    if lazy is not None:
        return strategy_of(reader, lazy)
    return Unknown("`**` may hold `lazy`") if call.is_open else LoaderStrategy.SELECT


def _join_depth(reader: Reader, given: Bound | None) -> int | None:
    value = None if given is None else reader.constant(given)
    return value if isinstance(value, int) else None


def _has_passive_deletes(reader: Reader, given: Bound | None) -> bool:
    # `passive_deletes="all"` leaves alone what is not loaded, as True does
    return reader.text(given) == "all" or reader.flag(given)


def _uselist(
    reader: Reader, keywords: Mapping[str, Bound], annotation: MappedAnnotation | None
) -> bool | None:
    given = keywords.get("uselist")
    if given is not None:
        return reader.flag(given, default=True)
    if annotation is None:
        return None
    if annotation.container in {Role.DYNAMIC_MAPPED, Role.WRITE_ONLY_MAPPED}:
        return True
    if "collection_class" in keywords:
        return True
    return annotation.is_collection


def _is_dict(
    reader: Reader, keywords: Mapping[str, Bound], annotation: MappedAnnotation | None
) -> bool:
    given = keywords.get("collection_class")
    if given is not None:
        call = reader.call(given)
        role = reader.role(given) if call is None else call.role
        if role is not None:
            return role is Role.DICT_COLLECTION
    return annotation is not None and annotation.is_dict


def _cascade(reader: Reader, given: Bound | None, *, is_viewonly: bool) -> frozenset[str]:
    if given is None:
        return _VIEW_ONLY_CASCADE if is_viewonly else _DEFAULT_CASCADE
    value = reader.constant(given)
    if value is False or value is None:
        return frozenset()
    if not isinstance(value, str):
        return _DEFAULT_CASCADE
    named = {part.strip() for part in value.split(",") if part.strip()}
    if "none" in named:
        return frozenset()
    return frozenset(named - {"all"}) | (_ALL if "all" in named else frozenset())
