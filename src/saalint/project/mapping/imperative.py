"""Module bodies and functions to mappings made by calls: `map_imperatively(...)` and attributes added afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field

from saalint.facts.expressions import Attribute, Call, Constant, Expression
from saalint.facts.instructions import Assign, Block, Evaluate, For, If, Try, While, With
from saalint.library.names import Role
from saalint.project.mapped import SourcePlace
from saalint.project.mapping.members import Member
from saalint.project.mapping.tables import Table, read_table
from saalint.project.names.bound import Bound, LibraryCall
from saalint.project.names.definitions import ClassDefinition, Module
from saalint.project.names.reading import Reader
from saalint.project.names.symbols import Symbols

# Functions that use none of these names cannot map anything: they are not looked into.
_MAPPING_NAMES = frozenset(
    {
        "add_mapped_attribute",
        "add_properties",
        "add_property",
        "map_imperatively",
        "mapper",
        "relationship",
    }
)


@dataclass(slots=True, eq=False)
class Imperative:
    """What calls map: the table of each class, further attributes by class, and all tables by name."""

    tables_of_classes: dict[str, Bound] = field(default_factory=dict)
    added: dict[str, dict[str, Member]] = field(default_factory=dict)
    tables: dict[str, SourcePlace] = field(default_factory=dict)


def read_imperative(symbols: Symbols, reader: Reader) -> Imperative:
    """Everything that calls and assignments in the modules of the project map."""
    reading = _Reading(symbols, reader)
    for module in symbols.modules():
        reading.module(module)
    return reading.found


class _Reading:
    def __init__(self, symbols: Symbols, reader: Reader) -> None:
        self._symbols = symbols
        self._reader = reader
        self.found = Imperative()
        reader.assigned = self._assigned

    def module(self, module: Module) -> None:
        self._block(module, module.facts.body, "")
        for function in module.facts.functions:
            if not _MAPPING_NAMES.isdisjoint((*function.attributes, *function.free)):
                self._block(module, function.body, function.scope)

    def _block(self, module: Module, block: Block, scope: str) -> None:
        for instruction in block:
            match instruction:
                case Evaluate(value=Call() as call):
                    self._call(Bound(call, module.name, scope), call)
                case Assign(targets=targets, value=value) if value is not None:
                    self._assign(module, targets, value, scope)
                case If(then=one, otherwise=other) | While(body=one, otherwise=other):
                    self._block(module, one, scope)
                    self._block(module, other, scope)
                case With(body=body) | For(body=body) | Try(body=body):
                    self._block(module, body, scope)
                case _:
                    continue

    def _assign(
        self, module: Module, targets: tuple[Expression, ...], value: Expression, scope: str
    ) -> None:
        bound = Bound(value, module.name, scope)
        if isinstance(value, Call):
            self._call(bound, value)
            if not scope:
                self._table(bound, value)
        for target in targets:
            if isinstance(target, Attribute):
                definition = self._reader.definition(bound.within(target.base))
                if isinstance(definition, ClassDefinition):
                    self._attribute(
                        definition.name, target.name, bound, SourcePlace(module.path, target.at)
                    )

    def _assigned(self, owner: str, name: str) -> Bound | None:
        member = self.found.added.get(owner, {}).get(name)
        return None if member is None else member.value

    def _table(self, bound: Bound, call: Call) -> None:
        if self._reader.role(bound.within(call.function)) is not Role.TABLE:
            return
        table: Table | None = read_table(self._reader, bound)
        if table is not None:
            self.found.tables[table.name] = table.place

    def _call(self, bound: Bound, call: Call) -> None:
        match call:
            case Call(
                function=Attribute(base=owner, name="add_property"),
                arguments=(Constant(value=str(name), at=at), value, *_),
            ):
                mapped = self._mapped_by(bound.within(owner))
                if mapped is not None:
                    self._attribute(
                        mapped, name, bound.within(value), self._reader.place(bound, at)
                    )
                return
            case _:
                pass
        library = self._reader.call(bound)
        if library is None:
            return
        if library.role is Role.MAP_IMPERATIVELY:
            self._map(
                library.argument(0, "class_"),
                library.argument(1, "local_table"),
                library.keywords.get("properties"),
            )
        elif library.role is Role.ADD_ATTRIBUTE:
            self._add(library)

    def _add(self, library: LibraryCall) -> None:
        """`add_mapped_attribute(User, "posts", relationship(...))`."""
        owner, key = library.argument(0, "target"), library.argument(1, "key")
        attribute = library.argument(2, "attr")
        definition = None if owner is None else self._reader.definition(owner)
        name = self._reader.text(key)
        if isinstance(definition, ClassDefinition) and name is not None and attribute is not None:
            self._attribute(definition.name, name, attribute, library.place)

    def _map(self, owner: Bound | None, table: Bound | None, properties: Bound | None) -> None:
        definition = None if owner is None else self._reader.definition(owner)
        if not isinstance(definition, ClassDefinition) or table is None:
            return
        self.found.tables_of_classes[definition.name] = table
        for name, value in self._reader.entries(properties).items():
            call = self._reader.call(value)
            place = self._reader.place(value, 0) if call is None else call.place
            self._attribute(definition.name, name, value, place)

    def _attribute(self, owner: str, name: str, value: Bound, place: SourcePlace) -> None:
        member = Member(name=name, place=place, value=value)
        self.found.added.setdefault(owner, {})[name] = member

    def _mapped_by(self, mapper: Bound) -> str | None:
        """The class of `User.__mapper__`, `inspect(User)` or `class_mapper(User)`."""
        match mapper.expression:
            case Attribute(base=owner, name="__mapper__") | Call(arguments=(owner,)):
                definition = self._reader.definition(mapper.within(owner))
                return definition.name if isinstance(definition, ClassDefinition) else None
            case _:
                return None
