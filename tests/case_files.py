"""The text of a Markdown case file to its cases: files, settings, marks and report snapshots.

A heading with files under it and no subheading is a case. Everything above the first subheading of a section (files,
settings) is inherited by the subsections; a block of an inherited file continues that file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from variants import in_variant

DEFAULT_FILE = "main.py"
CODE_LANGUAGES = frozenset({"python", "py", "html", "jinja", "html+jinja"})
SHARED_MODELS = Path(__file__).parent.parent / "docs" / "models.md"

_FILE_NAME = re.compile(r"^`([^`]+)`:$")
_MARK = re.compile(
    r"#\s*(?P<kind>error|missed)(?:\[(?P<variant>\w+)\])?:\s*"
    r"(?:(?P<column>\d+)\s+)?\[(?P<rule>[\w-]+)\](?:\s+\"(?P<text>[^\"]*)\")?"
)
_REVEALED = re.compile(r"#\s*revealed(?:\[(?P<variant>\w+)\])?:\s*(?P<text>.*?)\s*$")
_OWN_LINE = re.compile(r"^\s*(\{#.*#\}|#.*)\s*$")


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """One expectation of a line. `missed` marks a line that fails and of which the analysis keeps silent."""

    path: str
    line: int
    rule: str
    column: int | None = None
    text: str | None = None
    is_missed: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Revealed:
    """What `reveal(...)` on a line has to print."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The expected full report, and the lines of the Markdown file between its fences."""

    text: str
    first_line: int
    end_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test: one variant of the code under one heading."""

    title: str
    variant: str
    is_first_variant: bool
    line: int
    files: Mapping[str, str]
    places: Mapping[str, tuple[int, ...]]
    settings: Mapping[str, object]
    options: Mapping[str, object]
    snapshot: Snapshot | None

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The expected findings, in order."""
        return tuple(sorted(self._marks(), key=lambda mark: (mark.path, mark.line, mark.rule)))

    def _marks(self) -> Iterator[Mark]:
        for path, number, line in self._lines():
            for match in _MARK.finditer(line):
                if match["variant"] not in (None, self.variant):
                    continue
                column = int(match["column"]) if match["column"] and self.is_first_variant else None
                yield Mark(
                    path=path,
                    line=self._marked_line(path, number),
                    rule=match["rule"],
                    column=column,
                    text=match["text"],
                    is_missed=match["kind"] == "missed",
                )

    @property
    def reveals(self) -> tuple[Revealed, ...]:
        """The expected beliefs of the interpreter, in order."""
        return tuple(
            Revealed(path, self._marked_line(path, number), match["text"])
            for path, number, line in self._lines()
            if (match := _REVEALED.search(line)) and match["variant"] in (None, self.variant)
        )

    def _lines(self) -> Iterator[tuple[str, int, str]]:
        for path, text in self.files.items():
            for number, line in enumerate(text.splitlines(), 1):
                yield path, number, line

    def _marked_line(self, path: str, number: int) -> int:
        """A mark on its own line is about the next line that is not a mark."""
        lines = self.files[path].splitlines()
        while _OWN_LINE.match(lines[number - 1]) and number < len(lines):
            number += 1
        return number

    def place(self, path: str, line: int) -> str:
        """Where a line of a file stands: in the Markdown file, if it was written there."""
        places = self.places.get(path, ())
        suffix = f" (line {places[line - 1]} of the case file)" if 0 < line <= len(places) else ""
        return f"{path}:{line}{suffix}"


@dataclass(slots=True)
class _Section:
    """A heading with what stands directly under it."""

    title: str
    level: int
    line: int
    parent: _Section | None
    files: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)
    options: dict[str, object] = field(default_factory=dict)
    snapshot: Snapshot | None = None
    has_subsections: bool = False

    @property
    def chain(self) -> tuple[_Section, ...]:
        """The sections from the top to this one."""
        return (*(self.parent.chain if self.parent else ()), self)


def cases_of(text: str) -> Iterator[Case]:
    """All cases of a Markdown file, a variant each."""
    for section in _sections(MarkdownIt().parse(text)):
        if section.files and not section.has_subsections:
            yield from _cases_of_section(section)


@cache
def shared_files() -> Mapping[str, str]:
    """The files of `docs/models.md`: `models.py`, `seed.py` and the imports that examples begin with."""
    top = next(iter(_sections(MarkdownIt().parse(SHARED_MODELS.read_text("utf-8")))))
    return {name: "".join(text for _, text in blocks) for name, blocks in top.files.items()}


def _sections(tokens: list[Token]) -> list[_Section]:
    sections: list[_Section] = []
    file_name: str | None = None
    for index, token in enumerate(tokens):
        first_line = token.map[0] + 1 if token.map else 0
        match token.type:
            case "heading_open":
                level = int(token.tag[1:])
                parent = next((s for s in reversed(sections) if s.level < level), None)
                if parent is not None:
                    parent.has_subsections = True
                title = tokens[index + 1].content
                sections.append(_Section(title, level, first_line, parent))
            case "inline" if sections and (name := _FILE_NAME.match(token.content)):
                file_name = name[1]
            case "fence" if sections:
                _add_block(sections[-1], token, file_name)
                file_name = None
    return sections


def _add_block(section: _Section, token: Token, file_name: str | None) -> None:
    assert token.map is not None
    language, _, purpose = token.info.strip().partition(" ")
    if language == "toml" and file_name is None:
        document = tomllib.loads(token.content)
        section.settings.update(document.get("tool", {}).get("saalint", {}))
        section.options.update(document.get("case", {}))
    elif (language, purpose) == ("text", "report"):
        section.snapshot = Snapshot(token.content, token.map[0] + 2, token.map[1])
    elif file_name is not None or language in CODE_LANGUAGES:
        blocks = section.files.setdefault(file_name or DEFAULT_FILE, [])
        blocks.append((token.map[0] + 2, token.content))


def _cases_of_section(section: _Section) -> Iterator[Case]:
    chain = section.chain
    settings = {name: value for part in chain for name, value in part.settings.items()}
    options = {name: value for part in chain for name, value in part.options.items()}
    files: dict[str, str] = {}
    places: dict[str, tuple[int, ...]] = {}
    for part in chain:
        for name, blocks in part.files.items():
            for first_line, text in blocks:
                count = len(text.splitlines())
                # A blank line between two blocks keeps the joined file in good style.
                is_continued = name in files
                files[name] = f"{files[name]}\n{text}" if is_continued else text
                own = tuple(range(first_line, first_line + count))
                places[name] = (*places[name], 0, *own) if is_continued else own
    if "models.py" not in files:
        files |= {name: text for name, text in shared_files().items() if name != DEFAULT_FILE}
    variants = options.get("variants", ["async"])
    assert isinstance(variants, list)
    for variant in variants:
        yield Case(
            title=" / ".join(part.title for part in chain),
            variant=variant,
            is_first_variant=variant == variants[0],
            line=section.line,
            files={name: in_variant(text, name, variant) for name, text in files.items()},
            places=places,
            settings=settings,
            options=options,
            snapshot=section.snapshot if variant == variants[0] else None,
        )
