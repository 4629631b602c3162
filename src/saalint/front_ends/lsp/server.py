"""The messages of an editor to diagnostics with the way from query to read, to quick fixes, hovers and hints."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from threading import Event

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from saalint.findings.finding import Finding, Severity
from saalint.front_ends.lsp.actions import FIX_ALL, actions, fixing_all
from saalint.front_ends.lsp.buffers import AnalysedProject, Buffers, StoppedError
from saalint.front_ends.lsp.positions import range_of, word_at
from saalint.front_ends.lsp.reads import hints, sentence_at
from saalint.front_ends.lsp.uris import path_of, uri_of
from saalint.source.paths import project_around

# How long the editor is left alone after the last key.
PAUSE = 0.3

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.REFACTOR: types.DiagnosticSeverity.Hint,
}


class Server(LanguageServer):
    """A server with its open buffers, and what it found last in each project."""

    def __init__(self) -> None:
        super().__init__(
            "saalint",
            version("saalint"),
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
        )
        self.buffers = Buffers()
        self.has_hints = False
        self._analysed: dict[Path, AnalysedProject] = {}
        self._pending: dict[Path, asyncio.Task[None]] = {}
        # One analysis at a time: they would share nothing but the processor.
        self._turn = asyncio.Lock()

    def check_soon(self, path: Path) -> None:
        """Report on the project of a file, unless it changes again before that is done."""
        project = project_around(path)
        if (earlier := self._pending.get(project)) is not None:
            earlier.cancel()
        self._pending[project] = asyncio.get_running_loop().create_task(self._check(project, path))

    async def _check(self, project: Path, path: Path) -> None:
        await asyncio.sleep(PAUSE)
        async with self._turn:
            found = await self._analyse(path, has_reads=self.has_hints)
        earlier = self._analysed.get(project)
        self._analysed[project] = found
        # Files whose last finding is gone are told so.
        before = earlier.by_path.keys() if earlier is not None else frozenset[Path]()
        for file in sorted(before - found.by_path.keys()):
            self._publish(file, [])
        for file, findings in sorted(found.by_path.items()):
            self._publish(file, [self._diagnostic(found.folder, finding) for finding in findings])
        if self.has_hints:
            self.workspace_inlay_hint_refresh(None)

    async def _analyse(self, path: Path, *, has_reads: bool) -> AnalysedProject:
        stop = Event()
        run = asyncio.create_task(
            asyncio.to_thread(_until_stopped, self.buffers, path, stop, has_reads=has_reads)
        )
        try:
            found = await asyncio.shield(run)
        except asyncio.CancelledError:
            # The turn is given up when the thread has come to its end.
            stop.set()
            await asyncio.wait([run])
            raise
        assert found is not None
        return found

    def _publish(self, file: Path, diagnostics: list[types.Diagnostic]) -> None:
        params = types.PublishDiagnosticsParams(uri=uri_of(file), diagnostics=diagnostics)
        self.text_document_publish_diagnostics(params)

    def _diagnostic(self, folder: Path, finding: Finding) -> types.Diagnostic:
        related = [
            types.DiagnosticRelatedInformation(
                location=types.Location(
                    uri=uri_of(folder / step.location.path),
                    range=range_of(self.buffers.lines(folder / step.location.path), step.location),
                ),
                message=step.text,
            )
            for step in finding.way
        ]
        return types.Diagnostic(
            range=range_of(self.buffers.lines(folder / finding.location.path), finding.location),
            message=finding.message,
            severity=_SEVERITIES[finding.severity],
            code=finding.code,
            source="saalint",
            related_information=related,
        )

    async def actions(self, path: Path, wanted: types.Range) -> list[types.CodeAction]:
        """What can be done about the findings in a range."""
        analysed = self._analysed.get(project_around(path))
        if analysed is None:
            return []
        found: list[types.CodeAction] = []
        for finding in analysed.by_path.get(path, ()):
            diagnostic = self._diagnostic(analysed.folder, finding)
            if _is_touching(diagnostic.range, wanted):
                # the model of the project may have to be made first
                found += await asyncio.to_thread(
                    actions, self.buffers, analysed, finding, diagnostic
                )
        return found

    async def fixing_all(self, path: Path) -> list[types.CodeAction]:
        """What fixes all findings of a file that can be fixed safely."""
        async with self._turn:
            found = await asyncio.to_thread(fixing_all, self.buffers, path)
        return [] if found is None else [found]

    def hints(self, path: Path, wanted: types.Range) -> list[types.InlayHint]:
        """A word behind each read of a relationship in a range; none while the text is not analysed yet."""
        analysed = self._analysed.get(project_around(path))
        if analysed is None or not self.buffers.is_as_analysed(analysed, path):
            return []
        return list(hints(analysed, path, self.buffers.lines(path), wanted))

    async def hover(self, path: Path, position: types.Position) -> types.Hover | None:
        """What is known of the read under the pointer, or what is believed of the names on its line."""
        start, word = word_at(self.buffers.lines(path), position)
        analysed = await self._with_reads(path)
        if analysed is not None:
            sentence = sentence_at(analysed, path, position.line + 1, start)
            if sentence is not None:
                return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, sentence))
        async with self._turn:
            found = await asyncio.to_thread(self.buffers.beliefs, path, position.line + 1)
        chosen = [each for each in found if each.name == word] or list(found)
        shown = [line for belief in chosen for line in belief.lines]
        if not shown:
            return None
        content = "\n".join(["```text", *shown, "```"])
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, content))

    async def _with_reads(self, path: Path) -> AnalysedProject | None:
        """All reads of a project whose findings are known; None while a text is not analysed yet."""
        async with self._turn:
            known = self._analysed.get(project_around(path))
            if known is None or not self.buffers.is_as_analysed(known, path):
                return None
            if not known.has_reads:
                known = await self._analyse(path, has_reads=True)
                self._analysed[project_around(path)] = known
        return known


def serve() -> int:
    """Talk to an editor over standard input and output until it says good-bye."""
    new_server().start_io()
    return 0


def new_server() -> Server:
    """A server that answers."""
    server = Server()

    @server.feature(types.INITIALIZE)
    def started(params: types.InitializeParams) -> None:
        options = params.initialization_options
        server.has_hints = isinstance(options, dict) and options.get("inlayHints") is True

    _follow_texts(server)
    _answer_questions(server)
    return server


def _follow_texts(server: Server) -> None:
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

    def changed(uri: str, text: str) -> None:
        path = path_of(uri)
        server.buffers.texts[path] = text.replace("\r\n", "\n")
        server.check_soon(path)


def _answer_questions(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hovered(params: types.HoverParams) -> types.Hover | None:
        return await server.hover(path_of(params.text_document.uri), params.position)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL]),
    )
    async def asked(params: types.CodeActionParams) -> list[types.CodeAction]:
        path, kinds = path_of(params.text_document.uri), params.context.only
        found: list[types.CodeAction] = []
        if kinds is None or _is_among(types.CodeActionKind.QuickFix.value, kinds):
            found = await server.actions(path, params.range)
        # it takes several runs: only for an editor that asks for it, as when a file is saved
        if kinds is not None and _is_among(FIX_ALL, kinds):
            found += await server.fixing_all(path)
        return found

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    async def looked(params: types.InlayHintParams) -> list[types.InlayHint]:
        if not server.has_hints:
            return []
        return server.hints(path_of(params.text_document.uri), params.range)


def _until_stopped(
    buffers: Buffers, path: Path, stop: Event, *, has_reads: bool
) -> AnalysedProject | None:
    try:
        return buffers.analysed(path, stop, has_reads=has_reads)
    except StoppedError:
        return None


def _is_among(kind: str, wanted: Sequence[types.CodeActionKind | str]) -> bool:
    # `source` asks for `source.fixAll.saalint` too
    names = (each.value if isinstance(each, types.CodeActionKind) else each for each in wanted)
    return any(f"{kind}.".startswith(f"{name}.") for name in names)


def _is_touching(one: types.Range, other: types.Range) -> bool:
    return _key(one.start) <= _key(other.end) and _key(other.start) <= _key(one.end)


def _key(position: types.Position) -> tuple[int, int]:
    return position.line, position.character
