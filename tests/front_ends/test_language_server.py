"""The language server as an editor sees it: a client of its own process, over standard input and output."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

pytest.importorskip("pygls")

from lsprotocol import types
from pygls.lsp.client import LanguageClient

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

    async def next(self, uri: str) -> list[types.Diagnostic]:
        async with asyncio.timeout(SECONDS):
            while uri not in self.told:
                await self.news.wait()
                self.news.clear()
        return self.told.pop(uri)


def test_an_editing_session(shop: Path) -> None:
    asyncio.run(edit(shop))


async def edit(shop: Path) -> None:
    editor = Editor()
    await editor.client.start_io(sys.executable, "-m", "saalint", "server")
    capabilities = types.ClientCapabilities()
    start = types.InitializeParams(capabilities=capabilities, root_uri=shop.as_uri())
    await editor.client.initialize_async(start)
    editor.client.initialized(types.InitializedParams())
    try:
        await findings_of_text_that_is_not_saved(editor, shop)
        await beliefs_under_the_pointer(editor, shop)
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
        document_id = types.VersionedTextDocumentIdentifier(version, uri)
        change = types.TextDocumentContentChangeWholeDocument(changed)
        editor.client.text_document_did_change(
            types.DidChangeTextDocumentParams(document_id, [change])
        )
    # The first of the two changes came and went within the pause.
    assert await editor.next(uri) == []


async def beliefs_under_the_pointer(editor: Editor, shop: Path) -> None:
    uri = types.TextDocumentIdentifier((shop / "shop/api.py").as_uri())
    place = types.Position(9, 6)

    hover = await editor.client.text_document_hover_async(types.HoverParams(uri, place))

    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    assert "author afterwards: Author(books: unloaded)" in hover.contents.value
