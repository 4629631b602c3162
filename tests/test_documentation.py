"""What the documentation promises: each row of the semantics has its case, and links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from saalint.library.helpers import KEYS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
# What building leaves there is no source.
BUILT = {"_build", "cases"}
PAGES = sorted(
    path for path in DOCS.rglob("*.md") if BUILT.isdisjoint(path.relative_to(DOCS).parts)
)
LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<target>[^)#\s]+)(?:#[^)]*)?\)")


def test_each_row_of_the_semantics_names_a_case() -> None:
    rows = [
        line
        for line in (DOCS / "semantics.md").read_text("utf-8").splitlines()
        if line.startswith("| ") and not line.startswith(("| ---", "| situation"))
    ]

    assert len(rows) > 40
    for row in rows:
        link = LINK.search(row.rsplit(" | ", 1)[-1])
        assert link is not None, row
        headings = re.findall(
            r"^#+ (.+)$", (DOCS / link["target"]).read_text("utf-8"), re.MULTILINE
        )
        assert link["text"] in headings, row


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(DOCS)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = [match["target"] for match in LINK.finditer(page.read_text("utf-8"))]

    missing = [
        target
        for target in targets
        if "://" not in target and not (page.parent / target).resolve().exists()
    ]

    assert missing == []


def test_the_page_about_models_files_lists_every_key_and_no_wrong_word() -> None:
    page = (DOCS / "teaching.md").read_text("utf-8")
    does = next(key for key in KEYS if key.name == "does")
    (line,) = (line for line in page.splitlines() if line.startswith("`does` takes"))

    assert all(f"| `{key.name}` | {key.help} |" in page for key in KEYS)
    assert [does.read(word) for word in re.findall(r"`([^`]+)`", line)[1:]]
