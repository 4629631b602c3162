"""Helpers: a piece of Python to its facts, or to one expression."""

from __future__ import annotations

from textwrap import dedent

from saalint.facts.expressions import Expression
from saalint.facts.instructions import Evaluate
from saalint.facts.lowering import facts_of
from saalint.facts.records import FileFacts


def facts(text: str) -> FileFacts:
    """The facts of valid Python."""
    lowered = facts_of(dedent(text))
    assert isinstance(lowered, FileFacts)
    return lowered


def expression(text: str) -> Expression:
    """The one expression that a text consists of."""
    (instruction,) = facts(text).body
    assert isinstance(instruction, Evaluate)
    return instruction.value
