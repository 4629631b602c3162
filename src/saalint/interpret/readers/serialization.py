"""An object handed to a schema: the reads of each field, as events of the place where the object was handed over.

`BookOut.model_validate(book)` reads `book.title`, `book.author.name` and whatever else `BookOut` declares, and no line
of the user's code says so. Goes in: a value and the type it is converted to. Comes out: what the conversion gives.
"""

from __future__ import annotations

from typing import assert_never

from saalint.facts.expressions import short_name
from saalint.interpret.calling import calls
from saalint.interpret.domain import names_of_rows
from saalint.interpret.domain.heap import Entity, Instance, Items, Origin, Table
from saalint.interpret.domain.values import (
    NONE,
    ClassReference,
    Literal,
    PendingCall,
    Reference,
    Result,
    Tuple,
    Unknown,
    Value,
    literal,
    members,
    union,
    union_if_any,
)
from saalint.interpret.events import Attachment, LoadState
from saalint.interpret.language import attributes, binding, control, subscripts, tables
from saalint.interpret.machine import Machine
from saalint.interpret.orm import entities, load_states
from saalint.interpret.readers import schema_calls
from saalint.library.frameworks import frameworks
from saalint.project.serialisers.schema_functions import Phase, SchemaFunction
from saalint.project.serialisers.schema_records import Schema, SchemaField
from saalint.project.serialisers.schema_types import (
    PLAIN,
    ByKey,
    ClassOf,
    Either,
    Many,
    Narrowed,
    Plain,
    SchemaType,
    Several,
    Variable,
    Watched,
    bound,
)
from saalint.source.positions import Place

# a schema that refers to itself over several relationships has a tree of objects below it, not a chain
_DEEPEST = 6


class Serializer:
    """Converts values at one place.

    `is_reading` overrides what schemas say of themselves about attributes, `left_out` are fields of the outermost
    schema that are not read this time, `is_new` makes a new object of a mapped class whatever it is given.
    """

    def __init__(
        self,
        machine: Machine,
        at: Place,
        width: int,
        *,
        is_reading: bool | None,
        left_out: frozenset[str] = frozenset(),
        is_new: bool = False,
    ) -> None:
        self._machine = machine
        self._at = at
        self._calls = schema_calls.SchemaCalls(machine, at, width)
        self._is_reading = is_reading
        self._left_out = left_out
        self._is_new = is_new
        self._objects = 0
        self._lost: set[Reference] = set()

    def convert(self, value: Value, wanted: SchemaType, path: str = "") -> Value:
        """What a value is after its conversion to a type."""
        match wanted:
            case Plain() | Variable():
                return value
            case Many(item=item):
                return self._each(value, item, path)
            case Several(items=items):
                return union(self._each_of_its_own(one, items, path) for one in members(value))
            case ByKey(item=item):
                return self._each_by_key(value, item, path)
            case Watched(type=inner, functions=functions):
                return self._watched(value, "", functions, inner, path)
            case Either(options=options):
                return union(self._by_option(one, options, path) for one in members(value))
            case Narrowed(type=inner):
                left_out = self._left_out_of(wanted)
                return union(self._by_class(one, inner, path, left_out) for one in members(value))
            case ClassOf(name=name):
                container = frameworks().containers.get(name)
                if container is not None and wanted.arguments:
                    shown = path or short_name(name)
                    return self._each(value, wanted.arguments[0], f"{shown}.{container}")
                return union(self._by_class(member, wanted, path) for member in members(value))
            case _:
                assert_never(wanted)

    def fields_of(self, wanted: ClassOf, given: dict[str, Value], path: str) -> dict[str, Value]:
        """The fields of a new object of a schema, of what its class is called with."""
        schemas = self._machine.analysis.project.schemas
        schema = schemas.of_class(wanted.name)
        arguments = schemas.arguments_of(wanted)
        made = dict(given)
        for field in schema.fields if schema is not None else ():
            for name in dict.fromkeys((field.name, *(source[0] for source in field.sources))):
                if name in given:
                    inner = bound(field.type, arguments)
                    made[field.name] = self._watched(
                        given[str(name)],
                        wanted.name,
                        field.functions,
                        inner,
                        f"{path}.{field.name}",
                    )
                    break
        return made

    def finish(self, made: Reference, schema: Schema, path: str) -> None:
        """Call what sees an object of a schema after it was made."""
        for function in schema.functions:
            if function.phase is Phase.AFTER:
                self._calls.call(function, (made,), self._calls.path_of(function, path))

    def _by_option(self, value: Value, options: tuple[SchemaType, ...], path: str) -> Value:
        # which of several schemas fits is decided while the program runs
        if value == NONE or all(map(self._takes_as_it_is, options)):
            return value
        fitting = [option for option in options if self._may_take(value, option)]
        if len(fitting) != 1 or Plain() in options:
            return Unknown("a value of one of several types")
        return self.convert(value, fitting[0], path)

    def _takes_as_it_is(self, option: SchemaType) -> bool:
        # `session: AsyncSession | Session`: what is no schema is a class that the object must be of
        match option:
            case Plain():
                return True
            case ClassOf(name=name):
                is_schema = self._machine.analysis.project.schemas.of_class(name) is not None
                return not is_schema and name not in frameworks().containers
            case _:
                return False

    def _may_take(self, value: Value, option: SchemaType) -> bool:
        is_many = self._is_iterable(value)
        match option:
            case Many():
                return is_many
            case ClassOf(name=name):
                schema = self._machine.analysis.project.schemas.of_class(name)
                return not is_many and schema is not None and self._has_required(value, schema)
            case _:
                return not is_many

    def _has_required(self, value: Value, schema: Schema) -> bool:
        # an object without an attribute that a schema asks for is none of its objects
        things = [
            self._machine.object_of(one) for one in members(value) if isinstance(one, Reference)
        ]
        return all(
            any(
                isinstance(source[0], str) and self._has(thing, source[0])
                for source in field.sources
            )
            for thing in things
            if isinstance(thing, Entity)
            for field in schema.fields
            if field.is_required and field.made_by is None
        )

    # Several values

    def _each(self, value: Value, item: SchemaType, path: str) -> Value:
        if not self._is_iterable(value):
            return Unknown("a list of something unknown")
        inner, found = f"{path}[]", list[Value]()

        def body(element: Value) -> None:
            found.append(self.convert(element, item, inner))

        is_exact = control.loop(self._machine, value, body, self._at)
        if is_exact:
            return self._made(inner, Items(items=tuple(found)))
        return self._made(inner, Items(rest=union_if_any(found)))

    def _is_iterable(self, value: Value) -> bool:
        return all(
            isinstance(member, Tuple | Result | PendingCall)
            or (
                isinstance(member, Reference) and isinstance(self._machine.object_of(member), Items)
            )
            for member in members(value)
            if member != NONE
        )

    def _each_of_its_own(self, value: Value, items: tuple[SchemaType, ...], path: str) -> Value:
        thing = self._machine.object_of(value) if isinstance(value, Reference) else value
        if not isinstance(thing, Tuple | Items) or len(thing.items) != len(items):
            return Unknown("another number of values")
        pairs = enumerate(zip(thing.items, items, strict=True))
        return Tuple(tuple(self.convert(one, own, f"{path}[{i}]") for i, (one, own) in pairs))

    def _each_by_key(self, value: Value, item: SchemaType, path: str) -> Value:
        thing = self._machine.object_of(value) if isinstance(value, Reference) else None
        element = thing.element() if isinstance(thing, Table | Items) else None
        if element is None:
            return Unknown("a dict of something unknown")
        return self._made(f"{path}[]", Table(rest=self.convert(element, item, f"{path}[]")))

    def _made(self, path: str, thing: Items | Table | Instance) -> Reference:
        return self._machine.allocate((*self._machine.site(self._at, "converted"), path), thing)

    # One object

    def _left_out_of(self, wanted: Narrowed) -> frozenset[str]:
        schema = self._machine.analysis.project.schemas.of_class(wanted.type.name)
        fields = () if schema is None else schema.fields
        return frozenset(field.name for field in fields if wanted.leaves_out(field.name))

    def _by_class(
        self, value: Value, wanted: ClassOf, path: str, left_out: frozenset[str] = frozenset()
    ) -> Value:
        schemas = self._machine.analysis.project.schemas
        schema = schemas.of_class(wanted.name)
        if schema is None or path.count(".") >= _DEEPEST:
            return value
        if schema.content is not None:
            inner = bound(schema.content, schemas.arguments_of(wanted))
            return self.convert(value, inner, path)
        found: list[Value] = []
        is_new = self._is_new and not path and wanted.name in self._machine.analysis.mappers
        for member in members(value):
            if self._is_of_class(member, wanted) and not is_new:
                found.append(member)
            elif is_new:
                found.append(self._new(member, schema))
            else:
                shown, left = path, left_out
                if "." not in path:
                    shown, left = short_name(schema.name), left_out | self._left_out
                for seen in members(self._before(member, schema, shown)):
                    made = self._converted(seen, schema, wanted, shown, left)
                    found.append(made)
                    self._show_original(seen, made, schema, shown)
        return union(found)

    def _new(self, value: Value, schema: Schema) -> Value:
        # `Team.model_validate(team)` reads `team.heroes` too, and gives another team
        given: list[tuple[str, Value]] = []
        for field in schema.fields:
            found = self._field(value, field, f"{short_name(schema.name)}.{field.name}")
            if found is not None:
                given.append((field.name, found))
        if not self._is_readable(value, schema):
            given.append((binding.OTHER_KEYWORDS, Unknown("what a new object is made of")))
        return calls.call(self._machine, ClassReference(schema.name), (), tuple(given), self._at)

    def _is_of_class(self, value: Value, wanted: ClassOf) -> bool:
        # an object of the schema itself is taken as it is, and so is `None` where it is allowed
        thing = self._machine.object_of(value) if isinstance(value, Reference) else None
        classes = self._machine.analysis.project.classes
        match thing:
            case Instance(class_name=own, arguments=()) if own == wanted.name and wanted.arguments:
                # `Page(items=books)` is no `Page[BookOut]` yet
                return False
            case Entity(mapper=own) | Instance(class_name=own):
                return classes.is_subclass(own, wanted.name)
            case _:
                return value == NONE

    def _is_readable(self, value: Value, schema: Schema) -> bool:
        is_reading = schema.is_reading if self._is_reading is None else self._is_reading
        match self._machine.object_of(value) if isinstance(value, Reference) else value:
            case Table():
                return True
            case Instance(class_name=name) if name == schema.name:
                return True
            case Entity() | Instance():
                return is_reading
            case Tuple(names=names):
                return is_reading and bool(names)
            case _:
                return False

    def _before(self, value: Value, schema: Schema, path: str) -> Value:
        """An object as the functions leave it that see it before the schema does."""
        for function in schema.functions:
            if function.phase in (Phase.BEFORE, Phase.AROUND):
                inner = self._calls.path_of(function, path)
                value = self._calls.validated(function, value, schema.name, inner)
        return value

    def _watched(
        self,
        value: Value,
        owner: str,
        functions: tuple[SchemaFunction, ...],
        wanted: SchemaType,
        path: str,
    ) -> Value:
        """What becomes of the value of a field, between the functions that see it."""
        for function in functions:
            if function.phase in (Phase.BEFORE, Phase.AROUND, Phase.INSTEAD):
                value = self._calls.validated(function, value, owner, path)
        if not any(function.phase is Phase.INSTEAD for function in functions):
            value = self.convert(value, wanted, path)
        for function in functions:
            if function.phase is Phase.AFTER:
                value = self._calls.validated(function, value, owner, path)
        return value

    def _show_original(self, value: Value, made: Value, schema: Schema, path: str) -> None:
        for function in schema.functions:
            if function.phase is Phase.ORIGINAL:
                owner = ClassReference(schema.name)
                self._calls.call(
                    function, (owner, made, value), self._calls.path_of(function, path)
                )

    def _converted(
        self,
        value: Value,
        schema: Schema,
        wanted: ClassOf,
        path: str,
        left_out: frozenset[str],
    ) -> Value:
        if self._is_of_class(value, wanted):
            return value
        if not self._is_readable(value, schema):
            return Unknown("a value that the schema does not take")
        self._objects += 1
        if self._objects > self._machine.analysis.settings.max_objects:
            self._machine.analysis.hit("objects below one schema")
            return Unknown("an object below many others")
        arguments = self._machine.analysis.project.schemas.arguments_of(wanted)
        made = Instance(class_name=schema.name)
        is_known = not self._is_unknown(value)
        for field in schema.fields:
            if field.name in left_out:
                continue
            inner = f"{path}.{field.name}"
            if field.made_by is None:
                found = self._field(value, field, inner)
            else:
                found = self._calls.validated(field.made_by, value, schema.name, inner)
            if found is None:
                continue
            wanted_type = bound(field.type, arguments) if is_known else PLAIN
            found = self._watched(found, schema.name, field.functions, wanted_type, inner)
            made = made.with_field(field.name, found)
        reference = self._made(path, made)
        self.finish(reference, schema, path)
        return reference

    def _is_unknown(self, value: Value) -> bool:
        # of an object that somebody else loaded, nothing is known of what lies below it either
        entity = self._machine.entity(value)
        return entity is not None and all(
            background.origin is Origin.UNKNOWN for background in entity.backgrounds
        )

    # Fields

    def _field(self, value: Value, field: SchemaField, path: str) -> Value | None:
        """What a field is read from; None where nothing has it, so that its default counts."""
        for source in field.sources:
            found: Value | None = value
            for part in source:
                found = None if found is None else self._part(found, part, path)
            if found is not None:
                return found
        return None

    def _part(self, value: Value, part: str | int, path: str) -> Value | None:
        found = [self._part_of(member, part, path) for member in members(value) if member != NONE]
        known = [each for each in found if each is not None]
        return union_if_any(known)

    def _part_of(self, value: Value, part: str | int, path: str) -> Value | None:
        machine = self._machine
        thing = machine.object_of(value) if isinstance(value, Reference) else value
        match thing, part:
            case Table(), _ if isinstance(value, Reference):
                is_there = tables.get(thing, literal(part))
                return (
                    tables.item(machine, value, thing, literal(part), self._at)
                    if is_there
                    else None
                )
            case Tuple(), str():
                return names_of_rows.by_name(thing, part)
            case ((Items() | Tuple()), int()):
                return subscripts.item(machine, value, Literal(part, "int"), self._at)
            case ((Entity() | Instance()), str()) if self._has(thing, part):
                if self._is_told(value, thing, part):
                    return Unknown("a column that is gone like the others")
                with self._calls.reading(path):
                    return attributes.read(machine, value, part, self._at)
            case _:
                return None

    def _is_told(self, value: Value, thing: Entity | Instance, name: str) -> bool:
        # of an object that is expired and detached one column tells enough
        if not isinstance(thing, Entity) or not isinstance(value, Reference):
            return False
        mappers = self._machine.analysis.mappers
        is_column = name in mappers[thing.mapper].columns
        state = load_states.state_of(thing, name, mappers).state if is_column else None
        if thing.attachment is not Attachment.DETACHED or state is not LoadState.EXPIRED:
            return False
        is_known = value in self._lost
        self._lost.add(value)
        return is_known

    def _has(self, thing: Entity | Instance, name: str) -> bool:
        classes = self._machine.analysis.project.classes
        if isinstance(thing, Instance):
            owner, is_own = thing.class_name, thing.get(name) is not None
        else:
            owner = thing.mapper
            mapper = self._machine.analysis.mappers[owner]
            attribute = entities.attribute_of(self._machine, thing, name)
            is_own = attribute is not None or name in mapper.proxies or thing.get(name) is not None
        return (
            is_own
            or classes.find_method(owner, name) is not None
            or classes.find_field(owner, name) is not None
        )
