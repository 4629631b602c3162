"""The URLs of a project's engines to its database: `create_async_engine("mysql+aiomysql://…")` is one on MySQL.

What a URL begins with is enough: of `f"mysql+aiomysql://{user}@…"`, of a setting's default, of
`os.getenv("DATABASE_URL", "mysql+aiomysql://…")`.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.facts import expressions as ex
from saalint.facts.written_out import argument_of
from saalint.library.operations import Operations
from saalint.project.names.bound import Bound
from saalint.project.names.definitions import External, Module
from saalint.project.names.mentions import last_parts, mentions
from saalint.project.names.reading import Reader
from saalint.project.names.symbols import Symbols

# that of tests, beside another
_SMALLEST = "sqlite"
_DEEPEST = 8


def read_dialect(symbols: Symbols, reader: Reader, operations: Operations) -> str | None:
    """The database that all engines of a project whose URL can be read are on; None where there are several."""
    names = _Names(reader, operations)
    found = {name for module in symbols.modules() for name in names.of_engines(module)}
    found = found - {_SMALLEST} or found
    return found.pop() if len(found) == 1 else None


class _Names:
    """The databases that expressions name."""

    def __init__(self, reader: Reader, operations: Operations) -> None:
        self._reader = reader
        self._known = operations.databases
        self._urls = operations.urls
        self._last_parts = last_parts(operations.urls)

    def of_engines(self, module: Module) -> Iterator[str]:
        """The databases of the engines that a module makes."""
        if not module.is_project or not module.facts.mentions_orm:
            return
        bodies = [(module.facts.body, "")]
        bodies += [
            (function.body, function.scope)
            for function in module.facts.functions
            if mentions(module.facts, function, self._last_parts)
        ]
        for body, scope in bodies:
            for call in ex.calls_in(body):
                url = self._url_of(Bound(call, module.name, scope), call)
                yield from self._of_url(url, 0) if url is not None else ()

    def _url_of(self, found: Bound, call: ex.Call) -> Bound | None:
        definition = self._reader.definition(found.within(call.function))
        if not isinstance(definition, External) or definition.name not in self._urls:
            return None
        url = argument_of(call, self._urls[definition.name], 0)
        return None if url is None else found.within(url)

    def _of_url(self, url: Bound, depth: int) -> Iterator[str]:
        if depth > _DEEPEST:
            return
        url = self._reader.unfold(url)
        match url.expression:
            case ex.Constant(value=str(text)) | ex.Formatted(texts=(text, *_)):
                name = text.partition(":")[0].partition("+")[0]
                if name in self._known:
                    yield name
            case ex.Call() as call:
                yield from self._of_call(url, call, depth)
            case ex.Logical(values=values):
                for value in values:
                    yield from self._of_url(url.within(value), depth + 1)
            case ex.Attribute(base=base, name=name):
                field = self._field(url.within(base), name)
                yield from self._of_url(field, depth + 1) if field is not None else ()
            case _:
                return

    def _of_call(self, found: Bound, call: ex.Call, depth: int) -> Iterator[str]:
        inner = self._url_of(found, call)
        if inner is not None:
            yield from self._of_url(inner, depth + 1)
            return
        # `str(settings.url)`, `Field(default="…")`, `os.getenv("DATABASE_URL", "…")`, `settings.url.replace(…)`
        parts = [*call.arguments, *(keyword.value for keyword in call.keywords)]
        if isinstance(call.function, ex.Attribute):
            parts.append(call.function.base)
        for part in parts:
            yield from self._of_url(found.within(part), depth + 1)

    def _field(self, owner: Bound, name: str) -> Bound | None:
        # `settings.database_url` of `settings = Settings()`
        made = self._reader.unfold(owner)
        kind = made.expression.function if isinstance(made.expression, ex.Call) else None
        definition = None if kind is None else self._reader.definition(made.within(kind))
        return self._reader.field(definition, name) if definition is not None else None
