"""Names of third-party things to their canonical name, role and bases, as the data files beside this module say.

Goes in: a dotted name as user code imported it. Comes out: the one name this project knows the thing by.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from saalint.library.frameworks import frameworks


class Role(StrEnum):
    """What a library name does in a mapping."""

    DECLARATIVE_BASE = "declarative-base"  # a class that inherits it is a declarative base
    DECLARATIVE_METACLASS = "declarative-metaclass"
    BASE_FACTORY = "base-factory"  # a call returns a declarative base
    BASE_DECORATOR = "base-decorator"
    MAPPING_DECORATOR = "mapping-decorator"
    READY_BASE = "ready-base"  # is a declarative base
    FLASK_MODEL = "flask-model"  # is a declarative base that names tables itself
    SQLMODEL = "sqlmodel"  # is a declarative base for classes with `table=True`
    DATACLASS_MIXIN = "dataclass-mixin"
    ASYNC_ATTRIBUTES = "async-attributes"
    RELATIONSHIP = "relationship"
    DYNAMIC_RELATIONSHIP = "dynamic-relationship"
    SQLMODEL_RELATIONSHIP = "sqlmodel-relationship"
    SQLMODEL_FIELD = "sqlmodel-field"
    BACKREF = "backref"
    COLUMN = "column"
    COLUMN_PROPERTY = "column-property"
    DEFERRED_COLUMN = "deferred-column"
    QUERY_EXPRESSION = "query-expression"
    SYNONYM = "synonym"
    COMPOSITE = "composite"
    ASSOCIATION_PROXY = "association-proxy"
    FOREIGN_KEY = "foreign-key"
    FOREIGN_KEY_CONSTRAINT = "foreign-key-constraint"
    PRIMARY_KEY_CONSTRAINT = "primary-key-constraint"
    COMPUTED = "computed"
    SERVER_DEFAULT = "server-default"
    SEQUENCE = "sequence"
    TABLE = "table"
    DECLARED_ATTRIBUTE = "declared-attribute"
    CASCADING_ATTRIBUTE = "cascading-attribute"
    MAP_IMPERATIVELY = "map-imperatively"
    HAS_INHERITED_TABLE = "has-inherited-table"
    ADD_ATTRIBUTE = "add-attribute"
    MAPPED = "mapped"
    DYNAMIC_MAPPED = "dynamic-mapped"
    WRITE_ONLY_MAPPED = "write-only-mapped"
    FOREIGN = "foreign"
    REMOTE = "remote"
    SQL_EXPRESSION = "sql-expression"
    LIST_COLLECTION = "list-collection"
    DICT_COLLECTION = "dict-collection"
    OPTIONAL = "optional"
    UNION = "union"
    ANNOTATED = "annotated"
    CLASS_VARIABLE = "class-variable"
    GENERIC = "generic"
    TYPE_VARIABLE = "type-variable"
    PARTIAL = "partial"
    PROPERTY = "property"  # a method under it is read like an attribute
    CONTEXT_MANAGER = "context-manager"  # a generator under it is one
    DATACLASS_DECORATOR = "dataclass-decorator"


@dataclass(frozen=True, slots=True)
class HandOn:
    """A namespace that hands on other namespaces' names, except for its `own`."""

    to: tuple[str, ...]
    own: frozenset[str]


@dataclass(frozen=True, slots=True)
class LibraryNames:
    """The content of `names.toml`. `packages` are the top-level packages it speaks of."""

    names: Mapping[str, str]
    prefixes: Mapping[str, str]
    handed_on: Mapping[str, HandOn]
    namespaces: Mapping[str, frozenset[str]]
    instances: frozenset[str]
    bases: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, Role]
    packages: frozenset[str]

    def canonical(self, name: str) -> str:
        """The one name for the thing that `name` names; a name nobody has told of is its own."""
        for _ in range(len(self.prefixes)):
            following = self._next(name)
            if following == name:
                return name
            name = following
        return name

    def role(self, name: str) -> Role | None:
        """The role of a canonical name; whatever hangs on a SQL expression is one, as in `func.now`."""
        role = self.roles.get(name)
        head = name
        while role is None and "." in head:
            head = head.rpartition(".")[0]
            if self.roles.get(head) is Role.SQL_EXPRESSION:
                role = Role.SQL_EXPRESSION
        return role

    def of_role(self, role: Role) -> frozenset[str]:
        """The canonical names that have a role by themselves."""
        return frozenset(name for name, known in self.roles.items() if known is role)

    def is_known(self, name: str) -> bool:
        """Whether the file says anything about a canonical name."""
        return name in self.roles or name in self.bases

    def is_exported(self, name: str) -> bool:
        """Whether a star import of the namespace is known to bring a canonical name."""
        namespace, _, member = name.rpartition(".")
        return name in self.roles or member in self.namespaces.get(namespace, ())

    def _next(self, name: str) -> str:
        listed = self.names.get(name)
        if listed is not None:
            return listed
        head = name
        while "." in head:
            head = head.rpartition(".")[0]
            rest = name[len(head) + 1 :]
            renamed = self.names.get(head)
            if renamed is not None and renamed != head:
                return f"{renamed}.{rest}"
            if head in self.prefixes and not self._is_module(name):
                return f"{self.prefixes[head]}.{rest}"
            if head in self.handed_on:
                return self._handed_on(head, rest)
        return name

    def _is_module(self, name: str) -> bool:
        return name in self.prefixes or any(
            module.startswith(f"{name}.") for module in self.prefixes
        )

    def _handed_on(self, head: str, rest: str) -> str:
        hand_on = self.handed_on[head]
        first = rest.partition(".")[0]
        if first in hand_on.own:
            return f"{head}.{rest}"
        for namespace in hand_on.to:
            if first in self.namespaces.get(namespace, ()):
                return f"{namespace}.{rest}"
        return f"{hand_on.to[0]}.{rest}"


@cache
def library_names() -> LibraryNames:
    """The names that come with this package."""
    text = files("saalint.library").joinpath("names.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    known = frameworks()
    classes = [name for name, kind in known.schemas.items() if not kind.is_decorator]
    bases = {**dict.fromkeys(classes, ()), **known.bases, **data["bases"]}
    return LibraryNames(
        names=data["names"],
        prefixes={**data["prefixes"], **known.prefixes},
        handed_on={
            head: HandOn(tuple(entry["to"]), frozenset(entry["own"]))
            for head, entry in data["handed-on"].items()
        },
        namespaces={head: frozenset(names) for head, names in data["namespaces"].items()},
        instances=frozenset((*data["instances"]["classes"], *known.applications)),
        bases={name: tuple(given) for name, given in bases.items()},
        roles={name: Role(role) for name, role in data["roles"].items()},
        packages=frozenset(
            name.partition(".")[0]
            for name in (*data["roles"], *data["prefixes"], *data["names"], *known.prefixes)
        ),
    )
