"""The reads of relationships in a file to what an editor shows of them: behind each read, and under the pointer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types

from saalint.front_ends.lsp.buffers import AnalysedProject
from saalint.front_ends.lsp.positions import position
from saalint.interpret.events import AttributeRead, LoadState
from saalint.rules.context import RuleContext
from saalint.source.positions import column_of, line_of


def hints(
    analysed: AnalysedProject, file: Path, lines: list[str], wanted: types.Range
) -> Iterator[types.InlayHint]:
    """A word behind each read of a relationship on some lines."""
    shown: set[tuple[int, int]] = set()
    for read in _reads(analysed, file):
        line, column = line_of(read.place.at), column_of(read.place.at)
        is_wanted = wanted.start.line <= line - 1 <= wanted.end.line
        if not is_wanted or (line, column) in shown:
            continue
        shown.add((line, column))
        yield types.InlayHint(
            position=position(lines, line, column + len(read.attribute)),
            label=f" {_word(read)}",
            tooltip=sentence(read),
            padding_left=True,
        )


def sentence_at(analysed: AnalysedProject, file: Path, line: int, column: int) -> str | None:
    """What is to be said of the read at a place."""
    for read in _reads(analysed, file):
        if (line_of(read.place.at), column_of(read.place.at)) == (line, column):
            return sentence(read)
    return None


def sentence(read: AttributeRead) -> str:
    """Whether a relationship is loaded, by which query, or why not."""
    name = f"`{read.owner}.{read.attribute}`"
    context = RuleContext()
    if read.state is LoadState.LOADED:
        return f"{name} is loaded" + (f" by {context.query(read)}" if read.query_text else "")
    if read.state & LoadState.UNKNOWN:
        return f"{name}: nothing is known of how its object was loaded"
    reason = context.reason(read)
    if read.state & LoadState.LOADED:
        return f"{name} is loaded on some paths; on others it {reason}"
    return f"{name} {reason}"


def _word(read: AttributeRead) -> str:
    if read.state is LoadState.LOADED:
        return "loaded"
    if read.state & LoadState.UNKNOWN:
        return "unknown"
    return "maybe loaded" if read.state & LoadState.LOADED else "not loaded"


def _reads(analysed: AnalysedProject, file: Path) -> Iterator[AttributeRead]:
    for event in analysed.report.events:
        if not isinstance(event, AttributeRead) or not event.kind.is_relationship:
            continue
        if analysed.folder / event.place.path == file:
            yield event
