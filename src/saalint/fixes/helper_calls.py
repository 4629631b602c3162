"""A query that takes options from whoever calls its function, and those calls, to the fix of the call that gives them.

`repository.get(1)` becomes `repository.get(1, options=[selectinload(Author.books)])`; other callers stay.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from saalint.findings.fix import Edit, Fix
from saalint.findings.remedy import LoaderPath
from saalint.fixes.loader_options import Merger, chains_of
from saalint.fixes.option_texts import CannotFixError, OptionTexts
from saalint.fixes.queries import items_of, with_items, with_keyword
from saalint.fixes.source_tree import SourceTree
from saalint.fixes.wanted import wanted_by

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class OptionsParameter:
    """The parameter of a function that options come in by: `options=()`, or `*options`."""

    function: _Function
    name: str

    @property
    def is_variadic(self) -> bool:
        """Whether each option is an argument of its own."""
        variadic = self.function.args.vararg
        return variadic is not None and variadic.arg == self.name


def parameter_for_options(tree: SourceTree, query: ast.Call) -> OptionsParameter | None:
    """The parameter whose options a query in the function gets."""
    function = tree.function_around(query)
    if function is None:
        return None
    for written in (*_options_of_get(query), *_options_of_statements(function)):
        for name in _names_in(written):
            parameter = _parameter(function, _iterated(function, name))
            if parameter is not None:
                return parameter
    return None


@dataclass(frozen=True, slots=True)
class GivenOptions:
    """What a call gives a parameter for options: the items written there, or nothing yet."""

    tree: SourceTree
    call: ast.Call
    parameter: OptionsParameter
    written: ast.expr | None
    items: Sequence[ast.expr]

    def with_more(self, added: Sequence[str]) -> tuple[Edit, ...]:
        """The edits that give more options."""
        if not added:
            return ()
        if self.written is not None:
            return with_items(self.tree, self.written, added)
        if not self.parameter.is_variadic:
            return with_keyword(self.tree, self.call, self.parameter.name, added)
        text = ", ".join(added)
        if not self.call.args and self.call.keywords:
            return (self.tree.insertion(self.tree.start(self.call.keywords[0]), f"{text}, "),)
        return self.tree.addition(self.call.args, self.tree.end(self.call) - 1, text)


def fix_of_call(given: GivenOptions, texts: OptionTexts, paths: Sequence[LoaderPath]) -> Fix | None:
    """The fix that makes a call ask for what the paths lead to; None where there is no place for it."""
    # what else the helper does with its query is its own business: a join might not suit it
    texts.is_joinable = False
    merger = Merger(given.tree, texts.writer)
    wanted = wanted_by(paths)
    try:
        added = list(merger.missing(wanted, chains_of(given.items)))
        return texts.fix(wanted, merger, given.with_more(added))
    except CannotFixError:
        return None


def given_options(
    tree: SourceTree, call: ast.Call, parameter: OptionsParameter
) -> GivenOptions | OptionsParameter | None:
    """What a call gives; the parameter of the caller where that is handed on, None where it cannot be told."""
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    around = tree.function_around(call)
    named = next((given for given in call.keywords if given.arg == parameter.name), None)
    positional = _positional(call, parameter)
    if parameter.is_variadic:
        before = _position(call, parameter, len(_named_before(parameter)))
        if len(call.args) < before:
            return None
        own = call.args[before:]
        handed_on = [option.value for option in own if isinstance(option, ast.Starred)]
        if handed_on:
            return _handed_on(around, handed_on[0])
        return GivenOptions(tree, call, parameter, None, own)
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return None
    written = named.value if named is not None else positional
    if written is None:
        return GivenOptions(tree, call, parameter, None, ())
    if isinstance(written, ast.List | ast.Tuple):
        return GivenOptions(tree, call, parameter, written, items_of(written))
    return _handed_on(around, written)


def _handed_on(around: _Function | None, written: ast.expr) -> OptionsParameter | None:
    if around is None or not isinstance(written, ast.Name):
        return None
    return _parameter(around, written.id)


def _positional(call: ast.Call, parameter: OptionsParameter) -> ast.expr | None:
    names = _named_before(parameter)
    if parameter.is_variadic or parameter.name not in names:
        return None
    position = _position(call, parameter, names.index(parameter.name))
    return call.args[position] if position < len(call.args) else None


def _named_before(parameter: OptionsParameter) -> list[str]:
    arguments = parameter.function.args
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]


def _position(call: ast.Call, parameter: OptionsParameter, index: int) -> int:
    """The position of an argument: a call on an object does not write `self`."""
    names = _named_before(parameter)
    is_bound = isinstance(call.func, ast.Attribute) and names[:1] in (["self"], ["cls"])
    return index - is_bound


def _options_of_get(query: ast.Call) -> Iterator[ast.expr]:
    yield from (given.value for given in query.keywords if given.arg == "options")


def _options_of_statements(function: _Function) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(attr="options"), args=arguments):
                for argument in arguments:
                    if isinstance(argument, ast.Starred):
                        yield argument.value
                    elif isinstance(argument, ast.Name):
                        yield argument
            case _:
                pass


def _names_in(written: ast.expr) -> Iterator[str]:
    # `*options`, `*(options or ())`, `list(options)`, and the `option` of a loop over them
    yield from (node.id for node in ast.walk(written) if isinstance(node, ast.Name))


def _iterated(function: _Function, name: str) -> str:
    for node in ast.walk(function):
        match node:
            case ast.For(target=ast.Name(id=item), iter=written) if item == name:
                return next(_names_in(written), name)
            case _:
                pass
    return name


def _parameter(function: _Function, name: str) -> OptionsParameter | None:
    arguments = function.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    names += [argument.arg for argument in arguments.kwonlyargs]
    if arguments.vararg is not None:
        names.append(arguments.vararg.arg)
    return OptionsParameter(function, name) if name in names and name != "self" else None
