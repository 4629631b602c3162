"""Members of classes to drafts of mappers: columns and relationships as declared, before they are joined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from saalint.facts.written_out import is_absent
from saalint.library.names import Role
from saalint.project.mapped import AssociationProxy, Column, Inheritance, SourcePlace
from saalint.project.mapping.annotations import MappedAnnotation, read_annotation
from saalint.project.mapping.columns import DeclaredColumn, options_of, read_column
from saalint.project.mapping.declarative import Declarative
from saalint.project.mapping.members import Member, members_of
from saalint.project.mapping.relationships import (
    DeclaredRelationship,
    read_relationship,
    read_sqlmodel_relationship,
)
from saalint.project.mapping.tables import ClassColumn, Table, TableColumn, column_reference
from saalint.project.names.bound import LibraryCall
from saalint.project.names.classes import Classes
from saalint.project.names.reading import Reader
from saalint.project.names.symbols import Symbols

_COLUMNS = frozenset(
    {
        Role.COLUMN,
        Role.COLUMN_PROPERTY,
        Role.DEFERRED_COLUMN,
        Role.QUERY_EXPRESSION,
        Role.COMPOSITE,
        Role.SQLMODEL_FIELD,
    }
)
_RELATIONSHIPS = frozenset({Role.RELATIONSHIP, Role.DYNAMIC_RELATIONSHIP})
_CONTAINERS = frozenset({Role.MAPPED, Role.DYNAMIC_MAPPED, Role.WRITE_ONLY_MAPPED})


@dataclass(slots=True, eq=False)
class Draft:
    """A mapper under construction. `columns` and `relationships` hold what the class inherits, too."""

    name: str
    place: SourcePlace
    parent: str | None
    inheritance: Inheritance
    table: str | None
    columns: dict[str, DeclaredColumn] = field(default_factory=dict)
    table_columns: list[DeclaredColumn] = field(default_factory=list)
    relationships: dict[str, DeclaredRelationship] = field(default_factory=dict)
    proxies: dict[str, AssociationProxy] = field(default_factory=dict)
    synonyms: dict[str, str] = field(default_factory=dict)
    own_columns: set[str] = field(default_factory=set)


class Drafting:
    """Makes the draft of one class after another, parents first."""

    def __init__(
        self,
        symbols: Symbols,
        classes: Classes,
        reader: Reader,
        declarative: Declarative,
    ) -> None:
        self._symbols = symbols
        self._classes = classes
        self._reader = reader
        self._declarative = declarative
        self._cascading: dict[str, bool] = {}
        self.drafts: dict[str, Draft] = {}

    def draft(self, name: str, added: Mapping[str, Member]) -> None:
        """The draft of a mapped class; `added` are the attributes given outside its body."""
        draft = self._empty(name)
        self.drafts[name] = draft
        table = self._declarative.table(name)
        given: Mapping[str, Member] = {}
        if isinstance(table, Table):
            given = self._given_columns(name, table, added)
            self._read_table(draft, table, given)
        placed = {member.name for member in given.values()}
        for member in (*self._members(name), *added.values()):
            if member.name not in placed:
                self._add(draft, member)
        self._constrain(draft)

    def _empty(self, name: str) -> Draft:
        info = self._classes.info(name)
        module = None if info is None else self._symbols.module(info.module)
        path = "" if module is None else module.path
        parent = self._declarative.parent(name)
        table = self._declarative.table(name)
        own = table.name if isinstance(table, Table) else table
        draft = Draft(
            name=name,
            place=SourcePlace(path, 0 if info is None else info.facts.at),
            parent=parent,
            inheritance=self._declarative.inheritance(name),
            table=own,
        )
        above = None if parent is None else self.drafts.get(parent)
        if above is not None and draft.inheritance is not Inheritance.CONCRETE:
            draft.columns.update(above.columns)
            draft.relationships.update(above.relationships)
            draft.table_columns.extend(above.table_columns)
        if above is not None:
            draft.proxies.update(above.proxies)
            draft.synonyms.update(above.synonyms)
            draft.table = above.table if own is None else own
        return draft

    def _members(self, name: str) -> Iterator[Member]:
        """The members that count, each name once: the nearest class in the order of look-up has the say."""
        chosen: dict[str, Member] = {}
        parent = self._declarative.parent(name)
        covered = () if parent is None else self._classes.mro(parent)
        for owner in reversed(covered):
            if self._has_cascading(owner):
                for member in self._members_of(owner, name):
                    if member.is_cascading:
                        chosen[member.name] = member
        for owner in self._declarative.scanned(name):
            for member in self._members_of(owner, name):
                if not _is_plain_annotation(self._reader, member) or self._is_sqlmodel(owner):
                    chosen.pop(member.name, None)
                    chosen[member.name] = member
        for member in chosen.values():
            if not member.name.startswith("__"):
                yield member

    def _members_of(self, owner: str, mapped: str) -> Iterator[Member]:
        info = self._classes.info(owner)
        if info is not None:
            yield from members_of(self._symbols, self._reader, info, mapped)

    def _has_cascading(self, owner: str) -> bool:
        # every class below asks it of each of its ancestors
        if owner not in self._cascading:
            found = any(member.is_cascading for member in self._members_of(owner, owner))
            self._cascading[owner] = found
        return self._cascading[owner]

    def _is_sqlmodel(self, owner: str) -> bool:
        return self._declarative.has_role(owner, Role.SQLMODEL)

    def _given_columns(
        self, name: str, table: Table, added: Mapping[str, Member]
    ) -> Mapping[str, Member]:
        """`identifier = user_table.c.id` maps a column of the table under another name."""
        given: dict[str, Member] = {}
        for member in (*self._members(name), *added.values()):
            if member.value is None:
                continue
            match column_reference(self._reader, member.value):
                case TableColumn(table=table_name, column=column) if table_name == table.name:
                    given[column] = member
                case ClassColumn(owner=owner, attribute=column) if owner == name:
                    given[column] = member
                case _:
                    continue
        return given

    def _read_table(self, draft: Draft, table: Table, given: Mapping[str, Member]) -> None:
        for declared in table.columns:
            column = declared.column
            member = given.get(column.name)
            if member is None or member.value is None:
                owned = replace(column, owner=draft.name)
            else:
                owned = replace(column, name=member.name, owner=draft.name, place=member.place)
                owned = options_of(self._reader, owned, self._reader.call(member.value))
            self._add_column(draft, replace(declared, column=owned))

    def _add(self, draft: Draft, member: Member) -> None:
        annotation = read_annotation(self._reader, member.annotation)
        is_sqlmodel = self._is_sqlmodel(draft.name)
        if annotation is not None and annotation.is_class_variable:
            return
        if annotation is not None and annotation.container not in _CONTAINERS and not is_sqlmodel:
            annotation = None
        call = None if member.value is None else self._reader.call(member.value)
        if call is None or call.role is None:
            self._add_without_call(draft, member, annotation, is_sqlmodel=is_sqlmodel)
            return
        self._add_call(draft, member, call, annotation)

    def _add_without_call(
        self,
        draft: Draft,
        member: Member,
        annotation: MappedAnnotation | None,
        *,
        is_sqlmodel: bool,
    ) -> None:
        if annotation is None or (is_sqlmodel and member.name.startswith("_")):
            return
        if annotation.container is Role.MAPPED or is_sqlmodel:
            extra = self._call_in_extras(annotation)
            if extra is not None and extra.role in _RELATIONSHIPS:
                self._add_call(draft, member, extra, annotation)
                return
            column = Column(name=member.name, owner=draft.name, place=member.place)
            declared = read_column(self._reader, column, None, annotation)
            if member.value is not None and not is_absent(member.value.expression):
                declared = replace(declared, column=replace(declared.column, has_default=True))
            self._add_column(draft, declared)
        elif annotation.container is not None:
            # `posts: WriteOnlyMapped["Post"]` alone is a relationship.
            call = LibraryCall(
                name="",
                role=Role.RELATIONSHIP,
                arguments=(),
                keywords={},
                is_open=False,
                place=member.place,
            )
            self._add_call(draft, member, call, annotation)

    def _call_in_extras(self, annotation: MappedAnnotation) -> LibraryCall | None:
        for extra in annotation.extras:
            call = self._reader.call(extra)
            if call is not None and call.role is not None:
                return call
        return None

    def _add_call(
        self, draft: Draft, member: Member, call: LibraryCall, annotation: MappedAnnotation | None
    ) -> None:
        if call.role in _RELATIONSHIPS or call.role is Role.SQLMODEL_RELATIONSHIP:
            read = (
                read_sqlmodel_relationship
                if call.role is Role.SQLMODEL_RELATIONSHIP
                else read_relationship
            )
            draft.relationships[member.name] = read(
                self._reader,
                name=member.name,
                owner=draft.name,
                place=member.place,
                call=call,
                annotation=annotation,
            )
            draft.columns.pop(member.name, None)
        elif call.role in _COLUMNS:
            column = Column(name=member.name, owner=draft.name, place=member.place)
            if call.role is Role.COMPOSITE:
                self._add_composite(draft, call, member)
            self._add_column(draft, read_column(self._reader, column, call, annotation))
        elif call.role is Role.SYNONYM:
            stands_for = self._reader.text(call.argument(0, "name"))
            if stands_for is not None:
                draft.synonyms[member.name] = stands_for
        elif call.role is Role.ASSOCIATION_PROXY:
            self._add_proxy(draft, member, call)

    def _add_proxy(self, draft: Draft, member: Member, call: LibraryCall) -> None:
        through = self._reader.text(call.argument(0, "target_collection"))
        attribute = self._reader.text(call.argument(1, "attr"))
        if through is not None:
            draft.proxies[member.name] = AssociationProxy(
                name=member.name,
                owner=draft.name,
                relationship=through,
                attribute=attribute or "",
                place=member.place,
            )

    def _add_composite(self, draft: Draft, call: LibraryCall, member: Member) -> None:
        """`composite(Point, mapped_column("x"), mapped_column("y"))` maps the columns under their own names."""
        for argument in call.arguments:
            inner = self._reader.call(argument)
            if inner is None or inner.role is not Role.COLUMN:
                continue
            name = self._reader.text(inner.argument(0, "name"))
            if name is not None:
                column = Column(name=name, owner=draft.name, place=member.place)
                self._add_column(draft, read_column(self._reader, column, inner, None))

    def _add_column(self, draft: Draft, declared: DeclaredColumn) -> None:
        column = declared.column
        has_table = bool(column.column_name) and not column.is_expression
        if has_table:
            own = draft.table or ""
            declared = replace(declared, column=replace(column, table=column.table or own))
            draft.table_columns.append(declared)
        if column.name not in draft.columns:
            draft.own_columns.add(column.name)
        draft.columns[column.name] = declared
        draft.relationships.pop(column.name, None)

    def _constrain(self, draft: Draft) -> None:
        """`__table_args__ = (PrimaryKeyConstraint("a", "b"), …)`."""
        found = self._declarative.special(draft.name, "__table_args__")
        for option in () if found is None else self._reader.items(found):
            call = self._reader.call(option)
            if call is None or call.role is not Role.PRIMARY_KEY_CONSTRAINT:
                continue
            named = {self._reader.text(argument) for argument in call.arguments}
            for name, declared in tuple(draft.columns.items()):
                if declared.column.column_name in named and name in draft.own_columns:
                    key = replace(declared.column, is_primary_key=True)
                    draft.columns[name] = replace(declared, column=key)


def _is_plain_annotation(reader: Reader, member: Member) -> bool:
    """`id: int` in a subclass says nothing to the mapper."""
    if member.value is not None or member.annotation is None:
        return False
    annotation = read_annotation(reader, member.annotation)
    return annotation is not None and annotation.container not in _CONTAINERS
