"""Calls of classes: new entities, sessions of the project's own classes, and objects that are not mapped."""

from __future__ import annotations

from saalint.facts.expressions import short_name
from saalint.interpret import backend
from saalint.interpret.calling import calls, functions
from saalint.interpret.domain.heap import (
    SOME_COLUMN,
    AttributeState,
    Background,
    Entity,
    Instance,
    Origin,
)
from saalint.interpret.domain.values import (
    BoundMethod,
    ClassReference,
    Keywords,
    Literal,
    Reference,
    Tuple,
    Unknown,
    Value,
    members,
)
from saalint.interpret.events import Attachment, LoadState
from saalint.interpret.language import binding, generated, own_collections, promises, tables
from saalint.interpret.machine import Machine
from saalint.interpret.orm import behind, setting
from saalint.interpret.queries import factories
from saalint.interpret.readers import conversions
from saalint.interpret.record import replace
from saalint.library.meanings import Trait
from saalint.source.positions import Place

# what a constructor calls last that a dataclass, or a class of attrs, is given
_AFTER = ("__post_init__", "__attrs_post_init__")


def construct(
    machine: Machine,
    kind: ClassReference,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """Call a class of the project."""
    analysis = machine.analysis
    if kind.name in analysis.mappers:
        return _mapped(machine, kind, arguments, keywords, at)
    keywords = binding.named(keywords)
    session = analysis.session_kind_of(kind)
    if session is not None:
        reference = factories.make_session(machine, session, keywords, at, kind.name)
        return _initialised(machine, reference, kind, arguments, keywords, at)
    # `class Refused(Exception): def __init__(self, author): self.author = author` carries one
    has_own = analysis.project.classes.find_method(kind.name, "__init__") is not None
    if analysis.is_plain_value(kind.name) and not has_own:
        return Unknown(f"a value of type `{short_name(kind.name)}`")
    record = _record(machine, kind, arguments, keywords, at)
    if record is not None:
        return record
    given_to_base = ((), ()) if has_own else (arguments, keywords)
    items = own_collections.fields(machine, kind.name, *given_to_base, at)
    made = Instance(class_name=kind.name, arguments=kind.arguments, fields=items)
    reference = machine.allocate(machine.site(at, f"instance {kind.name}"), made)
    if items and not has_own:
        return reference
    if has_own:
        return _initialised(machine, reference, kind, arguments, keywords, at)
    positions = generated.initialised_names(machine, kind.name)
    given = {**dict(zip(positions, arguments, strict=False)), **dict(keywords)}
    schema = analysis.project.schemas.of_class(kind.name)
    if schema is not None:
        given = conversions.constructed(machine, kind, schema, arguments, given, at)
    _fill(machine, reference, kind, analysis.declared_fields(kind.name), given, at)
    if schema is not None:
        conversions.made(machine, kind, schema, reference, at)
    return reference


def _mapped(
    machine: Machine,
    kind: ClassReference,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    made = entity(machine, kind.name, arguments, binding.named(keywords), at)
    other = dict(keywords).get(binding.OTHER_KEYWORDS)
    if other is not None and isinstance(made, Reference):
        # `Book(**data)`: a key may be among the data
        machine.write(made, machine.entity_at(made).with_change(_other_columns(other)))
    return made


def _other_columns(other: Value) -> tuple[str, ...]:
    names = members(other.items[0]) if isinstance(other, Tuple) else ()
    known = tuple(str(name.value) for name in names if isinstance(name, Literal))
    return known if known and len(known) == len(names) else (SOME_COLUMN,)


def _record(
    machine: Machine,
    kind: ClassReference,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value | None:
    # what a TypedDict and a NamedTuple make is a dict and a tuple
    if "typing.TypedDict" in machine.analysis.project.classes.mro(kind.name):
        made = tables.from_values(machine, arguments, keywords, at)
        return machine.allocate(machine.site(at, "dict"), made)
    if not machine.analysis.is_named_tuple(kind.name):
        return None
    fields = machine.analysis.declared_fields(kind.name)
    given = {**dict(zip(fields, arguments, strict=False)), **dict(keywords)}
    return generated.named_tuple(machine, kind.name, given, at)


def _fill(
    machine: Machine,
    reference: Reference,
    kind: ClassReference,
    fields: tuple[str, ...],
    given: dict[str, Value],
    at: Place,
) -> None:
    # what the `__init__` that a dataclass or a Pydantic class is given does
    made = Instance(class_name=kind.name, arguments=kind.arguments)
    is_outside = _is_set_outside(machine, kind)
    for name in fields:
        if is_outside and name not in given:
            setting = Unknown("a setting of the environment", ("flag", kind.name, name))
            made = made.with_field(name, setting)
        elif (
            name not in given
            and (default := generated.made_by_default(machine, kind.name, name, at)) is not None
        ):
            made = made.with_field(name, default)
    for name, value in given.items():
        made = made.with_field(name, promises.kept_in_field(machine, kind.name, name, value))
    machine.write(reference, made)
    for name in _AFTER:
        after = functions.method_of(machine, reference, name)
        if after is not None:
            calls.call(machine, after, (), (), at)


def _is_set_outside(machine: Machine, kind: ClassReference) -> bool:
    # `class Settings(BaseSettings): echo: bool = False`: a variable of the environment may say otherwise
    operations = machine.analysis.operations
    ancestors = machine.analysis.project.classes.mro(kind.name)
    return any(operations.meaning(ancestor) is Trait.ENVIRONMENT for ancestor in ancestors)


def _initialised(
    machine: Machine,
    reference: Value,
    kind: ClassReference,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    method = machine.analysis.constructor(kind.name)
    if method is not None:
        calls.call(machine, BoundMethod(method, reference), arguments, keywords, at)
        if isinstance(reference, Reference):
            _put_off(machine, reference)
    return reference


def _put_off(machine: Machine, reference: Reference) -> None:
    # a constructor of which nothing was to be learnt is run when a field is asked for
    made = machine.object_of(reference)
    if isinstance(made, Instance) and not made.fields:
        machine.write(reference, replace(made, is_declared=True))


def entity(
    machine: Machine, mapper: str, arguments: tuple[Value, ...], keywords: Keywords, at: Place
) -> Value:
    """A new object of a mapped class: transient, with what it is given."""
    made = Entity(
        mapper=mapper,
        backgrounds=(Background(Origin.CONSTRUCTOR),),
        attachment=Attachment.TRANSIENT,
        is_constructed=True,
        query=machine.step(at, len(short_name(mapper)), f"{short_name(mapper)}(…)"),
        query_text="",
    )
    reference = machine.allocate(machine.site(at, "new"), made)
    method = machine.analysis.constructor(mapper)
    if method is not None:
        calls.call(machine, BoundMethod(method, reference), arguments, keywords, at)
        return reference
    positional = zip(generated.initialised_names(machine, mapper), arguments, strict=False)
    given = dict((*positional, *keywords))
    for name, value in given.items():
        setting.assign(machine, reference, name, value, at)
    if backend.is_before(machine.analysis.settings, backend.UNSET_DEFAULTS):
        _set_defaults(machine, reference, mapper, given)
    _note_identity(machine, reference, mapper)
    return reference


def _set_defaults(
    machine: Machine, reference: Reference, mapper: str, given: dict[str, Value]
) -> None:
    # a relationship that the constructor sets to `[]` or None is loaded after the flush (semantics: R19)
    relationships = machine.analysis.mappers[mapper].relationships
    for name in generated.defaulted_names(machine, mapper):
        if name in relationships and name not in given:
            value = behind.empty(machine, reference, relationships[name])
            machine.set_state(reference, name, AttributeState(LoadState.LOADED, value))


def _note_identity(machine: Machine, reference: Reference, mapper: str) -> None:
    known = machine.entity(reference)
    key = machine.analysis.mappers[mapper].single_key
    state = known.get(key) if known is not None and key is not None else None
    if known is not None and state is not None and state.value is not None:
        machine.write(reference, replace(known, identity=state.value))
