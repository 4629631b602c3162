"""Every name of SQLAlchemy in `names.toml` is held against the installed SQLAlchemy."""

from __future__ import annotations

import importlib
import importlib.util
import types
from collections.abc import Iterator

import pytest

from saalint.library.meanings import MEANINGS
from saalint.library.names import Role, library_names
from saalint.library.operations import operations

NAMES = library_names()


def found(name: str) -> object:
    """The object of a dotted name."""
    head, parts = name, list[str]()
    while True:
        try:
            value: object = importlib.import_module(head)
            break
        except ImportError:
            head, _, last = head.rpartition(".")
            parts.insert(0, last)
    for part in parts:
        value = getattr(value, part)
    return value


def is_same(ours: object, theirs: object) -> bool:
    """Whether two objects are one, or one wraps the other: `sqlalchemy.ext.declarative` warns of the move."""
    return ours is theirs or getattr(ours, "__name__", "") == getattr(theirs, "__name__", None)


def of_sqlalchemy(names: Iterator[str]) -> list[str]:
    return sorted(name for name in names if name.startswith("sqlalchemy"))


@pytest.mark.parametrize("name", of_sqlalchemy(iter(NAMES.roles)))
def test_names_with_a_role_exist_and_are_canonical(name: str) -> None:
    assert NAMES.canonical(name) == name
    found(name)


# Names that only older or newer versions have.
GONE = {
    "sqlalchemy.orm.relation",
    "sqlalchemy.ext.declarative.base.DeclarativeMeta",
    "sqlalchemy.orm.mapped_collection",
}


@pytest.mark.parametrize("name", of_sqlalchemy(iter(NAMES.names)))
def test_renamed_names_are_the_same_thing(name: str) -> None:
    if name in GONE:
        pytest.skip("not in this version of SQLAlchemy")

    assert is_same(found(NAMES.canonical(name)), found(name))


# Modules that exist to hand on names; of the others only what they define counts.
HANDING_ON = {
    "sqlalchemy.engine",
    "sqlalchemy.future",
    "sqlalchemy.schema",
    "sqlalchemy.sql.expression",
}


def members(module: str) -> Iterator[tuple[str, object]]:
    for name, value in sorted(vars(importlib.import_module(module)).items()):
        if name.startswith("_") or isinstance(value, types.ModuleType):
            continue
        origin = str(getattr(value, "__module__", ""))
        if origin == module or (module in HANDING_ON and origin.startswith("sqlalchemy")):
            yield name, value


@pytest.mark.parametrize("module", of_sqlalchemy(iter(NAMES.prefixes)))
def test_what_a_prefix_renames_is_the_same_thing(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip("not in this version of SQLAlchemy")
    target = importlib.import_module(NAMES.prefixes[module])

    renamed = {name: value for name, value in members(module) if hasattr(target, name)}

    assert [
        name
        for name, value in renamed.items()
        if not is_same(found(NAMES.canonical(f"{module}.{name}")), value)
    ] == []


@pytest.mark.parametrize("namespace", of_sqlalchemy(iter(NAMES.namespaces)))
def test_namespaces_hold_what_is_listed(namespace: str) -> None:
    module = importlib.import_module(namespace)

    assert [name for name in sorted(NAMES.namespaces[namespace]) if not hasattr(module, name)] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sqlalchemy.orm.session.Session", "sqlalchemy.orm.Session"),
        ("sqlalchemy.orm.Session.execute", "sqlalchemy.orm.Session.execute"),
        ("sqlalchemy.orm.session.Session.execute", "sqlalchemy.orm.Session.execute"),
        ("sqlalchemy.future.select", "sqlalchemy.select"),
        ("sqlalchemy.sql.expression.select", "sqlalchemy.select"),
        ("sqlalchemy.sql.func.now", "sqlalchemy.func.now"),
        ("sqlalchemy.engine.result.Result", "sqlalchemy.Result"),
        ("sqlalchemy.sql.functions.func.now", "sqlalchemy.func.now"),
        ("sqlalchemy.sql.operators.eq", "sqlalchemy.sql.operators.eq"),
        ("sqlalchemy.ext.asyncio.session.AsyncSession", "sqlalchemy.ext.asyncio.AsyncSession"),
        ("sqlalchemy.ext.declarative.declarative_base", "sqlalchemy.orm.declarative_base"),
        ("sqlalchemy.ext.declarative.declared_attr", "sqlalchemy.orm.declared_attr"),
        ("sqlalchemy.orm.exc.NoResultFound", "sqlalchemy.exc.NoResultFound"),
        ("sqlalchemy.orm.attributes", "sqlalchemy.orm.attributes"),
        ("sqlmodel.select", "sqlalchemy.select"),
        ("sqlmodel.sql.expression.select", "sqlalchemy.select"),
        ("sqlmodel.Field", "sqlmodel.Field"),
        ("sqlmodel.main.SQLModel", "sqlmodel.SQLModel"),
        ("sqlmodel.ext.asyncio.session.AsyncSession", "sqlmodel.ext.asyncio.AsyncSession"),
        ("flask_sqlalchemy.SQLAlchemy.Column", "sqlalchemy.Column"),
        ("flask_sqlalchemy.SQLAlchemy.joinedload", "sqlalchemy.orm.joinedload"),
        ("flask_sqlalchemy.SQLAlchemy.session", "flask_sqlalchemy.SQLAlchemy.session"),
        ("typing_extensions.Annotated", "typing.Annotated"),
        ("typing.List", "builtins.list"),
        ("company.models.Base", "company.models.Base"),
    ],
)
def test_canonical_names(name: str, expected: str) -> None:
    assert NAMES.canonical(name) == expected


def test_what_hangs_on_a_sql_expression_is_one() -> None:
    assert NAMES.role("sqlalchemy.func.now") is Role.SQL_EXPRESSION
    assert NAMES.role("sqlalchemy.orm.relationship.something") is None


def test_operations_stand_under_canonical_names() -> None:
    assert [name for name in operations().functions if NAMES.canonical(name) != name] == []


def test_each_word_of_the_data_files_stands_for_some_function() -> None:
    # a word that no file writes is one whose meaning nobody tries
    written = {each.meaning for each in operations().functions.values()}
    assert set(MEANINGS.values()) == written
