"""A call in the form of SQLAlchemy 1.x to the edits that write it in the form of 2.0, with the imports it needs."""

from __future__ import annotations

import ast

from saalint.findings.edits import in_order
from saalint.findings.fix import Applicability, Edit, Fix
from saalint.fixes.names import Names
from saalint.fixes.source_tree import SourceTree
from saalint.library.api import SQLALCHEMY, SQLALCHEMY_ORM
from saalint.library.operations import operations

_CONNECTION = "connection"
# the methods, by what they do, that leave nobody a result that closes with its connection
_TAKING = frozenset({"all", "one", "optional", "scalar", "scalar-optional"})


def unpacked(tree: SourceTree, call: ast.Call) -> Fix | None:
    """`select(Author.id)` for `select([Author.id])`."""
    if len(call.args) != 1 or not isinstance(call.args[0], ast.List):
        return None
    listed = call.args[0]
    start, end = tree.start(listed), tree.end(listed)
    edits = (tree.replacement(start, start + 1, ""), tree.replacement(end - 1, end, ""))
    return Fix(Applicability.SAFE, "give what is selected one by one", edits)


def as_text(tree: SourceTree, names: Names, call: ast.Call) -> Fix | None:
    """`session.execute(text("SELECT 1"))` for `session.execute("SELECT 1")`."""
    function = names.of_library(SQLALCHEMY, "text")
    if function is None or not call.args:
        return None
    statement = call.args[0]
    edits: tuple[Edit, ...] = (
        tree.insertion(tree.start(statement), f"{function.text}("),
        tree.insertion(tree.end(statement), ")"),
    )
    return Fix(Applicability.SAFE, "make it a `text()`", in_order((*edits, *names.imports())))


def as_base_class(tree: SourceTree, names: Names, call: ast.Call) -> Fix | None:
    """`class Base(DeclarativeBase): pass` for `Base = declarative_base()`."""
    statement = tree.parent(call)
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) if not call.args and not call.keywords:
            pass
        case _:
            return None
    base = names.of_library(SQLALCHEMY_ORM, "DeclarativeBase")
    indentation = tree.indentation(tree.start(statement))
    if base is None or indentation is None:
        return None
    start, end = tree.start(statement), tree.end(statement)
    written = f"class {name}({base.text}):\n{indentation}    pass"
    edits = (tree.replacement(start, end, written), *names.imports())
    # annotations of relationships without `Mapped[…]`, which the function let pass, are refused then
    return Fix(Applicability.UNSAFE, "make the base a class", in_order(edits))


def on_connection(tree: SourceTree, names: Names, call: ast.Call) -> Fix | None:
    """`with engine.begin() as connection:` before a line with `engine.execute(…)`, if that is done with the result."""
    statement = next((one for one in tree.around(call) if isinstance(one, ast.stmt)), None)
    if not isinstance(statement, ast.Expr | ast.Assign | ast.Return) or call.keywords:
        return None
    start, end = tree.start(statement), tree.end(statement)
    indentation = tree.indentation(start)
    is_known = any(isinstance(node, ast.Name) and node.id == _CONNECTION for node in tree.nodes)
    if indentation is None or is_known or "\n" in tree.text[start:end]:
        return None
    if not isinstance(call.func, ast.Attribute) or not _is_used_up(tree, call):
        return None
    engine = call.func.value
    edits = [
        tree.insertion(
            start, f"with {tree.text_of(engine)}.begin() as {_CONNECTION}:\n{indentation}    "
        ),
        tree.replacement(tree.start(engine), tree.end(engine), _CONNECTION),
    ]
    if isinstance(call.args[0], ast.Constant):
        text = as_text(tree, names, call)
        if text is None:
            return None
        edits += text.edits
    # what did not commit before is committed now
    return Fix(Applicability.UNSAFE, "execute it on a connection", in_order(edits))


def _is_used_up(tree: SourceTree, result: ast.Call) -> bool:
    user = tree.parent(result)
    if isinstance(user, ast.Attribute):
        return operations().result_methods.get(user.attr) in _TAKING
    return isinstance(user, ast.Expr)


def replaced(tree: SourceTree, call: ast.Call, text: str, *, is_method: bool) -> Fix | None:
    """The call written anew, whole or from its method on; None where a comment would be lost."""
    start, end = tree.start(call), tree.end(call)
    if is_method:
        if not isinstance(call.func, ast.Attribute):
            return None
        start = tree.end(call.func) - len(call.func.attr)
        text = text.removeprefix(".")
    if not text or "#" in tree.text[start:end]:
        return None
    edit = tree.replacement(start, end, text)
    # the class may have another name here
    return Fix(Applicability.UNSAFE, f"write `{text}`", (edit,))
