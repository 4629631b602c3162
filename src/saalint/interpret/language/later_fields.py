"""A field that a constructor leaves as a constant to what it is once another method of the class has set it.

class Database:
    def __init__(self) -> None:
        self.maker: async_sessionmaker[AsyncSession] | None = None
    def connect(self, url: str) -> None:
        self.maker = async_sessionmaker(create_async_engine(url))

Who is given such an object, or finds it in a module, does not see whether that method has been called.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.interpret import transfer
from saalint.interpret.domain.heap import Instance
from saalint.interpret.domain.values import Literal, Reference, Unknown, Value, union
from saalint.interpret.machine import Machine


def opened(machine: Machine, class_name: str, name: str, value: Value) -> Value:
    """A value that a constructor left in a field, or what the other methods of the class put there."""
    if not isinstance(value, Literal):
        return value
    known = machine.analysis.later_fields
    key = (class_name, name)
    if key not in known:
        known[key] = ()
        known[key] = tuple(_set_by_methods(machine, class_name, name))
    return union((value, *known[key]))


def of_module(machine: Machine, reference: Reference, thing: Instance, name: str) -> Value | None:
    """A field of an object; of one that a module made, and that is as the module left it, opened."""
    value = thing.get(name)
    if value is None or reference.location >= 0:
        return value
    is_untouched = machine.analysis.memory.read(reference.location) is thing
    return opened(machine, thing.class_name, name, value) if is_untouched else value


def _set_by_methods(machine: Machine, class_name: str, name: str) -> Iterator[Value]:
    analysis = machine.analysis
    for owner in analysis.project.classes.mro(class_name):
        info = analysis.project.classes.info(owner)
        for method, index in info.facts.methods if info is not None else ():
            assert info is not None
            facts = analysis.function(info.module, index)
            own = facts.parameters[0].name if facts.parameters else ""
            if own not in facts.filled:
                continue
            for assigned in _assignments(facts.body, own, name):
                with analysis.in_module(info.module) as runner:
                    value = _value_of(runner, assigned)
                if value is not None and (method != "__init__" or not isinstance(value, Literal)):
                    yield value


def _assignments(body: ins.Block, own: str, name: str) -> Iterator[ins.Assign]:
    for node in ex.nodes_in(body):
        match node:
            case ins.Assign(targets=targets):
                for target in targets:
                    match target:
                        case ex.Attribute(base=ex.Name(name=base), name=field) if (
                            base == own and field == name
                        ):
                            yield node


def _value_of(machine: Machine, assigned: ins.Assign) -> Value | None:
    match assigned.value:
        case None | ex.Constant(value=None):
            return None
        case ex.Await() | ex.Yield():
            return Unknown("what a method waits for, and keeps")
        case value:
            found = transfer.evaluate(machine, value)
            # each object that opens a session has its own
            is_session = machine.session(found) is not None
            return Unknown("a session that a method opens") if is_session else found
