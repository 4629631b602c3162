"""`value.name`: attributes of every kind of value, with properties and methods entered like any other function."""

from __future__ import annotations

from typing import assert_never

from saalint.facts import expressions as ex
from saalint.interpret import transfer
from saalint.interpret.calling import calls, escaping, functions
from saalint.interpret.domain import names_of_rows
from saalint.interpret.domain.heap import Entity, Factory, Instance, Items, Session, Table
from saalint.interpret.domain.values import (
    NONE,
    Alias,
    AttributeAccess,
    BoundMethod,
    ClassReference,
    Criterion,
    Expression,
    External,
    ExternalInstance,
    ExternalMethod,
    FunctionReference,
    Literal,
    LoaderOption,
    Manager,
    MappedAttribute,
    ModuleReference,
    Partial,
    PendingCall,
    Ready,
    Reference,
    Result,
    Statement,
    Super,
    Transaction,
    Tuple,
    Union,
    Unknown,
    Value,
    literal,
    members,
    without_none,
)
from saalint.interpret.events import Usage
from saalint.interpret.language import (
    class_attributes,
    classes,
    coroutines,
    declared,
    generated,
    later_fields,
    names,
)
from saalint.interpret.libraries import views
from saalint.interpret.machine import Machine
from saalint.interpret.orm import entities, inspection, unloadable
from saalint.interpret.queries import (
    application_sessions,
    factories,
    foreign,
    loading_notes,
    missing,
    misuse,
)
from saalint.interpret.readers import conversions, template_reads
from saalint.interpret.record import replace
from saalint.project.names import symbols
from saalint.source.positions import Place


def _of_alias(machine: Machine, alias: Alias, name: str) -> Value:
    # `with_polymorphic(Animal, [Dog]).Dog` is the subclass in the same rows
    mappers = machine.analysis.mappers
    for narrowed in mappers[alias.mapper].subclasses if alias.subclasses else ():
        if mappers[narrowed].class_name == name:
            return replace(alias, mapper=narrowed)
    return MappedAttribute(alias, name)


def read_expression(machine: Machine, expression: ex.Attribute) -> Value:
    """The value of `base.name`."""
    if machine.frame.is_template:
        base = transfer.evaluate(machine, expression.base)
        return template_reads.attribute(machine, base, expression.name, expression.at)
    base = _owner(machine, expression)
    return read(machine, base, expression.name, expression.at)


def _owner(machine: Machine, expression: ex.Attribute) -> Value:
    """What an attribute is read of: from there on it is known that it was not `None`."""
    value = transfer.evaluate(machine, expression.base)
    is_optional = isinstance(value, Union) and NONE in value.members
    is_of_none = hasattr(None, expression.name)
    if is_optional and not is_of_none and isinstance(expression.base, ex.Name):
        value = without_none(value)
        machine.bind(expression.base.name, value)
    return value


def read_to_change(
    machine: Machine, expression: ex.Expression, usage: Usage = Usage.CHANGE
) -> Value:
    """What is changed in place: the read of `author.books` in `author.books.append(book)` is a change."""
    match expression:
        case ex.Attribute(name=name, at=at):
            return read(machine, _owner(machine, expression), name, at, usage)
        case _:
            return transfer.evaluate(machine, expression)


def read(machine: Machine, value: Value, name: str, at: Place, usage: Usage = Usage.READ) -> Value:
    """The attribute of a value."""
    loading_notes.named(machine, value, name, at)
    match value:
        case Reference():
            return _of_object(machine, value, name, at, usage)
        case Unknown(reason=reason, symbol=symbol):
            if machine.analysis.project.renderings.requests.is_known:
                member = views.of_request(machine, value, name, at)
                if member is not None:
                    return member
            return Unknown(reason, symbol and ("attribute", name, *symbol))
        case Literal() | LoaderOption() | MappedAttribute() | Statement() if name == "value":
            # `Loading.FULL.value`: a member of an enumeration stands for its value, and nothing else here has one
            return value
        case External() | ClassReference() if name == "__mro__":
            return classes.ancestry(machine, value)
        case ClassReference() | ExternalInstance() if name == "__args__":
            return classes.type_arguments(value)
        case External(name=owner):
            definition = machine.analysis.project.symbols.member(symbols.External(owner), name)
            return names.value_of(machine, definition)
        case ClassReference():
            return _of_class(machine, value, name, at)
        case Alias():
            return _of_alias(machine, value, name)
        case ModuleReference(name=module):
            definition = machine.analysis.project.symbols.member(
                symbols.ModuleDefinition(module), name
            )
            return names.value_of(machine, definition)
        case Union(members=parts):
            if all(part == NONE for part in parts):
                return Unknown("an attribute of `None`")
            return misuse.alternatives(
                machine, parts, lambda part: read(machine, part, name, at, usage)
            )
        case ExternalInstance(name=owner):
            missing.of_connection(machine, owner, name, at)
            session = application_sessions.of_attribute(machine, owner, name)
            return ExternalMethod(value, name) if session is None else session
        case Tuple():
            foreign.of_row(machine, value, name, at)
            item = names_of_rows.by_name(value, name)
            if item is None:
                item = functions.member_of_named_tuple(machine, value, name, at)
            if item is None and name == "value" and value.shape is None:
                return value
            return item if item is not None else names_of_rows.view(value, name)
        case AttributeAccess():
            return inspection.read(machine, value, name, at)
        case Super():
            return _of_super(machine, value, name)
        case MappedAttribute():
            return inspection.of_mapped_attribute(machine, value, name) or ExternalMethod(
                value, name
            )
        case ExternalMethod(receiver=session, name="sync_session") if name == "no_autoflush":
            return ExternalMethod(session, name)
        case ExternalMethod():
            return inspection.of_class(machine, value, name) or ExternalMethod(value, name)
        case Result():
            foreign.of_result(machine, value, name, at)
            return ExternalMethod(value, name)
        case Statement():
            missing.of_statement(machine, value, name, at)
            return ExternalMethod(value, name)
        case PendingCall():
            coroutines.read_from(machine, value, name)
            return ExternalMethod(value, name)
        case (
            LoaderOption() | Criterion() | Expression() | Transaction() | Literal() | Partial() | Ready() | Manager()
        ):  # fmt: skip
            return ExternalMethod(value, name)
        case FunctionReference() | BoundMethod():
            return Unknown("an attribute of a function")
        case _:
            assert_never(value)


def _of_object(machine: Machine, reference: Reference, name: str, at: Place, usage: Usage) -> Value:
    thing = machine.object_of(reference)
    match thing:
        case Entity():
            return of_entity(machine, reference, thing, name, at, usage)
        case Session():
            missing.of_session(machine, thing, name, at)
            return _of_session(machine, reference, thing, name)
        case Instance():
            return of_instance(machine, reference, thing, name, at)
        case Items() | Table() if name == "value":
            # of an enumeration, as above
            return reference
        case Items(kind="dynamic") if name == "statement":
            return unloadable.statement(machine, thing)
        case Items(kind="page"):
            # `page.items`, beside `for author in page:`
            return reference if name == "items" else Unknown("what a page tells of itself")
        case Factory() if name == "class_" and not thing.is_guessed:
            return factories.class_of_sessions(thing)
        case Factory() | Items() | Table():
            return ExternalMethod(reference, name)
        case _:
            return Unknown("an attribute of an object that is gone")


def of_entity(
    machine: Machine, reference: Reference, entity: Entity, name: str, at: Place, usage: Usage
) -> Value:
    """An attribute of an entity: mapped, a proxy, a property, a method, or something of the class."""
    attribute = entities.attribute_of(machine, entity, name)
    if attribute is not None:
        return entities.read(machine, reference, attribute, at, usage)
    mapper = machine.analysis.mappers[entity.mapper]
    proxy = mapper.proxies.get(name)
    if proxy is not None:
        return entities.read_proxy(machine, reference, proxy, at, usage)
    if name == "__class__":
        return ClassReference(entity.mapper)
    view = inspection.view_of_entity(machine, reference, name)
    if view is not None:
        return view
    touched = entity.get(name)
    if touched is not None and touched.value is not None:
        return touched.value
    found = _class_member(machine, reference, entity.mapper, (), name, at)
    return found if found is not None else Unknown("an attribute the class does not declare")


def of_instance(
    machine: Machine, reference: Reference, instance: Instance, name: str, at: Place
) -> Value:
    """An attribute of an object that is not mapped."""
    stored = later_fields.of_module(machine, reference, instance, name)
    if stored is not None:
        return stored
    if name in ("__class__", "__orig_class__"):
        return ClassReference(instance.class_name, instance.arguments)
    if name == "__orig_bases__":
        return class_attributes.of_every_class(machine, instance.class_name, name)
    found = _given_field(machine, reference, instance, name)
    if found is None:
        found = _class_member(machine, reference, instance.class_name, instance.arguments, name, at)
    if found is None:
        found = functions.field_from_constructor(machine, reference, instance, name)
    if found is not None:
        _keep_session(machine, reference, name, found)
        return found
    session = application_sessions.of_attribute(machine, instance.class_name, name)
    if session is not None:
        return session
    getter = functions.method_of(machine, reference, "__getattr__")
    if getter is not None:
        return calls.call(machine, getter, (literal(name),), (), at)
    return ExternalMethod(reference, name)


def _given_field(
    machine: Machine, reference: Reference, instance: Instance, name: str
) -> Value | None:
    # `change.title` of a `change: BookChange` is what somebody sent; `title: str | None = None` is for those who do not
    owner = instance.class_name
    field = machine.analysis.project.classes.find_field(owner, name)
    if not instance.is_declared or field is None or field[1].annotation is None:
        return None
    is_schema = machine.analysis.project.schemas.of_class(owner) is not None
    if not is_schema and (field[1].value is None or not generated.takes_fields(machine, owner)):
        return None
    if name not in machine.analysis.declared_fields(owner):
        return None
    return declared.value_of_field(machine, reference, owner, instance.arguments, field)


def _keep_session(machine: Machine, reference: Reference, name: str, value: Value) -> None:
    # `Users(auth)` and `Authors(auth)` work on one session, `auth.db`, of which only a declaration tells
    owner = machine.object_of(reference)
    is_session = any(machine.session(member) is not None for member in members(value))
    if is_session and isinstance(owner, Instance):
        machine.write(reference, owner.with_field(name, value))


def _class_member(
    machine: Machine,
    reference: Reference,
    owner: str,
    arguments: tuple[Value, ...],
    name: str,
    at: Place,
) -> Value | None:
    assigned = class_attributes.read(machine, owner, name)
    if assigned is not None:
        return class_attributes.bound(machine, assigned, reference)
    method = machine.analysis.project.classes.find_method(owner, name)
    if method is not None:
        return functions.member_method(machine, reference, method[0], method[1], at)
    field = machine.analysis.project.classes.find_field(owner, name)
    if field is None:
        return None
    if field[1].value is not None:
        value = machine.analysis.class_field(machine, field[0], field[1])
        if not isinstance(value, Unknown) or field[1].annotation is None:
            return class_attributes.bound(machine, value, reference)
    return declared.value_of_field(machine, reference, owner, arguments, field)


def _of_session(machine: Machine, reference: Reference, session: Session, name: str) -> Value:
    if name == "sync_session":
        return ExternalMethod(reference, "sync_session")
    if name in machine.analysis.operations.session_methods:
        return ExternalMethod(reference, name)
    if session.class_name is not None:
        method = machine.analysis.project.classes.find_method(session.class_name, name)
        if method is not None:
            return functions.member_method(machine, reference, method[0], method[1], 0)
    if session.class_name is None and name in ("session", "registry"):
        return reference
    if name == "expire_on_commit":
        return Unknown("a setting of a session")
    return ExternalMethod(reference, name)


def _of_class(machine: Machine, value: ClassReference, name: str, at: Place) -> Value:
    mapper = machine.analysis.mappers.get(value.name)
    if mapper is not None:
        known = (*mapper.columns, *mapper.relationships, *mapper.synonyms, *mapper.proxies)
        if name in known:
            return MappedAttribute(value, name)
    view = inspection.view_of_class(machine, value, name)
    view = view or class_attributes.fields_listed(machine, value.name, name)
    if view is not None:
        return view
    assigned = class_attributes.read(machine, value.name, name)
    if assigned is not None:
        return assigned
    project = machine.analysis.project
    method = project.classes.find_method(value.name, name)
    if method is not None:
        return functions.class_method(machine, value, method[0], method[1])
    field = project.classes.find_field(value.name, name)
    if field is not None and field[1].value is not None:
        held = machine.analysis.class_field(machine, field[0], field[1])
        return class_attributes.described(machine, held, (NONE, value))
    nested = project.symbols.member(symbols.ClassDefinition(value.name), name)
    if not isinstance(nested, symbols.Undefined):
        return names.value_of(machine, nested)
    if conversions.of_class(machine, value, name) is not None or escaping.library_method(
        machine, value.name, name
    ):
        return ExternalMethod(value, name)
    if name == "query":
        bound = application_sessions.query_of(machine, value, at)
        if bound is not None:
            return bound
    if mapper is not None:
        below = [sub for sub in mapper.subclasses if name in machine.analysis.mappers[sub].columns]
        if below or mapper.is_incomplete:
            return MappedAttribute(value, name)
        if not name.startswith("_") and name not in machine.analysis.operations.base_attributes:
            reason = "an attribute the class does not declare"
            return Unknown(reason, ("undeclared", value.name, name))
    return class_attributes.of_every_class(machine, value.name, name)


def _of_super(machine: Machine, value: Super, name: str) -> Value:
    receiver = value.receiver
    owner = _class_of(machine, receiver)
    if owner is None:
        return Unknown("`super()` of an unknown class")
    found = machine.analysis.project.classes.find_method_after(owner, value.owner, name)
    if found is None:
        return ExternalMethod(value, name)
    if isinstance(receiver, Reference):
        return functions.own_method(machine, receiver, found[0], found[1], 0)
    if isinstance(receiver, ClassReference):
        return functions.class_method(machine, receiver, found[0], found[1])
    return Unknown("`super()` of an unknown object")


def _class_of(machine: Machine, value: Value) -> str | None:
    if isinstance(value, ClassReference):
        return value.name
    if not isinstance(value, Reference):
        return None
    match machine.object_of(value):
        case Entity(mapper=name) | Instance(class_name=name):
            return name
        case Session(class_name=name):
            return name
        case _:
            return None


def call_setter(
    machine: Machine, reference: Reference, owner: str, name: str, value: Value, at: Place
) -> bool:
    """Run the setter of a property; False where the name has none."""
    setter = machine.analysis.setter(owner, name)
    if setter is None:
        return False
    calls.call(machine, BoundMethod(setter, reference), (value,), (), at)
    return True
