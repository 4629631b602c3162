"""Methods that decorators and bases generate: `__repr__` of a dataclass, `asdict()`: they read every field."""

from __future__ import annotations

from saalint.facts import expressions as ex
from saalint.interpret import transfer
from saalint.interpret.calling import calls
from saalint.interpret.domain.heap import Entity, Instance, Items, Table
from saalint.interpret.domain.values import (
    ClassReference,
    Reference,
    Tuple,
    Unknown,
    Value,
    literal,
    members,
)
from saalint.interpret.language import attributes, iteration, protocols
from saalint.interpret.machine import Machine
from saalint.source.positions import Place

_DATACLASSES = frozenset(
    {"dataclasses.dataclass", "pydantic.dataclasses.dataclass", "attrs.define", "attrs.frozen"}
)
# bases that set no fields
_PLAIN_PACKAGES = frozenset({"abc", "builtins", "enum", "typing", "typing_extensions"})
_FACTORIES = frozenset({"default_factory", "factory"})
_MOST_NESTED = 4


def represent(machine: Machine, reference: Reference, at: Place, depth: int) -> None:
    """The generated `__repr__` of a dataclass reads each field that is shown, and shows it."""
    thing = machine.object_of(reference)
    if depth > _MOST_NESTED:
        return
    names: tuple[str, ...] = ()
    if isinstance(thing, Entity) and machine.analysis.mappers[thing.mapper].is_dataclass:
        names = _shown(machine, thing.mapper)
    elif isinstance(thing, Instance) and is_dataclass(machine, thing.class_name):
        names = _shown(machine, thing.class_name)
    for name in names:
        value = attributes.read(machine, reference, name, at)
        protocols.show(machine, value, at, is_representation=True, depth=depth + 1)


def is_dataclass(machine: Machine, name: str) -> bool:
    """Whether a class that is not mapped is a dataclass, or one that attrs makes."""
    classes = machine.analysis.project.classes
    for qualified in classes.mro(name):
        info = classes.info(qualified)
        for decorator in info.facts.decorators if info is not None else ():
            inner = decorator.function if isinstance(decorator, ex.Call) else decorator
            assert info is not None
            definition = machine.analysis.project.symbols.resolve(info.module, inner)
            if getattr(definition, "name", "") in _DATACLASSES:
                return True
    return False


def takes_fields(machine: Machine, owner: str) -> bool:
    """Whether a constructor that the project does not write may set the fields: a dataclass's, an unknown base's."""
    classes = machine.analysis.project.classes
    if classes.find_method(owner, "__init__") is not None:
        return False
    outside = [name for name in classes.mro(owner) if classes.info(name) is None]
    return is_dataclass(machine, owner) or any(
        name.partition(".")[0] not in _PLAIN_PACKAGES for name in outside
    )


def _shown(machine: Machine, owner: str) -> tuple[str, ...]:
    classes = machine.analysis.project.classes
    info = classes.info(owner)
    if info is not None and _is_off(dict(info.facts.keywords).get("repr")):
        return ()
    names = machine.analysis.declared_fields(owner)
    own = [name for name in names if not name.startswith("__")]
    return tuple(name for name in own if not _is_off(_given(machine, owner, name, "repr")))


def made_by_default(machine: Machine, owner: str, name: str, at: Place) -> Value | None:
    """What `field(default_factory=list)` or `field(default=None)` makes of a field that is not given."""
    field = machine.analysis.project.classes.find_field(owner, name)
    value = field[1].value if field is not None else None
    info = machine.analysis.project.classes.info(field[0]) if field is not None else None
    for keyword in value.keywords if isinstance(value, ex.Call) and info is not None else ():
        if keyword.name not in _FACTORIES and keyword.name != "default":
            continue
        assert info is not None
        with machine.inside(machine.analysis.module_frame(info.module)):
            made = transfer.evaluate(machine, keyword.value)
        is_factory = keyword.name in _FACTORIES
        return calls.call(machine, made, (), (), at) if is_factory else made
    return None


def named_tuple(machine: Machine, owner: str, given: dict[str, Value], at: Place) -> Value:
    """What a class that inherits from `NamedTuple` makes of its fields, or their defaults."""
    names = machine.analysis.declared_fields(owner)
    items = [given[name] if name in given else _default(machine, owner, name, at) for name in names]
    return Tuple(tuple(items), names, class_name=owner)


def _default(machine: Machine, owner: str, name: str, at: Place) -> Value:
    # `rank: int = 0`
    made = made_by_default(machine, owner, name, at)
    field = machine.analysis.project.classes.find_field(owner, name)
    if made is not None or field is None:
        return made or Unknown("a field that is not given")
    return machine.analysis.class_field(machine, field[0], field[1])


def initialised_names(machine: Machine, owner: str) -> tuple[str, ...]:
    """What the positions of a dataclass's constructor mean; nothing of mapped classes that are none."""
    mapper = machine.analysis.mappers.get(owner)
    if mapper is not None and not mapper.is_dataclass:
        return ()
    names = machine.analysis.declared_fields(owner)
    return tuple(name for name in names if not _is_off(_given(machine, owner, name, "init")))


def defaulted_names(machine: Machine, mapper: str) -> tuple[str, ...]:
    """The fields that the constructor of a mapped dataclass sets by itself where they are not given."""
    return tuple(
        name
        for name in initialised_names(machine, mapper)
        if any(_given(machine, mapper, name, key) for key in ("default", "default_factory"))
    )


def _given(machine: Machine, owner: str, name: str, setting: str) -> ex.Expression | None:
    field = machine.analysis.project.classes.find_field(owner, name)
    value = field[1].value if field is not None else None
    keywords = value.keywords if isinstance(value, ex.Call) else ()
    return next((keyword.value for keyword in keywords if keyword.name == setting), None)


def matched_names(machine: Machine, owner: str) -> tuple[str, ...]:
    """The attributes that the positions of a class pattern mean: `__match_args__`, or the fields of a dataclass."""
    field = machine.analysis.project.classes.find_field(owner, "__match_args__")
    if field is not None and isinstance(field[1].value, ex.Sequence):
        items = field[1].value.items
        return tuple(
            item.value
            for item in items
            if isinstance(item, ex.Constant) and isinstance(item.value, str)
        )
    return machine.analysis.declared_fields(owner)


def _is_off(setting: ex.Expression | None) -> bool:
    return isinstance(setting, ex.Constant) and setting.value is False


def fields_of(machine: Machine, value: Value, at: Place, kind: str) -> Value:
    """`dataclasses.asdict(x)` and `astuple(x)`: all fields are read, those of nested dataclasses too.

    `fields(x)` reads none, and tells their names.
    """
    if kind == "names":
        return _named_fields(machine, value, at)
    for member in members(value):
        if isinstance(member, Reference) and (names := _fields(machine, member)) is not None:
            found = {
                name: _nested(machine, attributes.read(machine, member, name, at), at, kind, 0)
                for name in names
            }
            if kind == "tuple":
                return Tuple(tuple(found.values()))
            entries = tuple((literal(name), item) for name, item in found.items())
            return machine.allocate(machine.site(at, "fields"), Table(entries=entries))
    return Unknown("the fields of something unknown")


def _named_fields(machine: Machine, value: Value, at: Place) -> Value:
    # `for field in fields(author): getattr(author, field.name)`
    for member in members(value):
        if (names := _fields(machine, member)) is not None:
            site = machine.site(at, "field")
            items = tuple(
                machine.allocate(
                    (*site, name),
                    Instance(class_name="types.SimpleNamespace", fields=(("name", literal(name)),)),
                )
                for name in names
            )
            return Tuple(items)
    return Unknown("the fields of something unknown")


def _fields(machine: Machine, value: Value) -> tuple[str, ...] | None:
    thing = machine.object_of(value) if isinstance(value, Reference) else value
    match thing:
        case Entity(mapper=name) | Instance(class_name=name) | ClassReference(name=name):
            mapper = machine.analysis.mappers.get(name)
            is_one = is_dataclass(machine, name) if mapper is None else mapper.is_dataclass
            return machine.analysis.declared_fields(name) if is_one else None
        case _:
            return None


def _nested(machine: Machine, value: Value, at: Place, kind: str, depth: int) -> Value:
    if depth > _MOST_NESTED:
        return Unknown("fields nested too deep")
    for member in members(value):
        if not isinstance(member, Reference):
            continue
        names = _fields(machine, member)
        for name in names or ():
            _nested(machine, attributes.read(machine, member, name, at), at, kind, depth + 1)
        if isinstance(machine.object_of(member), Items):
            _nested(machine, iteration.element(machine, member, at), at, kind, depth + 1)
    return value
