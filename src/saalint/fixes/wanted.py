"""The paths that a query is to load to one tree, and a part of that tree to the text of a loader option."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from saalint.findings.remedy import LoaderPath, PathStep, StepKind


@dataclass(slots=True)
class Wanted:
    """One attribute that is to be loaded, and what is to be loaded behind it.

    `is_loaded` is False for a relationship that only leads to columns: how it is loaded is none of their business.
    """

    step: PathStep
    is_loaded: bool = False
    below: dict[tuple[str, str], Wanted] = field(default_factory=dict)

    @property
    def children(self) -> tuple[Wanted, ...]:
        """What is to be loaded behind it, in the order in which it was asked for."""
        return tuple(self.below.values())


def wanted_by(paths: Iterable[LoaderPath]) -> tuple[Wanted, ...]:
    """The tree of several paths: what begins the same way is one branch."""
    roots: dict[tuple[str, str], Wanted] = {}
    for path in paths:
        branches = roots
        last_relationship = _last_relationship(path)
        for number, step in enumerate(path):
            wanted = branches.setdefault((step.mapper, step.attribute), Wanted(step))
            wanted.is_loaded |= number <= last_relationship
            branches = wanted.below
    return tuple(roots.values())


def _last_relationship(path: LoaderPath) -> int:
    # a path that ends at a column loads none of the relationships before it
    return -1 if path[-1].kind is StepKind.COLUMN else len(path) - 1


@dataclass(frozen=True, slots=True)
class OptionWriter:
    """Writes loader options. `attribute` gives `Author.books` for a step, `function` a loader's name as written there.

    `relationship` gives the name of the loader of a relationship.
    """

    attribute: Callable[[PathStep], str]
    function: Callable[[str], str]
    relationship: Callable[[PathStep], str]

    def loader(self, wanted: Wanted) -> str:
        """The name of the function that loads an attribute."""
        if wanted.step.kind is StepKind.COLUMN:
            return "undefer"
        if not wanted.is_loaded:
            return "defaultload"
        return self.relationship(wanted.step)

    def option(self, wanted: Wanted) -> str:
        """`selectinload(Author.books).joinedload(Book.publisher)`."""
        return self._written(wanted, self.function(self.loader(wanted)))

    def continued(self, children: Iterable[Wanted]) -> str:
        """What is written behind an option that loads the owner: `.selectinload(Book.pages)`."""
        match tuple(children):
            case ():
                return ""
            case (one,):
                return f".{self._written(one, self.loader(one))}"
            case several:
                return f".options({', '.join(map(self.option, several))})"

    def _written(self, wanted: Wanted, function: str) -> str:
        return f"{function}({self.attribute(wanted.step)}){self.continued(wanted.children)}"
