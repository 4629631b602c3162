"""One call of a function of the project, as it reaches the body: what each parameter is bound to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from saalint.facts.records import FunctionFacts
from saalint.interpret.domain.values import FunctionReference, Value
from saalint.source.positions import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundCall:
    """A function and its facts, what its parameters are bound to, by name, and the place of the call.

    `receiver` is the object or class whose method it is.
    """

    function: FunctionReference
    facts: FunctionFacts
    bound: Mapping[str, Value]
    receiver: Value | None = None
    at: Place
