"""What a run asks of the disk to answers, each kept: a later run asks again and knows whether all is as it was.

A file or folder that has kept its times, size and inode is not looked into again. Times cannot tell two changes apart
that follow each other at once, so what was young when it was looked at is looked at again, as git does.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from pathlib import Path
from typing import TypeAlias

import msgspec

from saalint.source.digests import digest
from saalint.source.reading import ReadFailure, decode_source, read_bytes

# The coarsest clock of a file system that is in use ticks every two seconds.
_YOUNG = 2_000_000_000
_NEVER_SOURCE = frozenset(
    {
        ".eggs",
        ".git",
        ".hg",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".saalint_cache",
        ".svn",
        ".tox",
        "__pycache__",
        "__pypackages__",
        "node_modules",
        "site-packages",
    }
)
_NOTHING = b""
_THERE = b"1"


class Question(IntEnum):
    """What is asked of a path: a digest of its content or listing, or whether it is there.

    NAMES asks which entries of a folder have one of some stems: what `import a` can find in it.
    """

    CONTENT = 0
    LISTING = 1
    IS_FILE = 2
    EXISTS = 3
    NAMES = 4


Stamp: TypeAlias = tuple[int, int, int, int]
"""Times of change of content and of status, size, inode."""


class Asked(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A question with its answer. `words` are the suffixes or stems it is about; no `stamp`: look again."""

    question: int
    path: str
    words: tuple[str, ...]
    answer: bytes
    stamp: Stamp | None = None


class FolderEntry(msgspec.Struct, frozen=True, gc=False):
    """What stands in a folder."""

    name: str
    is_folder: bool


_Key: TypeAlias = tuple[int, str, tuple[str, ...]]


class Disk:
    """Answers about the disk. `overlay` is the text of files that differ from it, `known` what an earlier run asked."""

    def __init__(
        self, overlay: Mapping[Path, str] | None = None, known: Iterable[Asked] = ()
    ) -> None:
        self._overlay = {str(path): text for path, text in (overlay or {}).items()}
        self._known = {(each.question, each.path, each.words): each for each in known}
        self._asked: dict[_Key, Asked] = {}
        self._stems: dict[str, set[str]] = {}
        self.unlisted: dict[str, str] = {}
        """The folders that could not be looked into, with the reasons."""

    def content(self, path: Path) -> bytes:
        """What stands for the content of a file, readable or not: the same for the same bytes."""
        return self._answer(Question.CONTENT, str(path))

    def text(self, path: Path) -> str | ReadFailure:
        """The text of a file."""
        name = str(path)
        if name in self._overlay:
            self.content(path)
            return self._overlay[name]
        found = self.raw(path)
        return found if isinstance(found, ReadFailure) else decode_source(found)

    def undecoded(self, path: Path) -> bytes | ReadFailure:
        """The bytes of a file, or of what stands for it."""
        text = self._overlay.get(str(path))
        return self.raw(path) if text is None else text.encode()

    def raw(self, path: Path) -> bytes | ReadFailure:
        """The bytes of a file on disk; from here on these are its content, whatever was answered before."""
        name = str(path)
        stamp = _stamp_of(name)
        found = read_bytes(path)
        asked = Asked(Question.CONTENT, name, (), _answer_for(found), stamp)
        self._asked[Question.CONTENT, name, ()] = asked
        return found

    def listing(self, folder: Path, suffixes: tuple[str, ...]) -> list[FolderEntry]:
        """The folders in a folder, links left out, and its files with a suffix; tools' own folders are nothing."""
        name = str(folder)
        asked, found = _listed(name, suffixes)
        self._asked[Question.LISTING, name, suffixes] = asked
        if isinstance(found, OSError):
            self.unlisted[name] = found.strerror or type(found).__name__
            return []
        return found

    def is_file(self, path: Path) -> bool:
        """Whether there is a file."""
        return self._answer(Question.IS_FILE, str(path)) == _THERE

    def exists(self, path: Path) -> bool:
        """Whether there is anything."""
        return self._answer(Question.EXISTS, str(path)) == _THERE

    def note_import(self, folder: str, stem: str) -> None:
        """Ask what in a folder an `import` of a name can find: others do look."""
        self._stems.setdefault(folder, set()).add(stem)

    def asked(self) -> tuple[Asked, ...]:
        """All that was asked, with its answers."""
        for folder, stems in self._stems.items():
            self._answer(Question.NAMES, folder, tuple(sorted(stems)))
        return tuple(self._asked.values())

    def again(self, questions: Iterable[Asked]) -> Iterator[Asked]:
        """What is answered now to the questions of an earlier run."""
        now = time.time_ns()
        for each in questions:
            if each.stamp is not None and each.path not in self._overlay:
                try:
                    status = os.stat(each.path)  # noqa: PTH116 - a fifth of the time of `Path.stat`
                except (OSError, ValueError):
                    # gone, or spelled in what this run's locale cannot say
                    pass
                else:
                    if each.stamp == _stamp(status, now):
                        self._asked[each.question, each.path, each.words] = each
                        yield each
                        continue
            yield self._asked_anew((each.question, each.path, each.words))

    def _answer(self, question: Question, path: str, words: tuple[str, ...] = ()) -> bytes:
        key = (question, path, words)
        asked = self._asked.get(key)
        if asked is not None:
            return asked.answer
        known = self._known.get(key)
        if known is not None:
            return next(self.again((known,))).answer
        return self._asked_anew(key).answer

    def _asked_anew(self, key: _Key) -> Asked:
        question, path, words = key
        match question:
            case Question.CONTENT if path in self._overlay:
                text = self._overlay[path].encode("utf-8", "surrogatepass")
                asked = Asked(question, path, words, digest(("buffer", text)))
            case Question.CONTENT:
                stamp = _stamp_of(path)
                asked = Asked(question, path, words, _answer_for(read_bytes(Path(path))), stamp)
            case Question.LISTING:
                asked, _ = _listed(path, words)
            case Question.IS_FILE:
                asked = Asked(question, path, words, _answer_to(os.path.isfile(path)))  # noqa: PTH113 - as above
            case Question.EXISTS:
                asked = Asked(question, path, words, _answer_to(os.path.exists(path)))  # noqa: PTH110 - as above
            case _:
                asked = Asked(question, path, words, _names(path, frozenset(words)))
        self._asked[key] = asked
        return asked


def _answer_to(is_there: bool) -> bytes:  # noqa: FBT001 - what it is called with says what it means
    return _THERE if is_there else _NOTHING


def _answer_for(found: bytes | ReadFailure) -> bytes:
    return digest(("failure", found.reason) if isinstance(found, ReadFailure) else (found,))


def _stamp_of(path: str) -> Stamp | None:
    try:
        return _stamp(os.stat(path), time.time_ns())  # noqa: PTH116 - as above
    except (OSError, ValueError):
        return None


def _stamp(status: os.stat_result, now: int) -> Stamp | None:
    """None for what has changed just now, and may change again without a trace."""
    changed = max(status.st_mtime_ns, status.st_ctime_ns)
    if now - changed < _YOUNG:
        return None
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def _listed(folder: str, suffixes: tuple[str, ...]) -> tuple[Asked, list[FolderEntry] | OSError]:
    stamp = _stamp_of(folder)
    found: list[FolderEntry] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in _NEVER_SOURCE:
                        found.append(FolderEntry(entry.name, is_folder=True))
                elif entry.name.endswith(suffixes):
                    if entry.is_symlink():
                        # where it leads may come and go, and the folder does not show it
                        stamp = None
                    if _is_file(entry):
                        found.append(FolderEntry(entry.name, is_folder=False))
    except FileNotFoundError:
        stamp = None
    except OSError as error:
        reason = digest(("failure", str(error)))
        return Asked(Question.LISTING, folder, suffixes, reason), error
    answer = digest(sorted(f"{each.name}/" if each.is_folder else each.name for each in found))
    return Asked(Question.LISTING, folder, suffixes, answer, stamp), found


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        # a link that leads to itself: the other files of the folder are there all the same
        return False


def _names(folder: str, stems: frozenset[str]) -> bytes:
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry in entries if entry.name.partition(".")[0] in stems]
    except OSError:
        return _NOTHING
    return digest(sorted(found))
