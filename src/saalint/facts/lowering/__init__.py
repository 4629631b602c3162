"""Source text to the facts of one file; nothing downstream of this folder sees `ast`."""

from __future__ import annotations

from saalint.facts.lowering.file import ORM_NAMES, facts_of
from saalint.facts.lowering.syntax import SyntaxFailure

__all__ = ["ORM_NAMES", "SyntaxFailure", "facts_of"]
