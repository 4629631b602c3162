"""Two versions of a file to where its lines went, unless an analysis of the first would have told them apart.

Of a function that nobody looked into, the body may be anything. What stands in the same order at the same columns is
the same to an analysis, whatever its line. A function may be new where nobody has asked for its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import pairwise

import msgspec

from saalint.facts.expressions import Constant, Lambda, Node, Opaque
from saalint.facts.instructions import Block, DefineFunction, Evaluate
from saalint.facts.records import FileFacts, FunctionFacts, Parameter
from saalint.source.positions import column_of, line_of

_LINES = frozenset({"end_line"})
# comments are judged after the analysis
_APART = frozenset({"functions", "body", "suppressions"})
_WORDS = frozenset({"free", "attributes", "members"})


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What an analysis looked for in a file.

    `consulted` are the functions, by index, whose bodies it looked into, `involved` those of which it had something to
    tell. `asked` are the names that it looked for at the top level of modules, `unspoken` those that tell nothing of a
    function that uses them.
    """

    consulted: frozenset[int]
    involved: frozenset[int]
    asked: frozenset[str]
    unspoken: frozenset[str]


class Moved(msgspec.Struct, frozen=True):
    """Where the lines and the functions of a file are in its next version: by line, and by index."""

    lines: Mapping[int, int]
    functions: Mapping[int, int]


def moved(one: FileFacts, other: FileFacts, looked: Looked) -> Moved | None:
    """Where all is in the second version; None where an analysis may tell the two apart."""
    added = frozenset(_added(one, other, looked))
    if len(one.functions) + len(added) != len(other.functions):
        return None
    kept = [index for index in range(len(other.functions)) if index not in added]
    alignment = _Alignment(looked, kept)
    is_alike = (
        alignment.of_fields(one, other, _APART)
        and alignment.of_parts(one.body, _without(other.body, added))
        and all(
            alignment.of_functions(index, function, other.functions[kept[index]])
            for index, function in enumerate(one.functions)
        )
        and alignment.is_in_order()
    )
    return Moved(alignment.lines, dict(enumerate(kept))) if is_alike else None


def _added(one: FileFacts, other: FileFacts, looked: Looked) -> Iterator[int]:
    """The functions that are new, and of which nobody can know."""
    known = {function.scope for function in one.functions}
    for index, function in enumerate(other.functions):
        is_free = function.name not in looked.asked and function.name not in looked.unspoken
        if function.scope not in known and is_free and _is_plain(function):
            words = (*function.free, *function.attributes, *function.called)
            if looked.unspoken.issuperset(words):
                yield index


def _is_plain(function: FunctionFacts) -> bool:
    """`def added(node): …` at the top level: what it takes and gives says nothing."""
    is_told = function.owner is not None or function.decorators or function.returns is not None
    is_odd = function.imports or function.global_names or "." in function.scope
    is_named = function.name.isidentifier() and not function.name.startswith("__")
    return is_named and not is_told and not is_odd and all(map(_says_nothing, function.parameters))


def _says_nothing(parameter: Parameter) -> bool:
    is_simple = parameter.default is None or isinstance(parameter.default, Constant)
    return is_simple and parameter.annotation is None


def _without(body: Block, functions: AbstractSet[int]) -> Block:
    return tuple(
        each
        for each in body
        if not (isinstance(each, DefineFunction) and each.function in functions)
    )


class _Alignment:
    """The lines of one version of a file by those of another, as far as two walks side by side have come.

    `functions` are the indexes of the first version's functions in the second.
    """

    def __init__(self, looked: Looked, functions: list[int]) -> None:
        self._looked = looked
        self._functions = functions
        self.lines: dict[int, int] = {}

    def is_in_order(self) -> bool:
        """Whether what stood above or below something still does."""
        places = (self.lines[line] for line in sorted(self.lines))
        return all(above < below for above, below in pairwise(places))

    def of_functions(self, index: int, one: FunctionFacts, other: FunctionFacts) -> bool:
        """Whether two versions of a function are alike."""
        is_consulted = index in self._looked.consulted
        is_inner = one.owner is None and "." in one.scope
        is_open = not (is_consulted or is_inner or index in self._looked.involved)
        if is_open and not self._looked.unspoken.issuperset(_news(one, other)):
            return False
        if not self.of_fields(one, other, _WORDS | {"code"} if is_open else frozenset({"code"})):
            return False
        first, last = line_of(one.at), one.end_line
        # a long function is not analysed once for each value of its flags
        if one.flags and last - first != other.end_line - line_of(other.at):
            return False
        if not is_consulted:
            return True
        if one.code == other.code:
            return all(self._is_line(line, line) for line in range(first, last + 1))
        return self.of_parts(one.code.block, other.code.block)

    def of_fields(self, one: Node, other: Node, apart: AbstractSet[str]) -> bool:
        """Whether two records are alike in all but some fields."""
        for name, is_place in _fields(type(one)):
            if name in apart:
                continue
            first, second = getattr(one, name), getattr(other, name)
            if is_place:
                if not self._is_place(name, first, second):
                    return False
            elif name == "methods":
                if [(each, self._functions[at]) for each, at in first] != list(second):
                    return False
            elif not self.of_parts(first, second):
                return False
        return True

    def of_parts(self, one: object, other: object) -> bool:
        """Whether two parts of a record are alike."""
        if type(one) is not type(other):
            return False
        match one, other:
            case Evaluate(), Evaluate():
                return _is_mere_text(one, other) or self.of_parts(one.value, other.value)
            case DefineFunction(), DefineFunction():
                return self._functions[one.function] == other.function
            case Lambda(), Lambda():
                is_same = self._functions[one.function] == other.function
                return is_same and self._is_place("at", one.at, other.at)
            case Node(), Node():
                return self.of_fields(one, other, frozenset())
            case tuple(), tuple():
                return len(one) == len(other) and all(map(self.of_parts, one, other))
            case _:
                return one == other

    def _is_place(self, name: str, one: int, other: int) -> bool:
        if name in _LINES:
            return self._is_line(one, other)
        if column_of(one) != column_of(other):
            return False
        return self._is_line(line_of(one), line_of(other))

    def _is_line(self, one: int, other: int) -> bool:
        return self.lines.setdefault(one, other) == other


def _news(one: FunctionFacts, other: FunctionFacts) -> Iterator[str]:
    """The words that only one version of a function uses."""
    yield from {*one.free, *one.attributes} ^ {*other.free, *other.attributes}
    for base, name in {*one.members} ^ {*other.members}:
        # `author.strip` for `name.strip` tells no more than `strip` does, unless it is one's own
        yield from (base, name) if base in one.free or base in other.free else (name,)


def _is_mere_text(*statements: Evaluate) -> bool:
    # a docstring does nothing, whatever it says
    return all(
        isinstance(each.value, Constant)
        or (isinstance(each.value, Opaque) and not each.value.parts)
        for each in statements
    )


@cache
def _fields(kind: type[Node]) -> tuple[tuple[str, bool], ...]:
    """The fields of a kind of record, and which of them say where something stands."""
    return tuple(
        (name, name in _LINES or kind.__annotations__[name] == "Place")
        for name in kind.__struct_fields__
    )
