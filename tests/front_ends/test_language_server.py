"""The language server as an editor sees it: a client of its own process, over standard input and output."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from threading import Event

import pytest

pytest.importorskip("pygls")

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from saalint.front_ends.lsp.buffers import Buffers

SECONDS = 20


class Editor:
    """A client that keeps what it was told last of each document."""

    def __init__(self) -> None:
        self.client = LanguageClient("editor", "1")
        self.told: dict[str, list[types.Diagnostic]] = {}
        self.news = asyncio.Event()

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def take(params: types.PublishDiagnosticsParams) -> None:
            self.told[params.uri] = list(params.diagnostics)
            self.news.set()

        @self.client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)
        def refresh(_: object) -> None:
            pass

    async def next(self, uri: str) -> list[types.Diagnostic]:
        async with asyncio.timeout(SECONDS):
            while uri not in self.told:
                await self.news.wait()
                self.news.clear()
        return self.told.pop(uri)


@pytest.mark.parametrize("has_hints", [True, False])
def test_an_editing_session(shop: Path, *, has_hints: bool) -> None:
    asyncio.run(edit(shop, has_hints=has_hints))


def test_an_edit_that_no_analysis_looks_into_needs_none(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shop / "shop/api.py"
    text = path.read_text("utf-8")
    buffers = Buffers({path: text})
    (finding,) = buffers.analysed(path, Event(), has_reads=False).by_path[path]

    monkeypatch.setattr("saalint.analysis.analysed", None)
    buffers.texts[path] = f"# one line more\n{text}"
    (moved,) = buffers.analysed(path, Event(), has_reads=False).by_path[path]

    assert moved.location.line == finding.location.line + 1


async def edit(shop: Path, *, has_hints: bool) -> None:
    editor = Editor()
    await editor.client.start_io(sys.executable, "-m", "saalint", "server")
    capabilities = types.ClientCapabilities()
    start = types.InitializeParams(
        capabilities=capabilities,
        root_uri=shop.as_uri(),
        initialization_options={"inlayHints": has_hints},
    )
    await editor.client.initialize_async(start)
    editor.client.initialized(types.InitializedParams())
    try:
        await findings_of_text_that_is_not_saved(editor, shop)
        await beliefs_under_the_pointer(editor, shop)
        await quick_fixes(editor, shop)
        await all_fixes_at_once(editor, shop)
        await what_is_known_of_a_read(editor, shop, has_hints=has_hints)
    finally:
        await editor.client.shutdown_async(None)
        editor.client.exit(None)
        await editor.client.stop()


async def findings_of_text_that_is_not_saved(editor: Editor, shop: Path) -> None:
    uri = (shop / "shop/api.py").as_uri()
    text = (shop / "shop/api.py").read_text("utf-8")
    # A letter of two UTF-16 units before the read.
    shown = text.replace("return len", 'return len("\U0001f4da") + len')
    document = types.TextDocumentItem(uri, "python", 1, shown)
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(document))

    (finding,) = await editor.next(uri)
    assert (finding.code, finding.range.start) == ("SAA101", types.Position(10, 34))
    related = finding.related_information or []
    assert related[0].location.uri == (shop / "shop/queries.py").as_uri()
    assert related[0].location.range.start.line == 10

    for version, changed in enumerate(("broken(", text.replace("author.books", "[]")), start=2):
        change_all(editor, uri, version, changed)
    # The first of the two changes came and went within the pause.
    assert await editor.next(uri) == []


async def beliefs_under_the_pointer(editor: Editor, shop: Path) -> None:
    uri = types.TextDocumentIdentifier((shop / "shop/api.py").as_uri())
    place = types.Position(9, 6)

    hover = await editor.client.text_document_hover_async(types.HoverParams(uri, place))

    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    assert "author afterwards: Author(books: unloaded)" in hover.contents.value


async def quick_fixes(editor: Editor, shop: Path) -> None:
    uri = (shop / "shop/api.py").as_uri()
    text = (shop / "shop/api.py").read_text("utf-8")
    change_all(editor, uri, 4, text)
    (finding,) = await editor.next(uri)

    params = types.CodeActionParams(
        types.TextDocumentIdentifier(uri), finding.range, types.CodeActionContext([finding])
    )
    found = await editor.client.text_document_code_action_async(params)

    fixing, silencing = found or []
    assert isinstance(fixing, types.CodeAction)
    assert isinstance(silencing, types.CodeAction)
    assert fixing.title == "Load `selectinload(Author.books)` with the query"
    assert fixing.is_preferred
    (queries,) = changes(fixing)
    assert queries == (shop / "shop/queries.py").as_uri()
    assert {edit.new_text for edit in changes(fixing)[queries]} == {
        ".options(selectinload(Author.books))",
        "\nfrom sqlalchemy.orm import selectinload",
    }
    (comment,) = changes(silencing)[uri]
    assert comment.new_text == "  # saalint: ignore[SAA101]"

    lines = text.split("\n")
    lines[comment.range.start.line] += comment.new_text
    change_all(editor, uri, 5, "\n".join(lines))
    assert await editor.next(uri) == []


async def all_fixes_at_once(editor: Editor, shop: Path) -> None:
    uri = (shop / "shop/api.py").as_uri()
    text = (shop / "shop/api.py").read_text("utf-8")
    change_all(editor, uri, 6, text)
    (finding,) = await editor.next(uri)

    async def asked(*kinds: str) -> list[types.Command | types.CodeAction]:
        context = types.CodeActionContext([], only=list(kinds))
        document = types.TextDocumentIdentifier(uri)
        params = types.CodeActionParams(document, finding.range, context)
        return list(await editor.client.text_document_code_action_async(params) or [])

    (found,) = await asked("source.fixAll")
    assert isinstance(found, types.CodeAction)
    assert found.kind == "source.fixAll.saalint"
    ((queries, edits),) = changes(found).items()
    assert queries == (shop / "shop/queries.py").as_uri()
    lines = (shop / "shop/queries.py").read_text("utf-8").split("\n")
    for edit in reversed(edits):
        lines[edit.range.start.line : edit.range.end.line] = edit.new_text.split("\n")[:-1]
    assert "options(selectinload(Author.books))" in "\n".join(lines)
    compile("\n".join(lines), "queries.py", "exec")
    assert await asked("source.organizeImports") == []
    assert all(each.kind == "quickfix" for each in await asked("quickfix"))

    lines = text.split("\n")
    lines[finding.range.start.line] += "  # saalint: ignore[SAA101]"
    change_all(editor, uri, 7, "\n".join(lines))
    assert await editor.next(uri) == []
    assert await asked("source") == []


async def what_is_known_of_a_read(editor: Editor, shop: Path, *, has_hints: bool) -> None:
    uri = types.TextDocumentIdentifier((shop / "shop/api.py").as_uri())

    hover = await editor.client.text_document_hover_async(
        types.HoverParams(uri, types.Position(10, 24))
    )
    whole = types.Range(types.Position(0, 0), types.Position(99, 0))
    hints = (
        await editor.client.text_document_inlay_hint_async(types.InlayHintParams(uri, whole)) or []
    )

    expected = "`Author.books` is not loaded by the query at shop/queries.py:11"
    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    assert hover.contents.value == expected
    shown = [(hint.label, hint.tooltip, hint.position) for hint in hints]
    assert shown == [(" not loaded", expected, types.Position(10, 27))] * has_hints


def change_all(editor: Editor, uri: str, version: int, text: str) -> None:
    change = types.TextDocumentContentChangeWholeDocument(text)
    editor.client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(version, uri), [change]
        )
    )


def changes(action: types.CodeAction) -> dict[str, list[types.TextEdit]]:
    assert action.edit is not None
    return {uri: list(edits) for uri, edits in (action.edit.changes or {}).items()}
