"""Hierarchies: order of look-up, members, subclasses and the generic arguments a class binds."""

from __future__ import annotations

from project.described import project
from saalint.facts.expressions import dotted_name
from saalint.project.names.classes import Classes

REPOSITORIES = """
from typing import Generic, TypeVar
from app.models import Order, User
T = TypeVar("T")
K = TypeVar("K")

class Base(Generic[T, K]):
    model: type[T]
    def get(self): ...

class Sorted(Base[T, int]):
    def get(self): ...

class Named(Generic[K]):
    def name(self): ...

class Users(Sorted[User], Named[str]):
    pass

class Admins(Users):
    def get(self): ...

class Orders(Base[Order, "str"]):
    pass
"""


def classes(text: str) -> Classes:
    models = "class User: ...\nclass Order: ...\n"
    return project({"app.repositories": text, "app.models": models}).classes


def test_the_order_of_look_up_is_pythons() -> None:
    text = "class A: ...\nclass B(A): ...\nclass C(A): ...\nclass D(B, C): ...\n"

    assert classes(text).mro("app.repositories.D") == tuple(
        f"app.repositories.{name}" for name in "DBCA"
    )


def test_an_order_that_python_refuses_still_ends() -> None:
    text = "class A: ...\nclass B(A): ...\nclass C(A, B): ...\nclass D(D): ...\n"

    assert set(classes(text).mro("app.repositories.C")) == {
        f"app.repositories.{name}" for name in "ABC"
    }
    assert classes(text).mro("app.repositories.D") == ("app.repositories.D",)


def test_external_ancestors_stand_under_their_canonical_name() -> None:
    text = "from sqlalchemy.ext.asyncio.session import AsyncSession\nclass Own(AsyncSession): ...\n"
    found = classes(text)

    assert found.is_subclass("app.repositories.Own", "sqlalchemy.ext.asyncio.AsyncSession")
    assert found.subclasses("sqlalchemy.ext.asyncio.AsyncSession") == ("app.repositories.Own",)


def test_a_base_that_a_call_makes() -> None:
    text = """
from sqlalchemy.ext.declarative import declarative_base
class Common:
    def save(self): ...
Base = declarative_base(cls=Common)
class User(Base): ...
"""
    found = classes(text)

    assert found.mro("app.repositories.User") == (
        "app.repositories.User",
        "app.repositories.Base",
        "sqlalchemy.orm.declarative_base",
        "app.repositories.Common",
    )
    assert found.find_method("app.repositories.User", "save") is not None


def test_a_base_that_replaces_the_class_of_its_name() -> None:
    text = """
from sqlalchemy.orm import declarative_base
class Base:
    def save(self): ...
Base = declarative_base(cls=Base)
class User(Base): ...
"""
    found = classes(text)

    assert found.is_subclass("app.repositories.User", "sqlalchemy.orm.declarative_base")
    assert found.find_method("app.repositories.User", "save") is not None


def test_a_base_that_a_function_of_the_project_makes() -> None:
    text = """
from sqlalchemy.orm import declarative_base
def make_base():
    return declarative_base()
Base = make_base()
class User(Base): ...
"""

    assert classes(text).is_subclass("app.repositories.User", "sqlalchemy.orm.declarative_base")


def test_methods_along_the_order_and_after_a_class() -> None:
    found = classes(REPOSITORIES)
    method = found.find_method("app.repositories.Users", "get")
    above = found.find_method_after("app.repositories.Admins", "app.repositories.Sorted", "get")

    assert method is not None
    assert method[0] == "app.repositories.Sorted"
    assert above is not None
    assert above[0] == "app.repositories.Base"
    assert found.find_method("app.repositories.Users", "missing") is None


def test_fields_along_the_order() -> None:
    found = classes(REPOSITORIES).find_field("app.repositories.Admins", "model")

    assert found is not None
    assert found[0] == "app.repositories.Base"


def test_generic_arguments_over_several_levels() -> None:
    found = classes(REPOSITORIES)

    def bound(name: str, ancestor: str) -> list[tuple[str, str | None]]:
        arguments = found.type_arguments(f"app.repositories.{name}", f"app.repositories.{ancestor}")
        return [(module, dotted_name(expression)) for module, expression in arguments]

    assert bound("Admins", "Base") == [
        ("app.repositories", "User"),
        ("app.repositories", "int"),
    ]
    assert bound("Admins", "Named") == [("app.repositories", "str")]
    assert bound("Sorted", "Base") == [("app.repositories", "T"), ("app.repositories", "int")]
    assert bound("Orders", "Named") == []


def test_type_parameters_are_declared_or_collected() -> None:
    found = classes(REPOSITORIES)

    def parameters(name: str) -> tuple[str, ...]:
        info = found.info(f"app.repositories.{name}")
        return () if info is None else info.type_parameters

    assert parameters("Base") == ("T", "K")
    assert parameters("Sorted") == ("T",)
    assert parameters("Users") == ()
