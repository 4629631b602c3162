"""Where an import stands that a fix brings."""

from __future__ import annotations

import pytest

from saalint.findings.edits import applied
from saalint.fixes.new_imports import new_import
from saalint.fixes.source_tree import source_tree

LOADER = "from sqlalchemy.orm import selectinload\n"
MODEL = "from app.models import Author\n"


@pytest.mark.parametrize(
    ("before", "module", "after"),
    [
        ("x = 1\n", LOADER, f"{LOADER}\nx = 1\n"),
        ('"""Text."""\n\nx = 1\n', LOADER, f'"""Text."""\n\n{LOADER}\nx = 1\n'),
        # with its kin
        ("from sqlalchemy import select\n", LOADER, f"from sqlalchemy import select\n{LOADER}"),
        ("from app.queries import find\n", MODEL, f"{MODEL}from app.queries import find\n"),
        # in the block of its kind
        (
            "import jinja2\nfrom zope import a\n",
            LOADER,
            f"import jinja2\n{LOADER}from zope import a\n",
        ),
        ("from . import queries\n", MODEL, f"from . import queries\n{MODEL}"),
        # in a block of its own, between the others
        ("import os\n\n" + MODEL, LOADER, f"import os\n\n{LOADER}\n{MODEL}"),
        ("import os\n", LOADER, f"import os\n\n{LOADER}"),
        (MODEL, LOADER, f"{LOADER}\n{MODEL}"),
        (LOADER, MODEL, f"{LOADER}\n{MODEL}"),
    ],
)
def test_an_import_stands_in_the_block_of_its_kind(before: str, module: str, after: str) -> None:
    tree = source_tree("app/api.py", before)
    assert tree is not None
    _, name, _, imported = module.split()

    edit = new_import(tree, name, imported, is_own=lambda each: each.partition(".")[0] == "app")

    assert applied(before, [edit]) == after
