"""Names to values: variables of the bodies around, then what the module says the name means."""

from __future__ import annotations

from typing import assert_never

from saalint.interpret.domain.values import (
    ClassReference,
    External,
    FunctionReference,
    ModuleReference,
    Unknown,
    Value,
    literal,
)
from saalint.interpret.machine import Machine
from saalint.project.names import symbols

_CONSTANTS = {
    "builtins.None": literal(None),
    "builtins.True": literal(True),  # noqa: FBT003 - the value is the datum
    "builtins.False": literal(False),  # noqa: FBT003 - the value is the datum
    "typing.TYPE_CHECKING": literal(False),  # noqa: FBT003 - the value is the datum
}


def lookup(machine: Machine, name: str) -> Value:
    """The value of a name where the machine stands."""
    found = machine.variable(name)
    if found is not None:
        return found
    beside = _in_class_body(machine, name)
    if beside is not None:
        return beside
    module = machine.frame.module
    return value_of(machine, machine.analysis.project.symbols.lookup(module, name))


def _in_class_body(machine: Machine, name: str) -> Value | None:
    # `deep = (*shallow, selectinload(Author.books))` in a class where `shallow` stands above
    owner = machine.frame.owner if machine.frame.function is None else None
    info = None if owner is None else machine.analysis.project.classes.info(owner)
    if owner is None or info is None:
        return None
    field = next((each for each in reversed(info.facts.fields) if each.name == name), None)
    method = dict(info.facts.methods).get(name)
    if field is None and method is not None:
        # `line = property(line_of)` below the method
        return machine.analysis.decorated(FunctionReference(info.module, method, owner))
    if field is None or field.value is None:
        return None
    value = machine.analysis.class_field(machine, owner, field)
    return None if isinstance(value, Unknown) else value


def value_of(machine: Machine, definition: symbols.Definition) -> Value:
    """The value of a definition."""
    match definition:
        case symbols.ClassDefinition(name=name):
            return ClassReference(name)
        case symbols.FunctionDefinition(module=module, index=index):
            return machine.analysis.decorated(FunctionReference(module, index))
        case symbols.VariableDefinition(module=module, name=name):
            return machine.analysis.global_value(machine, module, name)
        case symbols.ModuleDefinition(name=name):
            return ModuleReference(name)
        case symbols.External(name=name) if name in machine.analysis.operations.carriers:
            # what hangs on it is told apart by name, as `g.session` is
            return Unknown("what a request carries", ("carrier", name))
        case symbols.External(name=name):
            return _CONSTANTS.get(name) or External(name)
        case symbols.Undefined(reason=reason):
            return Unknown(reason)
        case _:
            assert_never(definition)
