"""The data files of `library/` to what the interpreter asks: which operation a function or method stands for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from saalint.library.api import ASYNC_SCOPED_SESSION, ASYNC_SESSION, api
from saalint.library.frameworks import frameworks
from saalint.library.meanings import MEANINGS, Meaning


class SessionVerb(StrEnum):
    """What a session does when one of its methods is called."""

    EXECUTE = "execute"
    GET = "get"
    QUERY = "query"
    REFRESH = "refresh"
    COMMIT = "commit"
    ROLLBACK = "rollback"
    FLUSH = "flush"
    CLOSE = "close"
    ADD = "add"
    ADD_ALL = "add-all"
    DELETE = "delete"
    MERGE = "merge"
    EXPIRE = "expire"
    EXPIRE_ALL = "expire-all"
    EXPUNGE = "expunge"
    EXPUNGE_ALL = "expunge-all"
    BEGIN = "begin"
    TRANSACTION = "transaction"
    CONNECTION = "connection"
    RUN_SYNC = "run-sync"


@dataclass(frozen=True, slots=True)
class SessionOperation:
    """What a session does, and in which form: `get` gives an object that is `optional`, or `one`."""

    verb: SessionVerb
    detail: str = ""


class QueryVerb(StrEnum):
    """What a method of a legacy query gives, or does."""

    ALL = "all"
    ONE = "one"
    OPTIONAL = "optional"
    PAGE = "page"
    GET = "get"
    CHANGE = "change"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class QueryOperation:
    """What a legacy query does, and in which form: `get` gives an object that is `optional`, or `one`."""

    verb: QueryVerb
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """What a function means, and what of it: a `session` of the kind `async`."""

    meaning: Meaning
    detail: str = ""


# as the data files write them: `cast`, `session:async`
def _operation(word: str) -> Operation:
    meaning, _, detail = word.partition(":")
    return Operation(MEANINGS[meaning], detail)


def _session_operation(word: str) -> SessionOperation:
    verb, _, detail = word.partition(":")
    return SessionOperation(SessionVerb(verb), detail)


def _query_methods(table: Mapping[str, str]) -> Mapping[str, QueryOperation]:
    parts = {name: word.partition(":") for name, word in table.items()}
    return {
        name: QueryOperation(QueryVerb(verb), detail) for name, (verb, _, detail) in parts.items()
    }


@dataclass(frozen=True, slots=True)
class SessionMethod:
    """What a method of a session does, and whether AsyncSession's is a coroutine."""

    operation: SessionOperation
    is_coroutine: bool


@dataclass(frozen=True, slots=True)
class Exceptions:
    """Names of exceptions: what a raising read raises, and what sessions do, from any call or from changes only."""

    by_reads: frozenset[str]
    by_anything: frozenset[str]
    by_database: frozenset[str]
    by_changes: frozenset[str]


@dataclass(frozen=True, slots=True)
class RequestAttributes:
    """What a request has by configuration: what its `policy` says, and the functions that find its `services`."""

    policy: frozenset[str]
    services: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Operations:
    """What the data files say, where each table has a comment: names to the word for what the analysis does about them.

    From all files: `functions` and classes by canonical name. From `sqlalchemy.toml`: `loaders` and the methods of what
    a name alone tells (of loader options, sessions, results, statements, queries), which class is awaited where another
    was declared (`asynchronous`), who listens to which event, what raises, which arguments are URLs. From `web.toml`:
    what renders templates (`renderers`), gives them more (`registrations` of `applications`), or is told to
    (`configurators`), attributes of `requests`, and `carriers` of attributes. From
    `jinja2.toml` the tags of others, from `python.toml` locks, the methods of texts that make another text, and those
    of collections and of dicts that change them.
    `packages` are those of which any function is known.
    """

    functions: Mapping[str, Operation]
    loaders: Mapping[str, str]
    loader_methods: Mapping[str, str]
    connections: frozenset[str]
    asynchronous: Mapping[str, str]
    session_methods: Mapping[str, SessionMethod]
    result_methods: Mapping[str, str]
    statement_methods: Mapping[str, str]
    query_methods: Mapping[str, QueryOperation]
    listeners: Mapping[str, str]
    attribute_events: Mapping[str, str]
    object_events: Mapping[str, str]
    raised: Exceptions
    urls: Mapping[str, str]
    base_attributes: frozenset[str]
    databases: frozenset[str]
    renderers: Mapping[str, str]
    registrations: Mapping[str, str]
    applications: tuple[str, ...]
    carriers: frozenset[str]
    configurators: Mapping[str, str]
    configuring_packages: tuple[str, ...]
    requests: RequestAttributes
    template_tags: tuple[str, ...]
    locks: frozenset[str]
    text_methods: frozenset[str]
    collection_changes: frozenset[str]
    collection_additions: frozenset[str]
    dict_changes: frozenset[str]
    packages: frozenset[str]

    def of(self, name: str) -> Operation | None:
        """What a function or class means by its canonical name; None where no file names it."""
        return self.functions.get(name)

    def meaning(self, name: str) -> Meaning | None:
        """The same without what of it."""
        found = self.functions.get(name)
        return None if found is None else found.meaning


def _is_coroutine(name: str) -> bool:
    # the tables are of SQLAlchemy alone; `exec` is SQLModel's
    classes = (ASYNC_SESSION, ASYNC_SCOPED_SESSION)
    return name == "exec" or any(name in api()[owner].coroutines for owner in classes)


def _session_methods(table: Mapping[str, str]) -> Mapping[str, SessionMethod]:
    return {
        name: SessionMethod(_session_operation(word), is_coroutine=_is_coroutine(name))
        for name, word in table.items()
    }


def _merged(tables: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
    return {name: word for table in tables for name, word in table.items()}


def _packages(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in names)


@cache
def operations() -> Operations:
    """The operations that saalint ships."""
    table, python, jinja, web = (
        tomllib.loads(files("saalint.library").joinpath(f"{name}.toml").read_text("utf-8"))
        for name in ("sqlalchemy", "python", "jinja2", "web")
    )
    shipped = (python["functions"], jinja["functions"], web["functions"], table["functions"])
    functions = _merged((*shipped, frameworks().functions))
    return Operations(
        functions={name: _operation(word) for name, word in functions.items()},
        loaders=table["loaders"],
        loader_methods=table["loader_methods"],
        connections=frozenset(table["connections"]["names"]),
        asynchronous=table["asynchronous"],
        session_methods=_session_methods(table["session_methods"]),
        result_methods=table["result_methods"],
        statement_methods=table["statement_methods"],
        query_methods=_query_methods(table["query_methods"]),
        listeners=table["listeners"],
        attribute_events=table["attribute_events"],
        object_events=table["object_events"],
        raised=Exceptions(**{name: frozenset(each) for name, each in table["raised"].items()}),
        urls=table["urls"],
        base_attributes=frozenset(table["declarative_base"]["attributes"]),
        databases=frozenset(table["databases"]["names"]),
        renderers=web["renderers"],
        registrations=web["registrations"],
        applications=tuple(web["applications"]["packages"]),
        carriers=frozenset(web["carriers"]["names"]),
        configurators=web["configurators"],
        configuring_packages=tuple(web["configuring"]["packages"]),
        requests=RequestAttributes(frozenset(web["policy"]["attributes"]), web["services"]),
        template_tags=tuple(jinja["tags"]),
        locks=frozenset(python["locks"]["names"]),
        text_methods=frozenset(python["texts"]["methods"]),
        collection_changes=frozenset(python["changes"]["collections"]),
        collection_additions=frozenset(python["changes"]["additions"]),
        dict_changes=frozenset(python["changes"]["dicts"]),
        packages=_packages((*functions, *python["locks"]["names"])),
    )
