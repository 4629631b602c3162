"""Annotations of mapped attributes to what they say: the class, and whether it is a collection.

`Mapped[list["Post"]]`, `Mapped[Post | None]`, `DynamicMapped[Post]`, `Mapped[intpk]` with
`intpk = Annotated[int, mapped_column(primary_key=True)]`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from saalint.facts.expressions import (
    Attribute,
    Constant,
    Expression,
    Name,
    Operation,
    Sequence,
    Subscript,
)
from saalint.facts.written_out import is_none
from saalint.library.names import Role
from saalint.project.names.bound import Bound
from saalint.project.names.definitions import VariableDefinition
from saalint.project.names.reading import Reader

_CONTAINERS = (Role.MAPPED, Role.DYNAMIC_MAPPED, Role.WRITE_ONLY_MAPPED)
_DEEPEST = 12


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MappedAnnotation:
    """An annotation. `container` is the role of `Mapped` and its kin, None where it is a plain type.

    `extras` are the further parts of `Annotated[…]`. `is_optional` holds too where a text is not understood.
    """

    container: Role | None
    subject: Bound
    is_collection: bool = False
    is_dict: bool = False
    is_class_variable: bool = False
    is_optional: bool = False
    extras: tuple[Bound, ...] = ()


def read_annotation(reader: Reader, found: Bound | None) -> MappedAnnotation | None:
    """What an annotation says; None where there is none."""
    if found is None:
        return None
    return _read(reader, MappedAnnotation(container=None, subject=found), 0)


def _read(reader: Reader, so_far: MappedAnnotation, depth: int) -> MappedAnnotation:
    found = so_far.subject
    if depth > _DEEPEST:
        return so_far
    match found.expression:
        case Subscript(base=base, index=index):
            return _read_subscript(reader, so_far, found.within(base), index, depth)
        case Operation(operator="|", operands=operands):
            return _read_union(reader, so_far, operands, depth)
        case Constant(value=str(text)):
            named = dotted(text, found.expression)
            is_optional = so_far.is_optional or named is found.expression
            return replace(so_far, subject=found.within(named), is_optional=is_optional)
        case Name() | Attribute():
            return _read_name(reader, so_far, depth)
        case _:
            return so_far


def _read_name(reader: Reader, so_far: MappedAnnotation, depth: int) -> MappedAnnotation:
    role = reader.role(so_far.subject)
    if role is Role.CLASS_VARIABLE:
        return replace(so_far, is_class_variable=True)
    if isinstance(reader.definition(so_far.subject), VariableDefinition):
        unfolded = reader.unfold(so_far.subject)
        if isinstance(unfolded.expression, Subscript | Operation):
            return _read(reader, replace(so_far, subject=unfolded), depth + 1)
    return so_far


def _read_subscript(
    reader: Reader, so_far: MappedAnnotation, base: Bound, index: Expression, depth: int
) -> MappedAnnotation:
    role = reader.role(base)
    items = index.items if isinstance(index, Sequence) else (index,)
    if not items:
        return so_far
    first, last = base.within(items[0]), base.within(items[-1])
    if role in _CONTAINERS:
        container = role if so_far.container in {None, Role.MAPPED} else so_far.container
        inner = replace(so_far, container=container, subject=first)
        return _read(reader, inner, depth + 1)
    match role:
        case Role.OPTIONAL:
            return _read(reader, replace(so_far, subject=first, is_optional=True), depth + 1)
        case Role.UNION:
            return _read_union(reader, so_far, items, depth)
        case Role.ANNOTATED:
            extras = tuple(base.within(item) for item in items[1:])
            inner = replace(so_far, subject=first, extras=(*so_far.extras, *extras))
            return _read(reader, inner, depth + 1)
        case Role.CLASS_VARIABLE:
            return replace(so_far, is_class_variable=True)
        case Role.LIST_COLLECTION:
            return _read(reader, replace(so_far, subject=first, is_collection=True), depth + 1)
        case Role.DICT_COLLECTION:
            inner = replace(so_far, subject=last, is_collection=True, is_dict=True)
            return _read(reader, inner, depth + 1)
        case _:
            return so_far


def _read_union(
    reader: Reader, so_far: MappedAnnotation, operands: tuple[Expression, ...], depth: int
) -> MappedAnnotation:
    first = next((operand for operand in operands if not is_none(operand)), None)
    if first is None:
        return so_far
    is_optional = so_far.is_optional or any(map(is_none, operands))
    inner = replace(so_far, subject=so_far.subject.within(first), is_optional=is_optional)
    return _read(reader, inner, depth + 1)


def dotted(text: str, otherwise: Expression) -> Expression:
    """The names in a text like `app.models.Post` as an expression; any other text is left as it is."""
    parts = text.strip().split(".")
    if not all(part.isidentifier() for part in parts):
        return otherwise
    at = otherwise.at if isinstance(otherwise, Constant) else 0
    expression: Expression = Name(parts[0], at)
    for part in parts[1:]:
        expression = Attribute(expression, part, at)
    return expression
