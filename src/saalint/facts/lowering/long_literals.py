"""Source text with very long literals to the same text with most of their items blanked, every place kept.

A list of a million numbers is data, of which nothing is asked; its syntax tree alone takes a gigabyte.
"""

from __future__ import annotations

import re

# Below this many characters, a text costs little whatever it says.
_LONG = 500_000
_KEPT = 100
_MOST = 1_000

# Atomic groups and possessive repeats never try another way: the time is that of reading the text once.
_ATOM = r"""(?>[-+]?[\d.][\w.]*+|[bru]?"[^"\\\n]*+"|[bru]?'[^'\\\n]*+'|True|False|None)"""
_KEY = rf"(?>{_ATOM}\s*+:\s*+)?+"


def _rows(depth: int) -> str:
    """A constant, or a display of such things inside each other."""
    if not depth:
        return _ATOM
    return rf"(?>{_ATOM}|[\[({{]\s*+(?>{_KEY}{_rows(depth - 1)}\s*+,?+\s*+)*+[\])}}])"


_ITEM = rf"(?>{_KEY}{_rows(3)}\s*+,\s*+)"
_ITEMS = re.compile(
    rf"(?P<kept>[\[({{]\s*+{_ITEM}{{{_KEPT}}})(?P<rest>{_ITEM}{{{_MOST},}}+)", re.IGNORECASE
)
_CHARACTER = re.compile(r"[^\n]+")


def blanked(text: str) -> str | None:
    """The text with the first of each long run of constants, or of rows of them; None where there is none."""
    if len(text) < _LONG:
        return None
    found, count = _ITEMS.subn(_kept, text)
    return found if count else None


def _kept(match: re.Match[str]) -> str:
    rest = _CHARACTER.sub(lambda line: " " * len(line[0]), match["rest"])
    return match["kept"] + rest
