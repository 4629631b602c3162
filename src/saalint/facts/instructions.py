"""The instruction set: what the statements of user code become, in structured blocks.

Function, class and module bodies and Jinja templates all lower to these; interpretation knows no other input.
"""

from __future__ import annotations

from typing import TypeAlias

from saalint.facts.expressions import Expression, Node
from saalint.source.positions import Place


class Evaluate(Node, frozen=True, tag=1):
    """An expression for its effects."""

    value: Expression


class Assign(Node, frozen=True, tag=2):
    """`target = … = value`; a declaration without a value (`x: int`) has none. Several targets bind left to right."""

    targets: tuple[Expression, ...]
    value: Expression | None
    annotation: Expression | None
    at: Place


class AugmentedAssign(Node, frozen=True, tag=3):
    """`target += value`; `operator` is the binary operator's spelling."""

    target: Expression
    operator: str
    value: Expression
    at: Place


class Delete(Node, frozen=True, tag=4):
    """`del target, …`."""

    targets: tuple[Expression, ...]


class If(Node, frozen=True, tag=5):
    """`if test: then else: otherwise`; `elif` nests."""

    test: Expression
    then: Block
    otherwise: Block


class For(Node, frozen=True, tag=6):
    """`for target in iterable` and `async for`; `otherwise` is the loop's `else`."""

    target: Expression
    iterable: Expression
    body: Block
    otherwise: Block
    is_async: bool
    at: Place


class While(Node, frozen=True, tag=7):
    """`while test: body else: otherwise`."""

    test: Expression
    body: Block
    otherwise: Block


class Handler(Node, frozen=True):
    """One `except kinds as name: body`; a bare `except` has no kinds."""

    kinds: Expression | None
    name: str | None
    body: Block
    at: Place


class Try(Node, frozen=True, tag=8):
    """`try: body except …: handlers else: otherwise finally: final`."""

    body: Block
    handlers: tuple[Handler, ...]
    otherwise: Block
    final: Block


class Entered(Node, frozen=True):
    """One `manager as target` of a `with`."""

    manager: Expression
    target: Expression | None
    at: Place


class With(Node, frozen=True, tag=9):
    """`with entered, …: body` and `async with`."""

    entered: tuple[Entered, ...]
    body: Block
    is_async: bool


class Return(Node, frozen=True, tag=10):
    """`return value`."""

    value: Expression | None
    at: Place


class Raise(Node, frozen=True, tag=11):
    """`raise value`; a bare `raise` has none."""

    value: Expression | None
    at: Place


class Jump(Node, frozen=True, tag=12):
    """`break` or `continue`, by `kind`."""

    kind: str


class Assert(Node, frozen=True, tag=13):
    """`assert test`."""

    test: Expression


class ClassPattern(Node, frozen=True, tag=1):
    """`Kind(a, b, key=c)`."""

    kind: Expression
    positional: tuple[Pattern, ...]
    names: tuple[str, ...]
    keyed: tuple[Pattern, ...]


class ValuePattern(Node, frozen=True, tag=2):
    """A literal, `None`, `True` or a dotted constant, compared with the subject."""

    value: Expression


class SequencePattern(Node, frozen=True, tag=3):
    """`[a, *rest]`; a starred part is a `CapturePattern` whose `is_rest` holds."""

    parts: tuple[Pattern, ...]


class MappingPattern(Node, frozen=True, tag=4):
    """`{"key": pattern, **rest}`."""

    keys: tuple[Expression, ...]
    parts: tuple[Pattern, ...]
    rest: str | None


class CapturePattern(Node, frozen=True, tag=5):
    """A name that binds the subject, `_` (no name), or `pattern as name`."""

    name: str | None
    inner: Pattern | None
    is_rest: bool = False


class EitherPattern(Node, frozen=True, tag=6):
    """`a | b`."""

    parts: tuple[Pattern, ...]


Pattern: TypeAlias = (
    ClassPattern | ValuePattern | SequencePattern | MappingPattern | CapturePattern | EitherPattern
)


class Case(Node, frozen=True):
    """One `case pattern if guard: body`."""

    pattern: Pattern
    guard: Expression | None
    body: Block


class Match(Node, frozen=True, tag=14):
    """`match subject: cases`."""

    subject: Expression
    cases: tuple[Case, ...]


class DefineFunction(Node, frozen=True, tag=15):
    """`def` or `async def`, by the index of the function in `FileFacts.functions`."""

    function: int


class DefineClass(Node, frozen=True, tag=16):
    """`class`, by the index of the class in `FileFacts.classes`."""

    definition: int


class Import(Node, frozen=True, tag=17):
    """`import module as bound` (no `member`) or `from module import member as bound`; `*` is a member.

    `module` is absolute; relative imports are resolved when facts are joined, from `level` (0: absolute).
    `import a.b` without `as` binds `a` and has `module` "a.b".
    """

    module: str
    member: str | None
    bound: str
    level: int
    at: Place


Instruction: TypeAlias = (
    Evaluate
    | Assign
    | AugmentedAssign
    | Delete
    | If
    | For
    | While
    | Try
    | With
    | Return
    | Raise
    | Jump
    | Assert
    | Match
    | DefineFunction
    | DefineClass
    | Import
)

Block: TypeAlias = tuple[Instruction, ...]
