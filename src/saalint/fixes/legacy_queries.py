"""A legacy query that is run to the edits that make it a `select()` which the session runs.

Goes in: the chain `session.query(Author).filter(…).first()` where it stands whole, and how its rows are to be taken.
Each method stays where it is written, with its comments.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from saalint.findings.edits import in_order
from saalint.findings.fix import Applicability, Edit, Fix
from saalint.findings.remedy import AsSelect
from saalint.fixes.names import Names
from saalint.fixes.source_tree import SourceTree, method_name
from saalint.library.api import SELECT, SQLALCHEMY, api
from saalint.library.operations import operations
from saalint.project.model import ProjectModel
from saalint.project.names.definitions import ClassDefinition

_RENAMED = {"filter": "where"}
# what makes something else of a query, which is not run like one
_OTHER = frozenset({"compound", "expression", "subquery"})
_JOINS = frozenset({"join", "outerjoin"})
# what has tables of its own, as loader options have
_OWN_TABLES = frozenset({"select", "exists", "query", "any", "has"})
# what takes the rows of a result as it took those of the query
_TAKING = frozenset({"all", "one", "one_or_none", "first"})


@dataclass(frozen=True, slots=True)
class QueryChain:
    """`session.query(…)` with the methods called on it in turn, the one that runs it last; none where a loop does."""

    root: ast.Call
    methods: tuple[ast.Call, ...]
    last: ast.Call | None

    @property
    def whole(self) -> ast.Call:
        """The whole expression."""
        return self.last or self.statement

    @property
    def statement(self) -> ast.Call:
        """What is a statement in 2.0."""
        return self.methods[-1] if self.methods else self.root


def chain_at(tree: SourceTree, line: int, column: int) -> QueryChain | None:
    """The chain whose last method, or whose `query`, has its name at a place."""
    call = tree.call_of(line, column)
    if call is None:
        return None
    return _downwards(call) or _upwards(tree, call)


def _downwards(call: ast.Call) -> QueryChain | None:
    calls: list[ast.Call] = [call]
    while isinstance(calls[-1].func, ast.Attribute) and isinstance(calls[-1].func.value, ast.Call):
        calls.append(calls[-1].func.value)
        if method_name(calls[-1]) == "query":
            root, *methods = reversed(calls)
            return _chain(root, methods)
    return None


def _upwards(tree: SourceTree, call: ast.Call) -> QueryChain | None:
    if method_name(call) != "query":
        return None
    calls = [call]
    while isinstance(attribute := tree.parent(calls[-1]), ast.Attribute):
        outer = tree.parent(attribute)
        if not isinstance(outer, ast.Call) or outer.func is not attribute:
            return None
        calls.append(outer)
        if attribute.attr not in operations().statement_methods:
            break
    return _chain(calls[0], calls[1:])


def _chain(root: ast.Call, methods: Sequence[ast.Call]) -> QueryChain | None:
    known = operations().statement_methods
    last = methods[-1] if methods and method_name(methods[-1]) not in known else None
    inner = methods[:-1] if last is not None else methods
    is_plain = all(
        known.get(method_name(one)) not in _OTHER and method_name(one) in api()[SELECT].methods
        for one in inner
    )
    return QueryChain(root, tuple(inner), last) if is_plain and root.args else None


def as_select(
    project: ProjectModel, tree: SourceTree, names: Names, chain: QueryChain, remedy: AsSelect
) -> Fix | None:
    """The fix that writes a query as a `select()`; None where it is run in a way that has no such form."""
    if chain.last is None and isinstance(tree.parent(chain.whole), ast.Subscript):
        # `query[0:5]` asks for a part, and a result has no parts
        return None
    if any(map(_has_names_in_texts, chain.methods)):
        # `select()` takes no `joinedload("author")`, which `Query` of 1.x did: that is to be written anew first
        return None
    if remedy.run == "scalars" and not remedy.is_unique:
        is_unique = _is_joined_by_criteria(project, names, chain)
        remedy = AsSelect(remedy.run, is_unique=is_unique, is_awaited=remedy.is_awaited)
    if not remedy.run:
        if chain.last is None and not _is_iterated(tree, chain.whole):
            return None
        if not isinstance(tree.function_around(chain.root), ast.AsyncFunctionDef):
            return None
        remedy = _completed(project, names, chain, remedy)
    written = _Rewriter(tree, names, chain, remedy)
    edits = tuple(written.edits())
    if not edits or written.has_failed:
        return None
    is_safe = method_name(chain.last) not in ("scalar", "count", "delete", "update")
    return Fix(
        Applicability.SAFE if is_safe else Applicability.UNSAFE,
        "write it in the form of SQLAlchemy 2.0",
        in_order((*edits, *names.imports())),
    )


def _has_names_in_texts(method: ast.Call) -> bool:
    loaders = operations().loader_methods
    inner = [node for argument in method.args for node in ast.walk(argument)]
    calls = [node for node in inner if isinstance(node, ast.Call) and _called(node) in loaders]
    if method_name(method) in _JOINS:
        calls.append(method)
    given = [argument for call in calls for argument in call.args]
    return any(isinstance(one, ast.Constant) and one.value != "*" for one in given)


def _is_joined_by_criteria(project: ProjectModel, names: Names, chain: QueryChain) -> bool:
    """Whether criteria ask of another table, whose rows repeat the objects: `Query` drops what it has given already."""
    selected = [names.meaning(argument) for argument in chain.root.args]
    asked = (argument for method in chain.methods for argument in method.args)
    for node in (node for argument in asked for node in _outside_of_selects(argument)):
        meaning = names.meaning(node) if isinstance(node, ast.Name) else None
        is_mapped = isinstance(meaning, ClassDefinition) and meaning.name in project.mappers
        if is_mapped and meaning not in selected:
            return True
    return False


def _outside_of_selects(expression: ast.AST) -> Iterator[ast.AST]:
    yield expression
    if isinstance(expression, ast.Call):
        name = _called(expression)
        if name in _OWN_TABLES or name in operations().loader_methods:
            return
    for inner in ast.iter_child_nodes(expression):
        yield from _outside_of_selects(inner)


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else method_name(call)


def _is_iterated(tree: SourceTree, expression: ast.expr) -> bool:
    parent = tree.parent(expression)
    return isinstance(parent, ast.For | ast.comprehension) and parent.iter is expression


def _completed(
    project: ProjectModel, names: Names, chain: QueryChain, remedy: AsSelect
) -> AsSelect:
    # nothing more was analysed than the first name: what an AsyncSession does not have gives nothing
    selected = [names.meaning(argument) for argument in chain.root.args]
    are_entities = [
        isinstance(one, ClassDefinition) and one.name in project.mappers for one in selected
    ]
    run = "scalars" if are_entities == [True] else "execute"
    joins = any("join" in ast.unparse(method) for method in chain.methods)
    return AsSelect(run, is_unique=joins and any(are_entities), is_awaited=remedy.is_awaited)


class _Rewriter:
    def __init__(self, tree: SourceTree, names: Names, chain: QueryChain, remedy: AsSelect) -> None:
        self._tree = tree
        self._names = names
        self._chain = chain
        self._remedy = remedy
        self.has_failed = False

    def edits(self) -> Iterator[Edit]:
        method = method_name(self._chain.last)
        if method == "get":
            yield from self._get()
        elif method == "count":
            counted = f"{self._of_library('select')}({self._of_library('func')}.count())"
            begin = f"scalar({counted}.select_from({self._of_library('select')}"
            yield from self._begun(begin)
            yield from self._ended(".subquery()))")
        elif method == "scalar":
            yield from self._begun(f"scalar({self._of_library('select')}")
            yield from self._ended(")")
        elif method in ("delete", "update"):
            yield from self._change(method)
        elif method in _TAKING or not method:
            yield from self._begun(f"{self._remedy.run}({self._of_library('select')}")
            limit = ".limit(1)" if method == "first" else ""
            unique = ".unique()" if self._remedy.is_unique else ""
            yield from self._taken(f"{limit})", unique)

    def _of_library(self, name: str) -> str:
        found = self._names.of_library(SQLALCHEMY, name)
        self.has_failed |= found is None
        return name if found is None else found.text

    def _begun(self, text: str) -> Iterator[Edit]:
        tree, root = self._tree, self._chain.root
        if self._remedy.is_awaited:
            is_taken = method_name(self._chain.last) in _TAKING
            yield tree.insertion(tree.start(self._chain.whole), "(await " if is_taken else "await ")
        end = tree.end(root.func)
        yield tree.replacement(end - len("query"), end, text)
        for call in self._chain.methods:
            renamed = _RENAMED.get(method_name(call))
            if renamed is not None:
                end = tree.end(call.func)
                yield tree.replacement(end - len(method_name(call)), end, renamed)

    def _taken(self, closing: str, unique: str) -> Iterator[Edit]:
        if self._remedy.is_awaited and self._chain.last is not None:
            closing += ")"
        yield self._tree.insertion(self._tree.end(self._chain.statement), closing + unique)

    def _ended(self, closing: str) -> Iterator[Edit]:
        last = self._chain.last
        assert last is not None
        self.has_failed |= bool(last.args or last.keywords)
        yield self._last_method(closing)

    def _last_method(self, text: str) -> Edit:
        # `.count()` goes away, with the line that it may have for itself
        assert self._chain.last is not None
        start = self._tree.end(self._chain.statement)
        end = self._tree.end(self._chain.last)
        self.has_failed |= "#" in self._tree.text[start:end]
        return self._tree.replacement(start, end, text)

    def _get(self) -> Iterator[Edit]:
        tree, root, last = self._tree, self._chain.root, self._chain.last
        assert last is not None
        self.has_failed |= bool(self._chain.methods) or len(root.args) != 1 or not last.args
        if self.has_failed:
            return
        if self._remedy.is_awaited:
            yield tree.insertion(tree.start(last), "await ")
        end = tree.end(root.func)
        yield tree.replacement(end - len("query"), end, "get")
        between = tree.replacement(tree.end(root.args[0]), tree.start(last.args[0]), ", ")
        written = tree.text[tree.end(root.args[0]) : tree.start(last.args[0])]
        self.has_failed |= "#" in written
        yield between

    def _change(self, method: str) -> Iterator[Edit]:
        # what `Query.delete()` gives is a number, what `execute()` gives is a result
        tree, last = self._tree, self._chain.last
        assert last is not None
        wanted = 0 if method == "delete" else 1
        self.has_failed |= len(last.args) != wanted or bool(last.keywords)
        self.has_failed |= not isinstance(tree.parent(last), ast.Expr)
        self.has_failed |= len(self._chain.root.args) != 1
        if self.has_failed:
            return
        yield from self._begun(f"execute({self._of_library(method)}")
        if method == "delete":
            yield self._last_method(")")
            return
        end = tree.end(last.func)
        yield tree.replacement(end - len(method), end, "values")
        yield tree.insertion(tree.end(last), ")")
