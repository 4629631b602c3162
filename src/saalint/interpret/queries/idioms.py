"""Calls in the form of SQLAlchemy 1.x to the form that 2.0 has for them, written out for the very expression."""

from __future__ import annotations

from saalint.facts import expressions as ex
from saalint.facts.writing import written, written_arguments
from saalint.interpret.domain.values import EntityTarget, Literal, Statement, Value
from saalint.interpret.events import Idiom, LegacyIdiom
from saalint.interpret.machine import Machine
from saalint.interpret.queries import misuse
from saalint.project.mapped import Mapper
from saalint.source.positions import Place

_JOINS = ("join", "outerjoin")
_MOST_CHARACTERS = 160


def selected(machine: Machine, at: Place) -> None:
    """`select([Author.id])` is called."""
    match _call(machine, at):
        case ex.Call(function=function, arguments=(ex.Sequence(kind="list", items=items),)) as call:
            listed = ", ".join(written(item) for item in items)
            _note(machine, Idiom.LISTED_SELECT, at, written(call), f"{written(function)}({listed})")
        case _:
            return


def executed(machine: Machine, statement: Value, at: Place) -> None:
    """A session executes a statement, which may be a plain text."""
    call = _call(machine, at)
    if call is None or not isinstance(statement, Literal) or not isinstance(statement.value, str):
        return
    if not isinstance(call.function, ex.Attribute) or not call.arguments:
        return
    first, *rest = (written_arguments((argument,), ()) for argument in call.arguments)
    given = ", ".join([f"text({first})", *rest, written_arguments((), call.keywords)])
    form = f"{written(call.function)}({given.removesuffix(', ')})"
    _note(machine, Idiom.PLAIN_TEXT, at, written(call), form)


def executed_by_engine(machine: Machine, at: Place) -> None:
    """`engine.execute(…)` is called, which opened a connection by itself and closed it with the result."""
    call = _call(machine, at)
    if call is None or not isinstance(call.function, ex.Attribute):
        return
    given = written_arguments(call.arguments, call.keywords)
    if call.arguments and isinstance(call.arguments[0], ex.Constant):
        given = f"text({given})"
    opened = f"with {written(call.function.base)}.begin() as connection:"
    form = f"{opened} connection.execute({given})"
    _note(machine, Idiom.ENGINE_EXECUTE, at, written(call), form)


def extended(machine: Machine, statement: Statement, name: str) -> None:
    """`statement.options("…")` or `statement.join("…")` is called."""
    call = machine.evaluated
    if not isinstance(call, ex.Call) or not isinstance(call.function, ex.Attribute):
        return
    target = statement.targets[0] if statement.targets else None
    mapper = (
        machine.analysis.mappers.get(target.mapper) if isinstance(target, EntityTarget) else None
    )
    if mapper is None or call.function.name != name:
        return
    if name in _JOINS:
        _joined(machine, call, mapper)
    elif name == "options":
        for argument in call.arguments:
            _option(machine, argument, mapper)


def _joined(machine: Machine, call: ex.Call, mapper: Mapper) -> None:
    assert isinstance(call.function, ex.Attribute)
    names = [part.value for part in call.arguments if isinstance(part, ex.Constant)]
    if not names or len(names) != len(call.arguments) or call.keywords:
        return
    name = call.function.name
    joins: list[str] = []
    current: Mapper | None = mapper
    for text in names:
        step = _step(machine, current, str(text))
        if step is None:
            return
        attribute, current = step
        joins.append(f".{name}({attribute})")
    given = written_arguments(call.arguments, ())
    _note(machine, Idiom.STRING_JOIN, call.at, f".{name}({given})", "".join(joins))


def _option(machine: Machine, expression: ex.Expression, mapper: Mapper) -> None:
    path = _path_of(expression)
    if not path or not isinstance(expression, ex.Call):
        return
    links: list[str] = []
    current: Mapper | None = mapper
    for loader, argument in path:
        if not isinstance(argument, ex.Constant) or not isinstance(argument.value, str):
            return
        *way, last = argument.value.split(".")
        for name in (*way, last):
            step = _step(machine, current, name)
            if step is None:
                return
            attribute, current = step
            links.append(f"{loader}({attribute})")
    _note(machine, Idiom.STRING_OPTION, expression.at, written(expression), ".".join(links))


def _path_of(expression: ex.Expression) -> list[tuple[str, ex.Expression]]:
    # `joinedload("books").joinedload("publisher")`: the loaders with what each is given, outermost first
    match expression:
        case ex.Call(function=ex.Attribute(base=ex.Call() as inner, name=name), arguments=(one,)):
            before = _path_of(inner)
            return [*before, (name, one)] if before else []
        case ex.Call(function=ex.Name() | ex.Attribute() as function, arguments=(one,)):
            return [(written(function), one)]
        case _:
            return []


def _step(machine: Machine, mapper: Mapper | None, name: str) -> tuple[str, Mapper | None] | None:
    relationship = mapper.relationships.get(name) if mapper is not None else None
    if mapper is None or relationship is None:
        return None
    target = relationship.target
    behind = machine.analysis.mappers.get(target) if isinstance(target, str) else None
    return f"{mapper.class_name}.{name}", behind


def _call(machine: Machine, at: Place) -> ex.Call | None:
    # the expression that is being evaluated, as far as it is this very call
    call = machine.evaluated
    return call if isinstance(call, ex.Call) and call.at == at else None


def _note(machine: Machine, idiom: Idiom, at: Place, used: str, form: str) -> None:
    if len(used) > _MOST_CHARACTERS or len(form) > _MOST_CHARACTERS:
        used, form = f"{used[:_MOST_CHARACTERS]}…", ""
    site = misuse.site(machine, at, 1)
    misuse.note(machine, LegacyIdiom(site, idiom=idiom, used=used, form=form))
