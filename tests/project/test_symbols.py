"""What a name means: definitions, imports, re-exports, aliases, things outside the project."""

from __future__ import annotations

import pytest

from project.described import project
from saalint.facts.expressions import Attribute, Expression, Name
from saalint.project.names.symbols import (
    ClassDefinition,
    Definition,
    External,
    FunctionDefinition,
    ModuleDefinition,
    Undefined,
    VariableDefinition,
)


def dotted(text: str) -> Expression:
    first, *rest = text.split(".")
    expression: Expression = Name(first, 0)
    for part in rest:
        expression = Attribute(expression, part, 0)
    return expression


def meaning(files: dict[str, str], module: str, text: str, **aliases: str) -> Definition:
    return project(files, **aliases).symbols.resolve(module, dotted(text))


SHOP = {
    "shop.__init__": "from .models import *\nfrom shop.db import engine as database\n",
    "shop.db": "engine = make()\n",
    "shop.models.__init__": """
from .author import Author
from .book import Book as Volume
from ..models import author as authors
__all__ = ["Author", "Volume"]
""",
    "shop.models.author": "class Author:\n    class Name: ...\n    def rename(self): ...\n",
    "shop.models.book": """
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from shop.models import Author
class Book: ...
Novel = Book
def publish(): ...
""",
    "shop.api": """
import shop
import shop.models.author
import shop.models.book as book
from shop import *
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm.session import Session
from sqlalchemy.future import select as choose
""",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Author", ClassDefinition("shop.models.author.Author")),
        ("Volume", ClassDefinition("shop.models.book.Book")),
        ("shop.Author", ClassDefinition("shop.models.author.Author")),
        ("shop.models.authors.Author", ClassDefinition("shop.models.author.Author")),
        ("shop.models.author.Author.Name", ClassDefinition("shop.models.author.Author.Name")),
        ("shop.models.Author.rename", FunctionDefinition("shop.models.author", 0)),
        ("shop.database", VariableDefinition("shop.db", "engine")),
        ("book", ModuleDefinition("shop.models.book")),
        ("book.Novel", ClassDefinition("shop.models.book.Book")),
        ("book.publish", FunctionDefinition("shop.models.book", 0)),
        ("book.Author", ClassDefinition("shop.models.author.Author")),
        ("sa.orm.relationship", External("sqlalchemy.orm.relationship")),
        ("orm.relationships.RelationshipProperty", External("sqlalchemy.orm.RelationshipProperty")),
        ("Session", External("sqlalchemy.orm.Session")),
        ("choose", External("sqlalchemy.select")),
        ("len", External("builtins.len")),
    ],
)
def test_names_are_followed_to_what_they_mean(text: str, expected: Definition) -> None:
    assert meaning(SHOP, "shop.api", text) == expected


def test_a_star_import_brings_what_the_module_exports_and_nothing_else() -> None:
    assert isinstance(meaning(SHOP, "shop.api", "authors"), Undefined)


def test_imports_in_a_circle_end() -> None:
    files = {"one": "from two import name\n", "two": "from one import name\n"}

    assert isinstance(meaning(files, "one", "name"), Undefined)


def test_a_name_assigned_from_itself_ends() -> None:
    files = {"one": "value = start()\nvalue = value.next()\nagain = value.attribute\n"}

    assert meaning(files, "one", "again") == VariableDefinition("one", "again")


def test_the_first_alternative_of_an_optional_import_holds() -> None:
    text = "try:\n    from fast import load\nexcept ImportError:\n    load = None\n"

    assert meaning({"one": text}, "one", "load") == External("fast.load")


def test_relative_imports_in_a_package_and_in_a_module() -> None:
    files = {
        "pkg.__init__": "from . import sub\nfrom .sub import deep\n",
        "pkg.sub.__init__": "from ..other import Thing\n",
        "pkg.sub.deep": "from ...pkg.other import Thing\nfrom .. import other\n",
        "pkg.other": "class Thing: ...\n",
    }

    assert meaning(files, "pkg", "sub.Thing") == ClassDefinition("pkg.other.Thing")
    assert meaning(files, "pkg", "deep.Thing") == ClassDefinition("pkg.other.Thing")
    assert meaning(files, "pkg", "deep.other.Thing") == ClassDefinition("pkg.other.Thing")


def test_a_module_beside_another_in_a_folder_that_is_no_package() -> None:
    files = {"main": "from . import other\n", "other": "class Thing: ...\n"}

    assert meaning(files, "main", "other.Thing") == ClassDefinition("other.Thing")


def test_an_alias_means_the_module_nearest_to_the_importer() -> None:
    files = {
        "first.app.models": "class User: ...\n",
        "first.app.api": "from app.models import User\nimport app.models\n",
        "second.app.models": "class User: ...\n",
        "second.app.api": "from app.models import User\n",
    }
    aliases = {"app.models": "first.app.models"}

    assert meaning(files, "first.app.api", "User", **aliases) == ClassDefinition(
        "first.app.models.User"
    )
    assert meaning(files, "second.app.api", "User", **aliases) == ClassDefinition(
        "second.app.models.User"
    )
    assert meaning(files, "first.app.api", "app.models.User", **aliases) == ClassDefinition(
        "first.app.models.User"
    )


def test_a_folder_named_like_a_library_does_not_stand_for_it() -> None:
    files = {
        "app.ext.sqlalchemy": "class Column: ...\n",
        "app.ext.models": "from sqlalchemy import Column\n",
    }
    aliases = {"sqlalchemy": "app.ext.sqlalchemy"}

    assert meaning(files, "app.ext.models", "Column", **aliases) == External("sqlalchemy.Column")


def test_an_extension_object_hands_on_sqlalchemy() -> None:
    text = """
from flask_sqlalchemy import SQLAlchemy
class Extension(SQLAlchemy): ...
db = SQLAlchemy()
own = Extension()
"""
    expected = {
        "db.Model": "flask_sqlalchemy.SQLAlchemy.Model",
        "db.session": "flask_sqlalchemy.SQLAlchemy.session",
        "db.Column": "sqlalchemy.Column",
        "db.relationship": "sqlalchemy.orm.relationship",
        "own.ForeignKey": "sqlalchemy.ForeignKey",
    }

    assert {name: meaning({"app": text}, "app", name) for name in expected} == {
        name: External(canonical) for name, canonical in expected.items()
    }


def test_scopes_of_functions_and_classes() -> None:
    text = """
from datetime import date
class Outer:
    date: date
    class Inner: ...
def build(parameter):
    from app.other import Thing
    class Local: ...
    made = Local()
"""
    symbols = project({"app.models": text}).symbols

    def within(scope: str, name: str) -> Definition:
        return symbols.resolve("app.models", Name(name, 0), scope)

    assert within("Outer", "date") == External("datetime.date")
    assert within("Outer", "Inner") == ClassDefinition("app.models.Outer.Inner")
    assert within("build", "Local") == ClassDefinition("app.models.build.Local")
    assert within("build", "Thing") == External("app.other.Thing")
    assert within("build", "made") == VariableDefinition("app.models", "build.made")
    assert isinstance(within("build", "parameter"), Undefined)


def test_assignments_of_a_variable_include_those_under_global() -> None:
    text = """
factory = None
def connect():
    global factory
    factory = make()
"""
    symbols = project({"app": text}).symbols

    values = symbols.assignments(VariableDefinition("app", "factory"))

    assert [type(each.value).__name__ for each in values] == ["Constant", "Call"]


def test_a_function_that_gives_what_it_made_makes_nothing() -> None:
    text = """
def made():
    return Router
Router = made()
router = Router()
"""

    assert isinstance(meaning({"app": text}, "app", "router.get"), Undefined)
