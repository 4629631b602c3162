"""Findings under the pointer to what the editor offers to do about them: their fix, or a comment that silences them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types

from saalint.facts.lowering.syntax import tree_of
from saalint.findings.finding import Finding
from saalint.findings.fix import Applicability, Edit, Fix
from saalint.front_ends.lsp.buffers import AnalysedProject, Buffers
from saalint.front_ends.lsp.positions import line_edits, position, range_of
from saalint.front_ends.lsp.uris import uri_of

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.saalint"
_OWN_COMMENT = re.compile(r"# saalint: ignore\[(?P<codes>[^\]]*)\]")


def actions(
    buffers: Buffers, analysed: AnalysedProject, finding: Finding, diagnostic: types.Diagnostic
) -> list[types.CodeAction]:
    """What can be done about a finding."""
    return list(_actions(buffers, analysed, finding, diagnostic))


def _actions(
    buffers: Buffers, analysed: AnalysedProject, finding: Finding, diagnostic: types.Diagnostic
) -> Iterator[types.CodeAction]:
    for fix in buffers.fixes(analysed, finding):
        yield _fixing(buffers, analysed, fix, diagnostic)
    file = analysed.folder / finding.location.path
    if not buffers.is_as_analysed(analysed, file):
        return
    silenced = _silenced(buffers.text(file), finding.location.line, finding.code)
    if silenced is not None:
        edit = types.WorkspaceEdit(changes={uri_of(file): [silenced]})
        title = f"Ignore {finding.code} on this line"
        yield types.CodeAction(title, types.CodeActionKind.QuickFix, [diagnostic], edit=edit)


def fixing_all(buffers: Buffers, path: Path) -> types.CodeAction | None:
    """All that is safe to be fixed of the findings in a file, at once; None where there is nothing."""
    texts = buffers.all_fixed(path)
    if not texts:
        return None
    changes = {
        uri_of(file): list(line_edits(buffers.lines(file), text.split("\n")))
        for file, text in texts.items()
    }
    edit = types.WorkspaceEdit(changes=changes)
    return types.CodeAction("Fix all that saalint can fix safely", FIX_ALL, edit=edit)


def _fixing(
    buffers: Buffers, analysed: AnalysedProject, fix: Fix, diagnostic: types.Diagnostic
) -> types.CodeAction:
    is_safe = fix.applicability is Applicability.SAFE
    by_uri: dict[str, list[types.TextEdit]] = {}
    for edit in fix.edits:
        file = analysed.folder / edit.location.path
        by_uri.setdefault(uri_of(file), []).append(_text_edit(buffers.lines(file), edit))
    message = fix.message[:1].upper() + fix.message[1:]
    return types.CodeAction(
        title=message if is_safe else f"{message} (may change what the program does)",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[diagnostic],
        is_preferred=is_safe,
        edit=types.WorkspaceEdit(changes=by_uri),
    )


def _text_edit(lines: list[str], edit: Edit) -> types.TextEdit:
    return types.TextEdit(range_of(lines, edit.location), edit.text)


def _silenced(text: str, line: int, code: str) -> types.TextEdit | None:
    """The comment on a line, or one more code in the comment that is there; None where a comment cannot stand."""
    lines = text.split("\n")
    if line > len(lines):
        return None
    written = lines[line - 1]
    known = _OWN_COMMENT.search(written)
    if known is not None:
        column, added = known.end("codes"), f", {code}"
    else:
        column, added = len(written.rstrip()), f"  # saalint: ignore[{code}]"
    after = [*lines[: line - 1], written[:column] + added + written[column:], *lines[line:]]
    if not _is_same_program(text, "\n".join(after)):
        return None
    place = position(lines, line, column)
    return types.TextEdit(types.Range(place, place), added)


def _is_same_program(before: str, after: str) -> bool:
    # in a string over several lines, and after a backslash, it would be no comment
    trees = [tree_of(text) for text in (before, after)]
    one, other = (ast.dump(tree) if isinstance(tree, ast.Module) else "" for tree in trees)
    return bool(one) and one == other
