"""Fields that a class body describes by calls to schema fields: `books = fields.List(fields.Nested(BookSchema))`.

A class of settings inside it chooses among them, and may name a mapped class whose columns are fields too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from saalint.facts import expressions as ex
from saalint.facts.records import FieldFacts
from saalint.facts.written_out import argument_of, is_true, text_of
from saalint.library.frameworks import Description, Frameworks, SchemaKind
from saalint.project.mapped import Mapper
from saalint.project.names.classes import Classes, ClassInfo
from saalint.project.names.definitions import ClassDefinition, External, FunctionDefinition
from saalint.project.names.symbols import Symbols
from saalint.project.serialisers.schema_functions import Phase, SchemaFunction
from saalint.project.serialisers.schema_records import SchemaField
from saalint.project.serialisers.schema_types import PLAIN, ClassOf, Many, Narrowed, SchemaType

_DEEPEST = 4
_SOURCE = "attribute"
_UNREAD = "load_only"
_FUNCTION = "serialize"


@dataclass(frozen=True, slots=True, eq=False)
class DescribedFields:
    """The described fields of the classes of a project. `mappers` are what settings may name."""

    symbols: Symbols
    classes: Classes
    frameworks: Frameworks
    mappers: Mapping[str, Mapper]

    def of_class(self, name: str, kind: SchemaKind) -> tuple[SchemaField, ...]:
        """The fields of a class and its bases, in the order in which they are read."""
        found = {field.name: field for field in self._mapped(name, kind)}
        for owner in reversed(self.classes.mro(name)):
            info = self.classes.info(owner)
            for facts in info.facts.fields if info is not None else ():
                assert info is not None
                field = self._field(info, facts)
                if field is not None:
                    found[facts.name] = field
        without = _names(self._setting(name, kind, kind.without))
        only = self._setting(name, kind, kind.only)
        chosen = frozenset(found) if only is None else _names(only)
        return tuple(field for field in found.values() if field.name in chosen - without)

    # Settings

    def _setting(self, name: str, kind: SchemaKind, setting: str) -> ex.Expression | None:
        # the nearest class of settings hides those of the bases
        for owner in self.classes.mro(name):
            for holder in kind.settings:
                if self.classes.info(f"{owner}.{holder}") is not None:
                    found = self.classes.find_field(f"{owner}.{holder}", setting)
                    return None if found is None else found[1].value
        return None

    def _mapped(self, name: str, kind: SchemaKind) -> Iterator[SchemaField]:
        model = self._setting(name, kind, kind.model)
        info = self.classes.info(name)
        if model is None or info is None:
            return
        found = self.symbols.resolve(info.module, model, info.facts.scope)
        mapper = self.mappers.get(found.name) if isinstance(found, ClassDefinition) else None
        if mapper is None:
            return
        has_keys = is_true(self._setting(name, kind, kind.keys))
        for column in mapper.columns.values():
            if has_keys or column.foreign_key is None:
                yield SchemaField(column.name, ((column.name,),), PLAIN)
        if is_true(self._setting(name, kind, kind.related)):
            for relationship in mapper.relationships:
                yield SchemaField(relationship, ((relationship,),), PLAIN)

    # One field

    def _field(self, info: ClassInfo, facts: FieldFacts) -> SchemaField | None:
        call = facts.value
        if not isinstance(call, ex.Call):
            return None
        called = self._called(info, call)
        description = self.frameworks.descriptions.get(called)
        if description is None and ".fields." not in called:
            return None
        if is_true(argument_of(call, _UNREAD)):
            return None
        description = Description() if description is None else description
        if description.is_computed:
            made_by = self._maker(info, description, call)
            return None if made_by is None else SchemaField(facts.name, (), PLAIN, made_by=made_by)
        source = argument_of(call, _SOURCE)
        if description.is_named and call.arguments:
            source = call.arguments[0]
        path = text_of(source) or facts.name
        parts = tuple(int(part) if part.isdigit() else part for part in path.split("."))
        return SchemaField(facts.name, (parts,), self._type(info, call, 0))

    def _maker(
        self, info: ClassInfo, description: Description, call: ex.Call
    ) -> SchemaFunction | None:
        # `fields.Function(lambda author: …)`, `fields.Method("count_of")`
        given = call.arguments[0] if call.arguments else argument_of(call, _FUNCTION)
        match given:
            case ex.Lambda(function=index):
                return SchemaFunction(None, FunctionDefinition(info.module, index), Phase.INSTEAD)
            case ex.Constant(value=str(name)) if description.is_method:
                method = self.classes.find_method(info.name, name)
                return None if method is None else SchemaFunction(*method, Phase.INSTEAD)
            case ex.Name() | ex.Attribute():
                found = self.symbols.resolve(info.module, given, info.facts.scope)
                if not isinstance(found, FunctionDefinition):
                    return None
                return SchemaFunction(None, found, Phase.INSTEAD)
            case _:
                return None

    def _called(self, info: ClassInfo, call: ex.Call) -> str:
        found = self.symbols.resolve(info.module, call.function, info.facts.scope)
        return found.name if isinstance(found, External) else ""

    def _type(self, info: ClassInfo, call: ex.Call, depth: int) -> SchemaType:
        description = self.frameworks.descriptions.get(self._called(info, call))
        if description is None or not description.item or not call.arguments or depth > _DEEPEST:
            return PLAIN
        item = self._item(info, call.arguments[0], depth + 1)
        only = argument_of(call, description.only)
        if description.position is not None:
            only = next(iter(call.arguments[description.position :]), only)
        item = _narrowed(item, only, argument_of(call, description.without))
        is_many = description.is_many or is_true(argument_of(call, description.many))
        return Many(item) if is_many and not isinstance(item, Many) else item

    def _item(self, info: ClassInfo, item: ex.Expression, depth: int) -> SchemaType:
        match item:
            case ex.Call() if ".fields." in self._called(info, item):
                return self._type(info, item, depth)
            case ex.Constant(value="self"):
                return ClassOf(info.name)
            case ex.Constant(value=str(name)):
                return self._named(name)
            case ex.Name() | ex.Attribute():
                found = self.symbols.resolve(info.module, item, info.facts.scope)
                return ClassOf(found.name) if isinstance(found, ClassDefinition) else PLAIN
            case _:
                return PLAIN

    def _named(self, name: str) -> SchemaType:
        # a schema is registered under its name, and under that of its module
        found = [known for known in self.classes.names() if f".{known}".endswith(f".{name}")]
        return ClassOf(found[0]) if len(found) == 1 else PLAIN


def _narrowed(
    item: SchemaType, only: ex.Expression | None, without: ex.Expression | None
) -> SchemaType:
    """The type of a nested schema of which a field says here what is read: `Nested(AuthorSchema, only=("name",))`."""
    if only is None and without is None:
        return item
    chosen = None if only is None else _names(only)
    left_out = _names(without)
    if not isinstance(item, ClassOf) or any("." in name for name in (chosen or left_out)):
        return PLAIN
    return Narrowed(item, chosen, left_out)


def _names(given: ex.Expression | None) -> frozenset[str]:
    match given:
        case ex.Constant(value=str(name)):
            return frozenset({name})
        case ex.Sequence(items=items):
            return frozenset(str(item.value) for item in items if isinstance(item, ex.Constant))
        case _:
            return frozenset()
