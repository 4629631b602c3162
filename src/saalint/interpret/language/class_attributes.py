"""Attributes of classes that are set outside the class body: by functions, other modules, and `__init_subclass__`.

`Author.line = property(line_of)`, `cls.model = get_args(base)[0]`. They are kept like the variables of a module.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.facts.records import FieldFacts, FileFacts
from saalint.interpret import transfer
from saalint.interpret.calling import calls, functions
from saalint.interpret.domain.heap import Table
from saalint.interpret.domain.values import (
    BoundMethod,
    ClassReference,
    External,
    ExternalInstance,
    FunctionReference,
    Partial,
    Reference,
    Tuple,
    Unknown,
    Value,
    literal,
)
from saalint.interpret.machine import Machine
from saalint.library.frameworks import frameworks
from saalint.library.names import Role, library_names
from saalint.project.names import symbols

if TYPE_CHECKING:
    from saalint.interpret.knowledge import Analysis

_FRAME = -sys.maxsize
_HOOK = "__init_subclass__"


def assign(machine: Machine, owner: str, name: str, value: Value) -> None:
    """`Author.line = value`."""
    machine.analysis.assigned_names.add(name)
    machine.memory.write((_FRAME, f"{owner}.{name}"), value)


def read(machine: Machine, owner: str, name: str) -> Value | None:
    """What was assigned to a class, or to one that it inherits from; None where the class body counts."""
    _run_hook(machine, owner)
    if name not in machine.analysis.assigned_names:
        return None
    classes = machine.analysis.project.classes
    for ancestor in classes.mro(owner):
        found = machine.memory.read((_FRAME, f"{ancestor}.{name}"))
        if found is not None:
            return found  # type: ignore[return-value]  # variables never hold bare objects
        info = classes.info(ancestor)
        if info is not None and _binds(info.facts.methods, info.facts.fields, name):
            return None
    return None


def _binds(methods: tuple[tuple[str, int], ...], fields: tuple[FieldFacts, ...], name: str) -> bool:
    return any(known == name for known, _ in methods) or any(
        field.name == name and field.value is not None for field in fields
    )


def _run_hook(machine: Machine, owner: str) -> None:
    # `def __init_subclass__(cls): cls.model = get_args(cls.__orig_bases__[0])[0]` runs for each class below its own
    analysis = machine.analysis
    if owner in analysis.subclassed:
        return
    analysis.subclassed.add(owner)
    classes = analysis.project.classes
    info = classes.info(owner)
    if info is not None and _HOOK in dict(info.facts.methods):
        # the hook may keep what inherits from the class in the class itself
        for subclass in classes.subclasses(owner):
            _run_hook(machine, subclass)
    found = classes.find_method_after(owner, owner, _HOOK)
    if info is None or found is None:
        return
    function = FunctionReference(found[1].module, found[1].index, found[0])
    with analysis.in_module(info.module) as runner:
        given = [
            (name, transfer.evaluate(runner, value))
            for name, value in info.facts.keywords
            if name != "metaclass"
        ]
        hook = BoundMethod(function, ClassReference(owner))
        calls.call(runner, hook, (), tuple(given), info.facts.at)


def is_declarative(analysis: Analysis, name: str) -> bool:
    """Whether a class extends a declarative base of SQLAlchemy, mapped or not."""
    ancestors = analysis.project.classes.mro(name)
    return any(library_names().role(each) is Role.DECLARATIVE_BASE for each in ancestors)


def of_every_class(machine: Machine, owner: str, name: str) -> Value:
    """What each class has of itself: its name, and its bases as they are written, `Repository[Author]` among them."""
    classes = machine.analysis.project.classes
    info = classes.info(owner)
    match name:
        case "__name__" | "__qualname__":
            # a class that others inherit from may stand for one of them
            is_base = bool(classes.subclasses(owner))
            return Unknown("the name of a class") if is_base else literal(ex.short_name(owner))
        case "__orig_bases__" if info is not None:
            with machine.analysis.in_module(info.module) as runner:
                return Tuple(tuple(transfer.evaluate(runner, base) for base in info.facts.bases))
        case "metadata" if is_declarative(machine.analysis, owner):
            return ExternalInstance("sqlalchemy.MetaData")
        case _:
            return Unknown("an attribute the class does not declare")


def fields_listed(machine: Machine, owner: str, name: str) -> Reference | None:
    """The dict in which a class lists its fields: `BookOut.model_fields`; None for any other attribute."""
    classes, kinds = machine.analysis.project.classes, frameworks().schemas
    info = classes.info(owner)
    schema = machine.analysis.project.schemas.of_class(owner)
    if name == "__annotations__" and info is not None:
        names = [field.name for field in info.facts.fields if field.annotation is not None]
    elif schema is not None and any(
        name in kinds[above].listed for above in classes.mro(owner) if above in kinds
    ):
        names = [field.name for field in schema.fields]
    else:
        return None
    entries = tuple((literal(each), Unknown("what describes a field")) for each in names)
    return machine.allocate(("fields listed", owner, name), Table(entries=entries))


def bound(machine: Machine, value: Value, receiver: Reference) -> Value:
    """What a member of a class is on an object: `line = property(line_of)` is entered, a function becomes a method."""
    match value:
        case Partial(function=External(name="builtins.property"), arguments=(getter, *_)):
            return calls.call(machine, getter, (receiver,), (), 0)
        case Partial(function=External(name="functools.partialmethod"), arguments=(inner, *given)):
            return Partial(functions.bound_to(inner, receiver), tuple(given), value.keywords)
        case Reference():
            return described(machine, value, (receiver, functions.class_of(machine, receiver)))
        case _:
            return functions.bound_to(value, receiver)


def run_modules(analysis: Analysis) -> None:
    """Run the modules that change what others declare, as if all of them had been imported."""
    for module in analysis.project.modules:
        if module.is_project and _changes_others(analysis, module.name, module.facts):
            analysis.module_frame(module.name)


def _changes_others(analysis: Analysis, module: str, facts: FileFacts) -> bool:
    resolve = analysis.project.symbols.resolve
    return any(
        isinstance(resolve(module, name), symbols.ClassDefinition | symbols.FunctionDefinition)
        for name in _named(facts)
    )


def _named(facts: FileFacts) -> Iterator[ex.Expression]:
    # the owners of attributes that a module sets, and the decorators of its functions
    for instruction in facts.body:
        if isinstance(instruction, ins.Assign):
            for target in instruction.targets:
                if isinstance(target, ex.Attribute):
                    yield target.base
    for function in facts.functions:
        if "." not in function.scope:
            for decorator in function.decorators:
                yield decorator.function if isinstance(decorator, ex.Call) else decorator


def described(machine: Machine, value: Value, given: tuple[Value, Value]) -> Value:
    """What `__get__` of a member gives that has one, for an object and its class; else the member itself."""
    method = functions.method_of(machine, value, "__get__")
    return value if method is None else calls.call(machine, method, given, (), 0)
