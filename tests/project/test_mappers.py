"""Mappers over several modules, ambiguous names, unknown bases, and what cannot be known."""

from __future__ import annotations

from project.described import project
from saalint.project.mapped import Association, Inheritance, LoaderStrategy, Mapper, Unknown
from saalint.reports.models import render_models

HEAD = """
from typing import Optional
from sqlalchemy import Column, ForeignKey, Integer, Table, func
from sqlalchemy.orm import (
    DeclarativeBase, Mapped, MappedAsDataclass, column_property, declarative_base, declared_attr, deferred,
    mapped_column, relationship, synonym, validates,
)
from sqlalchemy.ext.associationproxy import association_proxy
from sqlalchemy.ext.asyncio import AsyncAttrs
class Base(DeclarativeBase): ...
"""


def mapper(text: str, name: str) -> Mapper:
    return project({"models": HEAD + text}).mappers[f"models.{name}"]


def report(files: dict[str, str]) -> list[str]:
    """The relationships in the report on models, without their places."""
    lines = render_models(project(files), "text").splitlines()
    return [line.strip().rpartition("  ")[0] for line in lines if " -> " in line]


PACKAGE = {
    "app.__init__": "",
    "app.db.__init__": "from .base import *\n",
    "app.db.base": """
from sqlalchemy.orm import DeclarativeBase as Declarative
__all__ = ["Model"]
class Model(Declarative): ...
""",
    "app.models.__init__": "from .user import User\nfrom .post import Post\n",
    "app.models.user": """
from __future__ import annotations
from typing import TYPE_CHECKING
import sqlalchemy.orm as so
from sqlalchemy import orm
from app.db import Model
if TYPE_CHECKING:
    from .post import Post
class User(Model):
    __tablename__ = "user"
    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    posts: so.Mapped[list[Post]] = orm.relationship(back_populates="user")
    whole = so.relationship("app.models.post.Post", viewonly=True)
    part = so.relationship("post.Post", viewonly=True)
    typo = so.relationship("Posts")
""",
    "app.models.post": """
from __future__ import annotations
import sqlalchemy as sa, sqlalchemy.orm as so
from ..db.base import Model
from app import models
class Post(Model):
    __tablename__ = "post"
    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    user_id = sa.Column(sa.ForeignKey("user.id"))
    user: so.Mapped[models.User] = so.relationship(back_populates="posts")
    author: so.Mapped["models.user.User"] = so.relationship(lazy="raise_on_sql")
""",
}


def test_targets_over_several_modules() -> None:
    assert report(PACKAGE) == [
        "user -> app.models.user.User, many-to-one, scalar, lazy select, reverse of posts",
        "author -> app.models.user.User, many-to-one, scalar, lazy raise_on_sql",
        "posts -> app.models.post.Post, one-to-many, collection, lazy select, reverse of user",
        "whole -> app.models.post.Post, one-to-many, collection, lazy select",
        "part -> app.models.post.Post, one-to-many, collection, lazy select",
        "typo -> unknown (no mapped class is named `Posts`), unknown, collection, lazy select",
    ]


TWINS = """
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    posts: Mapped[list["Post"]] = relationship()
class Post(Base):
    __tablename__ = "post"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
"""


def test_a_name_in_two_registries_means_the_class_of_the_own_one() -> None:
    assert report({"one.models": HEAD + TWINS, "two.models": HEAD + TWINS}) == [
        "posts -> one.models.Post, one-to-many, collection, lazy select",
        "posts -> two.models.Post, one-to-many, collection, lazy select",
    ]


def test_models_inside_functions_see_their_own_neighbours() -> None:
    body = (HEAD + TWINS).replace("\n", "\n    ")
    text = f"def test_one():\n    {body}\ndef test_two():\n    {body}\n"

    assert report({"tests": text}) == [
        "posts -> tests.test_one.Post, one-to-many, collection, lazy select",
        "posts -> tests.test_two.Post, one-to-many, collection, lazy select",
    ]


def test_an_ambiguous_name_is_not_guessed() -> None:
    files = {
        "app.base": HEAD,
        "app.one": "from app.base import *\nclass Tag(Base):\n    __tablename__ = 'a'\n    id = Column(Integer)\n",
        "app.two": "from app.base import *\nclass Tag(Base):\n    __tablename__ = 'b'\n    id = Column(Integer)\n",
        "app.three": """
from app.base import *
class Page(Base):
    __tablename__ = "page"
    id = Column(Integer, primary_key=True)
    tags = relationship("Tag")
    ones = relationship("one.Tag", primaryjoin="Page.id == foreign(one.Tag.id)")
""",
    }

    assert report(files) == [
        (
            "tags -> unknown (several mapped classes are named `Tag`: app.one.Tag, app.two.Tag), unknown,"
            " collection, lazy select"
        ),
        "ones -> app.one.Tag, one-to-many, collection, lazy select",
    ]


def test_classes_over_an_unknown_base_are_mapped_where_they_look_it() -> None:
    text = """
from company.models import Base
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column, relationship
class WithTable(Base):
    __tablename__ = "a"
    id: Mapped[int] = mapped_column(primary_key=True)
class WithKey(Base):
    id = Column(Integer, primary_key=True)
class WithRelationship(Base):
    other = relationship("WithTable")
class Nothing(Base):
    name: str
class Mixin:
    name: Mapped[str]
    other = relationship("WithTable")
"""
    mappers = project({"app": text}).mappers

    assert {name: found.is_incomplete for name, found in mappers.items()} == {
        "app.WithKey": True,
        "app.WithRelationship": True,
        "app.WithTable": True,
    }


def test_strategies_that_only_run_time_knows() -> None:
    text = """
import os
options = load_options()
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id = Column(ForeignKey("user.id"))
    a = relationship("User", lazy=os.environ["LAZY"])
    b = relationship("User", **options)
    c = relationship("User", lazy="joined", **options)
    d = relationship("User", lazy="a typo")
"""
    found = mapper(text, "User").relationships

    assert [name for name, each in found.items() if each.is_strategy_unknown] == ["a", "b", "d"]
    assert found["c"].strategy is LoaderStrategy.JOINED


def test_a_target_that_only_run_time_knows() -> None:
    text = """
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    other = relationship(choose())
"""

    assert mapper(text, "User").relationships["other"].target == Unknown(
        "the target is computed at run time"
    )


def test_what_a_mapper_knows_beside_its_attributes() -> None:
    text = """
class Animal(AsyncAttrs, MappedAsDataclass, Base):
    __tablename__ = "animal"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    kind: Mapped[str]
    note: Mapped[str] = deferred(Column())
    __mapper_args__ = {"polymorphic_on": "kind", "with_polymorphic": ["Dog"], "eager_defaults": False}

class Dog(Animal):
    __tablename__ = "dog"
    id: Mapped[int] = mapped_column(ForeignKey("animal.id"), primary_key=True)
    bones: Mapped[int]
    __mapper_args__ = {"polymorphic_identity": "dog", "polymorphic_load": "inline"}

class Puppy(Dog):
    age: Mapped[Optional[int]] = mapped_column()
"""
    model = project({"models": HEAD + text}).mappers
    animal, dog, puppy = (model[f"models.{name}"] for name in ("Animal", "Dog", "Puppy"))

    assert animal.with_polymorphic == ("models.Dog",)
    assert animal.subclasses == ("models.Dog", "models.Puppy")
    assert animal.eager_defaults == "no"
    assert animal.has_async_attrs
    assert animal.is_dataclass
    assert animal.primary_key == ("id",)
    assert (dog.inheritance, dog.base, dog.table) == (Inheritance.JOINED, "models.Animal", "dog")
    assert dog.polymorphic_load == "inline"
    assert dog.own_columns == {"bones"}
    assert (puppy.inheritance, puppy.table) == (Inheritance.SINGLE, "dog")
    assert puppy.own_columns == {"age"}
    assert list(puppy.columns) == ["id", "kind", "note", "bones", "age"]


def test_proxies_and_synonyms_are_inherited() -> None:
    text = """
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    identifier = synonym("id")
    posts: Mapped[list["Post"]] = relationship()
    titles = association_proxy("posts", "title")
class Admin(User): ...
class Post(Base):
    __tablename__ = "post"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    title: Mapped[str]
"""
    admin = mapper(text, "Admin")

    assert admin.synonyms == {"identifier": "id"}
    assert (admin.proxies["titles"].relationship, admin.proxies["titles"].attribute) == (
        "posts",
        "title",
    )
    assert admin.relationships["posts"].owner == "models.User"


def test_a_property_hides_the_column_of_a_mixin() -> None:
    text = """
class Named:
    name: Mapped[str]
class User(Named, Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    @property
    def name(self): ...
"""

    assert list(mapper(text, "User").columns) == ["id"]


def test_a_table_name_that_is_computed_still_joins() -> None:
    text = """
class Named:
    @declared_attr.directive
    def __tablename__(cls):
        return pluralize(cls.__name__)
class User(Named, Base):
    id: Mapped[int] = mapped_column(primary_key=True)
    posts = relationship("Post", back_populates="user")
class Post(Base):
    __tablename__ = "post"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user = relationship("User", back_populates="posts")
"""

    assert report({"models": HEAD + text}) == [
        "user -> models.User, many-to-one, scalar, lazy select, reverse of posts",
        "posts -> models.Post, one-to-many, collection, lazy select, reverse of user",
    ]


def test_tables_are_listed_with_their_place() -> None:
    text = """
link = Table("link", Base.metadata, Column("a_id", ForeignKey("a.id")))
"""
    found = project({"models": HEAD + text}).tables

    assert {name: place.path for name, place in found.items()} == {"link": "models.py"}


def test_the_order_of_modules_does_not_show() -> None:
    files = dict(reversed(PACKAGE.items()))

    assert render_models(project(files), "json") == render_models(project(PACKAGE), "json")


def test_a_table_named_by_an_f_string_is_known() -> None:
    text = """
class Named:
    @declared_attr
    def __tablename__(cls): return f"{cls.__name__.lower()}_rows"
class Order(Named, Base):
    id: Mapped[int] = mapped_column(primary_key=True)
class Item(Named, Base):
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order_rows.id"))
    order: Mapped["Order"] = relationship()
"""

    assert mapper(text, "Order").table == "order_rows"
    assert mapper(text, "Item").relationships["order"].foreign_keys == ("order_id",)


LINK = """
link = Table(
    "link", Base.metadata, Column("left_id", ForeignKey("left.id")), Column("right_id", ForeignKey("right.id"))
)
class Left(Base):
    __tablename__ = "left"
    id: Mapped[int] = mapped_column(primary_key=True)
    rights: Mapped[list["Right"]] = relationship(secondary=link, back_populates="lefts")
    later: Mapped[list["Right"]] = relationship(secondary=lambda: link, viewonly=True)
    some: Mapped[list["Right"]] = relationship(
        secondary=link, primaryjoin="Left.id == link.c.left_id", viewonly=True
    )
class Right(Base):
    __tablename__ = "right"
    id: Mapped[int] = mapped_column(primary_key=True)
    lefts: Mapped[list[Left]] = relationship(secondary=link, back_populates="rights")
"""


def test_the_columns_of_a_table_between_two_classes() -> None:
    left, right = mapper(LINK, "Left").relationships, mapper(LINK, "Right").relationships

    assert left["rights"].association == Association("models.link", "left_id", "right_id")
    assert left["later"].association == left["rights"].association
    assert right["lefts"].association == Association("models.link", "right_id", "left_id")


def test_a_table_between_two_classes_with_a_condition_of_its_own() -> None:
    assert mapper(LINK, "Left").relationships["some"].association is None
