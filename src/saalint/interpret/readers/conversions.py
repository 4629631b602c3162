"""Calls that convert an object by a schema: `BookOut.model_validate(book)`, `adapter.validate_python(books)`.

Goes in: the call, and what `library/` says of it. Comes out: the converted object.
"""

from __future__ import annotations

from saalint.facts.expressions import short_name
from saalint.interpret.domain.heap import Instance
from saalint.interpret.domain.values import (
    NONE,
    ClassReference,
    External,
    ExternalInstance,
    Keywords,
    Literal,
    Reference,
    Tuple,
    Union,
    Unknown,
    Value,
    literal,
    members,
)
from saalint.interpret.language import iteration
from saalint.interpret.machine import Machine
from saalint.interpret.readers import serialization, showing
from saalint.library.frameworks import Conversion, frameworks
from saalint.project.serialisers.schema_records import Schema
from saalint.project.serialisers.schema_types import PLAIN, ClassOf, Many, SchemaType, either
from saalint.source.positions import Place


def of_class(machine: Machine, kind: ClassReference, name: str) -> Conversion | None:
    """The conversion that a method of a class stands for; None where it is none."""
    conversions = frameworks().conversions
    for ancestor in machine.analysis.project.classes.mro(kind.name):
        found = conversions.get(f"{ancestor}.{name}")
        if found is not None:
            return found
    return None


def of_function(
    machine: Machine, name: str, arguments: tuple[Value, ...], keywords: Keywords, at: Place
) -> Value | None:
    """What a function of a framework gives that converts, or makes what converts; None for any other."""
    if name in frameworks().adapters:
        return ExternalInstance(name, arguments)
    conversion = frameworks().conversions.get(name)
    if conversion is None:
        return None
    short = short_name(name)
    if conversion.shows:
        shown = arguments[0] if arguments else dict(keywords).get(conversion.keyword, NONE)
        return _shown(machine, conversion, shown, short, keywords, at)
    return run(machine, conversion, None, short, arguments, keywords, at)


def of_adapter(
    machine: Machine,
    adapter: ExternalInstance,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value | None:
    """What a method of an adapter gives that converts by the adapter's type; None for any other."""
    conversion = frameworks().conversions.get(f"{adapter.name}.{name}")
    if conversion is None or not adapter.arguments:
        return None
    if conversion.shows:
        shown = arguments[0] if arguments else dict(keywords).get(conversion.keyword, NONE)
        return _shown(machine, conversion, shown, name, keywords, at)
    return run(machine, conversion, adapter.arguments[0], name, arguments, keywords, at)


def of_object(
    machine: Machine,
    value: Reference,
    schema: Instance,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value | None:
    """What a method of a schema's object gives, made with its settings: `BookSchema(many=True).dump(books)`."""
    kind = ClassReference(schema.class_name)
    conversion = of_class(machine, kind, name)
    if conversion is not None and conversion.shows:
        return _shown(machine, conversion, value, name, keywords, at)
    if conversion is None or not arguments:
        return None
    settings = {**dict(schema.fields), **dict(keywords)}
    left_out = _left_out(machine, kind, conversion, settings, at)
    if left_out is None:
        return None
    serializer = serialization.Serializer(
        machine, at, len(name), is_reading=conversion.is_reading, left_out=left_out
    )
    is_many = settings.get(conversion.many) == literal(True)  # noqa: FBT003 - the value is the datum
    wanted = ClassOf(kind.name)
    return serializer.convert(arguments[0], Many(wanted) if is_many else wanted)


def _shown(
    machine: Machine,
    conversion: Conversion,
    value: Value,
    name: str,
    keywords: Keywords,
    at: Place,
) -> Value:
    given = dict(keywords)
    is_json = conversion.shows == "json" or given.get("mode") == literal("json")
    classes = {
        thing.class_name
        for member in members(value)
        if isinstance(member, Reference)
        and isinstance(thing := machine.object_of(member), Instance)
    }
    found = [_left_out(machine, ClassReference(own), conversion, given, at) for own in classes]
    if not all(part is not None for part in found):
        return Unknown("what an object shows of itself")
    left_out = frozenset(field for part in found for field in part or ())
    shown = showing.Showing(machine, at, len(name), is_json=is_json, left_out=left_out)
    shown.show(value)
    off = (NONE, literal(False))  # noqa: FBT003 - the value is the datum
    varied = [each for each in conversion.varied if given.get(each, NONE) not in off]
    if not conversion.varied or conversion.renames in varied:
        return Unknown("what an object shows of itself")
    return shown.as_dict(value, is_whole=not varied)


def _left_out(
    machine: Machine,
    kind: ClassReference,
    conversion: Conversion,
    settings: dict[str, Value],
    at: Place,
) -> frozenset[str] | None:
    # None where it is not known; `only=("books.title",)` chooses among the fields of another schema
    chosen: dict[str, frozenset[str]] = {}
    for setting in (conversion.only, conversion.without):
        value = settings.get(setting, NONE)
        if value != NONE:
            known, rest = iteration.elements(machine, value, at)
            names = [str(part.value) for part in known if isinstance(part, Literal)]
            if rest is not None or len(names) < len(known) or any("." in name for name in names):
                return None
            chosen[setting] = frozenset(names)
    schema = machine.analysis.project.schemas.of_class(kind.name)
    fields = frozenset(field.name for field in schema.fields) if schema is not None else frozenset()
    only = chosen.get(conversion.only, fields)
    return (fields - only) | chosen.get(conversion.without, frozenset())


def run(
    machine: Machine,
    conversion: Conversion,
    schema: Value | None,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value | None:
    """What a conversion gives; None where its arguments are not known."""
    given = dict(keywords)
    if conversion.schema is not None:
        has_schema = len(arguments) > conversion.schema
        schema = arguments[conversion.schema] if has_schema else given.get("type")
    has_value = len(arguments) > conversion.value
    value = arguments[conversion.value] if has_value else given.get(conversion.keyword)
    if schema is None or value is None:
        return None
    is_reading = conversion.is_reading
    switch = given.get(conversion.switch)
    if isinstance(switch, Literal) and isinstance(switch.value, bool):
        is_reading = switch.value
    serializer = serialization.Serializer(
        machine, at, len(name), is_reading=is_reading, is_new=conversion.is_new
    )
    return serializer.convert(value, type_of(machine, schema))


def constructed(
    machine: Machine,
    kind: ClassReference,
    schema: Schema,
    arguments: tuple[Value, ...],
    given: dict[str, Value],
    at: Place,
) -> dict[str, Value]:
    """The fields of a new object of a schema: what it is given is read by the schemas of its fields."""
    name = short_name(kind.name)
    wanted = ClassOf(kind.name, tuple(type_of(machine, argument) for argument in kind.arguments))
    serializer = serialization.Serializer(machine, at, len(name), is_reading=None)
    if schema.content is None:
        return serializer.fields_of(wanted, given, name)
    # `Shelf(books)`, `Shelf(root=books)` of a class that stands for a list
    content = arguments[0] if arguments else given.get("root")
    return {} if content is None else {"root": serializer.convert(content, wanted)}


def made(
    machine: Machine, kind: ClassReference, schema: Schema, value: Reference, at: Place
) -> None:
    """Let a schema's own functions see an object that was just made."""
    name = short_name(kind.name)
    serializer = serialization.Serializer(machine, at, len(name), is_reading=None)
    serializer.finish(value, schema, name)


def type_of(machine: Machine, value: Value) -> SchemaType:
    """The type that a value stands for: `TypeAdapter(list[BookOut])` is given one."""
    match value:
        case ClassReference(name=name, arguments=arguments):
            return ClassOf(name, tuple(type_of(machine, argument) for argument in arguments))
        case External(name=name, arguments=(_, *_) as arguments):
            parts = tuple(type_of(machine, argument) for argument in arguments)
            return machine.analysis.project.schemas.generic(name, parts)
        case External(name=name):
            return ClassOf(name)
        case Union():
            return either(type_of(machine, member) for member in members(value))
        case Tuple(items=parts):
            # `TypeAdapter(BookOut | AuthorOut)`
            return either(type_of(machine, part) for part in parts)
        case _:
            return PLAIN
