"""A query and what it is to load to the edits that add the loader options: `select`, `session.query`, `session.get`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from saalint.findings.edits import in_order
from saalint.findings.fix import Applicability, Edit, Fix
from saalint.findings.remedy import Path, PathStep, StepKind
from saalint.fixes.loader_options import EAGER, Chain, Merger, chain_of
from saalint.fixes.names import Names
from saalint.fixes.source_tree import SourceTree
from saalint.fixes.wanted import OptionWriter, wanted_by
from saalint.library.operations import operations
from saalint.project.definitions import ClassDefinition, External
from saalint.project.mapped import LoaderStrategy
from saalint.project.model import ProjectModel

_ORM = "sqlalchemy.orm"
_SELECTIN = "selectinload"
# statements that a join for the objects behind them does not suit: their rows are locked, grouped or made by hand
_UNJOINABLE = frozenset(
    {"with_for_update", "group_by", "distinct", "from_statement", "union", "union_all", "having"}
)


class CannotFixError(Exception):
    """The query is written in a way that gives no place for an option."""


@dataclass(slots=True)
class QueryRewriter:
    """Rewrites one query. `place` is its call; `to_one` is the loader for relationships to one object."""

    project: ProjectModel
    tree: SourceTree
    names: Names
    call: ast.Call
    to_one: str
    _classes: dict[str, str] = field(default_factory=dict)
    _used: dict[str, str] = field(default_factory=dict)
    _is_joinable: bool = True
    _is_far: bool = False

    def fix(self, paths: Sequence[Path]) -> Fix | None:
        """The fix that makes the query load what the paths lead to; None where there is no place for it."""
        try:
            return self._fix(paths)
        except CannotFixError:
            return None

    def _fix(self, paths: Sequence[Path]) -> Fix | None:
        operation = self._operation()
        if operation is None or any(_is_recursive(path) for path in paths):
            return None
        for argument in self._selected(operation):
            meaning = self.names.meaning(argument)
            if isinstance(meaning, ClassDefinition) and meaning.name in self.project.mappers:
                self._classes[meaning.name] = self.tree.text_of(argument)
        methods = () if operation == "get" else tuple(self._methods())
        self._is_joinable = not any(_name(call) in _UNJOINABLE for call in methods)
        self._used = self._loaders_elsewhere(methods)
        writer = OptionWriter(
            attribute=self._attribute, function=self._function, relationship=self._loader
        )
        for path in paths:
            self._check_root(path[0])
        wanted = wanted_by(paths)
        merger = Merger(self.tree, writer)
        if operation == "get":
            edits = self._in_get(list(merger.missing(wanted, self._chains(self._get_options()))))
        else:
            calls = self._options(methods)
            arguments = [argument for call in calls for argument in call.args]
            missing = list(merger.missing(wanted, self._chains(arguments)))
            edits = self._in_statement(missing, methods, calls)
        found = (*merger.edits, *edits)
        if not found:
            return None
        is_safe = not merger.is_overriding and not self._is_far
        added = ", ".join(f"`{writer.option(one)}`" for one in wanted)
        return Fix(
            Applicability.SAFE if is_safe else Applicability.UNSAFE,
            f"load {added} with the query",
            in_order((*found, *self.names.imports())),
        )

    def _operation(self) -> str | None:
        meaning = self.names.meaning(self.call.func)
        if isinstance(meaning, External):
            return "select" if operations().functions.get(meaning.name) == "select" else None
        if not isinstance(self.call.func, ast.Attribute):
            return None
        method = operations().session_methods.get(self.call.func.attr)
        operation = "" if method is None else method.operation.partition(":")[0]
        return operation if operation in ("get", "query") else None

    def _selected(self, operation: str) -> Sequence[ast.expr]:
        if operation != "get":
            return self.call.args
        named = [keyword.value for keyword in self.call.keywords if keyword.arg == "entity"]
        return self.call.args[:1] or named

    def _methods(self) -> Iterator[ast.Call]:
        """The methods called on the statement where it is made: `.where(…)`, `.options(…)`."""
        known = operations().statement_methods
        statement: ast.AST = self.call
        while True:
            attribute = self.tree.parent(statement)
            if not isinstance(attribute, ast.Attribute) or attribute.attr not in known:
                return
            call = self.tree.parent(attribute)
            if not isinstance(call, ast.Call) or call.func is not attribute:
                return
            yield call
            statement = call

    def _options(self, methods: Sequence[ast.Call]) -> list[ast.Call]:
        """The calls of `options` on the statement: where it is made, and where its variable is made again of it."""
        found = [call for call in methods if _name(call) == "options"]
        made = self.tree.parent(methods[-1] if methods else self.call)
        variable = self._variable(methods)
        if variable is None or not isinstance(made, ast.Assign):
            return found
        for following in self.tree.following(made):
            match following:
                case ast.Assign(targets=[ast.Name(id=name)]) if name == variable:
                    calls = _chained(following.value, name)
                    if calls is None:
                        return found
                    found.extend(call for call in calls if _name(call) == "options")
                case _:
                    pass
        return found

    def _check_root(self, step: PathStep) -> None:
        """The first attribute of a path is one of a class that is selected by its name."""
        for name in self._classes:
            mapper = self.project.mappers[name]
            is_own = step.attribute in mapper.relationships or step.attribute in mapper.columns
            if name == step.mapper or (is_own and self._is_kin(name, step.mapper)):
                self._classes[step.mapper] = self._classes[name]
                return
        raise CannotFixError

    def _is_kin(self, name: str, below: str | None) -> bool:
        while below is not None:
            if below == name:
                return True
            found = self.project.mappers.get(below)
            below = None if found is None else found.base
        return False

    def _attribute(self, step: PathStep) -> str:
        written = self._classes.get(step.mapper)
        if written is None:
            name = self.names.of_class(step.mapper)
            if name is None:
                raise CannotFixError
            self._is_far |= name.is_far
            written = self._classes[step.mapper] = name.text
        return f"{written}.{step.attribute}"

    def _function(self, loader: str) -> str:
        name = self.names.of_library(_ORM, loader)
        if name is None:
            raise CannotFixError
        return name.text

    def _loader(self, step: PathStep) -> str:
        """The loader of a relationship: SQLAlchemy refuses two loaders for one path in one statement."""
        used = self._used.get(step.attribute)
        if used is not None:
            return used
        if step.kind is StepKind.COLLECTION or not self._is_joinable:
            return _SELECTIN
        # the collections that a joined object brings along by a join would ask for `unique()`
        relationship = self.project.mappers[step.mapper].relationships.get(step.attribute)
        target = relationship.target if relationship is not None else None
        mapper = self.project.mappers.get(target) if isinstance(target, str) else None
        joined = LoaderStrategy.JOINED
        if mapper is None or any(r.strategy is joined for r in mapper.relationships.values()):
            return _SELECTIN
        return self.to_one

    def _loaders_elsewhere(self, methods: Sequence[ast.Call]) -> dict[str, str]:
        """The loaders by relationship in options that the statement gets later, on some path or on all."""
        variable = self._variable(methods)
        function = next(
            (
                outer
                for outer in self.tree.around(self.call)
                if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
            ),
            None,
        )
        if variable is None or function is None:
            return {}
        used: dict[str, str] = {}
        for node in ast.walk(function):
            if not isinstance(node, ast.Call) or _name(node) != "options":
                continue
            if not _chained(node, variable):
                continue
            for chain in self._chains(node.args):
                for link in chain.links:
                    if link.attribute is not None and link.strategy in EAGER:
                        used[link.attribute] = link.name
        return used

    def _variable(self, methods: Sequence[ast.Call]) -> str | None:
        made = self.tree.parent(methods[-1] if methods else self.call)
        match made:
            case ast.Assign(targets=[ast.Name(id=name)]):
                return name
            case _:
                return None

    def _chains(self, arguments: Sequence[ast.expr]) -> list[Chain]:
        strategies = operations().loader_methods
        found = (chain_of(argument, strategies) for argument in arguments)
        return [chain for chain in found if chain is not None]

    def _get_options(self) -> Sequence[ast.expr]:
        for keyword in self.call.keywords:
            if keyword.arg == "options":
                if not isinstance(keyword.value, ast.List | ast.Tuple):
                    raise CannotFixError
                return keyword.value.elts
        return ()

    def _in_get(self, options: Sequence[str]) -> tuple[Edit, ...]:
        if not options:
            return ()
        for keyword in self.call.keywords:
            if keyword.arg == "options":
                close = self.tree.end(keyword.value) - 1
                items = self._get_options()
                return self.tree.addition(items, close, ", ".join(options))
        arguments: list[ast.expr | ast.keyword] = [*self.call.args, *self.call.keywords]
        close = self.tree.end(self.call) - 1
        return self.tree.addition(arguments, close, f"options=[{', '.join(options)}]")

    def _in_statement(
        self, options: Sequence[str], methods: Sequence[ast.Call], calls: Sequence[ast.Call]
    ) -> tuple[Edit, ...]:
        if not options:
            return ()
        if calls:
            close = self.tree.end(calls[-1]) - 1
            return self.tree.addition(calls[-1].args, close, ", ".join(options))
        written = f".options({', '.join(options)})"
        if methods and isinstance(methods[0].func, ast.Attribute):
            return (self.tree.call_before(methods[0].func, written),)
        return (self.tree.insertion(self.tree.end(self.call), written),)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _chained(expression: ast.expr, name: str) -> list[ast.Call] | None:
    """The calls of `query.where(…).options(…)`; None where it is not made of the variable."""
    calls: list[ast.Call] = []
    while isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute):
        calls.insert(0, expression)
        expression = expression.func.value
    return calls if isinstance(expression, ast.Name) and expression.id == name else None


def _is_recursive(path: Path) -> bool:
    # no chain is long enough for a tree of any depth
    return len({(step.mapper, step.attribute) for step in path}) < len(path)
