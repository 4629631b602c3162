"""A git reference to the lines that have changed since, by file: committed, staged and not staged."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from saalint.source.reading import ReadFailure, read_text

_FILE = re.compile(r'^\+\+\+ (?P<name>"b/.*"|b/.*|/dev/null)\t?$')
_HUNK = re.compile(r"^@@ -\S+ \+(?P<first>\d+)(?:,(?P<count>\d+))? @@")


@dataclass(frozen=True, slots=True)
class GitFailure:
    """Why the changes are not known."""

    reason: str


def changed_lines(reference: str, directory: Path) -> dict[Path, set[int]] | GitFailure:
    """The changed lines of each file, those beside removed lines included; files new to git are new all over."""
    try:
        top = Path(_git(directory, "rev-parse", "--show-toplevel").rstrip("\n"))
        _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
        base = _git(top, "merge-base", reference, "HEAD").strip()
        difference = _git(top, *_PLAIN, "diff", "--unified=0", "--no-color", "--no-ext-diff", base)
        untracked = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    except FileNotFoundError:
        return GitFailure("git is not installed")
    except subprocess.CalledProcessError as failure:
        said = failure.stderr.strip().splitlines()
        return GitFailure(said[0] if said else f"git knows no commit `{reference}`")
    changed = _of_difference(difference, top)
    for name in filter(None, untracked.split("\0")):
        text = read_text(top / name)
        count = 0 if isinstance(text, ReadFailure) else text.count("\n") + 1
        changed[top / name] = set(range(1, count + 1))
    return changed


# The settings of the user must not change what a difference looks like.
_PLAIN = (
    "-c",
    "core.quotePath=false",
    "-c",
    "diff.noprefix=false",
    "-c",
    "diff.mnemonicPrefix=false",
)


def _git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - the arguments are our own, the reference is checked to be one
        ["git", *arguments],  # noqa: S607 - the user's git
        cwd=directory,
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
    )
    return done.stdout


def _of_difference(difference: str, top: Path) -> dict[Path, set[int]]:
    changed: dict[Path, set[int]] = {}
    lines: set[int] = set()
    for line in difference.split("\n"):
        if file := _FILE.match(line):
            lines = changed.setdefault(top / file["name"].strip('"').removeprefix("b/"), set())
        elif hunk := _HUNK.match(line):
            first, count = int(hunk["first"]), int(hunk["count"] or 1)
            # Where lines were only removed, the two around the gap are touched.
            lines.update(range(first, first + count) if count else (first, first + 1))
    return changed
