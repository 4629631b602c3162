"""Code written for `AsyncSession` to the same code for `Session`, line by line."""

from __future__ import annotations

import re

_SYNC_NAMES = {
    "AsyncSession": "Session",
    "async_sessionmaker": "sessionmaker",
    "create_async_engine": "create_engine",
    "AsyncEngine": "Engine",
    "AsyncConnection": "Connection",
    "AsyncIterator": "Iterator",
    "AsyncIterable": "Iterable",
    "asynccontextmanager": "contextmanager",
    "AsyncExitStack": "ExitStack",
    "enter_async_context": "enter_context",
    "aclosing": "closing",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
}
_HOMES = {
    "Session": "sqlalchemy.orm",
    "sessionmaker": "sqlalchemy.orm",
    "create_engine": "sqlalchemy",
    "Engine": "sqlalchemy",
    "Connection": "sqlalchemy",
}
_IMPORT = re.compile(r"^(\s*)from sqlalchemy\.ext\.asyncio import ([\w, ]+)$")
_NAME = re.compile(rf"\b({'|'.join(_SYNC_NAMES)})\b")
_KEYWORD = re.compile(r"\basync (?=def |with |for )|\bawait |\bawaitable_attrs\.")


def in_variant(text: str, path: str, variant: str) -> str:
    """Return the text of a file in a variant: cases are written for `async`, and `sync` is made from them."""
    if variant != "sync" or not path.endswith(".py"):
        return text
    return "".join(_sync_line(line) for line in text.splitlines(keepends=True))


def _sync_line(line: str) -> str:
    imported = _IMPORT.match(line.rstrip("\n"))
    if imported is not None:
        return imported[1] + "; ".join(_sync_imports(imported[2])) + "\n"
    return _KEYWORD.sub("", _NAME.sub(lambda match: _SYNC_NAMES[match[1]], line)).replace(
        "sqlite+aiosqlite", "sqlite"
    )


def _sync_imports(names: str) -> list[str]:
    by_module: dict[str, list[str]] = {}
    for name in (part.strip() for part in names.split(",")):
        sync_name = _SYNC_NAMES.get(name, name)
        by_module.setdefault(_HOMES.get(sync_name, "sqlalchemy.ext.asyncio"), []).append(sync_name)
    return [f"from {module} import {', '.join(imported)}" for module, imported in by_module.items()]
