"""Findings to fingerprints: the identity of each in services that compare one run with the next."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from saalint.findings.finding import Finding

_LENGTH = 32


def with_fingerprints(findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
    """Each finding with its fingerprint: made of file, rule, function and attribute, never of lines.

    The second of the same kind in a function is told from the first by its order.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    for finding in findings:
        kind = (finding.location.path, finding.code, finding.scope, finding.subject)
        identity = "\0".join([*kind, str(seen[kind])])
        seen[kind] += 1
        digest = hashlib.sha256(identity.encode("utf-8", "surrogateescape"))
        yield finding, digest.hexdigest()[:_LENGTH]
