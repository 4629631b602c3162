"""Fields that a class body describes by calls to schema fields: `books = fields.List(fields.Nested(BookSchema))`."""

from __future__ import annotations

from dataclasses import dataclass

from saalint.facts import expressions as ex
from saalint.facts.records import FieldFacts
from saalint.library.frameworks import Frameworks
from saalint.project.classes import Classes, ClassInfo
from saalint.project.definitions import ClassDefinition, External
from saalint.project.schema_records import SchemaField
from saalint.project.schema_types import PLAIN, ClassOf, Many, SchemaType
from saalint.project.symbols import Symbols

_DEEPEST = 4
_SOURCE = "attribute"
_UNREAD = "load_only"


@dataclass(frozen=True, slots=True, eq=False)
class DescribedFields:
    """Reads the fields of one class."""

    symbols: Symbols
    classes: Classes
    frameworks: Frameworks
    info: ClassInfo

    def read(self, facts: FieldFacts) -> SchemaField | None:
        """The field that a class body binds; None where it is none, or is not read from an object."""
        call = facts.value
        if not isinstance(call, ex.Call) or ".fields." not in self._called(call):
            return None
        given = {keyword.name: keyword.value for keyword in call.keywords}
        description = self.frameworks.descriptions.get(self._called(call))
        is_computed = description is not None and description.is_computed
        if is_computed or _is_true(given.get(_UNREAD)):
            return None
        source = given.get(_SOURCE)
        path = facts.name
        if isinstance(source, ex.Constant) and isinstance(source.value, str):
            path = source.value
        parts = tuple(int(part) if part.isdigit() else part for part in path.split("."))
        return SchemaField(facts.name, (parts,), self._type(call, 0))

    def _called(self, call: ex.Call) -> str:
        found = self.symbols.resolve(self.info.module, call.function, self.info.facts.scope)
        return found.name if isinstance(found, External) else ""

    def _type(self, call: ex.Call, depth: int) -> SchemaType:
        description = self.frameworks.descriptions.get(self._called(call))
        if description is None or not description.item or not call.arguments or depth > _DEEPEST:
            return PLAIN
        given = {keyword.name: keyword.value for keyword in call.keywords}
        if {"only", "exclude"} & given.keys():
            # which of the nested fields are read is said here, and not by their schema
            return PLAIN
        item = self._item(call.arguments[0], depth + 1)
        is_many = description.is_many or _is_true(given.get(description.many))
        return Many(item) if is_many else item

    def _item(self, item: ex.Expression, depth: int) -> SchemaType:
        match item:
            case ex.Call() if ".fields." in self._called(item):
                return self._type(item, depth)
            case ex.Constant(value="self"):
                return ClassOf(self.info.name)
            case ex.Constant(value=str(name)):
                return self._named(name)
            case ex.Name() | ex.Attribute():
                found = self.symbols.resolve(self.info.module, item, self.info.facts.scope)
                return ClassOf(found.name) if isinstance(found, ClassDefinition) else PLAIN
            case _:
                return PLAIN

    def _named(self, name: str) -> SchemaType:
        # a schema is registered under its name, and under that of its module
        found = [known for known in self.classes.names() if f".{known}".endswith(f".{name}")]
        return ClassOf(found[0]) if len(found) == 1 else PLAIN


def _is_true(value: ex.Expression | None) -> bool:
    return isinstance(value, ex.Constant) and value.value is True
