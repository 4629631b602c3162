"""Which functions make what reads objects: `def environment() -> Environment`, `def schema(): return AuthorSchema()`.

No entity is in them, so nothing tells that they matter (`relevance.py`). They are entered where they are called, and
never run for their own sake.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.interpret.calling.harmless import HarmlessResults
from saalint.interpret.calling.uses import Class, Function, User, Uses, last_names
from saalint.library.frameworks import frameworks
from saalint.library.readers import readers_of_libraries
from saalint.project.model import ProjectModel
from saalint.project.names import definitions as symbols


def makers(project: ProjectModel, uses: Uses) -> frozenset[Function]:
    """The functions that give what reads objects, and those that leave it in their own object."""
    return frozenset(_Makers(project, uses).followed())


class _Makers:
    def __init__(self, project: ProjectModel, uses: Uses) -> None:
        self._project = project
        self._uses = uses
        self._classes: set[str] = set()
        self._harmless = HarmlessResults(project.symbols, self._is_reader)

    def followed(self) -> set[Function]:
        """The functions that name what reads, and those that use these."""
        found: set[Function] = set()
        queue = [*self._uses.making, *self._users_of_schemas()]
        while queue:
            user = queue.pop()
            if not isinstance(user, Function) or user in found:
                continue
            is_giving, is_filling = self._is_giving(user), self._is_filling(user)
            if is_giving or is_filling:
                found.add(user)
            if is_giving:
                queue.extend(self._uses.users(user))
            owner = self._uses.owner(user)
            if is_filling and owner is not None and owner not in self._classes:
                self._classes.add(owner)
                queue.extend(self._uses.users(Class(owner)))
        return found

    def _users_of_schemas(self) -> Iterator[User]:
        # most functions that use a schema use several
        others: dict[Function, None] = {}
        for used in self._uses.classes():
            if used.name in self._uses.mapped or not self._is_schema(used):
                continue
            users = self._uses.users(used)
            if self._is_reader(used.name):
                yield from users
            else:
                others.update(dict.fromkeys(each for each in users if isinstance(each, Function)))
        yield from filter(self._gives_class, others)

    def _is_schema(self, definition: symbols.Definition) -> bool:
        if not isinstance(definition, Class):
            return False
        return self._project.schemas.of_class(definition.name) is not None

    def _gives_class(self, function: Function) -> bool:
        """Whether a schema itself is returned: `AuthorOut if is_full else AuthorBrief`, `SCHEMAS[name]`."""
        names = self._project.symbols
        facts = self._uses.functions[function]
        for node in ex.nodes_in(facts.body) if facts.is_giving else ():
            for name in _named(node.value) if isinstance(node, ins.Return) else ():
                found = names.lookup(function.module, name)
                if self._is_schema(found):
                    return True
                if isinstance(found, symbols.VariableDefinition) and any(
                    self._is_schema(names.lookup(found.module, each))
                    for binding in names.assignments(found)
                    for each in last_names(binding.value)
                ):
                    return True
        return False

    def _is_giving(self, function: Function) -> bool:
        facts = self._uses.functions[function]
        if not facts.is_giving and not facts.is_generator:
            return False
        owner = self._uses.owner(function)
        return not self._harmless.is_harmless(function.module, facts.returns, owner)

    def _is_filling(self, function: Function) -> bool:
        facts = self._uses.functions[function]
        is_method = self._uses.owner(function) is not None and bool(facts.parameters)
        return is_method and facts.parameters[0].name in facts.filled

    def _is_reader(self, name: str) -> bool:
        if name in self._classes or name in readers_of_libraries():
            return True
        # an object whose class declares its fields by types holds what was read: it reads no other
        kinds = frameworks().schemas
        above = self._project.classes.mro(name)
        return any(kind in kinds and kinds[kind].described for kind in above)


def _named(value: ex.Expression | None) -> Iterator[str]:
    """The names that are returned as they are, not called: one of them, or an item of one."""
    match value:
        case ex.Name(name=name) | ex.Subscript(base=ex.Name(name=name)):
            yield name
        case ex.Conditional(then=then, otherwise=otherwise):
            yield from _named(then)
            yield from _named(otherwise)
        case _:
            return
