"""The messages of an editor to diagnostics with the way from the query to the read, and to hovers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from saalint.findings.finding import Finding, Severity
from saalint.findings.location import Location
from saalint.front_ends.lsp.buffers import Buffers

# How long the editor is left alone after the last key.
PAUSE = 0.3

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.REFACTOR: types.DiagnosticSeverity.Hint,
}


class Server(LanguageServer):
    """A server with its open buffers."""

    def __init__(self) -> None:
        super().__init__(
            "saalint",
            version("saalint"),
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
        )
        self.buffers = Buffers()
        self._reported: set[Path] = set()
        self._pending: dict[Path, asyncio.Task[None]] = {}
        # One analysis at a time: they would share nothing but the processor.
        self._turn = asyncio.Lock()

    def check_soon(self, path: Path) -> None:
        """Report on the project of a file, unless it changes again within the pause."""
        if (earlier := self._pending.get(path)) is not None:
            earlier.cancel()
        self._pending[path] = asyncio.get_running_loop().create_task(self._check(path))

    async def _check(self, path: Path) -> None:
        await asyncio.sleep(PAUSE)
        async with self._turn:
            found = await asyncio.to_thread(self.buffers.findings, path)
        # Files whose last finding is gone are told so.
        for file in sorted(self._reported - found.by_path.keys()):
            self._publish(file, [])
        for file, findings in sorted(found.by_path.items()):
            self._publish(file, [self._diagnostic(found.folder, finding) for finding in findings])
        self._reported = {file for file, findings in found.by_path.items() if findings}

    def _publish(self, file: Path, diagnostics: list[types.Diagnostic]) -> None:
        params = types.PublishDiagnosticsParams(uri=uri_of(file), diagnostics=diagnostics)
        self.text_document_publish_diagnostics(params)

    def _diagnostic(self, folder: Path, finding: Finding) -> types.Diagnostic:
        related = [
            types.DiagnosticRelatedInformation(
                location=types.Location(
                    uri=uri_of(folder / step.location.path),
                    range=self._range(folder, step.location),
                ),
                message=step.text,
            )
            for step in finding.trace[:-1]
        ]
        return types.Diagnostic(
            range=self._range(folder, finding.location),
            message=finding.message,
            severity=_SEVERITIES[finding.severity],
            code=finding.code,
            source="saalint",
            related_information=related,
        )

    def _range(self, folder: Path, location: Location) -> types.Range:
        lines = self.buffers.text(folder / location.path).split("\n")
        return types.Range(
            start=_position(lines, location.line, location.column),
            end=_position(lines, location.end_line, location.end_column),
        )

    async def hover(self, path: Path, position: types.Position) -> types.Hover | None:
        """What is believed of the names on a line; of one alone where the pointer is on it."""
        async with self._turn:
            found = await asyncio.to_thread(self.buffers.beliefs, path, position.line + 1)
        lines = self.buffers.text(path).split("\n")
        word = _word_at(lines, position)
        chosen = [each for each in found if each.name == word] or list(found)
        shown = [
            f"{belief.name}{' afterwards' if belief.is_after else ''}: {text}"
            for belief in chosen
            for text in belief.texts
        ]
        if not shown:
            return None
        content = "\n".join(["```text", *shown, "```"])
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, content))


def serve() -> int:
    """Talk to an editor over standard input and output until it says good-bye."""
    new_server().start_io()
    return 0


def new_server() -> Server:
    """A server that answers."""
    server = Server()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        changed(params.text_document.uri, params.text_document.text)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def edited(params: types.DidChangeTextDocumentParams) -> None:
        changed(params.text_document.uri, params.content_changes[-1].text)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.check_soon(path_of(params.text_document.uri))

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: types.DidCloseTextDocumentParams) -> None:
        path = path_of(params.text_document.uri)
        server.buffers.texts.pop(path, None)
        server.check_soon(path)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hovered(params: types.HoverParams) -> types.Hover | None:
        return await server.hover(path_of(params.text_document.uri), params.position)

    def changed(uri: str, text: str) -> None:
        path = path_of(uri)
        server.buffers.texts[path] = text.replace("\r\n", "\n")
        server.check_soon(path)

    return server


def path_of(uri: str) -> Path:
    """The file that a document is."""
    return Path(to_fs_path(uri) or uri)


def uri_of(path: Path) -> str:
    """The document that a file is."""
    return from_fs_path(str(path)) or path.as_uri()


def _position(lines: list[str], line: int, column: int) -> types.Position:
    """Editors count from 0, and columns in UTF-16."""
    before = lines[line - 1][:column] if line <= len(lines) else ""
    return types.Position(line - 1, len(before.encode("utf-16-le", "surrogatepass")) // 2)


def _word_at(lines: list[str], position: types.Position) -> str:
    if position.line >= len(lines):
        return ""
    encoded = lines[position.line].encode("utf-16-le", "surrogatepass")
    column = len(encoded[: position.character * 2].decode("utf-16-le", "surrogatepass"))
    return "".join(
        [*_backwards(lines[position.line][:column]), *_forwards(lines[position.line][column:])]
    )


def _forwards(text: str) -> Iterator[str]:
    for letter in text:
        if not (letter.isalnum() or letter == "_"):
            return
        yield letter


def _backwards(text: str) -> list[str]:
    return [*_forwards(text[::-1])][::-1]
