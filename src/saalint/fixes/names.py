"""A class, or a function of a library, to how it is written at a place of a file, and to the import it needs there.

What a file imports at run time counts: neither what stands under `if TYPE_CHECKING` nor what only another function
imports.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from saalint.facts import expressions as ex
from saalint.facts.instructions import Import
from saalint.findings.fix import Edit
from saalint.fixes.new_imports import new_import
from saalint.fixes.source_tree import SourceTree
from saalint.project.names.definitions import (
    ClassDefinition,
    Definition,
    External,
    Module,
    ModuleDefinition,
)
from saalint.project.names.symbols import Symbols

_TYPE_CHECKING = "typing.TYPE_CHECKING"


@dataclass(frozen=True, slots=True)
class WrittenName:
    """How something is written. `is_far` holds where its import is the first one of its module in the file."""

    text: str
    is_far: bool = False


class Names:
    """What the names at one place of a file mean, and the imports that were found to be missing there."""

    def __init__(self, symbols: Symbols, module: Module, tree: SourceTree, place: ast.AST) -> None:
        self._symbols = symbols
        self._module = module
        self._tree = tree
        self._scope = tree.scope(place)
        functions = [
            outer
            for outer in tree.around(place)
            if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        bodies = (tree.naming, *(function.body for function in functions))
        self._statements = [found for body in bodies for found in self._run(body)]
        self._wanted: dict[tuple[str, str], ast.ImportFrom | None] = {}

    def meaning(self, expression: ast.expr) -> Definition | None:
        """What a dotted name means; None for any other expression."""
        dotted = _dotted(expression)
        if dotted is None:
            return None
        return self._symbols.resolve(self._module.name, dotted, self._scope)

    def of_class(self, qualified: str) -> WrittenName | None:
        """How a class of the project is written."""
        owner = self._symbols.owner(qualified)
        if owner is None:
            return None
        name = qualified[len(owner) + 1 :]
        if "." in name:
            return None
        wanted = ClassDefinition(qualified)
        known = self._bound_to(wanted, name)
        if known is not None:
            return WrittenName(known)
        if self._is_taken(name):
            return None
        for statement in self._imports():
            # `from app.database import Author` works where that module uses the class, and is no place to take it from
            if f".{statement.module or owner}." not in f".{owner}.":
                continue
            found = Import(statement.module or "", name, name, statement.level, 0)
            if self._symbols.imported(self._module.name, found) == wanted:
                self._wanted[statement.module or "", name] = statement
                return WrittenName(name)
        self._wanted[self._home(owner, wanted, name), name] = None
        return WrittenName(name, is_far=True)

    def _home(self, owner: str, wanted: ClassDefinition, name: str) -> str:
        """The module to import a class from: the nearest package around its own that hands it out, or its own."""
        package = owner.rpartition(".")[0]
        while package:
            if self._symbols.member(ModuleDefinition(package), name) == wanted:
                return package
            package = package.rpartition(".")[0]
        return owner

    def of_library(self, module: str, name: str) -> WrittenName | None:
        """How a function of a library is written."""
        known = self._bound_to(External(f"{module}.{name}"), name)
        if known is not None:
            return WrittenName(known)
        if self._is_taken(name):
            return None
        same = (found for found in self._imports() if found.module == module and not found.level)
        self._wanted[module, name] = next(same, None)
        return WrittenName(name)

    def imports(self) -> Iterator[Edit]:
        """The edits that import what was asked for and is not imported yet."""
        existing: dict[ast.ImportFrom, list[str]] = {}
        made: dict[str, list[str]] = {}
        for (module, name), statement in self._wanted.items():
            if statement is None:
                made.setdefault(module, []).append(name)
            else:
                existing.setdefault(statement, []).append(name)
        for statement, names in existing.items():
            yield from self._with_names(statement, sorted(names))
        for module, names in sorted(made.items()):
            listed = ", ".join(sorted(names))
            yield new_import(self._tree, module, listed, is_own=self._is_own)

    def _run(self, body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
        for statement in body:
            yield statement
            match statement:
                case ast.If(test=test) if self._is_for_types(test):
                    yield from self._run(statement.orelse)
                case ast.If() | ast.Try() | ast.With():
                    inner = [*statement.body, *getattr(statement, "orelse", ())]
                    yield from self._run(inner)
                case _:
                    pass

    def _is_for_types(self, test: ast.expr) -> bool:
        return self.meaning(test) == External(_TYPE_CHECKING)

    def _imports(self) -> Iterator[ast.ImportFrom]:
        """The imports that could take another name: first those of the module, then those of the functions."""
        for statement in self._statements:
            if isinstance(statement, ast.ImportFrom) and statement.names[0].name != "*":
                yield statement

    def _bound_to(self, wanted: Definition, name: str) -> str | None:
        for dotted in self._bound():
            meaning = self._symbols.resolve(self._module.name, dotted, self._scope)
            if meaning == wanted:
                return _text(dotted)
            if isinstance(meaning, ModuleDefinition | External):
                member = self._symbols.member(meaning, name)
                if member == wanted and self._is_module(dotted, meaning, wanted):
                    return f"{_text(dotted)}.{name}"
        return None

    def _is_module(self, dotted: ex.Expression, meaning: Definition, wanted: Definition) -> bool:
        # `sa.selectinload` is not how anybody writes it, though `import sqlalchemy as sa` leads there
        if isinstance(meaning, External) and isinstance(wanted, External):
            return wanted.name.rpartition(".")[0] == meaning.name
        return isinstance(meaning, ModuleDefinition) and bool(_text(dotted))

    def _bound(self) -> Iterator[ex.Expression]:
        for statement in self._statements:
            match statement:
                case ast.ClassDef(name=name):
                    yield ex.Name(name, 0)
                case ast.ImportFrom(names=names):
                    for alias in names:
                        yield ex.Name(alias.asname or alias.name, 0)
                case ast.Import(names=names):
                    for alias in names:
                        yield _named(alias.asname or alias.name)
                case _:
                    pass

    def _is_taken(self, name: str) -> bool:
        """Whether a name means something else somewhere in the file; then an import of it could change that."""
        return name in self._tree.bound_names

    def _with_names(self, statement: ast.ImportFrom, names: Sequence[str]) -> Iterator[Edit]:
        for name in names:
            after = next(
                (alias for alias in statement.names if _sorts_after(alias.name, name)), None
            )
            if after is None:
                close = self._tree.end(statement)
                yield from self._tree.addition(statement.names, close - 1, name)
                continue
            start = self._tree.start(after)
            indentation = self._tree.indentation(start)
            space = " " if indentation is None else f"\n{indentation}"
            yield self._tree.insertion(start, f"{name},{space}")

    def _is_own(self, module: str) -> bool:
        # `from app import models` names no module where `app` has no `__init__.py`
        inner = f"{module}."
        is_namespace = any(each.name.startswith(inner) for each in self._symbols.modules())
        return is_namespace or self._symbols.module(module) is not None


def _dotted(expression: ast.expr) -> ex.Expression | None:
    match expression:
        case ast.Name(id=name):
            return ex.Name(name, 0)
        case ast.Attribute(value=value, attr=name):
            base = _dotted(value)
            return None if base is None else ex.Attribute(base, name, 0)
        case _:
            return None


def _named(dotted: str) -> ex.Expression:
    first, *others = dotted.split(".")
    named: ex.Expression = ex.Name(first, 0)
    for name in others:
        named = ex.Attribute(named, name, 0)
    return named


def _text(dotted: ex.Expression) -> str:
    match dotted:
        case ex.Name(name=name):
            return name
        case ex.Attribute(base=base, name=name):
            return f"{_text(base)}.{name}"
        case _:
            return ""


def _sorts_after(imported: str, name: str) -> bool:
    # classes stand before functions, each of them sorted, in what isort leaves
    return imported[0].isupper() == name[0].isupper() and imported > name
