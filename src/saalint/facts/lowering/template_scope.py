"""What lowering collects on its way through one body of a template: which variable a name means where it stands.

The loops and `with` blocks of Jinja have names of their own: `{% set found = 1 %}` in a loop ends with its turn. Such a
name becomes a variable `found/1` of the function around, so that the instructions need no scopes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from saalint.facts.lowering.scope import Definitions, Scope


@dataclass(slots=True)
class TemplateDraft:
    """One template on its way to its facts. `library` are the names it uses of Jinja: filters, tests, tags, globals."""

    definitions: Definitions = field(default_factory=Definitions)
    library: dict[str, tuple[str, str]] = field(default_factory=dict)
    macros: list[int] = field(default_factory=list)
    has_blocks: bool = False
    has_parent: bool = False
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))


@dataclass(slots=True, kw_only=True)
class TemplateScope:
    """One body. `names` are the variables that names mean here, where these are not called the same.

    `own` are those that it gave itself. `index` is the function whose body it is in. `is_top` holds at the top of the
    template, `is_silent` where output is dropped, after `extends`; `block` is the block around.
    """

    draft: TemplateDraft
    function: Scope
    index: int
    names: dict[str, str]
    own: set[str] = field(default_factory=set)
    is_top: bool = False
    is_silent: bool = False
    block: str | None = None

    def variable(self, name: str) -> str:
        """The variable that a name means where it is read."""
        variable = self.names.get(name, name)
        self.function.reads.add(variable)
        return variable

    def bind(self, name: str) -> str:
        """The variable that a name means where it is set."""
        variable = self.names.get(name, name)
        self.function.bind(variable)
        return variable

    def fresh(self, name: str) -> str:
        """A variable of this body's own for a name."""
        variable = f"{name}/{next(self.draft.numbers)}"
        self.names[name] = variable
        self.own.add(name)
        self.function.bind(variable)
        return variable

    def temporary(self, kind: str) -> str:
        """A variable that no name means."""
        variable = f"{kind}/{next(self.draft.numbers)}"
        self.function.bind(variable)
        self.function.reads.add(variable)
        return variable

    def inner(self) -> TemplateScope:
        """A body inside this one whose names end with it."""
        return replace(self, names=dict(self.names), own=set(), is_top=False)

    def body_of(self, name: str, *, block: str | None = None) -> TemplateScope:
        """The body of a macro, a block or a caller: a function of its own, whose output is used."""
        return TemplateScope(
            draft=self.draft,
            function=self.function.inner(name),
            index=self.draft.definitions.reserve_function(),
            names=dict(self.names),
            block=block or self.block,
        )

    def uses(self, bound: str, module: str, member: str) -> None:
        """Note something of Jinja that the template uses."""
        self.draft.library[bound] = (module, member)
        self.function.reads.add(bound)
