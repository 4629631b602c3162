"""Functions that declare to return a schema to whether they may return entities all the same.

`async def users(self) -> list[UserOut]: return await self.repository.all()`: FastAPI makes schemas of what comes back,
and nothing else asks. A function that makes what it returns by calling a class keeps its word.
"""

from __future__ import annotations

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.facts.records import FunctionFacts
from saalint.interpret.calling.uses import last_names
from saalint.project.model import ProjectModel
from saalint.project.names import definitions as symbols


class ReturnedValues:
    """What the bodies of functions return, as far as their text tells."""

    def __init__(self, project: ProjectModel) -> None:
        self._symbols = project.symbols
        self._schemas = project.schemas
        self._known: dict[tuple[str, int], bool] = {}

    def may_break_word(self, module: str, facts: FunctionFacts) -> bool:
        """Whether a function that declares a schema returns something that it has not visibly made."""
        key = (module, facts.at)
        if key not in self._known:
            self._known[key] = self._breaks_word(module, facts)
        return self._known[key]

    def _breaks_word(self, module: str, facts: FunctionFacts) -> bool:
        if not any(self._is_schema(module, name) for name in last_names(facts.returns)):
            return False
        values: dict[str, list[ex.Expression | None]] = {}
        returned: list[ex.Expression] = []
        for node in ex.nodes_in(facts.body):
            match node:
                case ins.Assign(targets=(ex.Name(name=name),), value=value):
                    values.setdefault(name, []).append(value)
                case ins.Return(value=value) if value is not None:
                    returned.append(value)
        return not all(self._is_made(module, value, values, frozenset()) for value in returned)

    def _is_schema(self, module: str, name: str) -> bool:
        definition = self._symbols.lookup(module, name)
        if not isinstance(definition, symbols.ClassDefinition):
            return False
        return self._schemas.of_class(definition.name) is not None

    def _is_made(
        self,
        module: str,
        expression: ex.Expression | None,
        values: dict[str, list[ex.Expression | None]],
        visited: frozenset[str],
    ) -> bool:
        def all_made(*parts: ex.Expression | None) -> bool:
            return all(self._is_made(module, part, values, visited) for part in parts)

        match expression:
            case None | ex.Constant() | ex.Formatted() | ex.Mapping() | ex.Operation():
                return True
            case ex.Sequence(items=items):
                return all_made(*items)
            case ex.Comprehension(element=element):
                return all_made(element)
            case ex.Conditional(then=then, otherwise=otherwise):
                return all_made(then, otherwise)
            case ex.Call(function=function):
                return self._is_of_class(module, function)
            case ex.Name(name=name) if name in values and name not in visited:
                visited |= {name}
                return all_made(*values[name])
            case _:
                return False

    def _is_of_class(self, module: str, function: ex.Expression) -> bool:
        # `UserOut(…)`, `UserOut.model_validate(user)`
        owner = function.base if isinstance(function, ex.Attribute) else function
        for each in (function, owner):
            if isinstance(self._symbols.resolve(module, each), symbols.ClassDefinition):
                return True
        return False
