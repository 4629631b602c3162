"""The expressions of user code as facts: what `facts/lowering` makes of syntax, and all that later stages see of it.

A closed family of frozen records. `at` is a `Place`: where the expression's own name stands, which for an attribute
is the attribute's name and for a call the last name of what is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from saalint.source.positions import Place


class Node(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What all facts about syntax share: immutable, compact, decodable without executing anything.

    The members of a union carry numbers as tags: names would take a third of the encoded size.
    """


class Name(Node, frozen=True, tag=1):
    """A variable that is read (or bound, where it stands as a target)."""

    name: str
    at: Place


class Constant(Node, frozen=True, tag=2):
    """A literal: text, a number, a truth value, `None` or `...`.

    Bytes, complex numbers, text over 200 characters and numbers over 64 bits are `Opaque`.
    """

    value: str | int | float | bool | None
    at: Place
    is_ellipsis: bool = False


class Attribute(Node, frozen=True, tag=3):
    """`base.name`; `at` is where `name` stands."""

    base: Expression
    name: str
    at: Place


class Keyword(Node, frozen=True):
    """`name=value` in a call; `**value` has no name."""

    name: str | None
    value: Expression


class Call(Node, frozen=True, tag=4):
    """`function(*arguments, **keywords)`; `end` is the place after its closing parenthesis."""

    function: Expression
    arguments: tuple[Expression, ...]
    keywords: tuple[Keyword, ...]
    at: Place
    end: Place


class Subscript(Node, frozen=True, tag=5):
    """`base[index]`; a tuple index is a `Sequence` of kind `tuple`."""

    base: Expression
    index: Expression
    at: Place


class Slice(Node, frozen=True, tag=6):
    """`lower:upper:step` inside a subscript."""

    lower: Expression | None
    upper: Expression | None


class Sequence(Node, frozen=True, tag=7):
    """A list, tuple or set display; items may be `Starred`."""

    kind: str
    items: tuple[Expression, ...]
    at: Place


class Entry(Node, frozen=True):
    """`key: value` in a dict display; `**value` has no key."""

    key: Expression | None
    value: Expression


class Mapping(Node, frozen=True, tag=8):
    """A dict display."""

    entries: tuple[Entry, ...]
    at: Place


class Starred(Node, frozen=True, tag=9):
    """`*value` in a call, a display or a target."""

    value: Expression


class Await(Node, frozen=True, tag=10):
    """`await value`."""

    value: Expression
    at: Place


class Yield(Node, frozen=True, tag=11):
    """`yield value` and `yield from value`; as an expression its value is what was sent."""

    value: Expression | None
    is_delegation: bool
    at: Place


class Conditional(Node, frozen=True, tag=12):
    """`then if test else otherwise`."""

    test: Expression
    then: Expression
    otherwise: Expression


class Logical(Node, frozen=True, tag=13):
    """`and` or `or` over two values and more; evaluated left to right, stopping early."""

    operator: str
    values: tuple[Expression, ...]


class Operation(Node, frozen=True, tag=14):
    """A unary or binary operator or a comparison, by its spelling in Python: `+`, `not`, `is not`.

    A chained comparison `a < b < c` is `Logical("and", …)` of its links.
    """

    operator: str
    operands: tuple[Expression, ...]
    at: Place


class Formatted(Node, frozen=True, tag=15):
    """An f-string: its interpolated values, each with its conversion: `s`, `r`, `a` or empty for plain.

    `texts` are the pieces before, between and after the values, one more than these; empty where a format
    (`{price:>{width}}`) makes the text depend on more than its pieces.
    """

    values: tuple[Expression, ...]
    conversions: tuple[str, ...]
    texts: tuple[str, ...]
    at: Place


class Generator(Node, frozen=True):
    """One `for target in iterable if …` of a comprehension."""

    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]
    is_async: bool


class Comprehension(Node, frozen=True, tag=16):
    """A comprehension; `kind` is `list`, `set`, `dict` or `generator`; only `dict` has a key."""

    kind: str
    key: Expression | None
    element: Expression
    generators: tuple[Generator, ...]
    at: Place


class Lambda(Node, frozen=True, tag=17):
    """`lambda …: …`, by the index of its function in `FileFacts.functions`."""

    function: int
    at: Place


class NamedExpression(Node, frozen=True, tag=18):
    """`target := value`."""

    target: Name
    value: Expression


class Opaque(Node, frozen=True, tag=19):
    """Syntax that means nothing to the analysis, with the reason; its parts are still evaluated."""

    reason: str
    parts: tuple[Expression, ...]
    at: Place


Expression: TypeAlias = (
    Name
    | Constant
    | Attribute
    | Call
    | Subscript
    | Slice
    | Sequence
    | Mapping
    | Starred
    | Await
    | Yield
    | Conditional
    | Logical
    | Operation
    | Formatted
    | Comprehension
    | Lambda
    | NamedExpression
    | Opaque
)


def nodes_in(part: object) -> Iterator[Node]:
    """All expressions and instructions of a body, nested ones included, in the order of the source."""
    waiting = [part]
    while waiting:
        each = waiting.pop()
        if isinstance(each, tuple):
            waiting.extend(reversed(each))
        elif isinstance(each, Node):
            yield each
            waiting.extend([getattr(each, name) for name in reversed(each.__struct_fields__)])


def calls_in(part: object) -> Iterator[Call]:
    """All calls written in a body, nested ones included."""
    return (node for node in nodes_in(part) if isinstance(node, Call))


def dotted_name(expression: Expression | None) -> str | None:
    """`a.b.c` as text when the expression is names and attributes only, else None."""
    match expression:
        case Name(name=name):
            return name
        case Attribute(base=base, name=name):
            prefix = dotted_name(base)
            return None if prefix is None else f"{prefix}.{name}"
        case _:
            return None


def short_name(name: str) -> str:
    """The last part of a qualified name: `Author` of `app.models.Author`."""
    return name.rpartition(".")[2]
