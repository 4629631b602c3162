"""The facts of one file: its imports, classes, functions and module body, each as a frozen record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from saalint.facts.code import Code
from saalint.facts.expressions import Expression, Node
from saalint.facts.instructions import Block, Import
from saalint.source.positions import Place, line_of
from saalint.source.suppression import Suppression
from saalint.source.templates import TemplateFailure

# `Suppression` belongs to the facts of a file, and is read where comments are.
__all__ = [
    "ClassFacts",
    "FieldFacts",
    "FileFacts",
    "FunctionFacts",
    "Parameter",
    "ParameterKind",
    "Suppression",
    "TemplateFacts",
]


class ParameterKind(StrEnum):
    """How a parameter takes its argument."""

    POSITIONAL_ONLY = "positional-only"
    PLAIN = "plain"
    VARIADIC = "*"
    KEYWORD_ONLY = "keyword-only"
    VARIADIC_KEYWORDS = "**"


class Parameter(Node, frozen=True):
    """One parameter as declared. String annotations are already parsed."""

    name: str
    kind: ParameterKind
    annotation: Expression | None
    default: Expression | None
    at: Place


LAMBDA = "<lambda>"


class FunctionFacts(Node, frozen=True):
    """One `def`, `async def` or `lambda`.

    `scope` is the qualified name inside the module, as Python's `__qualname__` without `<locals>`:
    `Author.shelf`, `outer.inner`. `owner` is the index of the class whose body defines it, if one does.
    `is_giving` says that some `return` has a value other than `None`, `is_silent` that the body says nothing: `...`,
    `pass`, a docstring, `raise NotImplementedError`. `answer` is a literal or an empty display, where the body returns
    that and is nothing else.
    `flags` are the names tested for truth at least twice (`if full:` … `if full:`) and never rebound in the body.
    `attributes` are all attribute names in the body, read, called or assigned; `members` the same with the name before
    the dot, empty where that is no name; `free` the names it reads and does not bind; `imports` what it imports;
    `called` and `filled` the parameters that it calls, or whose attributes it assigns. All include what functions,
    lambdas and classes inside the body do.
    """

    name: str
    scope: str
    parameters: tuple[Parameter, ...]
    returns: Expression | None
    decorators: tuple[Expression, ...]
    is_async: bool
    is_generator: bool
    is_giving: bool
    is_silent: bool
    answer: Expression | None
    code: Code
    owner: int | None
    type_parameters: tuple[str, ...]
    global_names: tuple[str, ...]
    nonlocal_names: tuple[str, ...]
    flags: tuple[str, ...]
    attributes: tuple[str, ...]
    members: tuple[tuple[str, str], ...]
    called: tuple[str, ...]
    filled: tuple[str, ...]
    free: tuple[str, ...]
    imports: tuple[Import, ...]
    at: Place
    end_line: int

    @property
    def is_lambda(self) -> bool:
        """Whether it is written as `lambda …: …`."""
        return self.name == LAMBDA

    @property
    def body(self) -> Block:
        """The instructions: what comes of a run depends on those that it looks into."""
        return self.code.block


class FieldFacts(Node, frozen=True):
    """A name bound in a class body: `name: annotation = value`. The last binding of a name comes last."""

    name: str
    annotation: Expression | None
    value: Expression | None
    at: Place


class ClassFacts(Node, frozen=True):
    """One `class` statement. `methods` are (name, index) pairs, in order of definition."""

    name: str
    scope: str
    bases: tuple[Expression, ...]
    keywords: tuple[tuple[str, Expression], ...]
    decorators: tuple[Expression, ...]
    fields: tuple[FieldFacts, ...]
    methods: tuple[tuple[str, int], ...]
    type_parameters: tuple[str, ...]
    body: Block
    at: Place
    end_line: int


class FileFacts(Node, frozen=True):
    """What one file says, alone. `functions` and `classes` are in order of their place, nested ones included.

    `cuts` counts the expressions that were left out because they are too deeply nested.
    """

    functions: tuple[FunctionFacts, ...]
    classes: tuple[ClassFacts, ...]
    imports: tuple[Import, ...]
    body: Block
    exports: tuple[str, ...] | None
    suppressions: tuple[Suppression, ...]
    mentions_orm: bool
    cuts: int = 0

    @property
    def function_lines(self) -> tuple[tuple[int, int], ...]:
        """The first and the last line of each function."""
        return tuple((line_of(each.at), each.end_line) for each in self.functions)


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """The facts of a template, None where it is not Jinja, and what of it could not be read."""

    facts: FileFacts | None
    failures: tuple[TemplateFailure, ...]
