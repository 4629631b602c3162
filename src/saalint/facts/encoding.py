"""`FileFacts` to bytes that a store can keep or a worker can send, and back."""

from __future__ import annotations

import msgspec

from saalint.facts.code import Code
from saalint.facts.lowering.syntax import allow_deep_recursion
from saalint.facts.records import FileFacts


def _encoded(part: object) -> bytes:
    assert isinstance(part, Code)
    return part.encoded


def _decoded(kind: type, encoded: object) -> Code:
    if kind is not Code or not isinstance(encoded, bytes):
        message = f"no {kind.__name__}"
        raise TypeError(message)
    return Code(encoded)


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_encoded)
_DECODER = msgspec.msgpack.Decoder(FileFacts, dec_hook=_decoded)


def encode(facts: FileFacts) -> bytes:
    """The facts as MessagePack."""
    allow_deep_recursion()
    return _ENCODER.encode(facts)


def decode(encoded: bytes) -> FileFacts | None:
    """The facts again; None for bytes that are damaged or that another version wrote."""
    allow_deep_recursion()
    try:
        return _DECODER.decode(encoded)
    except (msgspec.DecodeError, RecursionError):
        return None
