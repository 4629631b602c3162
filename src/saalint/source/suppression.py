"""A comment that silences findings, as a record: what reading comments gives, and what suppression works with."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from saalint.source.positions import Place


class CommentDialect(StrEnum):
    """Whose comment it is. A host applies its own: flake8 `noqa`, pylint `pylint`."""

    NOQA = "noqa"
    PYLINT = "pylint"
    SAALINT = "saalint"


class Suppression(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A comment that silences findings on `first` to `last` (lines from 1).

    `codes` are codes, prefixes, rule names or pylint ids; empty silences all. `is_family_only` marks
    `# noqa: SAA` without digits, which flake8 reads as a bare `# noqa`, `is_quoted` a `# noqa` in a
    string, which flake8 takes for a comment. `misspelt` is what stands in a `# saalint:` comment where
    `ignore` would: its lines are none.
    """

    first: int
    last: int
    codes: tuple[str, ...]
    dialect: CommentDialect
    at: Place
    is_family_only: bool = False
    is_quoted: bool = False
    misspelt: str = ""
