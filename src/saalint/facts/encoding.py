"""`FileFacts` to bytes that a store can keep or a worker can send, and back."""

from __future__ import annotations

import msgspec

from saalint.facts.lowering.syntax import allow_deep_recursion
from saalint.facts.records import FileFacts

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(FileFacts)


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
