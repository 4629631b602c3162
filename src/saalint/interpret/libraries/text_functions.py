"""Functions and methods of Python that make a text of others: `name.lower()`, `"/".join(parts)`, `os.path.join(…)`."""

from __future__ import annotations

import re
from string import Formatter

from saalint.interpret.domain import texts
from saalint.interpret.domain.heap import Items
from saalint.interpret.domain.values import (
    Keywords,
    Literal,
    Unknown,
    Value,
    literal,
)
from saalint.interpret.language import attributes, iteration, protocols
from saalint.interpret.machine import Machine
from saalint.interpret.queries import loading_notes
from saalint.source.positions import Place

_MOST_PARTS = 32

# of a field of a format, `author.books[0]`: what it starts with, and the attributes it reads
_FIELD = re.compile(r"\w*")
_NAMES = re.compile(r"\.(\w+)")


def call_method(
    machine: Machine,
    text: str,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """The result of a method of a text; what it shows of its arguments happens on the way."""
    if name != "format":
        for argument in arguments:
            protocols.show(machine, argument, at)
    match name, arguments:
        case "join", (values,):
            known, rest = iteration.elements(machine, values, at)
            return texts.chained(text, known) if rest is None else texts.UNKNOWN
        case "format", _:
            # `"{0.title}".format(book)` reads what the text says
            loading_notes.leave(machine, (*arguments, *(value for _, value in keywords)))
            _fill(machine, text, arguments, dict(keywords), at)
            return texts.filled(text, arguments, dict(keywords))
        case "split" | "rsplit" | "splitlines", _ if not keywords:
            return _split(machine, text, name, arguments, at)
        case _ if name in machine.analysis.operations.text_methods and not keywords:
            return texts.method(name, text, arguments)
        case _:
            return Unknown("a text")


def _split(
    machine: Machine, text: str, name: str, arguments: tuple[Value, ...], at: Place
) -> Value:
    # `for name in "author.books".split("."):`
    given = [argument.value for argument in arguments if isinstance(argument, Literal)]
    try:
        parts = getattr(text, name)(*given)
    except (TypeError, ValueError):
        return Unknown("the parts of a text")
    if len(given) < len(arguments) or len(parts) > _MOST_PARTS:
        return Unknown("the parts of a text")
    return machine.allocate(machine.site(at, name), Items(items=tuple(map(literal, parts))))


def _fill(
    machine: Machine, text: str, given: tuple[Value, ...], named: dict[str, Value], at: Place
) -> None:
    # `"{0.title!r} {price:long}".format(book, price=price)`
    try:
        found = list(Formatter().parse(text))
    except ValueError:
        return
    position = 0
    for _, field, wanted, conversion in found:
        if field is None:
            continue
        base = _FIELD.findall(field)[0]
        value = named.get(base)
        if not base or base.isdigit():
            value = next(iter(given[int(base or position) :]), None)
            position += 1
        for name in _NAMES.findall(field):
            value = value and attributes.read(machine, value, name, at)
        if value is not None:
            protocols.show_in_text(machine, value, conversion or "", literal(wanted or ""), at)
