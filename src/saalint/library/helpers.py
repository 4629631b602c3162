"""A models file of a project to its helpers: what each of them does, in the words of the data files beside this module.

Goes in: the TOML files that the setting `models` names; those of libraries stand in `helper_files/`. Comes out: a
`Helper` for each entry of `[functions]`, and a problem for each that is not understood.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from saalint.config.files import Document, SettingProblem, SettingsFile, read_document
from saalint.config.options import (
    InvalidValueError,
    TomlValue,
    declarations_of,
    flag,
    one_of,
    option,
    read_options,
    suggestion,
    text,
    texts,
)
from saalint.config.places import START, TextRange, range_of_key
from saalint.config.settings import SessionWord
from saalint.facts import expressions as ex
from saalint.facts.lowering import SyntaxFailure, facts_of
from saalint.library.operations import Operation, SessionOperation, SessionVerb, operations

_TABLE = "functions"
_FOLDER = "helper_files"
# in `returns`: the mapped class that the object is for on which the helper is called
ENTITY = "Entity"


@dataclass(frozen=True, slots=True)
class Deed:
    """What a helper does, and the methods that it calls on the result: `execute:scalars.all`."""

    operation: SessionOperation | Operation
    methods: tuple[str, ...] = ()


def _deed(value: TomlValue) -> Deed:
    written = text(value)
    kind, _, detail = written.partition(":")
    known = {_kind(operation): None for operation in _operations()}
    if kind not in known:
        remedy = suggestion(kind, known, otherwise="see the documentation")
        raise InvalidValueError(f"knows no `{kind}`", remedy=remedy, subject=kind)
    form, *methods = detail.split(".")
    of_kind = {each.detail: each for each in _operations() if _kind(each) == kind}
    if form not in of_kind:
        words = (f"{kind}:{each}" if each else kind for each in sorted(of_kind))
        listed = " or ".join(f"`{word}`" for word in words)
        raise InvalidValueError(f"knows no `{written}`", remedy=f"write {listed}", subject=written)
    for method in methods:
        if kind != SessionVerb.EXECUTE or method not in operations().result_methods:
            remedy = suggestion(method, operations().result_methods, otherwise="remove it")
            raise InvalidValueError(f"knows no `{method}`", remedy=remedy, subject=method)
    return Deed(of_kind[form], tuple(methods))


def _kind(operation: SessionOperation | Operation) -> str:
    return operation.verb if isinstance(operation, SessionOperation) else operation.meaning


def _operations() -> Iterator[SessionOperation | Operation]:
    yield from operations().functions.values()
    for method in operations().session_methods.values():
        yield method.operation


def _type(value: TomlValue) -> ex.Expression | None:
    written = text(value)
    facts = facts_of(f"def helper() -> ({written}): ...")
    if isinstance(facts, SyntaxFailure):
        raise InvalidValueError(
            "takes a type", remedy='write for example `"list[app.models.User]"`', subject=written
        )
    return facts.functions[0].returns


def _changes(value: TomlValue) -> tuple[SessionOperation, ...]:
    return tuple(_change(word) for word in texts(value))


def _change(word: str) -> SessionOperation:
    operation = _deed(word).operation
    if not isinstance(operation, SessionOperation):
        remedy = "write what a session does with it, as `refresh`"
        raise InvalidValueError(f"takes no `{word}`", remedy=remedy, subject=word)
    return operation


def _paths(value: TomlValue) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(path.split(".")) for path in texts(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """What one function of the project, or of a library, does."""

    name: str
    file: Path
    does: Deed | None = option(
        None, reads=_deed, help="What it does with the session and the objects that it is given."
    )
    returns: ex.Expression | None = option(
        None,
        reads=_type,
        help="The type of what it loads and returns, classes by their full names.",
    )
    loads: tuple[tuple[str, ...], ...] = option(
        (), reads=_paths, help="The relationships, as paths, that are loaded in what it returns."
    )
    changes: tuple[SessionOperation, ...] = option(
        (),
        reads=_changes,
        help="What it does with an object of the session that it is given, which it then returns.",
    )
    options: str = option(
        "", reads=text, help="The keyword under which it takes loader options, or relationships."
    )
    session: SessionWord | None = option(
        None,
        reads=one_of(SessionWord),
        help="The kind of session it loads with, where it is not given one.",
    )
    expire_on_commit: bool = option(
        True,
        reads=flag,
        help="The setting of the sessions that it makes.",
    )
    is_coroutine: bool = option(
        False,
        reads=flag,
        help="Whether it is awaited: to be told of what is not in the project.",
    )
    is_dependency: bool = option(
        False,
        reads=flag,
        help="Whether a framework calls what it returns, and gives that to a parameter.",
    )


KEYS = declarations_of(Helper, separator="_")


@dataclass(frozen=True, slots=True)
class Helpers:
    """What the models files say, by qualified name, and what is not understood in them."""

    by_name: Mapping[str, Helper]
    documents: Mapping[Path, Document]
    problems: tuple[SettingProblem, ...] = ()

    def problem(self, helper: Helper, key: str, reason: InvalidValueError) -> SettingProblem:
        """What is wrong with a key of a helper; with its name, where there is no key."""
        return _problem(self.documents[helper.file], helper.name, key, reason)


NO_HELPERS = Helpers({}, {})


def read_helpers(file: SettingsFile) -> Helpers:
    """Read the models files that the settings name."""
    helpers: dict[str, Helper] = {}
    documents: dict[Path, Document] = {}
    problems: list[SettingProblem] = []
    for name in file.settings.models:
        path = file.settings.directory / name
        document = read_document(path)
        if not path.is_file():
            message = f"`{name}` is no file: name one, from the folder of this file"
            document = file.problem_with("models", name, message) or document
        if isinstance(document, SettingProblem):
            problems.append(document)
            continue
        documents[path] = document
        for found in _helpers(document):
            if isinstance(found, Helper):
                helpers[found.name] = found
            else:
                problems.append(found)
    return Helpers(helpers, documents, tuple(problems))


@cache
def library_helpers() -> Mapping[str, Helper]:
    """The helpers that libraries have, by qualified name."""
    found: dict[str, Helper] = {}
    folder = files("saalint.library").joinpath(_FOLDER)
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        written = entry.read_text("utf-8")
        document = Document(path=Path(entry.name), text=written, table=tomllib.loads(written))
        helpers = [each for each in _helpers(document) if isinstance(each, Helper)]
        found.update((helper.name, helper) for helper in helpers)
    return found


def _helpers(document: Document) -> Iterator[Helper | SettingProblem]:
    for table in document.table:
        if table != _TABLE:
            reason = InvalidValueError("is not a table of models", remedy=f"write `[{_TABLE}]`")
            yield _problem_at(document, (table,), reason)
    functions = document.table.get(_TABLE, {})
    if not isinstance(functions, dict):
        reason = InvalidValueError("is not a table", remedy="make it one")
        yield _problem_at(document, (_TABLE,), reason)
        return
    for name, entry in functions.items():
        yield from _helper(document, str(name), entry)


def _helper(document: Document, name: str, entry: TomlValue) -> Iterator[Helper | SettingProblem]:
    # `"app.db.reload" = "refresh"` says what it does, and no more
    table = {"does": entry} if isinstance(entry, str) else entry
    if not isinstance(table, dict):
        reason = InvalidValueError("takes text or a table", remedy='write `{ does = "…" }`')
        yield _problem(document, name, "", reason)
        return
    values, invalid = read_options(KEYS, table, what="a key of a helper")
    for key, reason in invalid:
        yield _problem(document, name, key, reason)
    if invalid:
        return
    # `replace` is typed by the fields
    helper = Helper(name=name, file=document.path, **values)  # type: ignore[arg-type]  # `read_options` has checked each
    if (helper.does is None) == (helper.returns is None):
        reason = InvalidValueError(
            "says not what it does", remedy="write `does` or `returns`, one of them"
        )
        yield _problem(document, name, "", reason)
    elif helper.loads and helper.returns is None:
        reason = InvalidValueError("needs `returns`", remedy="say what it is that is loaded")
        yield _problem(document, name, "loads", reason)
    else:
        yield helper


def _problem(document: Document, name: str, key: str, reason: InvalidValueError) -> SettingProblem:
    return _problem_at(document, (_TABLE, name, key) if key else (_TABLE, name), reason)


def _problem_at(
    document: Document, path: tuple[str, ...], reason: InvalidValueError
) -> SettingProblem:
    return SettingProblem(
        path=document.path,
        range=_place(document.text, path, reason.subject),
        setting=path[-1],
        message=f"`{path[-1]}` {reason.reason}: {reason.remedy}",
    )


def _place(written: str, path: tuple[str, ...], subject: str | None) -> TextRange:
    found = range_of_key(written, path, subject)
    if found != START or len(path) == 1:
        return found
    # the key of an inline table stands in the line of its entry
    return range_of_key(written, path[:-1], subject or path[-1])
