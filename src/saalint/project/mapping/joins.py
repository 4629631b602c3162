"""Foreign keys between two mappers to the direction of a relationship and the columns it reads.

The rules are those of SQLAlchemy's join condition: foreign keys of the owner's tables that point to the target's make
a many-to-one, the other way round a one-to-many; where both are possible, `remote_side` decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from saalint.facts.expressions import (
    Attribute,
    Call,
    Constant,
    Expression,
    Logical,
    Name,
    Operation,
    short_name,
)
from saalint.library.names import Role
from saalint.project.mapped import UNKNOWN_NAME, Association, Direction, Inheritance
from saalint.project.mapping.declarative import Declarative
from saalint.project.mapping.drafts import Draft
from saalint.project.mapping.relationships import DeclaredRelationship
from saalint.project.mapping.tables import (
    ClassColumn,
    Table,
    TableColumn,
    column_reference,
    read_table,
)
from saalint.project.mapping.targets import Targets
from saalint.project.names.bound import Bound
from saalint.project.names.definitions import VariableDefinition
from saalint.project.names.reading import Reader

_WORD = re.compile(r"[A-Za-z_][\w.]*")
_EQUALITY = re.compile(r"([^=!<>]+)==([^=]+)")
_FOREIGN = re.compile(r"\bforeign\(\s*([\w.]+)\s*\)")
_REMOTE = re.compile(r"\bremote\(\s*(?:foreign\(\s*)?([\w.]+)")

ColumnKey: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class KeyReference:
    """A foreign key: the column that has it, and the column it points to."""

    column: ColumnKey
    target: ColumnKey


@dataclass(frozen=True, slots=True)
class Join:
    """What the foreign keys between two mappers say."""

    direction: Direction
    foreign_keys: tuple[str, ...] = ()
    targets_primary_key: bool = True
    association: Association | None = None


class Joins:
    """Works out joins over the drafts of all mappers."""

    def __init__(
        self,
        reader: Reader,
        declarative: Declarative,
        targets: Targets,
        drafts: Mapping[str, Draft],
    ) -> None:
        self._reader = reader
        self._declarative = declarative
        self._targets = targets
        self._drafts = drafts
        self._references: dict[str, tuple[KeyReference, ...]] = {}

    def join(
        self, declared: DeclaredRelationship, target: str, forced: Direction | None = None
    ) -> Join:
        """The join of a relationship with a known target. `forced` is the direction a backref has."""
        owner, other = self._drafts[declared.owner], self._drafts[target]
        if declared.secondary is not None:
            association = self._association(declared, declared.secondary, owner, other)
            return Join(Direction.MANY_TO_MANY, association=association)
        references = self._chosen(declared, owner, other)
        direction = self._direction(declared, owner, other, references)
        if forced is not None:
            direction = forced
        if direction is not Direction.MANY_TO_ONE:
            return Join(direction)
        own = [each for each in references if each.column in _keys(owner)]
        pointed = {each.target for each in own}
        primary = _primary_key(other)
        known = bool(own) and bool(primary) and all(UNKNOWN_NAME not in key for key in pointed)
        return Join(
            direction,
            tuple(dict.fromkeys(name for each in own for name in _names(owner, each.column))),
            targets_primary_key=not known or self._covers(pointed, primary, declared),
        )

    def _association(
        self, declared: DeclaredRelationship, secondary: Bound, owner: Draft, target: Draft
    ) -> Association | None:
        if declared.primaryjoin is not None or declared.secondaryjoin is not None:
            return None
        body = self._reader.body_of_lambda(secondary)
        named = secondary if body is None else body
        table, variable = read_table(self._reader, named), self._reader.definition(named)
        if table is None or not isinstance(variable, VariableDefinition):
            return None
        own, other = self._columns_to(table, owner), self._columns_to(table, target)
        if len(own) != 1 or len(other) != 1 or own == other:
            return None
        name = f"{variable.module}.{variable.name}"
        return Association(name, own[0], other[0])

    def _columns_to(self, table: Table, target: Draft) -> list[str]:
        """The columns of a table that reference the one primary key of a mapper."""
        keys = _primary_key(target)
        return [
            each.column.name
            for each in table.columns
            for found in each.foreign_keys
            if len(keys) == 1
            and any(_is_same_column(self._target_key(found, target.name), key) for key in keys)
        ]

    def references(self, name: str) -> tuple[KeyReference, ...]:
        """The foreign keys of all tables of a mapper."""
        known = self._references.get(name)
        if known is None:
            known = self._references[name] = tuple(self._read_references(name))
        return known

    def _covers(
        self, pointed: set[ColumnKey], primary: set[ColumnKey], declared: DeclaredRelationship
    ) -> bool:
        if declared.primaryjoin is not None and not self._is_equality(declared.primaryjoin):
            return False
        return {column for _, column in pointed} == {column for _, column in primary}

    def _read_references(self, name: str) -> Iterator[KeyReference]:
        draft = self._drafts[name]
        for declared in draft.table_columns:
            column = declared.column
            for found in declared.foreign_keys:
                key = (column.table, column.column_name)
                yield KeyReference(key, self._target_key(found, column.owner))
        yield from self._constraints(draft)
        if draft.parent is not None and draft.inheritance is not Inheritance.CONCRETE:
            own = _own_keys(draft)
            yield from (each for each in self.references(draft.parent) if each.column not in own)

    def _constraints(self, draft: Draft) -> Iterator[KeyReference]:
        """`__table_args__ = (ForeignKeyConstraint(["a", "b"], ["t.a", "t.b"]),)`."""
        found = self._declarative.special(draft.name, "__table_args__")
        table = draft.table or UNKNOWN_NAME
        for option in () if found is None else self._reader.items(found):
            call = self._reader.call(option)
            if call is None or call.role is not Role.FOREIGN_KEY_CONSTRAINT:
                continue
            columns = self._reader.items(call.argument(0, "columns"))
            targets = self._reader.items(call.argument(1, "refcolumns"))
            for column, target in zip(columns, targets, strict=False):
                name = self._reader.text(column)
                named = _last_name(column.expression)
                key = self._column_key(draft.name, named) if name is None else (table, name)
                yield KeyReference(key, self._target_key(target, draft.name))

    def _target_key(self, found: Bound, owner: str) -> ColumnKey:
        text = self._reader.text(found)
        if text is not None:
            table, _, column = text.rpartition(".")
            return (table, column) if table else (column, UNKNOWN_NAME)
        key = self._expression_key(found, owner)
        return (UNKNOWN_NAME, UNKNOWN_NAME) if key is None else key

    def _expression_key(self, found: Bound, owner: str) -> ColumnKey | None:
        draft = self._drafts.get(owner)
        match found.expression:
            case Name(name=name) if draft is not None and name in draft.columns:
                return self._column_key(owner, name)
            case _:
                pass
        match column_reference(self._reader, found):
            case TableColumn(table=table, column=column):
                return table, column
            case ClassColumn(owner=other, attribute=attribute):
                return self._column_key(other, attribute)
            case None:
                return None

    def _column_key(self, owner: str, attribute: str) -> ColumnKey:
        draft = self._drafts.get(owner)
        if draft is None:
            return UNKNOWN_NAME, attribute
        declared = draft.columns.get(attribute)
        if declared is None or not declared.column.column_name:
            return draft.table or UNKNOWN_NAME, attribute
        return declared.column.table, declared.column.column_name

    def _chosen(
        self, declared: DeclaredRelationship, owner: Draft, target: Draft
    ) -> tuple[KeyReference, ...]:
        """The foreign keys that join the two: by `primaryjoin`, by `foreign_keys`, or all there are."""
        joined = self._equalities(declared, owner, target)
        if joined:
            return joined
        wanted = set(self._named_columns(declared.foreign_keys, owner))
        between = tuple(self._between(owner, target))
        if wanted:
            kept = tuple(each for each in between if each.column in wanted)
            return kept or tuple(
                KeyReference(column, (UNKNOWN_NAME, UNKNOWN_NAME)) for column in sorted(wanted)
            )
        # SQLAlchemy first looks at the table that the class itself adds.
        own = {key for key in _own_keys(owner) if owner.table == key[0]}
        local = tuple(
            each for each in between if each.column in own or each.target[0] == owner.table
        )
        return local or between

    def _between(self, owner: Draft, target: Draft) -> Iterator[KeyReference]:
        seen: set[KeyReference] = set()
        for one, other in ((owner, target), (target, owner)):
            for each in self.references(one.name):
                if each not in seen and self._points_to(each, other):
                    seen.add(each)
                    yield each

    def _points_to(self, reference: KeyReference, target: Draft) -> bool:
        tables = {key[0] for key in _keys(target)} | {target.table or UNKNOWN_NAME}
        if any(_same_table(reference.target[0], table) for table in sorted(tables)):
            return True
        # A table name that is computed at run time may be the one that nobody else has.
        return UNKNOWN_NAME in tables and not self._is_known_table(reference.target[0])

    def _is_known_table(self, table: str) -> bool:
        return any(_same_table(table, draft.table or "") for draft in self._drafts.values())

    def _equalities(
        self, declared: DeclaredRelationship, owner: Draft, target: Draft
    ) -> tuple[KeyReference, ...]:
        condition = declared.primaryjoin
        if condition is None:
            return ()
        known = (*self.references(owner.name), *self.references(target.name))
        marked = set(self._named_columns(declared.foreign_keys, owner))
        marked |= set(self._marked(condition, owner, _FOREIGN, Role.FOREIGN))
        found: list[KeyReference] = []
        for left, right in self._compared(condition, owner):
            for one, other in ((left, right), (right, left)):
                is_known = any(each.column == one and each.target == other for each in known)
                if one in marked or (not marked and is_known):
                    found.append(KeyReference(one, other))
                    break
        return tuple(found)

    def _compared(self, condition: Bound, owner: Draft) -> Iterator[tuple[ColumnKey, ColumnKey]]:
        condition = self._opened(condition)
        text = self._reader.text(condition)
        if text is not None:
            for one, other in _compared_words(text):
                left, right = self._text_key(one, owner), self._text_key(other, owner)
                if left is not None and right is not None:
                    yield left, right
            return
        match condition.expression:
            case Operation(operator="==", operands=(left_side, right_side)):
                one_key = self._expression_key(condition.within(left_side), owner.name)
                other_key = self._expression_key(condition.within(right_side), owner.name)
                if one_key is not None and other_key is not None:
                    yield one_key, other_key
            case Call(arguments=arguments):
                for argument in arguments:
                    yield from self._compared(condition.within(argument), owner)
            case Operation(operator="&", operands=operands) | Logical(values=operands):
                for operand in operands:
                    yield from self._compared(condition.within(operand), owner)
            case _:
                return

    def _opened(self, condition: Bound) -> Bound:
        condition = self._reader.unfold(condition)
        body = self._reader.body_of_lambda(condition)
        return condition if body is None else self._reader.unfold(body)

    def _is_equality(self, condition: Bound) -> bool:
        condition = self._opened(condition)
        text = self._reader.text(condition)
        if text is not None:
            return text.count("==") == 1 and not re.search(r"\b(and_|or_)\(|[&|<>]", text)
        match condition.expression:
            case Operation(operator="=="):
                return True
            case _:
                return False

    def _marked(
        self, condition: Bound, owner: Draft, pattern: re.Pattern[str], role: Role
    ) -> Iterator[ColumnKey]:
        """The columns under `foreign(...)` or `remote(...)` in a condition."""
        condition = self._opened(condition)
        text = self._reader.text(condition)
        if text is not None:
            for word in pattern.findall(text):
                key = self._text_key(word, owner)
                if key is not None:
                    yield key
            return
        match condition.expression:
            case Call(function=function, arguments=arguments):
                if self._reader.role(condition.within(function)) is role and arguments:
                    key = self._expression_key(condition.within(arguments[0]), owner.name)
                    if key is not None:
                        yield key
                for argument in arguments:
                    inner = condition.within(argument)
                    yield from self._marked(inner, owner, pattern, role)
            case Operation(operands=operands) | Logical(values=operands):
                for operand in operands:
                    inner = condition.within(operand)
                    yield from self._marked(inner, owner, pattern, role)
            case _:
                return

    def _named_columns(self, given: Bound | None, owner: Draft) -> Iterator[ColumnKey]:
        """The columns in `foreign_keys=` or `remote_side=`: expressions, texts, lists of them, lambdas."""
        for item in self._items(given, owner):
            text = self._reader.text(item)
            if text is None:
                key = self._expression_key(item, owner.name)
                if key is not None:
                    yield key
                continue
            for word in _WORD.findall(text):
                key = self._text_key(word, owner)
                if key is not None:
                    yield key

    def _items(self, given: Bound | None, owner: Draft) -> tuple[Bound, ...]:
        # `remote_side=id` in a class body is the column `id`, not the builtin.
        if (
            given is not None
            and isinstance(given.expression, Name)
            and given.expression.name in owner.columns
        ):
            return (given,)
        return self._reader.items(given)

    def _text_key(self, word: str, owner: Draft) -> ColumnKey | None:
        """`User.id`, `user.c.id` or `id` inside a text."""
        head, _, attribute = word.rpartition(".")
        if not head:
            return self._column_key(owner.name, word) if word in owner.columns else None
        head = head.removesuffix(".c")
        named = self._targets.named(head, owner.name)
        if isinstance(named, str):
            return self._column_key(named, attribute)
        return head, attribute

    def _direction(
        self,
        declared: DeclaredRelationship,
        owner: Draft,
        target: Draft,
        references: tuple[KeyReference, ...],
    ) -> Direction:
        columns = {each.column for each in references}
        many_to_one = columns & _keys(owner)
        one_to_many = columns & _keys(target)
        if many_to_one and not one_to_many:
            return Direction.MANY_TO_ONE
        if one_to_many and not many_to_one:
            return Direction.ONE_TO_MANY
        if not columns:
            return Direction.UNKNOWN
        return self._self_referential(declared, owner, target, columns)

    def _self_referential(
        self,
        declared: DeclaredRelationship,
        owner: Draft,
        target: Draft,
        columns: set[ColumnKey],
    ) -> Direction:
        remote = set(self._named_columns(declared.remote_side, owner))
        if not remote and declared.primaryjoin is not None:
            marked = self._marked(declared.primaryjoin, owner, _REMOTE, Role.REMOTE)
            remote = set(marked)
        if remote:
            return Direction.ONE_TO_MANY if remote & columns else Direction.MANY_TO_ONE
        if declared.remote_side is not None:
            return Direction.MANY_TO_ONE
        if _is_same_hierarchy(owner, target):
            return Direction.ONE_TO_MANY
        return Direction.UNKNOWN


def _is_same_hierarchy(owner: Draft, target: Draft) -> bool:
    return bool(_keys(owner) & _keys(target))


def _keys(draft: Draft) -> set[ColumnKey]:
    """All columns of all tables that a mapper reads."""
    return {(each.column.table, each.column.column_name) for each in draft.table_columns}


def _own_keys(draft: Draft) -> set[ColumnKey]:
    return {
        (each.column.table, each.column.column_name)
        for each in draft.table_columns
        if each.column.owner == draft.name
    }


def _names(draft: Draft, key: ColumnKey) -> Iterator[str]:
    for declared in draft.table_columns:
        column = declared.column
        if (column.table, column.column_name) == key:
            yield column.name


def _primary_key(draft: Draft) -> set[ColumnKey]:
    keys = {
        (each.column.table, each.column.column_name)
        for each in draft.table_columns
        if each.column.is_primary_key
    }
    own = {key for key in keys if key[0] == draft.table}
    return own or keys


def _compared_words(text: str) -> Iterator[tuple[str, str]]:
    """`User.id` and `Post.user_id` of `and_(User.id == foreign(Post.user_id), …)`."""
    for before, after in _EQUALITY.findall(text):
        left, right = _WORD.findall(before), _WORD.findall(after)
        if left and right:
            yield left[-1], next((word for word in right if "." in word), right[0])


def _is_same_column(left: ColumnKey, right: ColumnKey) -> bool:
    return _same_table(left[0], right[0]) and left[1] == right[1]


def _same_table(left: str, right: str) -> bool:
    """`public.user` and `user` are one table where one of them says no schema."""
    if left == right:
        return True
    if not left or not right or ("." in left) == ("." in right):
        return False
    return short_name(left) == short_name(right)


def _last_name(expression: Expression) -> str:
    match expression:
        case Name(name=name) | Attribute(name=name):
            return name
        case Constant(value=str(text)):
            return text
        case _:
            return UNKNOWN_NAME
