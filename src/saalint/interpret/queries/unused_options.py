"""The notes of all functions to the loader options that load what nobody reads.

An option is told of only where all readers of the query's objects are known: none of these objects was handed to
something that is not known, or returned to a caller that is not, and every place in the project that names the
relationship was followed with an object that is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from saalint.facts import expressions as ex
from saalint.interpret.calling.contexts import Context, reachable
from saalint.interpret.domain import plans
from saalint.interpret.domain.heap import Entity
from saalint.interpret.domain.values import OptionEntry, OptionLink
from saalint.interpret.events import Site, UnusedOption
from saalint.interpret.queries.loading_notes import (
    Leaves,
    Loads,
    Meets,
    Names,
    Note,
    Reads,
    Seeks,
    Shares,
    Takes,
)
from saalint.interpret.queries.option_checks import written
from saalint.project.mapped import SourcePlace
from saalint.project.names import definitions as symbols

if TYPE_CHECKING:
    from saalint.interpret.knowledge import Analysis

_Function: TypeAlias = tuple[str, int]
# decorators that leave it to the project who calls a function
_PLAIN_DECORATORS = frozenset(
    {
        "builtins.property",
        "builtins.staticmethod",
        "builtins.classmethod",
        "functools.cached_property",
        "contextlib.contextmanager",
        "contextlib.asynccontextmanager",
    }
)


def told(analysis: Analysis, roots: Iterable[Context]) -> Iterator[UnusedOption]:
    """The options that nobody needs, by the place of their query."""
    notes = _Notes()
    for note in analysis.notes():
        notes.add(note)
    if not any(entry.strategy in plans.LOADING for loads in notes.loads for entry in loads.entries):
        return
    judge = _Judge(analysis, notes, list(roots))
    for loads in sorted(notes.loads, key=lambda one: (one.query, one.scope, repr(one.entries))):
        yield from judge.told(loads)


@dataclass(slots=True)
class _Notes:
    loads: set[Loads] = field(default_factory=set)
    loaded: dict[SourcePlace, set[tuple[str, ...]]] = field(default_factory=dict)
    reads: defaultdict[SourcePlace, set[Reads]] = field(default_factory=lambda: defaultdict(set))
    sought: defaultdict[SourcePlace, set[Seeks]] = field(default_factory=lambda: defaultdict(set))
    met: defaultdict[SourcePlace, set[SourcePlace]] = field(
        default_factory=lambda: defaultdict(set)
    )
    shared: defaultdict[SourcePlace, set[SourcePlace]] = field(
        default_factory=lambda: defaultdict(set)
    )
    left: set[SourcePlace] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    names: dict[SourcePlace, bool] = field(default_factory=dict)

    def add(self, note: Note) -> None:
        match note:
            case Loads(query=query, entries=entries):
                self.loads.add(note)
                loading = {_names(one.path) for one in entries if one.strategy in plans.EAGER}
                # `if whole: query = query.options(…)`: only what all ways load is certain
                self.loaded[query] = loading & self.loaded.get(query, loading)
            case Reads(query=query):
                self.reads[query].add(note)
            case Seeks(query=query):
                self.sought[query].add(note)
            case Meets(query=query, other=other):
                self.met[query].add(other)
                self.met[other].add(query)
            case Shares(query=query, other=other):
                self.shared[query].add(other)
            case Leaves(query=query):
                self.left.add(query)
            case Takes(mapper=mapper):
                self.taken.add(mapper)
            case Names(place=place, is_known=is_known):
                self.names[place] = is_known and self.names.get(place, True)

    def reads_for(self, query: SourcePlace) -> Iterator[Reads]:
        """The reads of a query's objects, and those of others that may have been the same objects."""
        own = self.standing_for({query})
        for one in own:
            yield from self.reads[one]
        for one in self._beside(own):
            yield from (read for read in self.reads[one] if not self._is_loaded(read))

    def sought_for(self, query: SourcePlace) -> set[str]:
        """The targets that were looked for while the session held objects of a query."""
        own = self.standing_for({query})
        found = (seek for one in own | self._beside(own) for seek in self.sought[one])
        return {seek.target for seek in found if not self._is_loaded(seek)}

    def _is_loaded(self, note: Reads | Seeks) -> bool:
        return note.path in self.loaded.get(note.query, ())

    def _beside(self, queries: set[SourcePlace]) -> set[SourcePlace]:
        return self.standing_for({other for one in queries for other in self.met[one]})

    def standing_for(self, queries: set[SourcePlace]) -> set[SourcePlace]:
        """The queries whose objects stand for those of some queries in what was noted, and these."""
        found: set[SourcePlace] = set()
        queue = list(queries)
        while queue:
            one = queue.pop()
            if one not in found:
                found.add(one)
                queue.extend(self.shared[one])
        return found

    def has_left(self, query: SourcePlace) -> bool:
        """Whether an object of a query may be where its readers are not known."""
        return not self.left.isdisjoint(self.standing_for({query}))


class _Judge:
    def __init__(self, analysis: Analysis, notes: _Notes, roots: list[Context]) -> None:
        self._analysis = analysis
        self._mappers = analysis.mappers
        self._notes = notes
        self._callers = _callers(analysis)
        self._doubted: dict[str, bool] = {}
        self._users: defaultdict[str, set[_Function | None]] | None = None
        for root in roots:
            notes.left.update(self._returned(root))

    def told(self, loads: Loads) -> Iterator[UnusedOption]:
        if self._notes.has_left(loads.query):
            return
        reads = set(self._notes.reads_for(loads.query))
        sought = self._notes.sought_for(loads.query)
        last = {entry.path: entry for entry in loads.entries}
        entries = sorted(
            (one for one in last.values() if _is_loading(one, last)), key=lambda one: len(one.path)
        )
        unused: list[tuple[OptionLink, ...]] = []
        for entry in entries:
            if any(entry.path[: len(path)] == path for path in unused):
                continue
            below = [one for one in entries if one.path[: len(entry.path)] == entry.path]
            if any(self._may_be_used(one.path[-1], reads, sought) for one in below):
                continue
            unused.append(entry.path)
            site = Site(loads.query, loads.width, loads.scope)
            yield UnusedOption(site, option=_written(entry.path, last.values()))

    def _may_be_used(self, link: OptionLink, reads: set[Reads], sought: set[str]) -> bool:
        mapper = self._mappers.get(link.owner)
        relationship = None if mapper is None else mapper.relationships.get(link.attribute)
        if relationship is None or not isinstance(relationship.target, str):
            return True
        of_name = (read for read in reads if read.attribute == link.attribute)
        return (
            any(self._is_kin(read.mapper, link.owner) for read in of_name)
            or any(self._is_kin(target, relationship.target) for target in sought)
            # the objects of a collection know whose they are, as soon as it is loaded
            or any(self._is_kin(target, link.owner) for target in sought)
            or any(self._is_kin(taken, link.owner) for taken in self._notes.taken)
            or self._is_doubted(link.attribute)
        )

    def _is_kin(self, one: str, other: str) -> bool:
        return plans.is_kin(one, other, self._mappers)

    # Where a relationship is named

    def _is_doubted(self, name: str) -> bool:
        if name not in self._doubted:
            self._doubted[name] = not all(
                self._notes.names.get(place, False) for place in self._named(name)
            )
        return self._doubted[name]

    def _named(self, name: str) -> Iterator[SourcePlace]:
        """Where something of a name is read in the project, except of a class."""
        resolve = self._analysis.project.symbols.resolve
        for module in self._analysis.project.modules:
            if not module.is_project:
                continue
            bodies: list[object] = [
                each.body for each in module.facts.functions if name in each.attributes
            ]
            for node in ex.nodes_in((module.facts.body, *bodies)):
                if not isinstance(node, ex.Attribute) or node.name != name:
                    continue
                if not isinstance(resolve(module.name, node.base), symbols.ClassDefinition):
                    yield SourcePlace(module.path, node.at)

    # What functions return

    def _returned(self, root: Context) -> Iterator[SourcePlace]:
        """The queries of which a function that somebody unknown may call gives objects back."""
        outcome = root.outcome
        if outcome is None or self._has_known_callers((root.key.module, root.key.index)):
            return
        for number in reachable(outcome, len(root.key.objects)):
            thing = outcome.objects.get(number)
            if isinstance(thing, Entity) and thing.query is not None:
                yield thing.query.place

    def _has_known_callers(self, function: _Function) -> bool:
        callers = self._callers[function]
        names = self._analysis.decorator_names(*function)
        facts = self._analysis.function(*function)
        if not callers or len(names & _PLAIN_DECORATORS) != len(facts.decorators):
            return False
        return self._users_of(facts.name) - {function} <= callers

    def _users_of(self, name: str) -> set[_Function | None]:
        # the functions that have a name in their bodies; None for the body of a module
        if self._users is None:
            self._users = defaultdict(set)
            for user, names in _spoken(self._analysis):
                for spoken in names:
                    self._users[spoken].add(user)
        return self._users[name]


def _spoken(analysis: Analysis) -> Iterator[tuple[_Function | None, set[str]]]:
    """The names that each function has in its body, and each module (None) in its own."""
    for module in analysis.project.modules:
        if not module.is_project:
            continue
        for index, function in enumerate(module.facts.functions):
            yield (module.name, index), {*function.attributes, *function.free}
        nodes = ex.nodes_in(module.facts.body)
        yield None, {node.name for node in nodes if isinstance(node, ex.Name | ex.Attribute)}


def _names(path: tuple[OptionLink, ...]) -> tuple[str, ...]:
    return tuple(link.attribute for link in path)


def _is_loading(entry: OptionEntry, last: Mapping[tuple[OptionLink, ...], OptionEntry]) -> bool:
    # of several options for one path the last one holds; behind what is not loaded, nothing is
    ways = (entry.path[:length] for length in range(1, len(entry.path) + 1))
    is_loaded = all(way in last and last[way].strategy in plans.EAGER for way in ways)
    return is_loaded and entry.strategy in plans.LOADING


def _callers(analysis: Analysis) -> defaultdict[_Function, set[_Function]]:
    found: defaultdict[_Function, set[_Function]] = defaultdict(set)
    for context in analysis.contexts:
        for run in context.runs:
            for called in run.called:
                key = called.context.key
                found[key.module, key.index].add((context.key.module, context.key.index))
    return found


def _written(path: tuple[OptionLink, ...], entries: Iterable[OptionEntry]) -> str:
    strategies = {one.path: one.strategy for one in entries}
    ways = ((path[: number + 1], link) for number, link in enumerate(path))
    return ".".join(
        f"{written(strategies[way])}({ex.short_name(link.owner)}.{link.attribute})"
        for way, link in ways
    )
