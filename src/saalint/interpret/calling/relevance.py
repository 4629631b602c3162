"""Which functions can get hold of an entity by themselves: facts of all functions to a set.

Two questions, each answered by following uses from where it starts until nothing more is reached. *Sourced* functions
can get hold of a session, a query or what they give: they name a mapped class, a session or something of the ORM, or
use what hands such a thing out. *Given* functions can also get hold of an entity that somebody else loaded, since
some declaration names its class; of these only those matter that name a relationship. A function hands something out
unless its declared result says that it cannot, and its body does not look as if it did so all the same. A method is
found by its name where the object is not known and the name is not a common one, so the sets err on the side of too
many; what is left out reads no entity unless one is passed in, and then it is entered anyway.

That is what may be. What is run by itself is less: a function is run when it is reached, and what came of it tells
whether it hands out anything, and whether it leaves anything in its object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from saalint.facts.records import FunctionFacts
from saalint.interpret.calling.harmless import HarmlessResults
from saalint.interpret.calling.makers import makers
from saalint.interpret.calling.returned import ReturnedValues
from saalint.interpret.calling.uses import COMMON, Class, Function, User, Uses
from saalint.project.model import ProjectModel

# what takes all objects of a session something away
_ENDING = frozenset({"commit", "rollback", "remove", "expire_all", "expunge_all"})


class Relevance:
    """The relevant functions of a project, by module and index."""

    def __init__(self, project: ProjectModel) -> None:
        self._project = project
        uses = self._uses = Uses(project)
        self._returned = ReturnedValues(project)
        given = self._spread(frozenset(), _not_run)
        given.follow([*uses.sourced, *uses.given])
        self._given_classes = frozenset(given.classes)
        sourced = self._spread(given.classes, _not_run)
        sourced.follow(uses.sourced)
        names = frozenset(_names_that_tell(project, uses, sourced.functions))
        readers = {
            function
            for function, facts in uses.functions.items()
            if not names.isdisjoint(facts.attributes) or "reveal" in facts.free
        }
        self._telling = given.functions & readers
        relevant = sourced.functions | self._telling
        self._relevant = frozenset((each.module, each.index) for each in relevant)
        making = makers(project, uses)
        self._makers = frozenset((each.module, each.index) for each in making)
        owners = {owner for each in (*relevant, *making) if (owner := uses.owner(each)) is not None}
        below = (name for owner in owners for name in project.classes.subclasses(owner))
        self._classes = frozenset((*owners, *below))
        self._readers = frozenset((each.module, each.index) for each in _callers(uses, readers))
        above = {name for owner in owners for name in project.classes.mro(owner)}
        self._fillers = frozenset(_fillers(uses, self._classes | above))
        reached = ((each.module, each.index) for each in (*given.functions, *sourced.functions))
        self.involved = frozenset((*reached, *self._readers, *self._fillers))
        """The functions of which something was told here; what the others use told nothing of anybody."""

    def run_reached(self, run: Runner) -> frozenset[tuple[str, int]]:
        """Run every function that is reached from where entities come from, and those that are given some.

        `run` runs a function by itself and says what came of it, None where it does not say. Gives those that were run.
        """
        ran: dict[Function, HandedOut | None] = {}

        def run_once(module: str, index: int) -> HandedOut | None:
            key = Function(module, index)
            if key not in ran:
                ran[key] = run(module, index)
            return ran[key]

        self._spread(self._given_classes, run_once).follow(self._uses.sourced)
        known = self._spread(frozenset(), lambda module, index: ran.get(Function(module, index)))
        known.follow([*self._uses.sourced, *self._uses.given])
        telling = known.functions & self._telling
        for each in sorted(telling, key=lambda each: (each.module, each.index)):
            run_once(each.module, each.index)
        return frozenset((each.module, each.index) for each in ran)

    def _spread(self, followed: Iterable[str], run: Runner) -> _Spread:
        return _Spread(self._project, self._uses, self._returned, followed, run)

    def __contains__(self, function: object) -> bool:
        return function in self._relevant

    def has_methods(self, class_name: str) -> bool:
        """Whether some method of a class is relevant."""
        return class_name in self._classes

    def is_filler(self, function: tuple[str, int]) -> bool:
        """Whether a method sets what the relevant methods of its class may ask for: `self.is_deep = is_deep`."""
        return function in self._fillers

    def is_maker(self, function: tuple[str, int]) -> bool:
        """Whether a function gives what reads objects: a template environment, a schema."""
        return function in self._makers

    def may_read(self, function: tuple[str, int]) -> bool:
        """Whether a function, or one it calls, names a relationship."""
        return function in self._readers


@dataclass(frozen=True, slots=True)
class HandedOut:
    """What came of running a function by itself: whether it hands out anything, and leaves anything in its object."""

    is_giving: bool
    is_filling: bool


Runner: TypeAlias = Callable[[str, int], HandedOut | None]


def _place(user: User) -> tuple[str, str, int]:
    if isinstance(user, Class):
        return ("", user.name, 0)
    return (user.module, "", user.index)


def _not_run(module: str, index: int) -> HandedOut | None:  # noqa: ARG001 - of nobody anything is known
    return None


def _names_that_tell(
    project: ProjectModel, uses: Uses, sourced: Iterable[Function]
) -> Iterator[str]:
    for mapper in project.mappers.values():
        yield from mapper.relationships
        yield from mapper.proxies
        yield from mapper.synonyms
    for function in sourced:
        if uses.owner(function) in uses.mapped:
            yield uses.functions[function].name


def _fillers(uses: Uses, classes: frozenset[str]) -> Iterator[tuple[str, int]]:
    # `def __init__(self): self.authors = AuthorManager()` keeps nothing that differs from one object to the other
    for function, facts in uses.functions.items():
        is_given = len(facts.parameters) > 1
        # `super().__init__(Author, session)` fills by way of another
        is_filling = facts.filled or (facts.name == "__init__" and "super" in facts.free)
        if is_given and is_filling and uses.owner(function) in classes:
            yield function.module, function.index


def _callers(uses: Uses, called: Iterable[Function]) -> set[Function]:
    found: set[Function] = set()
    queue = list(called)
    while queue:
        function = queue.pop()
        if function not in found:
            found.add(function)
            queue.extend(each for each in uses.users(function) if isinstance(each, Function))
    return found


def _ends_at_hand(facts: FunctionFacts, *, is_method: bool) -> bool:
    # `def finish(): db.session.commit()` gives nothing, and takes away what its callers have of that session
    return any(
        name in _ENDING and (base in facts.free or (not base and not is_method))
        for base, name in facts.members
    )


class _Spread:
    """What is reached from some functions and classes by way of those who use them.

    A class is reached when its objects hold something: by a field, or by what a method that is reached stores.
    """

    def __init__(
        self,
        project: ProjectModel,
        uses: Uses,
        returned: ReturnedValues,
        followed: Iterable[str],
        run: Runner,
    ) -> None:
        self._run = run
        self._ran: dict[Function, HandedOut] = {}
        self._classes = project.classes
        self._uses = uses
        self._followed = {*uses.mapped, *followed}
        self._harmless = HarmlessResults(project.symbols, self._followed.__contains__)
        self._helpers = project.helpers
        self._returned = returned
        self.functions: set[Function] = set()
        self.classes: set[str] = set()
        self._quiet: list[Function] = []
        self._methods: list[Function] = []
        self._queue: list[User] = []

    def follow(self, starts: Iterable[User]) -> None:
        """Reach all there is to reach."""
        self._queue.extend(starts)
        while self._queue:
            # in the order of the source, as far as they are known: which calls of a function are told apart hangs on it
            turn, self._queue = sorted(set(self._queue), key=_place), []
            for reached in turn:
                if isinstance(reached, Class):
                    self._reach_class(reached.name)
                elif reached not in self.functions:
                    self._reach_function(reached)
            if self._queue:
                continue
            # a class reached late makes a result harmful that names it
            quiet, self._quiet = self._quiet, []
            for function in quiet:
                self._hand_out(function)
            if not self._queue:
                self._hand_out_methods()

    def _reach_function(self, function: Function) -> None:
        self.functions.add(function)
        seen = self._run(function.module, function.index)
        if seen is not None:
            self._ran[function] = seen
        owner = self._uses.owner(function)
        if owner is not None and owner not in self._uses.mapped:
            facts = self._uses.functions[function]
            is_filling = facts.parameters and facts.parameters[0].name in facts.filled
            if is_filling and (seen is None or seen.is_filling):
                self._queue.append(Class(owner))
        self._hand_out(function)

    def _hand_out(self, function: Function) -> None:
        facts = self._uses.functions[function]
        if self._is_quiet(function, facts):
            self._quiet.append(function)
            return
        self._queue.extend(self._uses.users(function))
        if self._uses.owner(function) is not None:
            self._methods.append(function)

    def _hand_out_methods(self) -> None:
        """Reach who may call methods on objects that are not known."""
        methods, self._methods = self._methods, []
        for method in methods:
            owner = self._uses.owner(method)
            if owner is None or owner in self.classes:
                # whoever gets hold of an object of such a class is reached by that
                continue
            if owner in self._uses.mapped and not self._uses.is_of_class(method):
                continue
            name = self._uses.functions[method].name
            if name not in COMMON:
                self._queue.extend(self._uses.users(name))
                continue
            for kind in (owner, *self._classes.subclasses(owner)):
                self._queue.extend(self._uses.users(Class(kind)))

    def _is_quiet(self, function: Function, facts: FunctionFacts) -> bool:
        # a function that calls what it is given passes on to that what it has got
        owner = self._uses.owner(function)
        own = facts.parameters[0].name if owner is not None and facts.parameters else ""
        is_helper = self._helpers.of(function.module, function.index) is not None
        if is_helper or any(name != own for name in facts.called):
            return False
        if _ends_at_hand(facts, is_method=owner is not None):
            return False
        # what a coroutine gives may be harmless, and still somebody may not wait for it
        if function in self._ran and not (self._ran[function].is_giving or facts.is_async):
            return True
        if not facts.is_giving and not facts.is_generator:
            return True
        if not self._harmless.is_harmless(function.module, facts.returns, owner):
            return False
        return not self._returned.may_break_word(function.module, facts)

    def _reach_class(self, name: str) -> None:
        if name in self.classes:
            return
        self.classes.add(name)
        self._followed.update(self._classes.mro(name))
        self._queue.extend(self._uses.users(Class(name)))
        self._queue.extend(self._uses.methods(name))
