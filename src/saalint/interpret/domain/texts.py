"""Texts worked out of known parts: `f"{folder}/list.html"`, `"%s.html" % page`, `"/".join(parts)`, `name.lower()`.

Goes in: the parts. Comes out: the text as a literal, each of a few where a part is one of several, or that it is not
known. They matter where a text names something: a template, an attribute.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from itertools import product
from string import Formatter
from typing import TypeAlias

from saalint.interpret.domain.values import Literal, Unknown, Value, literal, members, union

UNKNOWN = Unknown("a formatted text")

Plain: TypeAlias = str | int | float | bool | None

_LONGEST = 200
_MOST = 8
_PLACES = re.compile(r"%(?:\((\w+)\))?(.)")


def joined(pieces: Iterable[str], values: Iterable[Value]) -> Value:
    """Pieces with values between them, as an f-string has them; there is one piece more than values."""
    first, *rest = pieces
    return each_of(
        values,
        lambda shown: (
            first + "".join(f"{text}{piece}" for text, piece in zip(shown, rest, strict=True))
        ),
    )


def percent(text: str, given: tuple[Value, ...], named: dict[str, Value]) -> Value:
    """`text % given`, where the text asks for plain texts only."""
    found = [(match[1], match[2]) for match in _PLACES.finditer(text)]
    if any(kind not in ("s", "d", "%") for _, kind in found):
        return UNKNOWN
    names = [name for name, kind in found if kind != "%"]
    values = _asked(names, given, named)
    if values is None or len(given) > len(names):
        return UNKNOWN
    pieces = _PLACES.sub(lambda match: "%" if match[2] == "%" else "\0", text).split("\0")
    return joined(pieces, values)


def filled(text: str, given: tuple[Value, ...], named: dict[str, Value]) -> Value:
    """`text.format(*given, **named)`, where the text asks for plain texts only."""
    pieces, names = [""], list[str | None]()
    try:
        for before, name, specification, conversion in Formatter().parse(text):
            pieces[-1] += before
            if name is None:
                continue
            if specification or conversion:
                return UNKNOWN
            names.append(name or None)
            pieces.append("")
    except ValueError:
        return UNKNOWN
    values = _asked(names, given, named)
    return UNKNOWN if values is None else joined(pieces, values)


def _asked(
    names: Iterable[str | None], given: tuple[Value, ...], named: dict[str, Value]
) -> list[Value] | None:
    position, found = 0, list[Value]()
    for name in names:
        index = position if name is None else int(name) if name.isdigit() else None
        if index is not None and index < len(given):
            found.append(given[index])
            position += 1
        elif index is None and name in named:
            found.append(named[str(name)])
        else:
            return None
    return found


def chained(separator: str, values: Iterable[Value]) -> Value:
    """`separator.join(values)`."""
    return each_of(values, separator.join)  # type: ignore[arg-type]  # tried, see `each_of`


def path_of(values: Iterable[Value]) -> Value:
    """`os.path.join(*values)`."""
    return each_of(values, lambda parts: posixpath.join(*parts))  # type: ignore[arg-type]  # tried, see `each_of`


def method(name: str, text: str, arguments: tuple[Value, ...]) -> Value:
    """What a method of a text gives that makes another text: `text.removesuffix(".txt")`."""
    return each_of(arguments, lambda given: str(getattr(text, name)(*given)))


def each_of(values: Iterable[Value], make: Callable[[tuple[Plain, ...]], str]) -> Value:
    """What is made of some constants, for each of a few choices that the values leave."""
    found = [_plain(value) for value in values]
    choices = 1
    for constants in found:
        choices *= len(constants)
    if not 0 < choices <= _MOST:
        return UNKNOWN
    try:
        made = [make(constants) for constants in product(*found)]
    except TypeError:
        return UNKNOWN
    if any(len(text) > _LONGEST for text in made):
        return UNKNOWN
    return union(literal(text) for text in made)


def _plain(value: Value) -> list[Plain]:
    """The constants that a value may be; nothing where that is not known."""
    found = [member.value for member in members(value) if isinstance(member, Literal)]
    return found if len(found) == len(members(value)) else []
