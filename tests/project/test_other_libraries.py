"""Models of SQLModel and Flask-SQLAlchemy; held against the library itself where it is installed."""

from __future__ import annotations

import importlib.util

import pytest
from sqlalchemy.orm import clear_mappers

from project.described import by_model, by_sqlalchemy, differences, executed, project
from saalint.reports.models import render_models

SQLMODEL = """
from typing import List, Optional
import sqlalchemy as sa
from sqlalchemy import Column, func
from sqlalchemy.orm import relationship
from sqlmodel import Field, Relationship, SQLModel

class Link(SQLModel, table=True):
    team_id: Optional[int] = Field(default=None, foreign_key="team.id", primary_key=True)
    hero_id: Optional[int] = Field(default=None, foreign_key="hero.id", primary_key=True)

class TeamBase(SQLModel):
    name: str = Field(index=True)
    age: int = 3
    made: Optional[int] = Field(default=None, sa_column=Column(sa.Integer, server_default="1"))
    changed: Optional[int] = Field(default=None, sa_column_kwargs={"onupdate": func.now()})

class TeamRead(TeamBase):
    id: int

class Team(TeamBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    heroes: list["Hero"] = Relationship(
        back_populates="team", sa_relationship_kwargs={"lazy": "selectin", "cascade": "all, delete"}
    )
    others: List["Hero"] = Relationship(back_populates="others", link_model=Link)

class Hero(SQLModel, table=True):
    __tablename__ = "hero"
    id: int | None = Field(default=None, primary_key=True)
    team_id: int | None = Field(default=None, foreign_key="team.id")
    team: Optional[Team] = Relationship(back_populates="heroes")
    others: List[Team] = Relationship(back_populates="others", link_model=Link)
    whole: Optional[Team] = Relationship(
        sa_relationship=relationship("Team", viewonly=True, lazy="joined")
    )
"""

FLASK = """
from flask_sqlalchemy import SQLAlchemy
db = SQLAlchemy()
tags = db.Table(
    "tags",
    db.Column("tag_id", db.Integer, db.ForeignKey("tag.id")),
    db.Column("page_id", db.ForeignKey("big_page.id")),
)
class Tag(db.Model):
    id = db.Column(db.Integer, primary_key=True)
class BigPage(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    tags = db.relationship(
        "Tag", secondary=tags, lazy="subquery", backref=db.backref("pages", lazy=True)
    )
    author_id = db.Column(db.Integer, db.ForeignKey("user.id"), nullable=False)
    made = db.Column(db.DateTime, server_default=db.func.now(), onupdate=db.func.now())
class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    pages = db.relationship(BigPage, backref="author", lazy="dynamic")
    kind = db.Column(db.String)
    __mapper_args__ = {"polymorphic_on": kind}
class Owner(User):
    id = db.Column(db.ForeignKey(User.id), primary_key=True)
"""

# SQLAlchemy cannot clear the mappers of such a class: it is not executed.
WITHOUT_OWN_TABLE = """
class Admin(User):
    level = db.Column(db.Integer)
"""

OWN_BASE = """
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(AsyncAttrs, DeclarativeBase):
    pass
db = SQLAlchemy(model_class=Base)
class Item(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    parts: Mapped[list["Part"]] = db.relationship(back_populates="item")
class Part(db.Model):
    __tablename__ = "parts"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(db.ForeignKey("item.id"))
    item: Mapped[Item] = db.relationship(back_populates="parts")
"""


def lines(text: str) -> list[str]:
    """Classes and relationships in the report on models, without their places."""
    report = render_models(project({"app": text}), "text").splitlines()
    return [line.strip().rpartition("  ")[0] for line in report if "app.py:" in line]


def test_sqlmodel() -> None:
    assert lines(SQLMODEL) == [
        "app.Hero on hero",
        "team -> app.Team, many-to-one, scalar, lazy select, reverse of heroes",
        "others -> app.Team, many-to-many, collection, lazy select, reverse of others",
        "whole -> app.Team, many-to-one, scalar, lazy joined",
        "app.Link on link",
        "app.Team on team",
        "heroes -> app.Hero, one-to-many, collection, lazy selectin, reverse of team",
        "others -> app.Hero, many-to-many, collection, lazy select, reverse of others",
    ]


def test_flask_sqlalchemy() -> None:
    assert lines(FLASK + WITHOUT_OWN_TABLE) == [
        "app.Admin on user, single inheritance from app.User",
        "pages -> app.BigPage, one-to-many, collection, lazy dynamic, reverse of author",
        "app.BigPage on big_page",
        "tags -> app.Tag, many-to-many, collection, lazy subquery, reverse of pages",
        "author -> app.User, many-to-one, scalar, lazy select, reverse of pages",
        "app.Owner on owner, joined inheritance from app.User",
        "pages -> app.BigPage, one-to-many, collection, lazy dynamic, reverse of author",
        "app.Tag on tag",
        "pages -> app.BigPage, many-to-many, collection, lazy select, reverse of tags",
        "app.User on user",
        "pages -> app.BigPage, one-to-many, collection, lazy dynamic, reverse of author",
    ]


def test_flask_sqlalchemy_over_an_own_base() -> None:
    assert lines(OWN_BASE) == [
        "app.Item on item",
        "parts -> app.Part, one-to-many, collection, lazy select, reverse of item",
        "app.Part on parts",
        "item -> app.Item, many-to-one, scalar, lazy select, reverse of parts",
    ]
    assert all(mapper.has_async_attrs for mapper in project({"app": OWN_BASE}).mappers.values())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("library", "text"),
    [("sqlmodel", SQLMODEL), ("flask_sqlalchemy", FLASK), ("flask_sqlalchemy", OWN_BASE)],
)
def test_the_model_says_what_the_library_says(library: str, text: str) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    files = {"library_models": text}

    try:
        with executed(files) as classes:
            expected = by_sqlalchemy(classes)
    finally:
        clear_mappers()

    assert expected
    assert list(differences(expected, by_model(project(files)))) == []
