"""What user code evaluates, as facts."""

from __future__ import annotations

from facts.lowered import expression, facts
from saalint.facts.expressions import (
    Attribute,
    Call,
    Comprehension,
    Constant,
    Formatted,
    Keyword,
    Lambda,
    Logical,
    Name,
    Opaque,
    Operation,
    Starred,
    Subscript,
    dotted_name,
)
from saalint.source.positions import column_of, line_of, place


def test_an_attribute_stands_where_its_name_stands() -> None:
    read = expression("(\n    author\n    .books\n)")

    assert read == Attribute(Name("author", place(2, 4)), "books", place(3, 5))


def test_a_call_stands_at_the_last_name_and_ends_after_its_parenthesis() -> None:
    call = expression("session.scalars(statement).all()")

    assert isinstance(call, Call)
    assert (column_of(call.at), column_of(call.end)) == (27, 32)
    assert isinstance(call.function, Attribute)
    inner = call.function.base
    assert isinstance(inner, Call)
    assert (column_of(inner.at), column_of(inner.end)) == (8, 26)


def test_a_call_of_a_subscript_stands_at_its_last_name() -> None:
    call = expression("repositories.Repository[Author]()")

    assert isinstance(call, Call)
    assert column_of(call.at) == len("repositories.")


def test_columns_count_characters() -> None:
    read = expression("format('größe', author.books)")

    assert isinstance(read, Call)
    assert read.arguments[1] == Attribute(Name("author", place(1, 16)), "books", place(1, 23))
    assert column_of(read.end) == 29


def test_columns_count_characters_behind_a_decorator() -> None:
    (function,) = facts("@named('größe', of=author.books)\ndef size(): ...\n").functions

    (decorator,) = function.decorators
    assert isinstance(decorator, Call)
    assert decorator.keywords == (
        Keyword("of", Attribute(Name("author", place(1, 19)), "books", place(1, 26))),
    )


def test_arguments_keep_their_stars() -> None:
    call = expression("first(*rest, **named)")

    assert isinstance(call, Call)
    assert call.arguments == (Starred(Name("rest", place(1, 7))),)
    assert call.keywords == (Keyword(None, Name("named", place(1, 15))),)


def test_literals() -> None:
    display = facts("x = (1, -1, -1.5, 'a' 'b', f'c', None, True, ...)").body[0]

    items = display.value.items  # type: ignore[union-attr] # the assignment above
    assert [item.value for item in items] == [1, -1, -1.5, "ab", "c", None, True, None]
    assert [item.is_ellipsis for item in items] == [False] * 7 + [True]


def test_literals_that_nothing_depends_on_are_opaque() -> None:
    texts = ("len(b'')", "len(2j)", f"len({2**70})", f"len('{'a' * 300}')", r"len('\ud800')")

    for text in texts:
        call = expression(text)
        assert isinstance(call, Call)
        assert isinstance(call.arguments[0], Opaque), text


def test_a_chained_comparison_is_the_conjunction_of_its_links() -> None:
    chain = expression("a < b <= c")

    assert isinstance(chain, Logical)
    assert chain.operator == "and"
    assert [link.operator for link in chain.values if isinstance(link, Operation)] == ["<", "<="]


def test_an_f_string_holds_its_values_and_conversions() -> None:
    text = expression("f'{author!r} {price:>{width}}'")

    assert isinstance(text, Formatted)
    assert [dotted_name(value) for value in text.values] == ["author", "price", "width"]
    assert text.conversions == ("r", "", "")


def test_a_comprehension_names_its_parts() -> None:
    books = expression("{book.id: book async for book in books if book}")

    assert isinstance(books, Comprehension)
    assert (books.kind, dotted_name(books.key)) == ("dict", "book.id")
    (generator,) = books.generators
    assert generator.is_async
    assert generator.conditions == (Name("book", place(1, 42)),)


def test_a_lambda_is_a_function() -> None:
    lowered = facts("sorted(books, key=lambda book: book.author)")

    (function,) = lowered.functions
    assert (function.name, function.attributes) == ("<lambda>", ("author",))
    call = expression("sorted(books, key=lambda book: book.author)")
    assert isinstance(call, Call)
    assert call.keywords == (Keyword("key", Lambda(0, place(1, 18))),)


def test_a_slice_with_a_step_is_opaque() -> None:
    part = expression("books[1:2:3]")

    assert isinstance(part, Subscript)
    assert isinstance(part.index, Opaque)
    assert [each for each in part.index.parts if isinstance(each, Constant)]


def test_a_text_of_several_lines_is_read_on_the_right_line() -> None:
    text = expression('f"""\n{author.name}\n{author.books}"""')

    assert isinstance(text, Formatted)
    assert [line_of(value.at) for value in text.values if isinstance(value, Attribute)] == [2, 3]
