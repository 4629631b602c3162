"""The body of a function as it is kept: decoded when somebody first looks into it, which is remembered.

Most runs look into a part of a project's functions only. What nobody looked into took no time to decode, and what
came of the run cannot depend on it.
"""

from __future__ import annotations

import msgspec

from saalint.facts.expressions import Call, Constant, Expression, Name, Sequence
from saalint.facts.instructions import Block, Evaluate, Instruction, Raise, Return

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Block)


class Code:
    """A block of instructions, or what it is encoded as. `is_consulted` holds once somebody has looked into it."""

    __slots__ = ("_block", "_encoded", "is_consulted")

    def __init__(self, block: Block | None, encoded: bytes | None = None) -> None:
        self._block = block
        self._encoded = encoded
        self.is_consulted = False

    @property
    def block(self) -> Block:
        """The instructions."""
        self.is_consulted = True
        if self._block is None:
            assert self._encoded is not None
            self._block = _DECODER.decode(self._encoded)
        return self._block

    @property
    def encoded(self) -> bytes:
        """The instructions as MessagePack; nobody has looked into them by this."""
        if self._encoded is None:
            self._encoded = _ENCODER.encode(self._block)
        return self._encoded

    def __eq__(self, other: object) -> bool:
        """Whether the instructions are the same, places included."""
        return isinstance(other, Code) and self.encoded == other.encoded

    def __hash__(self) -> int:
        """The hash of the instructions."""
        return hash(self.encoded)

    def __repr__(self) -> str:
        """The instructions."""
        return f"Code({_DECODER.decode(self.encoded)!r})"


def is_silent(block: Block) -> bool:
    """Whether a body says nothing: `...`, `pass`, a docstring, `raise NotImplementedError`."""
    return all(_says_nothing(each) for each in block)


def _says_nothing(instruction: Instruction) -> bool:
    match instruction:
        case Evaluate(value=Constant()):
            return True
        case Raise(value=Name(name="NotImplementedError")):
            return True
        case Raise(value=Call(function=Name(name="NotImplementedError"))):
            return True
        case _:
            return False


def answer_of(block: Block) -> Expression | None:
    """What `def options(self): return []` gives, where that is all that the body does."""
    match block:
        case (Return(value=Constant() | Sequence(items=()) as written),):
            return written
        case _:
            return None
