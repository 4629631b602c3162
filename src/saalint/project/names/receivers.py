"""Methods of a library's objects to their canonical name, wherever the object is held: `self.router.add_api_route`.

An object is known by the class it is made of, or is declared to be: in a field, a class body, a parameter, or by
inheriting that class.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.facts.expressions import Attribute, Call, Expression, Name
from saalint.facts.instructions import Assign
from saalint.facts.lowering.definitions import flattened
from saalint.facts.records import FunctionFacts
from saalint.project.names.classes import Classes, ClassInfo
from saalint.project.names.definitions import Definition, External, Undefined
from saalint.project.names.symbols import Symbols


class Receivers:
    """The objects of a project that libraries define, each found when first asked."""

    def __init__(self, symbols: Symbols, classes: Classes) -> None:
        self._symbols = symbols
        self._classes = classes
        self._functions: dict[str, dict[str, FunctionFacts]] = {}
        self._fields: dict[tuple[str, str], str | None] = {}

    def resolve(self, module: str, expression: Expression, scope: str) -> Definition:
        """What a dotted expression means in a scope, the methods of such an object among it."""
        found = self._symbols.resolve(module, expression, scope)
        if not isinstance(found, Undefined) or not isinstance(expression, Attribute):
            return found
        kind = self._kind(module, expression.base, scope)
        return found if kind is None else self._symbols.member(External(kind), expression.name)

    def class_of_receiver(self, module: str, name: str, scope: str) -> str | None:
        """The class of which a name is the receiver in a method, or in a function inside one."""
        for around, facts in self._around(module, scope):
            if facts.owner is not None and facts.parameters and facts.parameters[0].name == name:
                return f"{module}.{around.rpartition('.')[0]}"
        return None

    def _around(self, module: str, scope: str) -> Iterator[tuple[str, FunctionFacts]]:
        if module not in self._functions:
            found = self._symbols.module(module)
            functions = () if found is None else found.facts.functions
            self._functions[module] = {facts.scope: facts for facts in functions}
        while scope:
            function = self._functions[module].get(scope)
            if function is not None:
                yield scope, function
            scope = scope.rpartition(".")[0]

    def _kind(self, module: str, held: Expression, scope: str) -> str | None:
        match held:
            case Attribute(base=Name(name=receiver), name=field):
                owner = self.class_of_receiver(module, receiver, scope)
                return None if owner is None else self._of_field(owner, field)
            case Name(name=name):
                owner = self.class_of_receiver(module, name, scope)
                if owner is not None:
                    return self._outside_base(owner)
                own = f"{module}.{scope}"
                if self._classes.info(own) is not None:
                    # `@router.get("/books")` in the body of a class that binds `router`
                    return self._of_field(own, name)
                return self._of_parameter(module, name, scope)
            case _:
                return None

    def _outside_base(self, owner: str) -> str | None:
        outside = (name for name in self._classes.mro(owner) if self._classes.info(name) is None)
        return next(outside, None)

    def _of_parameter(self, module: str, name: str, scope: str) -> str | None:
        for around, facts in self._around(module, scope):
            for parameter in facts.parameters:
                if parameter.name == name:
                    return self._class_named(module, parameter.annotation, around)
        return None

    def _of_field(self, owner: str, field: str) -> str | None:
        key = (owner, field)
        if key not in self._fields:
            self._fields[key] = next(self._classes_of_field(owner, field), None)
        return self._fields[key]

    def _classes_of_field(self, owner: str, field: str) -> Iterator[str]:
        for name in self._classes.mro(owner):
            info = self._classes.info(name)
            for annotation, value in () if info is None else _set(self._symbols, info, field):
                assert info is not None
                made = value.function if isinstance(value, Call) else None
                for each in (annotation, made):
                    found = self._class_named(info.module, each, info.facts.scope)
                    if found is not None:
                        yield found

    def _class_named(self, module: str, expression: Expression | None, scope: str) -> str | None:
        found = None if expression is None else self._symbols.resolve(module, expression, scope)
        return found.name if isinstance(found, External) else None


def _set(
    symbols: Symbols, info: ClassInfo, field: str
) -> Iterator[tuple[Expression | None, Expression | None]]:
    """What a class declares a field to be and sets it to, in its body and in its methods."""
    for facts in info.facts.fields:
        if facts.name == field:
            yield facts.annotation, facts.value
    module = symbols.module(info.module)
    for _, index in info.facts.methods if module is not None else ():
        assert module is not None
        method = module.facts.functions[index]
        own = method.parameters[0].name if method.parameters else ""
        for instruction in flattened(method.body) if field in method.attributes else ():
            match instruction:
                case Assign(
                    targets=(Attribute(base=Name(name=receiver), name=name),), value=value
                ) if receiver == own and name == field:
                    yield instruction.annotation, value
                case _:
                    continue
