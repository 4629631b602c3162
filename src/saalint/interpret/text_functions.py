"""Functions and methods of Python that make a text of others: `name.lower()`, `"/".join(parts)`, `os.path.join(…)`."""

from __future__ import annotations

from saalint.interpret import iteration, loading_notes, protocols, texts
from saalint.interpret.library_use import Keywords, LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.values import Unknown, Value
from saalint.source.positions import Place


def run(machine: Machine, use: LibraryUse) -> Value | None:
    """The result of a function that makes a text; None for any other."""
    del machine
    return texts.path_of(use.arguments) if use.kind == "join-paths" else None


def call_method(
    machine: Machine,
    text: str,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """The result of a method of a text; what it shows of its arguments happens on the way."""
    for argument in arguments:
        protocols.show(machine, argument, at)
    match name, arguments:
        case "join", (values,):
            known, rest = iteration.elements(machine, values, at)
            return texts.chained(text, known) if rest is None else texts.UNKNOWN
        case "format", _:
            # `"{0.title}".format(book)` reads what the text says
            loading_notes.leave(machine, (*arguments, *(value for _, value in keywords)))
            return texts.filled(text, arguments, dict(keywords))
        case _ if name in machine.analysis.operations.text_methods and not keywords:
            return texts.method(name, text, arguments)
        case _:
            return Unknown("a text")
