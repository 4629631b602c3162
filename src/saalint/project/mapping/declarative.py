"""Class hierarchies to what is mapped: which classes, on which table, inheriting from which mapper.

The rules are those of SQLAlchemy's declarative scan: a subclass of a mapped class has its own table only if it, a
mixin, an abstract base, or a declared attribute says so.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence

from saalint.facts.expressions import Call, Expression, short_name
from saalint.facts.records import ClassFacts, FieldFacts
from saalint.library.names import LibraryNames, Role
from saalint.project.mapped import UNKNOWN_NAME, Inheritance, Unknown
from saalint.project.mapping.tables import Table, read_table
from saalint.project.names.bound import Bound
from saalint.project.names.classes import Classes, ClassInfo, own_field, qualified_name
from saalint.project.names.definitions import Definition, External, FunctionDefinition, Undefined
from saalint.project.names.reading import Reader
from saalint.project.names.symbols import Symbols

_REGISTRIES = frozenset(
    {
        Role.READY_BASE,
        Role.FLASK_MODEL,
        Role.BASE_FACTORY,
        Role.DECLARATIVE_BASE,
        Role.SQLMODEL,
    }
)
_MEMBER_ROLES = frozenset(
    {
        Role.RELATIONSHIP,
        Role.DYNAMIC_RELATIONSHIP,
        Role.COLUMN,
        Role.DEFERRED_COLUMN,
        Role.COLUMN_PROPERTY,
    }
)


class Declarative:
    """Answers about classes; every answer is worked out once."""

    def __init__(
        self,
        symbols: Symbols,
        classes: Classes,
        names: LibraryNames,
        reader: Reader,
        imperative: Mapping[str, Bound],
    ) -> None:
        self._symbols = symbols
        self._classes = classes
        self._names = names
        self._reader = reader
        self._imperative = imperative
        self._mapped: dict[str, bool] = {}
        self._bases: dict[str, bool] = {}
        # every class below asks for these of each of its ancestors
        self._named: dict[str, frozenset[str]] = {}
        self._given: dict[str, dict[str, list[str]]] = {}
        self._own_roles: dict[str, Role | None] = {}
        self._roles: dict[str, frozenset[Role | None]] = {}
        self._unknown: dict[str, bool] = {}
        reader.inherits_table = lambda name: self.parent(name) is not None

    def is_mapped(self, name: str) -> bool:
        """Whether a class has a mapper."""
        known = self._mapped.get(name)
        if known is None:
            self._mapped[name] = False
            known = self._mapped[name] = self._is_mapped(name)
        return known

    def parent(self, name: str) -> str | None:
        """The mapped class that a class inherits from."""
        return next((each for each in self._classes.mro(name)[1:] if self.is_mapped(each)), None)

    def is_incomplete(self, name: str) -> bool:
        """Whether some ancestor is not known."""
        return any(self._has_unknown_base(each) for each in self._classes.mro(name))

    def has_role(self, name: str, role: Role) -> bool:
        """Whether an ancestor has a role."""
        known = self._roles.get(name)
        if known is None:
            known = self._roles[name] = frozenset(map(self._role, self._classes.mro(name)))
        return role in known

    def _role(self, name: str) -> Role | None:
        if name not in self._own_roles:
            self._own_roles[name] = self._names.role(name)
        return self._own_roles[name]

    def registry(self, name: str) -> str | None:
        """The declarative base of a class: classes of one base see each other's names."""
        for ancestor in self._classes.mro(name):
            if self._is_base(ancestor) or self._role(ancestor) in _REGISTRIES:
                return ancestor
        return None

    def is_dataclass(self, name: str) -> bool:
        """Whether instances are built by a generated dataclass `__init__`."""
        if self.has_role(name, Role.DATACLASS_MIXIN):
            return True
        info = self._classes.info(name)
        decorators = () if info is None else info.facts.decorators
        for decorator in decorators:
            definition = self._decorator(info, decorator) if info is not None else None
            external = definition.name if isinstance(definition, External) else ""
            if external.endswith(".mapped_as_dataclass"):
                return True
            if self._names.role(external) is Role.DATACLASS_DECORATOR:
                return True
        return False

    def table(self, name: str) -> Table | str | None:
        """The table of its own that a class is mapped to, by name where no `Table(...)` says more."""
        given = self._imperative.get(name)
        if given is not None:
            return read_table(self._reader, given) or UNKNOWN_NAME
        whole = self.special(name, "__table__")
        if whole is not None and self._reader.constant(whole) is not None:
            return read_table(self._reader, whole) or UNKNOWN_NAME
        return self._table_name(name)

    def inheritance(self, name: str) -> Inheritance:
        """How the table of a class relates to its parent's."""
        if self.parent(name) is None:
            return Inheritance.NONE
        concrete = self.mapper_arguments(name).get("concrete")
        if concrete is not None and self._reader.flag(concrete):
            return Inheritance.CONCRETE
        return Inheritance.SINGLE if self.table(name) is None else Inheritance.JOINED

    def mapper_arguments(self, name: str) -> Mapping[str, Bound]:
        """The entries of `__mapper_args__` that hold for a class."""
        found = self.special(name, "__mapper_args__")
        return {} if found is None else self._reader.entries(found)

    def special(self, name: str, attribute: str) -> Bound | None:
        """The value of a special attribute, unless it belongs to a mapped ancestor alone."""
        owners = self._givers(name).get(attribute, ())
        if not any(self._applies(name, owner, attribute) for owner in owners):
            return None
        for owner in owners:
            info = self._classes.info(owner)
            if info is None:
                continue
            found = self._own_special(info, attribute, name)
            if found is not None:
                return found
        return None

    def _givers(self, name: str) -> Mapping[str, Sequence[str]]:
        """The special attributes that a class has, each with the ancestors whose bodies give it, nearest first."""
        known = self._given.get(name)
        if known is None:
            known = self._given[name] = {}
            for owner in self._classes.mro(name):
                for attribute in self._specials(owner):
                    known.setdefault(attribute, []).append(owner)
        return known

    def _specials(self, name: str) -> frozenset[str]:
        """The special attributes that the body of a class gives."""
        known = self._named.get(name)
        if known is None:
            info = self._classes.info(name)
            fields = () if info is None else (field.name for field in info.facts.fields)
            methods = () if info is None else (method for method, _ in info.facts.methods)
            given = (each for each in (*fields, *methods) if each.startswith("__"))
            known = self._named[name] = frozenset(given)
        return known

    def scanned(self, name: str) -> tuple[str, ...]:
        """The classes whose bodies a class is mapped from, farthest first: without those of its mapped parent."""
        parent = self.parent(name)
        covered = frozenset(() if parent is None else self._classes.mro(parent))
        own = [each for each in self._classes.mro(name) if each not in covered]
        return tuple(each for each in reversed(own) if self._classes.info(each) is not None)

    def _is_mapped(self, name: str) -> bool:
        info = self._classes.info(name)
        if info is None:
            return False
        if name in self._imperative or self._has_decorator(info, Role.MAPPING_DECORATOR):
            return True
        if self.has_role(name, Role.SQLMODEL):
            return self._is_sqlmodel_table(info)
        if self._is_base(name) or self._is_abstract(info):
            return False
        if self.registry(name) is not None:
            return (
                self.parent(name) is not None
                or self.table(name) is not None
                or (self.is_incomplete(name) and self._looks_mapped(info))
            )
        return self.is_incomplete(name) and self._looks_mapped(info)

    def _is_base(self, name: str) -> bool:
        # every class below asks it of each of its ancestors
        if name not in self._bases:
            self._bases[name] = self._is_own_base(name)
        return self._bases[name]

    def _is_own_base(self, name: str) -> bool:
        info = self._classes.info(name)
        if info is None:
            return False
        if any(
            self._names.role(qualified_name(base)) is Role.DECLARATIVE_BASE for base in info.bases
        ):
            return True
        if self._has_decorator(info, Role.BASE_DECORATOR):
            return True
        metaclass = _keyword(info.facts, "metaclass")
        bound = None if metaclass is None else Bound(metaclass, info.module, info.scope)
        return bound is not None and self._reader.role(bound) is Role.DECLARATIVE_METACLASS

    def _looks_mapped(self, info: ClassInfo) -> bool:
        """Where a base is unknown: a table and a mapped member, or members only a mapped class can have."""
        found = [_Evidence(self._reader, info, field) for field in info.facts.fields]
        if self.table(info.name) is not None:
            return any(each.is_member for each in found)
        return any(each.is_telling for each in found)

    def _has_unknown_base(self, name: str) -> bool:
        known = self._unknown.get(name)
        if known is None:
            info = self._classes.info(name)
            bases = () if info is None else info.bases
            known = self._unknown[name] = any(self._is_unknown(base) for base in bases)
        return known

    def _is_unknown(self, base: Definition) -> bool:
        match base:
            case Undefined() | FunctionDefinition():
                return True
            case External(name=name):
                return not (
                    self._names.is_known(name)
                    or name.partition(".")[0] in sys.stdlib_module_names
                    or name.startswith("sqlalchemy.")
                )
            case _:
                return False

    def _table_name(self, name: str) -> str | None:
        found = self.special(name, "__tablename__")
        if found is not None:
            value = self._reader.constant(found)
            if isinstance(value, str):
                return self._with_schema(name, value)
            if isinstance(value, Unknown):
                return UNKNOWN_NAME
            return None
        if self.has_role(name, Role.SQLMODEL):
            return short_name(name).lower() if self.parent(name) is None else None
        if self.has_role(name, Role.FLASK_MODEL) and self._has_own_key(name):
            return _snake_case(short_name(name))
        return None

    def _with_schema(self, name: str, table: str) -> str:
        schema = self._reader.text(self.table_option(name, "schema"))
        return table if schema is None else f"{schema}.{table}"

    def table_option(self, name: str, option: str) -> Bound | None:
        """An entry of the dict in `__table_args__ = (…, {"schema": "shop"})`, or of a `Table(…, schema="shop")`."""
        whole = self._imperative.get(name) or self.special(name, "__table__")
        call = None if whole is None else self._reader.call(whole)
        if call is not None:
            return call.keywords.get(option)
        found = self.special(name, "__table_args__")
        given = None
        for part in () if found is None else self._reader.items(found):
            given = self._reader.entries(part).get(option) or given
        return given

    def _has_own_key(self, name: str) -> bool:
        """Flask-SQLAlchemy names a table where the class adds a primary key of its own."""
        if self.parent(name) is None:
            return True
        for owner in self.scanned(name):
            info = self._classes.info(owner)
            for field in () if info is None else info.facts.fields:
                if info is None or field.value is None:
                    continue
                call = self._reader.call(Bound(field.value, info.module, info.facts.scope))
                if call is not None and self._reader.flag(call.keywords.get("primary_key")):
                    return True
        return False

    def _applies(self, name: str, owner: str, attribute: str) -> bool:
        info = self._classes.info(owner)
        if info is None:
            return False
        if owner == name or not self.is_mapped(owner):
            return (
                own_field(info, attribute) is not None or self._method(info, attribute) is not None
            )
        return self._method(info, attribute) is not None

    def _own_special(self, info: ClassInfo, attribute: str, name: str) -> Bound | None:
        method = self._method(info, attribute)
        if method is not None:
            return self._reader.returned(FunctionDefinition(info.module, method), name)
        field = own_field(info, attribute)
        if field is None or field.value is None:
            return None
        return Bound(field.value, info.module, info.facts.scope)

    def _method(self, info: ClassInfo, attribute: str) -> int | None:
        return next((index for name, index in info.facts.methods if name == attribute), None)

    def _is_abstract(self, info: ClassInfo) -> bool:
        field = own_field(info, "__abstract__")
        if field is None or field.value is None:
            return False
        return self._reader.flag(Bound(field.value, info.module, info.facts.scope))

    def _is_sqlmodel_table(self, info: ClassInfo) -> bool:
        # `class Author(SQLModel, table=True)`
        value = _keyword(info.facts, "table")
        return value is not None and self._reader.flag(Bound(value, info.module, info.scope))

    def _has_decorator(self, info: ClassInfo, role: Role) -> bool:
        return any(
            self._reader.role_of(self._decorator(info, decorator)) is role
            for decorator in info.facts.decorators
        )

    def _decorator(self, info: ClassInfo, decorator: Expression) -> Definition:
        called = decorator.function if isinstance(decorator, Call) else decorator
        return self._symbols.resolve(info.module, called, info.scope)


class _Evidence:
    """What one field says about its class: that it maps something, or that it is mapped itself."""

    def __init__(self, reader: Reader, info: ClassInfo, field: FieldFacts) -> None:
        scope = info.facts.scope
        value = None if field.value is None else Bound(field.value, info.module, scope)
        call = None if value is None else reader.call(value)
        role = None if call is None else call.role
        has_annotation = field.annotation is not None and (
            reader.role(Bound(field.annotation, info.module, scope)) is Role.MAPPED
        )
        self.is_member = has_annotation or role in _MEMBER_ROLES
        is_key = call is not None and reader.flag(call.keywords.get("primary_key"))
        self.is_telling = role is Role.RELATIONSHIP or (role is Role.COLUMN and is_key)


def _keyword(facts: ClassFacts, name: str) -> Expression | None:
    return next((value for keyword, value in facts.keywords if keyword == name), None)


def _snake_case(name: str) -> str:
    """As Flask-SQLAlchemy makes it: `HTTPRequest` to `http_request`."""
    name = re.sub(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))", r"_\1", name)
    return name.lower().lstrip("_")
