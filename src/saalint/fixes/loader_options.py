"""The options that a query is given to the edits that make it load more: chains that are there are continued.

`options(joinedload(Book.author))` that is to load `Author.books` too becomes
`options(joinedload(Book.author).selectinload(Author.books))`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from saalint.findings.fix import Edit
from saalint.findings.remedy import StepKind
from saalint.fixes.source_tree import SourceTree
from saalint.fixes.wanted import OptionWriter, Wanted
from saalint.interpret.domain.plans import EAGER
from saalint.library.operations import operations
from saalint.project.mapping.loaders import SELECTIN

_LEADING = frozenset({*EAGER, "default"})


@dataclass(frozen=True, slots=True)
class Link:
    """One call of a chain of loader options: its function, its strategy, and the attribute it is about."""

    call: ast.Call
    name: str
    strategy: str
    attribute: str | None


@dataclass(frozen=True, slots=True)
class OptionChain:
    """One loader option as it is written, its links in order."""

    expression: ast.expr
    links: tuple[Link, ...]


class Merger:
    """Collects the edits that make options load more; `is_overriding` tells that one took back what was written."""

    def __init__(self, tree: SourceTree, writer: OptionWriter) -> None:
        self._tree = tree
        self._writer = writer
        self.edits: list[Edit] = []
        self._replaced: dict[Link, tuple[int, int, str]] = {}
        self.is_overriding = False

    def missing(self, wanted: Iterable[Wanted], chains: Sequence[OptionChain]) -> Iterator[str]:
        """Change the chains that speak of what is wanted; give the options that are to be added beside them."""
        for one in wanted:
            yield from self._place(one, chains, 0)

    def _place(self, wanted: Wanted, chains: Sequence[OptionChain], depth: int) -> Iterator[str]:
        if wanted.step.kind is StepKind.COLUMN:
            yield from self._place_column(wanted, chains, depth)
            return
        found = [chain for chain in chains if _speaks_of(chain, depth, wanted)]
        if not found:
            yield self._beside(chains, depth, wanted)
            return
        # the last of several options for the same attribute is the one that holds
        chain = found[-1]
        self._load([one.links[depth] for one in found], wanted)
        if len(chain.links) == depth + 1:
            end = self._tree.end(chain.expression)
            continuation = self._writer.continued(wanted.children)
            if continuation:
                self.edits.append(self._tree.insertion(end, continuation))
            return
        for child in wanted.children:
            yield from self._place(child, found, depth + 1)

    def _place_column(
        self, wanted: Wanted, chains: Sequence[OptionChain], depth: int
    ) -> Iterator[str]:
        for chain in reversed(chains):
            link = chain.links[depth] if len(chain.links) > depth else None
            if link is None:
                continue
            if link.strategy == "load_only":
                close = self._tree.end(link.call) - 1
                written = self._writer.attribute(wanted.step)
                self.edits.extend(self._tree.addition(_items(link.call), close, written))
                return
            if link.strategy == "defer" and link.attribute == wanted.step.attribute:
                self._replace(link, "undefer")
                self.is_overriding = True
                return
        yield self._beside(chains, depth, wanted)

    def _beside(self, chains: Sequence[OptionChain], depth: int, wanted: Wanted) -> str:
        if depth == 0:
            return self._writer.option(wanted)
        # the way there is loaded as it is written already
        links = chains[-1].links[:depth]
        begin, end = self._tree.start(chains[-1].expression), self._tree.end(links[-1].call)
        way = self._tree.text[begin:end]
        for link in reversed(links):
            if link in self._replaced:
                start, end, text = self._replaced[link]
                way = f"{way[: start - begin]}{text}{way[end - begin :]}"
        return f"{way}{self._writer.continued((wanted,))}"

    def _load(self, links: Sequence[Link], wanted: Wanted) -> None:
        """Make several options that speak of one attribute load it, the last of which holds."""
        last = links[-1]
        if _looks_up_only(last, wanted):
            loader = SELECTIN
        elif not wanted.is_loaded or last.strategy in EAGER:
            return
        else:
            loader = self._writer.loader(wanted)
        is_overriding = last.strategy != "default"
        for link in links:
            # SQLAlchemy refuses two loaders for one path in one statement
            if link is last or (is_overriding and link.strategy == last.strategy):
                self._replace(link, loader)
        self.is_overriding |= is_overriding

    def _replace(self, link: Link, loader: str) -> None:
        function = link.call.func
        is_method = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Call)
        name = loader if is_method else self._writer.function(loader)
        start = self._tree.start(link.call)
        if is_method and isinstance(function, ast.Attribute):
            start = self._tree.end(function) - len(function.attr)
        argument = self._tree.text_of(link.call.args[0])
        end = self._tree.end(link.call)
        text = f"{name}({argument})"
        self._replaced[link] = start, end, text
        self.edits.append(self._tree.replacement(start, end, text))


def chains_of(options: Iterable[ast.expr]) -> list[OptionChain]:
    """The options that are chains of loaders."""
    strategies = operations().loader_methods
    found = (_chain_of(option, strategies) for option in options)
    return [chain for chain in found if chain is not None]


def _chain_of(expression: ast.expr, strategies: Mapping[str, str]) -> OptionChain | None:
    """The links of an expression; None where it is something else than a chain of loaders."""
    links: list[Link] = []
    call = expression
    while isinstance(call, ast.Call):
        match call.func:
            case ast.Name(id=name):
                before = None
            case ast.Attribute(value=value, attr=name):
                # `orm.selectinload(…)` begins a chain, `….selectinload(…)` continues one
                before = value if isinstance(value, ast.Call) else None
            case _:
                return None
        strategy = strategies.get(name)
        if strategy is None:
            return None
        links.append(Link(call, name, strategy, _attribute(call)))
        if before is None:
            return OptionChain(expression, tuple(reversed(links)))
        call = before
    return None


def _attribute(call: ast.Call) -> str | None:
    match call.args:
        case [ast.Attribute(attr=name)]:
            return name
        case [
            ast.Call(func=ast.Attribute(value=ast.Attribute(attr=name), attr="of_type" | "and_"))
        ]:
            return name
        case _:
            return None


def _items(call: ast.Call) -> Sequence[ast.expr | ast.keyword]:
    return sorted((*call.args, *call.keywords), key=lambda item: (item.lineno, item.col_offset))


def _speaks_of(chain: OptionChain, depth: int, wanted: Wanted) -> bool:
    if len(chain.links) <= depth:
        return False
    link = chain.links[depth]
    return link.attribute == wanted.step.attribute and link.strategy in _RELATIONSHIP


_RELATIONSHIP = frozenset({*_LEADING, "select", "raise", "noload"})


def _looks_up_only(link: Link, wanted: Wanted) -> bool:
    # `immediateload(Book.author)` takes an author that the session holds as it is, and loads nothing behind it
    is_single = wanted.step.kind is StepKind.SINGLE
    return link.strategy == "immediate" and is_single and bool(wanted.children)
