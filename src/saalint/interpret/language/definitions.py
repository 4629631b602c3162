"""`def`, `lambda`, `class` and `import` inside a body: the values they bind."""

from __future__ import annotations

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.facts.records import FunctionFacts
from saalint.interpret import transfer
from saalint.interpret.calling import calls
from saalint.interpret.domain.values import ClassReference, FunctionReference, Value
from saalint.interpret.language import names
from saalint.interpret.machine import Machine
from saalint.interpret.readers import responses


def function_value(machine: Machine, index: int) -> FunctionReference:
    """A function defined here, with what it closes over as it is now, and its defaults as they are now."""
    frame = machine.frame
    facts = machine.analysis.function(frame.module, index)
    captured = tuple(
        (name, value) for name in facts.free if (value := machine.variable(name)) is not None
    )
    # `lambda author=author: author.books`
    defaults = tuple(
        (parameter.name, transfer.evaluate(machine, parameter.default))
        for parameter in facts.parameters
        if parameter.default is not None and not isinstance(parameter.default, ex.Constant)
    )
    return FunctionReference(frame.module, index, frame.owner, frame.number, (*captured, *defaults))


def define_function(machine: Machine, index: int) -> None:
    """`def` in a body: bind what its decorators make of the function."""
    frame = machine.frame
    facts = machine.analysis.function(frame.module, index)
    if frame.function is None:
        # module level: `Symbols` finds it by name; its decorators may put it where others look for it
        machine.analysis.decorated(FunctionReference(frame.module, index, frame.owner))
        return
    function = function_value(machine, index)
    if responses.is_handler(machine, function):
        responses.define(machine, function)
    value: Value = function
    for decorator in reversed(facts.decorators):
        value = decorate(machine, transfer.evaluate(machine, decorator), value, facts)
    machine.bind(facts.name, value)


def decorate(machine: Machine, decorator: Value, value: Value, facts: FunctionFacts) -> Value:
    """What a decorator makes of a function."""
    return calls.apply_decorator(machine, decorator, value, facts.at)


def define_class(machine: Machine, index: int) -> None:
    """`class` in a function body: bind it where the project knows it."""
    frame = machine.frame
    if frame.function is None:
        return
    facts = machine.analysis.class_facts(frame.module, index)
    machine.bind(facts.name, ClassReference(f"{frame.module}.{facts.scope}"))


def run_import(machine: Machine, instruction: ins.Import) -> None:
    """`import` inside a function; at module level `Symbols` follows it."""
    if machine.frame.function is None:
        return
    symbols = machine.analysis.project.symbols
    module = machine.analysis.absolute_module(machine.frame.module, instruction)
    if instruction.member is None:
        target = module if instruction.bound != module.split(".")[0] else instruction.bound
        value = names.value_of(machine, machine.analysis.module_definition(target))
    else:
        value = names.value_of(
            machine, symbols.member(machine.analysis.module_definition(module), instruction.member)
        )
    machine.bind(instruction.bound, value)
