"""Instructions and expressions to changes of the machine: dispatch only; each kind of thing has its own module."""

from __future__ import annotations

from typing import assert_never

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.interpret.calling import calls, failures
from saalint.interpret.domain.values import NONE, Tuple, Unknown, Value, literal
from saalint.interpret.language import (
    assignment,
    attributes,
    comprehensions,
    control,
    coroutines,
    definitions,
    names,
    operators,
    patterns,
    subscripts,
    waiting,
)
from saalint.interpret.machine import Machine


def run_block(machine: Machine, block: ins.Block) -> None:
    """Run instructions in order, until one does not come out."""
    for instruction in block:
        if not machine.is_alive:
            return
        machine.tick()
        run(machine, instruction)


def run(machine: Machine, instruction: ins.Instruction) -> None:
    """Run one instruction."""
    match instruction:
        case ins.Evaluate(value=value):
            coroutines.left(machine, value, evaluate(machine, value))
        case ins.Assign():
            assignment.run_assign(machine, instruction)
        case ins.If():
            control.run_if(machine, instruction)
        case ins.Return(value=value, at=at):
            control.run_return(machine, NONE if value is None else evaluate(machine, value), at)
        case ins.For():
            control.run_for(machine, instruction)
        case ins.With():
            control.run_with(machine, instruction)
        case ins.Try():
            control.run_try(machine, instruction)
        case ins.Raise(value=value):
            failures.run_raise(machine, value)
        case ins.AugmentedAssign():
            assignment.run_augmented(machine, instruction)
        case ins.While():
            control.run_while(machine, instruction)
        case ins.Assert(test=test):
            control.run_assert(machine, test)
        case ins.Delete(targets=targets):
            for target in targets:
                assignment.delete(machine, target)
        case ins.Jump(kind=kind):
            control.run_jump(machine, kind)
        case ins.Match():
            patterns.run_match(machine, instruction)
        case ins.DefineFunction(function=index):
            definitions.define_function(machine, index)
        case ins.DefineClass(definition=index):
            definitions.define_class(machine, index)
        case ins.Import():
            definitions.run_import(machine, instruction)
        case _:
            assert_never(instruction)


def evaluate(machine: Machine, expression: ex.Expression) -> Value:
    """The value of an expression; its reads and calls happen on the way."""
    match expression:
        case ex.Name(name=name):
            return names.lookup(machine, name)
        case ex.Attribute():
            return attributes.read_expression(machine, expression)
        case ex.Call():
            return calls.call_expression(machine, expression)
        case ex.Constant(value=value):
            return Unknown("`...`") if expression.is_ellipsis else literal(value)
        case ex.Await():
            return waiting.wait_expression(machine, expression)
        case ex.Subscript():
            return subscripts.read(machine, expression)
        case ex.Operation():
            return operators.operate(machine, expression)
        case ex.Logical():
            return operators.logical(machine, expression)
        case ex.Conditional():
            return control.conditional(machine, expression)
        case ex.Formatted():
            return operators.formatted(machine, expression)
        case ex.Sequence():
            return operators.display(machine, expression)
        case ex.Mapping():
            return operators.mapping(machine, expression)
        case ex.Comprehension():
            return comprehensions.comprehend(machine, expression)
        case ex.Lambda(function=index):
            return definitions.function_value(machine, index)
        case ex.NamedExpression(target=target, value=value):
            found = evaluate(machine, value)
            machine.bind(target.name, found)
            return found
        case ex.Yield():
            return control.run_yield(machine, expression)
        case ex.Starred(value=value):
            return evaluate(machine, value)
        case ex.Slice(lower=lower, upper=upper):
            bounds = [evaluate(machine, bound) for bound in (lower, upper) if bound is not None]
            return Tuple(tuple(bounds))
        case ex.Opaque(reason=reason, parts=parts):
            for part in parts:
                evaluate(machine, part)
            return Unknown(reason)
        case _:
            assert_never(expression)
