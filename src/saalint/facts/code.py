"""The body of a function as it is kept: decoded when somebody first looks into it, which is remembered.

Most runs look into a part of a project's functions only. What nobody looked into takes a tenth of the memory and no
time to decode, and what came of the run cannot depend on it.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from saalint.facts.expressions import Call, Constant, Expression, Name, Sequence
from saalint.facts.instructions import Block, Evaluate, Instruction, Raise, Return

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Block)
# decoded, a body takes ten times the memory; who runs it in other contexts does so soon
_MOST_DECODED = 256


class Code:
    """A block of instructions, as it is encoded. `is_consulted` holds once somebody has looked into it."""

    __slots__ = ("encoded", "is_consulted")

    def __init__(self, encoded: bytes) -> None:
        self.encoded = encoded
        self.is_consulted = False

    @classmethod
    def of(cls, block: Block) -> Code:
        """The code of a block; nobody has looked into it by this."""
        return cls(_ENCODER.encode(block))

    @property
    def block(self) -> Block:
        """The instructions."""
        self.is_consulted = True
        return _decoded(self.encoded)

    def __eq__(self, other: object) -> bool:
        """Whether the instructions are the same, places included."""
        return isinstance(other, Code) and self.encoded == other.encoded

    def __hash__(self) -> int:
        """The hash of the instructions."""
        return hash(self.encoded)

    def __repr__(self) -> str:
        """The instructions."""
        return f"Code({_decoded(self.encoded)!r})"


@lru_cache(maxsize=_MOST_DECODED)
def _decoded(encoded: bytes) -> Block:
    return _DECODER.decode(encoded)


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
