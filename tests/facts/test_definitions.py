"""Functions, classes and modules: what they define, read and import."""

from __future__ import annotations

from facts.lowered import facts
from saalint.facts.expressions import dotted_name
from saalint.facts.instructions import DefineClass, DefineFunction, Evaluate, If, Import
from saalint.facts.records import FunctionFacts, ParameterKind


def _function(text: str) -> FunctionFacts:
    return facts(text).functions[0]


def test_parameters_of_every_kind() -> None:
    function = _function("async def shelf(a, /, b=1, *rest, c, d=2, **named): ...")

    assert [(each.name, each.kind) for each in function.parameters] == [
        ("a", ParameterKind.POSITIONAL_ONLY),
        ("b", ParameterKind.PLAIN),
        ("rest", ParameterKind.VARIADIC),
        ("c", ParameterKind.KEYWORD_ONLY),
        ("d", ParameterKind.KEYWORD_ONLY),
        ("named", ParameterKind.VARIADIC_KEYWORDS),
    ]
    assert [each.name for each in function.parameters if each.default is not None] == ["b", "d"]
    assert function.is_async


def test_functions_and_classes_come_in_order_of_their_place() -> None:
    lowered = facts(
        """
        @decorated(lambda: 1)
        def outer():
            class Inner:
                def method(self): ...
            def inner(): ...

        class Author:
            class Meta: ...
            def shelf(self):
                return lambda: self.books
        """
    )

    assert [function.scope for function in lowered.functions] == [
        "<lambda>",
        "outer",
        "outer.Inner.method",
        "outer.inner",
        "Author.shelf",
        "Author.shelf.<lambda>",
    ]
    assert [function.owner for function in lowered.functions] == [None, None, 0, None, 1, None]
    assert [each.scope for each in lowered.classes] == ["outer.Inner", "Author", "Author.Meta"]
    assert lowered.classes[1].methods == (("shelf", 4),)


def test_the_names_and_attributes_that_a_body_reads() -> None:
    function = _function(
        """
        def shelf(author):
            books = [book.title for book in author.books if limit]
            def show(prefix):
                return prefix + book.name + books[0]
            return show
        """
    )

    assert function.attributes == ("books", "name", "title")
    assert function.free == ("book", "limit")


def test_names_of_a_class_body_stay_in_it() -> None:
    function = _function(
        """
        def make(base):
            class Author(base):
                table = "author"
                copy = table
                def shelf(self):
                    return table
            return Author
        """
    )

    assert function.free == ("table",)


def test_flags_are_tested_twice_and_never_rebound() -> None:
    function = _function(
        """
        def load(full, deep, once, changed, sessions):
            if full and not deep:
                prepare()
            changed = changed or full
            if changed:
                prepare()
            if full or changed:
                return 1 if deep else 2
            for session in sessions:
                if session:
                    prepare()
                if session:
                    prepare()
            assert once
        """
    )

    assert function.flags == ("deep", "full")


def test_a_flag_that_an_inner_function_changes_is_none() -> None:
    function = _function(
        """
        def load():
            is_open = True
            def close():
                nonlocal is_open
                is_open = False
            if is_open: close()
            if is_open: close()
        """
    )

    assert function.flags == ()


def test_generators_and_declared_names() -> None:
    function = _function("def each():\n    global seen\n    seen = yield 1\n")

    assert function.is_generator
    assert function.global_names == ("seen",)


def test_fields_of_a_class_under_conditions_too() -> None:
    (author,) = facts(
        """
        class Author(Base, kind="a"):
            id: Mapped[int]
            if TYPE_CHECKING:
                name: str = "x"
            else:
                try:
                    name = column()
                except ImportError:
                    name = None
            first, second = 1, 2
            third, fourth = pair()
        """
    ).classes

    assert [field.name for field in author.fields] == [
        *("id", "name", "name", "name", "first", "second", "third", "fourth"),
    ]
    assert [name for name, _ in author.keywords] == ["kind"]
    assert dotted_name(author.bases[0]) == "Base"


def test_docstrings_vanish_and_stubs_stay() -> None:
    documented, stub = facts('def a():\n    """Text."""\ndef b(): ...\n').functions

    assert documented.body == ()
    assert isinstance(stub.body[0], Evaluate)


def test_imports_at_module_level_and_those_in_functions() -> None:
    lowered = facts(
        """
        import os.path
        import a.b as c
        try:
            from . import d
        except ImportError:
            from ..e import f as g
        if TYPE_CHECKING:
            from h import *
        def late():
            import i
        """
    )

    assert [(each.module, each.member, each.bound, each.level) for each in lowered.imports] == [
        ("os.path", None, "os", 0),
        ("a.b", None, "c", 0),
        ("", "d", "d", 1),
        ("e", "f", "g", 2),
        ("h", "*", "*", 0),
    ]
    (late,) = lowered.functions
    assert isinstance(late.body[0], Import)
    assert late.free == ()


def test_exported_names() -> None:
    listed = "__all__ = ['a'] + ['b']\n__all__ += ['c']\n__all__.extend(['d'])\n__all__.append('e')"

    assert facts(listed).exports == ("a", "b", "c", "d", "e")
    assert facts("__all__ = other.__all__ + ['a']").exports is None
    assert facts("x = 1").exports is None


def test_a_chain_of_elif_nests() -> None:
    (chain,) = facts("if a: b()\nelif c: d()\nelse: e()").body

    assert isinstance(chain, If)
    (link,) = chain.otherwise
    assert isinstance(link, If)
    assert link.otherwise


def test_definitions_are_instructions_in_order() -> None:
    body = facts("def a(): ...\nclass B: ...\ndef c(): ...").body

    assert body == (DefineFunction(0), DefineClass(0), DefineFunction(1))


def test_whether_a_file_mentions_the_orm() -> None:
    assert facts("from sqlalchemy.orm import Session").mentions_orm
    assert facts("import sqlmodel").mentions_orm
    assert not facts("import sqlite3").mentions_orm
