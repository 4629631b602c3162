"""Findings to fixes: one for a finding alone, or one for all that are about the same query."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from saalint.facts.lowering.syntax import tree_of
from saalint.findings.edits import applied
from saalint.findings.finding import Finding
from saalint.findings.fix import Fix
from saalint.findings.location import Location
from saalint.findings.remedy import AtPlace, KeepValues, LoadInQuery, Refresh
from saalint.fixes.expressions import Expressions
from saalint.fixes.helper_calls import (
    GivenOptions,
    fix_of_call,
    given_options,
    parameter_for_options,
)
from saalint.fixes.names import Names
from saalint.fixes.option_texts import OptionTexts
from saalint.fixes.queries import QueryRewriter
from saalint.fixes.refreshes import refreshed
from saalint.fixes.session_settings import factories_in, with_setting
from saalint.fixes.source_tree import SourceTree, source_tree
from saalint.project.model import ProjectModel
from saalint.project.names.definitions import Module


@dataclass(frozen=True, slots=True)
class _Place:
    """A call that is to be changed; with `given`, one that hands options on to the query."""

    location: Location
    module: Module
    tree: SourceTree
    call: ast.Call
    given: GivenOptions | None = None


class Proposals:
    """The fixes for the findings of one run. `text_of` gives the text of a file by the path that is shown for it."""

    def __init__(
        self, project: ProjectModel, text_of: Callable[[str], str | None], *, to_one: str
    ) -> None:
        self._project = project
        self._modules = {module.path: module for module in project.modules if module.is_project}
        self._text_of = text_of
        self._to_one = to_one
        self._trees: dict[str, SourceTree | None] = {}

    def of(self, finding: Finding) -> Fix | None:
        """The fix for one finding, as if it were alone; whether the text can be read after it is not looked at."""
        match finding.remedy:
            case None:
                return None
            case LoadInQuery():
                return self._of_query((finding,))
            case Refresh():
                return self._of_expired(finding.location, finding.remedy)
            case KeepValues():
                return self._of_setting()
            case _:
                return self._of_place(finding.location, finding.remedy)

    def together(self, findings: Iterable[Finding]) -> Iterator[tuple[Fix, tuple[Finding, ...]]]:
        """The fixes for many findings, each with those that it is for: what is about one query is one fix."""
        by_query: dict[Location, dict[Finding, Fix]] = {}
        for finding in findings:
            alone = self.of(finding)
            if alone is None:
                continue
            if isinstance(finding.remedy, LoadInQuery):
                place = self._place(finding)
                if place is not None:
                    by_query.setdefault(place.location, {})[finding] = alone
            elif self._is_sound(alone):
                yield alone, (finding,)
        for _, group in sorted(by_query.items()):
            fix = next(iter(group.values())) if len(group) == 1 else self._of_query(tuple(group))
            if fix is not None and self._is_sound(fix):
                yield fix, tuple(group)

    def _of_expired(self, read: Location, remedy: Refresh) -> Fix | None:
        module, tree = self._modules.get(read.path), self._tree_at(read)
        found = None
        if module is not None and tree is not None:
            names = Names(self._project.symbols, module, tree, tree.module)
            found = refreshed(tree, names, read, remedy)
        return self._of_setting() if found is None and remedy.is_expiring else found

    def _of_setting(self) -> Fix | None:
        modules = list(self._modules.values())
        factories = factories_in(self._project.symbols, modules, self._tree)
        return with_setting(factories)

    def _of_place(self, place: Location, remedy: AtPlace) -> Fix | None:
        module, tree = self._modules.get(place.path), self._tree_at(place)
        if module is None or tree is None:
            return None
        return Expressions(self._project, module, tree).fix(place.line, place.column, remedy)

    def _tree_at(self, place: Location) -> SourceTree | None:
        module = self._modules.get(place.path)
        return None if module is None else self._tree(module)

    def _of_query(self, findings: Sequence[Finding]) -> Fix | None:
        paths = [
            path
            for finding in findings
            if isinstance(finding.remedy, LoadInQuery)
            for path in finding.remedy.paths
        ]
        place = self._place(findings[0])
        if place is None or not paths:
            return None
        names = Names(self._project.symbols, place.module, place.tree, place.call)
        texts = OptionTexts(self._project, names, self._to_one)
        if place.given is not None:
            return fix_of_call(place.given, texts, paths)
        return QueryRewriter(texts, place.tree, place.call).fix(paths)

    def _place(self, finding: Finding) -> _Place | None:
        """Where options are to be added: at the query, or at the call that says what its helper loads."""
        remedy = finding.remedy
        query = None if finding.origin is None else self._call_at(finding.origin)
        if query is None or not isinstance(remedy, LoadInQuery):
            return None
        parameter = parameter_for_options(query.tree, query.call)
        for location in remedy.calls:
            place = None if parameter is None else self._call_at(location)
            if place is None or parameter is None:
                break
            given = given_options(place.tree, place.call, parameter)
            if isinstance(given, GivenOptions):
                return replace(place, given=given)
            parameter = given
        return query

    def _call_at(self, location: Location) -> _Place | None:
        module = self._modules.get(location.path)
        tree = None if module is None else self._tree(module)
        call = None if tree is None else tree.call_of(location.line, location.column)
        if module is None or tree is None or call is None:
            return None
        return _Place(location, module, tree, call)

    def _tree(self, module: Module) -> SourceTree | None:
        if module.path not in self._trees:
            text = self._text_of(module.path)
            found = None if text is None else source_tree(module.path, text)
            self._trees[module.path] = found
        return self._trees[module.path]

    def _is_sound(self, fix: Fix) -> bool:
        """Whether the file of a fix can still be read after it."""
        text = self._text_of(fix.edits[0].location.path)
        changed = None if text is None else applied(text, fix.edits)
        return changed is not None and isinstance(tree_of(changed), ast.Module)
