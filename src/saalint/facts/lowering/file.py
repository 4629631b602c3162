"""Source text to `FileFacts`, or to the reason why it has none."""

from __future__ import annotations

import ast
from importlib import import_module

from saalint.facts.instructions import Import
from saalint.facts.lowering.columns import count_characters
from saalint.facts.lowering.definitions import flattened
from saalint.facts.lowering.dispatch import block
from saalint.facts.lowering.exports import exports_of
from saalint.facts.lowering.scope import DEEPEST, Definitions, Scope
from saalint.facts.lowering.syntax import SyntaxFailure, allow_deep_recursion, too_deep, tree_of
from saalint.facts.records import FileFacts
from saalint.source.suppressions import suppressions_of

# These fill the tables of `dispatch`.
for _filling in ("comprehensions", "expressions", "statements", "strings"):
    import_module(f"saalint.facts.lowering.{_filling}")

# Flask-SQLAlchemy, Advanced Alchemy and their kin have the second half of the name in theirs.
ORM_NAMES = ("alchemy", "sqlmodel")


def facts_of(text: str, *, deepest: int = DEEPEST) -> FileFacts | SyntaxFailure:
    """The facts of one file, whatever its text: this never raises, prints or imports what the text says."""
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    allow_deep_recursion()
    tree = tree_of(text)
    if isinstance(tree, SyntaxFailure):
        return tree
    try:
        count_characters(tree, text)
        return _lowered(tree, text, deepest)
    except RecursionError:
        return too_deep(text)


def _lowered(tree: ast.Module, text: str, deepest: int) -> FileFacts:
    definitions = Definitions(deepest=deepest)
    body = block(tree.body, Scope(definitions))
    instructions = tuple(flattened(body))
    return FileFacts(
        functions=tuple([each for each in definitions.functions if each is not None]),
        classes=tuple([each for each in definitions.classes if each is not None]),
        imports=tuple([each for each in instructions if isinstance(each, Import)]),
        body=body,
        exports=exports_of(instructions) if "__all__" in text else None,
        suppressions=suppressions_of(text, tree),
        mentions_orm=any(name in text for name in ORM_NAMES),
        cuts=definitions.cuts,
    )
