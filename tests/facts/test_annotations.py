"""Annotations, also those that are written as text."""

from __future__ import annotations

import pytest

from facts.lowered import facts
from saalint.facts.expressions import Constant, Expression, Name, Operation, Sequence, Subscript
from saalint.facts.instructions import Assign
from saalint.source.positions import place


def _declared(text: str) -> Expression:
    (instruction,) = facts(f"x: {text}").body
    assert isinstance(instruction, Assign)
    assert instruction.annotation is not None
    return instruction.annotation


def _spelled(annotation: Expression) -> str:
    """The annotation as Python writes it."""
    match annotation:
        case Name(name=name):
            return name
        case Constant(value=value):
            return repr(value)
        case Subscript(base=base, index=index):
            return f"{_spelled(base)}[{_spelled(index)}]"
        case Sequence(items=items):
            return ", ".join(_spelled(item) for item in items)
        case Operation(operator="|", operands=(left, right)):
            return f"{_spelled(left)} | {_spelled(right)}"
        case _:
            return type(annotation).__name__


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("'User'", "User"),
        ("List['User']", "List[User]"),
        ("Mapped['list[User]']", "Mapped[list[User]]"),
        ("Mapped['list[\"User\"]']", "Mapped[list[User]]"),
        ("'User | None'", "User | None"),
        ("Optional['User']", "Optional[User]"),
        ("dict[str, 'User']", "dict[str, User]"),
        ("Literal['User']", "Literal['User']"),
        ("typing.Literal['a', 'b']", "Attribute['a', 'b']"),
        ("Annotated['User', 'text']", "Annotated[User, 'text']"),
        ("' User '", "User"),
        ("'not a type'", "'not a type'"),
    ],
)
def test_text_in_an_annotation_is_a_type(written: str, meant: str) -> None:
    assert _spelled(_declared(written)) == meant


def test_a_type_in_text_stands_where_the_text_stands() -> None:
    annotation = _declared("Mapped['models.User']")

    assert isinstance(annotation, Subscript)
    at = place(1, 10)
    assert annotation.index.at == at  # type: ignore[union-attr] # an attribute
    assert annotation.index.base == Name("models", at)  # type: ignore[union-attr] # the same


def test_parameters_and_results_are_annotated_too() -> None:
    (function,) = facts("def shelf(author: 'Author', *rest: 'Book') -> 'list[Book]': ...").functions

    assert [_spelled(each.annotation) for each in function.parameters if each.annotation] == [
        "Author",
        "Book",
    ]
    assert function.returns is not None
    assert _spelled(function.returns) == "list[Book]"


def test_text_elsewhere_stays_text() -> None:
    (instruction,) = facts("x = List['User']").body

    assert isinstance(instruction, Assign)
    assert instruction.value is not None
    assert _spelled(instruction.value) == "List['User']"
