"""Texts and numbers to `Constant`, as far as the analysis has a use for their value."""

from __future__ import annotations

from saalint.facts.expressions import Constant, Opaque
from saalint.source.positions import Place

_LONGEST_TEXT = 200
# `Template("<ul>{% for book in books %}…")`: what a template says is read wherever it is written
_LONGEST_TEMPLATE = 50_000
_MARKS_OF_TEMPLATES = ("{{", "{%")
_LARGEST_NUMBER = 2**63


def text(value: str, at: Place) -> Constant | Opaque:
    """A text; one that is long is kept only where it is a template."""
    is_kept = len(value) <= _LONGEST_TEXT or (
        len(value) <= _LONGEST_TEMPLATE and any(mark in value for mark in _MARKS_OF_TEMPLATES)
    )
    if is_kept and (value.isascii() or _is_encodable(value)):
        return Constant(value, at)
    return Opaque("text", (), at)


def number(value: float, at: Place) -> Constant | Opaque:
    """A number; one beyond 64 bits is not kept."""
    if -_LARGEST_NUMBER <= value < _LARGEST_NUMBER:
        return Constant(value, at)
    return Opaque("number", (), at)


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
