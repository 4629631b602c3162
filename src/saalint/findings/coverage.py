"""Counts of one run, from interpretation to the reports: what was checked and what could not be."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Coverage(msgspec.Struct, frozen=True):
    """Relationship reads of one run.

    `reads` is the sum of `safe`, `reported` and `unverifiable`. `reasons` says why reads could not
    be verified, `bounds` how often each bound of the analysis was hit.
    """

    reads: int
    safe: int
    reported: int
    unverifiable: int
    reasons: Mapping[str, int]
    bounds: Mapping[str, int]


NOTHING_READ = Coverage(0, 0, 0, 0, {}, {})
