"""Settings of Sphinx: the pages are Markdown, the rules, settings and commands are generated.

The cases of the test suite become pages too, so that the semantics can lead to the proof of each row.
"""

from __future__ import annotations

import re
import shutil
from importlib.metadata import version as version_of
from pathlib import Path

from myst_parser.slugs import github_slugify
from sphinx.application import Sphinx

project = "saalint"
author = "The saalint authors"
copyright = "The saalint authors"  # noqa: A001 - the name that Sphinx asks for
version = release = version_of("saalint")

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "saalint"

DOCS = Path(__file__).parent
CASES = DOCS.parent / "tests" / "cases"
LINK = re.compile(r"\[(?P<heading>[^\]]+)\]\(\.\./tests/(?P<page>[^)]+)\)")
ALL_CASES = "\n```{toctree}\n:hidden:\n:glob:\n\ncases/*/*\n```\n"


def setup(app: Sphinx) -> None:
    """Bring the cases, and lead to them."""
    shutil.rmtree(DOCS / "cases", ignore_errors=True)
    shutil.copytree(CASES, DOCS / "cases")
    app.connect("source-read", with_links_to_cases)


def with_links_to_cases(_: Sphinx, page: str, source: list[str]) -> None:
    """Turn links to files of the repository into links to headings of pages."""
    if page == "semantics":
        source[0] = LINK.sub(_to_heading, source[0]) + ALL_CASES


def _to_heading(link: re.Match[str]) -> str:
    anchor = github_slugify(link["heading"].replace("`", ""))
    return f"[{link['heading']}]({link['page']}#{anchor})"
