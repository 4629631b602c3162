"""The text of a file to its syntax tree with character offsets, parents and scopes, and to edits of that text."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from saalint.facts.lowering.syntax import tree_of
from saalint.findings.edits import Lines
from saalint.findings.fix import Edit

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Positioned = ast.expr | ast.stmt | ast.alias | ast.keyword


class SourceTree:
    """The syntax of one file. Lines count from 1; columns and offsets count characters."""

    def __init__(self, path: str, text: str, module: ast.Module) -> None:
        self.path = path
        self.text = text
        self.module = module
        self._lines = Lines(text)
        self._texts = text.split("\n")
        self.nodes = tuple(ast.walk(module))
        self._parents: dict[ast.AST, ast.AST] = {
            child: parent for parent in self.nodes for child in ast.iter_child_nodes(parent)
        }

    @cached_property
    def naming(self) -> tuple[ast.stmt, ...]:
        """The statements of the module that name a class or a module, or may hold some that do: no functions."""
        kinds = ast.Import | ast.ImportFrom | ast.ClassDef | ast.If | ast.Try | ast.With
        return tuple([statement for statement in self.module.body if isinstance(statement, kinds)])

    @cached_property
    def bound_names(self) -> frozenset[str]:
        """The names that are bound anywhere in the file."""
        return frozenset(_bound_in(self.nodes))

    def start(self, node: Positioned) -> int:
        """The offset where a node begins."""
        return self._offset(node.lineno, node.col_offset)

    def end(self, node: Positioned) -> int:
        """The offset after a node."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._offset(node.end_lineno, node.end_col_offset)

    def text_of(self, node: Positioned) -> str:
        """How a node is written."""
        return self.text[self.start(node) : self.end(node)]

    def parent(self, node: ast.AST) -> ast.AST | None:
        """What a node is a part of."""
        return self._parents.get(node)

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node is inside of, innermost first."""
        outer = self.parent(node)
        while outer is not None:
            yield outer
            outer = self.parent(outer)

    def following(self, statement: ast.stmt) -> Sequence[ast.stmt]:
        """The statements after one in its block."""
        for _, block in ast.iter_fields(self._parents[statement]):
            if isinstance(block, list) and statement in block:
                return block[block.index(statement) + 1 :]
        return ()

    def scope(self, node: ast.AST) -> str:
        """The classes and functions around a node: `Class.function`."""
        names = [
            outer.name
            for outer in self.around(node)
            if isinstance(outer, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        return ".".join(reversed(names))

    def call_of(self, line: int, column: int) -> ast.Call | None:
        """The call of the function whose name begins at a place: `select` in `sa.select(Author)`."""
        return self._calls.get(self._lines.offset(line, column))

    def attribute_at(self, line: int, column: int) -> ast.Attribute | None:
        """The attribute whose name begins at a place."""
        return self._attributes.get(self._lines.offset(line, column))

    def subscript_of(self, line: int, column: int) -> ast.Subscript | None:
        """The item that is taken of something whose name begins at a place: `row["name"]`."""
        return self._subscripts.get(self._lines.offset(line, column))

    def awaited_at(self, line: int, column: int) -> ast.Await | None:
        """The `await` that begins at a place."""
        place = self._lines.offset(line, column)
        found = (node for node in self.nodes if isinstance(node, ast.Await))
        return next((node for node in found if self.start(node) == place), None)

    def name_at(self, line: int, column: int) -> ast.Name | None:
        """The name that begins at a place."""
        return self._names.get(self._lines.offset(line, column))

    def function_around(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The function that a node is in; None for one of a module or a lambda."""
        found = next((outer for outer in self.around(node) if isinstance(outer, Function)), None)
        return None if isinstance(found, ast.Lambda) else found

    def indentation(self, offset: int) -> str | None:
        """What stands before an offset on its line, where that is space only."""
        before = self.text[self.text.rfind("\n", 0, offset) + 1 : offset]
        return before if not before.strip() else None

    def line_end(self, offset: int) -> int:
        """The offset of the end of the line."""
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found

    def insertion(self, offset: int, text: str) -> Edit:
        """The edit that puts text at an offset."""
        return self.replacement(offset, offset, text)

    def part_before(self, method: ast.Attribute, text: str) -> Edit:
        """The edit that puts another call or name before a method in a chain, on a line of its own where it has one."""
        end = self.end(method.value)
        dot = self.text.rindex(".", end, self.end(method))
        indentation = self.indentation(dot)
        if indentation is None:
            return self.insertion(dot, text)
        # a method that begins a line stays where it is, and the comment before it too
        is_continued = self.text[end:dot].rstrip().endswith("\\")
        line_end = " \\\n" if is_continued else "\n"
        return self.insertion(dot, f"{text}{line_end}{indentation}")

    def replacement(self, start: int, end: int, text: str) -> Edit:
        """The edit that puts text in the place of what stands between two offsets."""
        return Edit(self._lines.location(self.path, start, end), text)

    def addition(self, items: Sequence[Positioned], close: int, text: str) -> tuple[Edit, ...]:
        """One more item for a list that ends at the bracket `close`, written as its other items are."""
        if not items:
            return (self.insertion(close, text),)
        last = self.end(items[-1])
        indentation = self.indentation(self.start(items[-1]))
        line_end = self.line_end(last)
        if indentation is None or close <= line_end:
            return (self.insertion(last, f", {text}"),)
        # a comment behind the last item stays with it
        if self.text[last:line_end].lstrip().startswith(","):
            return (self.insertion(line_end, f"\n{indentation}{text},"),)
        if line_end == last:
            return (self.insertion(last, f",\n{indentation}{text}"),)
        return (self.insertion(last, ","), self.insertion(line_end, f"\n{indentation}{text}"))

    @cached_property
    def _calls(self) -> Mapping[int, ast.Call]:
        found = (node for node in self.nodes if isinstance(node, ast.Call))
        named = ((self._name_start(call.func), call) for call in found)
        return {start: call for start, call in named if start is not None}

    @cached_property
    def _attributes(self) -> Mapping[int, ast.Attribute]:
        found = (node for node in self.nodes if isinstance(node, ast.Attribute))
        return {self.end(node) - len(node.attr): node for node in found}

    @cached_property
    def _subscripts(self) -> Mapping[int, ast.Subscript]:
        found = (node for node in self.nodes if isinstance(node, ast.Subscript))
        return {self._begins(node): node for node in found}

    def _begins(self, item: ast.Subscript) -> int:
        # `(await session.execute(query))[0]` has no name that it is taken of
        called = item.value.func if isinstance(item.value, ast.Call) else item.value
        named = self._name_start(called)
        return self.start(item) if named is None else named

    @cached_property
    def _names(self) -> Mapping[int, ast.Name]:
        return {self.start(node): node for node in self.nodes if isinstance(node, ast.Name)}

    def _name_start(self, function: ast.expr) -> int | None:
        if isinstance(function, ast.Attribute):
            return self.end(function) - len(function.attr)
        return self.start(function) if isinstance(function, ast.Name) else None

    def _offset(self, line: int, byte_column: int) -> int:
        text = self._texts[line - 1]
        if not text.isascii():
            byte_column = len(text.encode()[:byte_column].decode(errors="replace"))
        return self._lines.offset(line, byte_column)


def _bound_in(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Name(id=bound, ctx=ast.Store()) | ast.arg(arg=bound):
                yield bound
            case (
                ast.ClassDef(name=bound)
                | ast.FunctionDef(name=bound)
                | ast.AsyncFunctionDef(name=bound)
            ):
                yield bound
            case ast.alias(name=imported, asname=alias):
                yield alias or imported.partition(".")[0]
            case _:
                pass


def source_tree(path: str, text: str) -> SourceTree | None:
    """The tree of a text; None where it is no Python."""
    module = tree_of(text)
    return SourceTree(path, text, module) if isinstance(module, ast.Module) else None


def method_name(call: ast.Call | None) -> str:
    """The method that is called: `filter` of `query.filter(…)`; empty where none is."""
    return call.func.attr if call is not None and isinstance(call.func, ast.Attribute) else ""
