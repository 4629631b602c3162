"""`backref="x"` and `backref("x", lazy="joined")` to the relationship they make on the target."""

from __future__ import annotations

from dataclasses import replace

from saalint.facts.expressions import Constant
from saalint.library.names import Role
from saalint.project.mapped import SourcePlace
from saalint.project.mapping.relationships import DeclaredRelationship, read_relationship
from saalint.project.names.bound import LibraryCall
from saalint.project.names.reading import Reader


def backref_of(
    reader: Reader, declared: DeclaredRelationship, target: str
) -> DeclaredRelationship | None:
    """The reverse relationship that a relationship makes on its target; None where it makes none."""
    if declared.backref is None:
        return None
    call = _options(reader, declared)
    if call is None:
        return None
    name = reader.text(call.argument(0, "name"))
    if name is None:
        return None
    without_name = replace(call, arguments=())
    read = read_relationship(
        reader, name=name, owner=target, place=call.place, call=without_name, annotation=None
    )
    is_viewonly = read.is_viewonly or declared.is_viewonly
    return replace(
        read,
        target_class=declared.owner,
        back_populates=declared.name,
        backref=None,
        is_viewonly=is_viewonly,
        secondary=read.secondary or declared.secondary,
        primaryjoin=read.primaryjoin or declared.primaryjoin,
        secondaryjoin=read.secondaryjoin or declared.secondaryjoin,
        foreign_keys=read.foreign_keys or declared.foreign_keys,
    )


def _options(reader: Reader, declared: DeclaredRelationship) -> LibraryCall | None:
    """The arguments of `backref(...)`; a plain name and a `("name", {...})` pair read as such a call."""
    if declared.backref is None:
        return None
    call = reader.call(declared.backref)
    if call is not None:
        return call if call.role is Role.BACKREF else None
    found = reader.unfold(declared.backref)
    items = reader.items(found)
    at = found.expression.at if isinstance(found.expression, Constant) else declared.place.at
    place = SourcePlace(reader.place(found, at).path, at)
    return LibraryCall(
        name="",
        role=Role.BACKREF,
        arguments=items[:1],
        keywords=reader.entries(items[1]) if len(items) > 1 else {},
        is_open=False,
        place=place,
    )
