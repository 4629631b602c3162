"""A query and what it is to load to the edits that add the loader options: `select`, `session.query`, `session.get`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from saalint.findings.fix import Edit, Fix
from saalint.findings.remedy import LoaderPath, PathStep
from saalint.fixes.loader_options import Merger, chains_of
from saalint.fixes.option_texts import CannotFixError, OptionTexts
from saalint.fixes.source_tree import SourceTree, method_name
from saalint.fixes.wanted import wanted_by
from saalint.interpret.domain.plans import EAGER
from saalint.library.meanings import QueryFunction
from saalint.library.operations import Operation, SessionVerb, operations
from saalint.project.names.definitions import ClassDefinition, External

# statements that a join for the objects behind them does not suit: their rows are locked, grouped or made by hand
_UNJOINABLE = frozenset(
    {"with_for_update", "group_by", "distinct", "from_statement", "union", "union_all", "having"}
)


@dataclass(slots=True)
class QueryRewriter:
    """Rewrites one query, which is made by a call. `texts` writes the options as they are written there."""

    texts: OptionTexts
    tree: SourceTree
    call: ast.Call

    def fix(self, paths: Sequence[LoaderPath]) -> Fix | None:
        """The fix that makes the query load what the paths lead to; None where there is no place for it."""
        try:
            return self._fix(paths)
        except CannotFixError:
            return None

    def _fix(self, paths: Sequence[LoaderPath]) -> Fix | None:
        operation = self._operation()
        if operation is None or any(_is_recursive(path) for path in paths):
            return None
        for argument in self._selected(operation):
            meaning = self.texts.names.meaning(argument)
            if isinstance(meaning, ClassDefinition) and meaning.name in self.texts.project.mappers:
                self.texts.classes[meaning.name] = self.tree.text_of(argument)
        methods = () if operation == "get" else tuple(methods_of(self.tree, self.call))
        if any(map(_is_populating, methods)) and any(map(self._comes_back, paths)):
            # what is met again on the way is filled anew, without what the first level had loaded
            return None
        self.texts.is_joinable = is_joinable(methods)
        self.texts.used = self._loaders_elsewhere(methods)
        writer = self.texts.writer
        for path in paths:
            self._check_root(path[0])
        wanted = wanted_by(paths)
        merger = Merger(self.tree, writer)
        if operation == "get":
            edits = self._in_get(list(merger.missing(wanted, chains_of(self._get_options()))))
        else:
            calls = self._options(methods)
            arguments = [argument for call in calls for argument in call.args]
            missing = list(merger.missing(wanted, chains_of(arguments)))
            edits = self._in_statement(missing, methods, calls)
        return self.texts.fix(wanted, merger, edits)

    def _operation(self) -> str | None:
        meaning = self.texts.names.meaning(self.call.func)
        if isinstance(meaning, External):
            is_select = operations().of(meaning.name) == Operation(QueryFunction.SELECT)
            return "select" if is_select else None
        if not isinstance(self.call.func, ast.Attribute):
            return None
        method = operations().session_methods.get(self.call.func.attr)
        verb = None if method is None else method.operation.verb
        return verb if verb in (SessionVerb.GET, SessionVerb.QUERY) else None

    def _selected(self, operation: str) -> Sequence[ast.expr]:
        if operation != "get":
            return self.call.args
        named = [keyword.value for keyword in self.call.keywords if keyword.arg == "entity"]
        return self.call.args[:1] or named

    def _options(self, methods: Sequence[ast.Call]) -> list[ast.Call]:
        """The calls of `options` on the statement: where it is made, and where its variable is made again of it."""
        found = [call for call in methods if method_name(call) == "options"]
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
                    found.extend(call for call in calls if method_name(call) == "options")
                case _:
                    pass
        return found

    def _check_root(self, step: PathStep) -> None:
        """The first attribute of a path is one of a class that is selected by its name."""
        classes, mappers = self.texts.classes, self.texts.project.mappers
        for name in classes:
            mapper = mappers[name]
            is_own = step.attribute in mapper.relationships or step.attribute in mapper.columns
            if name == step.mapper or (is_own and self._is_kin(name, step.mapper)):
                classes[step.mapper] = classes[name]
                return
        raise CannotFixError

    def _comes_back(self, path: LoaderPath) -> bool:
        met: set[object] = set()
        for step in path:
            met.add(step.mapper)
            relationship = self.texts.project.mappers[step.mapper].relationships.get(step.attribute)
            if relationship is not None and relationship.target in met:
                return True
        return False

    def _is_kin(self, name: str, below: str | None) -> bool:
        while below is not None:
            if below == name:
                return True
            found = self.texts.project.mappers.get(below)
            below = None if found is None else found.base
        return False

    def _loaders_elsewhere(self, methods: Sequence[ast.Call]) -> dict[str, str]:
        """The loaders by relationship in options that the statement gets later, on some path or on all."""
        variable = self._variable(methods)
        function = self.tree.function_around(self.call)
        if variable is None or function is None:
            return {}
        used: dict[str, str] = {}
        for node in ast.walk(function):
            if not isinstance(node, ast.Call) or method_name(node) != "options":
                continue
            if not _chained(node, variable):
                continue
            for chain in chains_of(node.args):
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

    def _get_options(self) -> Sequence[ast.expr]:
        for keyword in self.call.keywords:
            if keyword.arg == "options":
                return items_of(keyword.value)
        return ()

    def _in_get(self, options: Sequence[str]) -> tuple[Edit, ...]:
        given = next((given for given in self.call.keywords if given.arg == "options"), None)
        if given is None:
            return with_keyword(self.tree, self.call, "options", options)
        return with_items(self.tree, given.value, options)

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
            return (self.tree.part_before(methods[0].func, written),)
        return (self.tree.insertion(self.tree.end(self.call), written),)


def items_of(options: ast.expr) -> Sequence[ast.expr]:
    """The options of a list of them."""
    if not isinstance(options, ast.List | ast.Tuple):
        raise CannotFixError
    return options.elts


def with_items(tree: SourceTree, options: ast.expr, added: Sequence[str]) -> tuple[Edit, ...]:
    """The edits that put more into a list of options."""
    if not added:
        return ()
    items = items_of(options)
    close = tree.end(options) - 1
    is_single = isinstance(options, ast.Tuple) and not items
    return tree.addition(items, close, ", ".join(added) + ("," if is_single else ""))


def with_keyword(
    tree: SourceTree, call: ast.Call, name: str, added: Sequence[str]
) -> tuple[Edit, ...]:
    """The edits that give a call a list of options."""
    if not added:
        return ()
    arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    return tree.addition(arguments, tree.end(call) - 1, f"{name}=[{', '.join(added)}]")


def methods_of(tree: SourceTree, call: ast.Call) -> Iterator[ast.Call]:
    """The methods called on a statement where it is made: `.where(…)`, `.options(…)`."""
    known = operations().statement_methods
    statement: ast.AST = call
    while True:
        attribute = tree.parent(statement)
        if not isinstance(attribute, ast.Attribute) or attribute.attr not in known:
            return
        outer = tree.parent(attribute)
        if not isinstance(outer, ast.Call) or outer.func is not attribute:
            return
        yield outer
        statement = outer


def is_joinable(methods: Iterable[ast.Call]) -> bool:
    """Whether a join may bring along the objects behind those that a statement of these methods selects."""
    return not any(method_name(call) in _UNJOINABLE for call in methods)


def _is_populating(call: ast.Call) -> bool:
    named = {keyword.arg for keyword in call.keywords}
    return method_name(call) == "execution_options" and "populate_existing" in named


def _chained(expression: ast.expr, name: str) -> list[ast.Call] | None:
    """The calls of `query.where(…).options(…)`; None where it is not made of the variable."""
    calls: list[ast.Call] = []
    while isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute):
        calls.insert(0, expression)
        expression = expression.func.value
    return calls if isinstance(expression, ast.Name) and expression.id == name else None


def _is_recursive(path: LoaderPath) -> bool:
    # no chain is long enough for a tree of any depth
    return len({(step.mapper, step.attribute) for step in path}) < len(path)
