"""A class that a call makes to the statement that it stands for: `Out = create_model("Out", title=(str, ...))`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

# other calls look like these and are calls: `authors = find("Ann", span=(1, 5))`
_MAKERS = frozenset({"create_model"})
_BASES = "__base__"
_SETTINGS = {"__config__": "model_config"}


def statement_for(node: ast.Assign) -> ast.ClassDef | None:
    """The class statement of a maker's call whose keywords are pairs of an annotation and a default; else None.

    Without bases of its own the class has what is called for its base: what that is, the library says.
    """
    match node:
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.Call(
                func=(ast.Name(id=called) | ast.Attribute(attr=called)) as maker,
                args=[ast.Constant(value=str())],
                keywords=keywords,
            ),
        ) if called in _MAKERS and _are_fields(keywords):
            given = {keyword.arg: keyword.value for keyword in keywords}
            bases = given.get(_BASES, maker)
            made = ast.ClassDef(
                name=name,
                bases=bases.elts if isinstance(bases, ast.Tuple) else [bases],
                keywords=[],
                body=list(_body(keywords)),
                decorator_list=[],
            )
            return ast.copy_location(made, node)
        case _:
            return None


def _are_fields(keywords: list[ast.keyword]) -> bool:
    fields = [each for each in keywords if each.arg is None or not each.arg.startswith("__")]
    return bool(fields) and all(
        isinstance(each.value, ast.Tuple) and len(each.value.elts) == 2 and each.arg  # noqa: PLR2004 - a pair
        for each in fields
    )


def _body(keywords: list[ast.keyword]) -> Iterator[ast.stmt]:
    for keyword in keywords:
        match keyword:
            case ast.keyword(arg=str(name), value=ast.Tuple(elts=[annotation, default])) if (
                not name.startswith("__")
            ):
                value = None if _is_ellipsis(default) else default
                field = ast.Name(id=name, ctx=ast.Store())
                made: ast.stmt = ast.AnnAssign(field, annotation, value, simple=1)
            case ast.keyword(arg=str(name), value=value) if name in _SETTINGS:
                made = ast.Assign([ast.Name(id=_SETTINGS[name], ctx=ast.Store())], value)
            case _:
                continue
        yield ast.fix_missing_locations(ast.copy_location(made, keyword))


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...
