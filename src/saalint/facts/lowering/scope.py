"""What lowering collects on its way through one function, class or module body, and through the file around it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from saalint.facts.instructions import Import
from saalint.facts.records import ClassFacts, FunctionFacts

# Method chains and concatenations beyond this are data, not code; later stages recurse over what is left.
DEEPEST = 100


@dataclass(slots=True, kw_only=True)
class Definitions:
    """The functions and classes of a file, by index; a definition still being lowered is None.

    `deepest` is how deep expressions are followed, `cuts` how many were not.
    """

    deepest: int = DEEPEST
    cuts: int = 0
    functions: list[FunctionFacts | None] = field(default_factory=list)
    classes: list[ClassFacts | None] = field(default_factory=list)

    def reserve_function(self) -> int:
        """The index of the next function: taken before its body is lowered, to keep the order of places."""
        self.functions.append(None)
        return len(self.functions) - 1

    def reserve_class(self) -> int:
        """The index of the next class."""
        self.classes.append(None)
        return len(self.classes) - 1


class Scope:
    """One body: which names and attributes it reads, binds, calls and tests.

    `owner` is the index of the class whose body this is, `home` of the one in whose body it is defined, `enclosing`
    the function around it (class bodies are skipped, as Python's own name lookup does), `loops` the number of loops
    around the current statement.
    """

    __slots__ = (
        "bound",
        "called",
        "definitions",
        "depth",
        "enclosing",
        "filled",
        "global_names",
        "home",
        "imports",
        "is_generator",
        "is_giving",
        "loops",
        "members",
        "nonlocal_names",
        "owner",
        "qualifier",
        "reads",
        "rebound",
        "tests",
    )

    def __init__(
        self,
        definitions: Definitions,
        *,
        qualifier: str = "",
        owner: int | None = None,
        home: int | None = None,
        enclosing: Scope | None = None,
        depth: int = 0,
    ) -> None:
        self.definitions = definitions
        self.qualifier = qualifier
        self.owner = owner
        self.home = home
        self.enclosing = enclosing
        self.depth = depth
        self.loops = 0
        self.is_generator = False
        self.is_giving = False
        self.reads: set[str] = set()
        self.bound: set[str] = set()
        self.rebound: set[str] = set()
        self.members: set[tuple[str, str]] = set()
        self.called: set[str] = set()
        self.filled: set[str] = set()
        self.imports: list[Import] = []
        self.tests: list[str] = []
        self.global_names: list[str] = []
        self.nonlocal_names: list[str] = []

    def inner(self, name: str, *, owner: int | None = None) -> Scope:
        """The scope of a function, or of a class when it has an `owner`, that this body defines."""
        return Scope(
            self.definitions,
            qualifier=f"{self.qualifier}{name}.",
            owner=owner,
            home=self.owner,
            enclosing=self if self.owner is None else self.enclosing,
            depth=self.depth,
        )

    def bind(self, name: str) -> None:
        """Note that a statement of this body binds the name."""
        if self.loops or name in self.bound:
            self.rebound.add(name)
        self.bound.add(name)

    def free_names(self) -> set[str]:
        """The names this body reads and does not bind itself."""
        if not self.global_names and not self.nonlocal_names:
            return self.reads - self.bound
        return self.reads - self.bound.difference(self.global_names, self.nonlocal_names)

    def flags(self) -> tuple[str, ...]:
        """The names tested for truth at least twice and never rebound."""
        if not self.tests:
            return ()
        changeable = self.rebound.union(self.global_names, self.nonlocal_names)
        counts = Counter(self.tests)
        return tuple(
            sorted(name for name, count in counts.items() if count > 1 and name not in changeable)
        )

    def close(self) -> set[str]:
        """The free names of this body, which the function around reads in its place."""
        free = self.free_names()
        around = self.enclosing
        if around is None:
            return free
        around.reads |= free
        around.members |= self.members
        around.called |= self.called
        around.filled |= self.filled
        around.imports.extend(self.imports)
        for name in self.nonlocal_names:
            if name in self.bound:
                around.rebound.add(name)
        return free
