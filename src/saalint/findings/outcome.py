"""All that an analysis found before anything is selected, as a record that can be kept on disk."""

from __future__ import annotations

import msgspec

from saalint.findings.coverage import Coverage
from saalint.findings.finding import Finding
from saalint.findings.run_error import RunError
from saalint.findings.selection import RuleIdentity
from saalint.source.suppression import Suppression


class Outcome(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one analysis found: nothing in it depends on what is selected, suppressed or covered by a baseline.

    `suppressions` and `functions` (first and last line of each) are by the path shown for a file. `files` are the
    absolute paths of those that were looked at, `rules` the names of all rules there were.
    """

    findings: tuple[Finding, ...]
    errors: tuple[RunError, ...]
    notes: tuple[str, ...]
    coverage: Coverage
    files: tuple[str, ...]
    suppressions: dict[str, tuple[Suppression, ...]]
    functions: dict[str, tuple[tuple[int, int], ...]]
    rules: tuple[RuleIdentity, ...]
