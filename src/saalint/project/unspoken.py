"""A project to the names of builtins, and of the methods of their objects, that nothing else in it is called by.

`[name.strip() for name in names]` uses `strip` and `names`: where no function, class, field or table of this tool has
the name `strip`, no answer to what a function has to do with the ORM turns on whether it uses it.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator

from saalint.library.frameworks import frameworks
from saalint.library.operations import operations
from saalint.project.model import ProjectModel
from saalint.project.names.mentions import last_parts

_BUILTINS = frozenset(dir(builtins)).union(
    *(dir(kind) for kind in (dict, list, set, str, bytes, tuple, int, float, object))
)


def unspoken(project: ProjectModel) -> frozenset[str]:
    """The names that tell nothing of whoever uses them."""
    return _BUILTINS.difference(_defined(project), _of_tables())


def _defined(project: ProjectModel) -> Iterator[str]:
    for module in project.modules:
        yield from project.symbols.scopes(module.name).module_bindings.names
        for function in module.facts.functions:
            yield function.name
        for found in module.facts.classes:
            yield found.name
            yield from (field.name for field in found.fields)
    for mapper in project.mappers.values():
        yield from (*mapper.columns, *mapper.relationships, *mapper.proxies, *mapper.synonyms)


def _of_tables() -> frozenset[str]:
    tables = operations()
    names = (*tables.functions, *tables.listeners, *frameworks().handlers)
    # what `len` gives matters to those who run the function that calls it
    return last_parts(name for name in names if not name.startswith("builtins."))
