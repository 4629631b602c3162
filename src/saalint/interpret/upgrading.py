"""Legacy queries to the form that SQLAlchemy 2.0 has for them, written out for the very expression that runs them."""

from __future__ import annotations

from dataclasses import dataclass

from saalint.facts import expressions as ex
from saalint.facts.writing import written, written_arguments
from saalint.interpret import misuse, results
from saalint.interpret.events import SessionKind, SessionUse, UseKind
from saalint.interpret.machine import Machine
from saalint.interpret.values import EntityTarget, Reference, Statement
from saalint.source.positions import Place

_MOST_CHARACTERS = 160
_RENAMED = {"filter": "where"}


@dataclass(frozen=True, slots=True)
class _Rewritten:
    """A query as a statement, what it is run on, and the entity it began with."""

    statement: str
    session: str
    entity: str


_QUERIES = ("execute", "get", "refresh")


def note_operation(machine: Machine, session: Reference, operation: str, at: Place) -> None:
    """A sync session is used in a way that a project has to change when it becomes async."""
    known = machine.session(session)
    if not machine.analysis.settings.assume_async or not at:
        return
    if known is None or known.kind is not SessionKind.SYNC:
        return
    name = operation.partition(":")[0]
    is_expiring = name == "commit" and known.expire_on_commit is not False
    kind = UseKind.EXPIRING_COMMIT if is_expiring else UseKind.QUERY
    if is_expiring or name in _QUERIES:
        site = misuse.site(machine, at, 1)
        misuse.note(machine, SessionUse(site, kind=kind, method="", form=""))


def note_legacy(machine: Machine, query: Statement, method: str, at: Place) -> None:
    """A legacy query is run by a method; by being gone over where there is none."""
    if not at:
        return
    kind = UseKind.LEGACY_GET if method == "get" else UseKind.LEGACY_QUERY
    is_repeated = results.needs_unique(machine, query)
    form = _form(machine.evaluated, query, method, is_repeated=is_repeated)
    site = misuse.site(machine, at, max(len(method), 1))
    misuse.note(machine, SessionUse(site, kind=kind, method=method, form=form))


def _form(
    expression: ex.Expression | None, query: Statement, method: str, *, is_repeated: bool
) -> str:
    # the expression that is being evaluated, as far as it is this very call
    call = expression if isinstance(expression, ex.Call) else None
    if method:
        function = call.function if call is not None else None
        if not isinstance(function, ex.Attribute) or function.name != method or call is None:
            return ""
        rewritten = _rewritten(function.base, is_query=True)
        given = written_arguments(call.arguments, call.keywords)
    else:
        is_name = isinstance(expression, ex.Name)
        rewritten = None if expression is None else _rewritten(expression, is_query=is_name)
        given = ""
    if rewritten is None:
        return ""
    text = _run(rewritten, query, method, given, is_repeated=is_repeated)
    return text if len(text) <= _MOST_CHARACTERS else ""


def _rewritten(expression: ex.Expression, *, is_query: bool) -> _Rewritten | None:
    # a bare name at the beginning is a query only where the expression is known to be one
    match expression:
        case ex.Call(function=ex.Attribute(base=base, name="query"), arguments=arguments):
            given = written_arguments(arguments, ())
            return _Rewritten(f"select({given})", written(base), given)
        case ex.Attribute(base=base, name="query"):
            entity = written(base)
            return _Rewritten(f"select({entity})", "db.session", entity)
        case ex.Call(function=ex.Attribute(base=base, name=name)):
            inner = _rewritten(base, is_query=is_query)
            if inner is None:
                return None
            given = written_arguments(expression.arguments, expression.keywords)
            chained = f"{inner.statement}.{_RENAMED.get(name, name)}({given})"
            return _Rewritten(chained, inner.session, inner.entity)
        case ex.Name(name=name) if is_query:
            return _Rewritten(name, "session", "")
        case _:
            return None


def _run(
    rewritten: _Rewritten, query: Statement, method: str, given: str, *, is_repeated: bool
) -> str:
    statement, session = rewritten.statement, rewritten.session
    is_of_one = len(query.targets) == 1 and isinstance(query.targets[0], EntityTarget)
    run = "scalars" if is_of_one else "execute"
    unique = ".unique()" if is_repeated else ""
    match method:
        case "":
            return f"{session}.{run}({statement}){unique}"
        case "first":
            return f"{session}.{run}({statement}.limit(1)){unique}.first()"
        case "scalar":
            return f"{session}.scalar({statement})"
        case "get":
            return f"{session}.get({rewritten.entity}, {given})" if rewritten.entity else ""
        case "count":
            counted = f"select(func.count()).select_from({statement}.subquery())"
            return f"{session}.scalar({counted})"
        case "delete" if rewritten.entity:
            return f"{session}.execute({_changing(rewritten, 'delete')})"
        case "update" if rewritten.entity:
            return f"{session}.execute({_changing(rewritten, 'update')}.values({given}))"
        case "all" | "one" | "one_or_none":
            return f"{session}.{run}({statement}){unique}.{method}()"
        case _:
            return ""


def _changing(rewritten: _Rewritten, name: str) -> str:
    return rewritten.statement.replace("select(", f"{name}(", 1)
