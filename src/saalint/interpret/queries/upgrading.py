"""Legacy queries to the form that SQLAlchemy 2.0 has for them, written out for the very expression that runs them."""

from __future__ import annotations

from dataclasses import dataclass

from saalint.facts import expressions as ex
from saalint.facts.writing import written, written_arguments
from saalint.interpret.domain.values import EntityTarget, Reference, Statement
from saalint.interpret.events import SessionKind, SessionUse, UseKind
from saalint.interpret.language import protocols
from saalint.interpret.machine import Machine
from saalint.interpret.queries import misuse, results
from saalint.interpret.record import replace
from saalint.library.api import SELECT, api
from saalint.library.operations import SessionVerb
from saalint.source.positions import Place

_MOST_CHARACTERS = 160
_RENAMED = {"filter": "where"}
_JOINS = ("join", "outerjoin")
_FILTERS = ("filter", "filter_by", "where", "execution_options")
# of a `Query` they make another query, of a `select()` something that has no entities any more
_SET_OPERATIONS = ("except_", "except_all", "intersect", "intersect_all", "union", "union_all")


@dataclass(frozen=True, slots=True)
class _Rewritten:
    """A query as a statement, what it is run on, and the entity it began with.

    `is_whole` holds where it begins with `session.query(…)` here, `is_only_filtered` where all its methods choose rows.
    """

    statement: str
    session: str
    entity: str
    end: str = ""
    has_join: bool = False
    is_only_filtered: bool = True
    is_whole: bool = False


_QUERIES = (SessionVerb.EXECUTE, SessionVerb.GET, SessionVerb.REFRESH)


def note_operation(machine: Machine, session: Reference, verb: SessionVerb, at: Place) -> None:
    """A sync session is used in a way that a project has to change when it becomes async."""
    known = machine.session(session)
    if not machine.analysis.settings.assume_async or not at:
        return
    if known is None or known.kind is not SessionKind.SYNC:
        return
    is_expiring = verb is SessionVerb.COMMIT and known.expire_on_commit is not False
    kind = UseKind.EXPIRING_COMMIT if is_expiring else UseKind.QUERY
    if is_expiring or verb in _QUERIES:
        site = misuse.site(machine, at, 1)
        misuse.note(machine, SessionUse(site, kind=kind, method="", form=""))


def note_legacy(machine: Machine, query: Statement, method: str, at: Place) -> None:
    """A legacy query is run by a method; by being gone over where there is none."""
    if not at:
        return
    if not method and machine.evaluated is not None:
        # it is gone over where it is written, not where the loop or the comprehension begins
        at = protocols.place_of(machine.evaluated)
    kind = UseKind.LEGACY_GET if method == "get" else UseKind.LEGACY_QUERY
    rewritten, given = _evaluated(machine.evaluated, method)
    is_repeated = results.needs_unique(machine, query) or _hides_repetitions(rewritten, query)
    form = (
        "" if rewritten is None else _run(rewritten, query, method, given, is_repeated=is_repeated)
    )
    form = form if len(form) <= _MOST_CHARACTERS else ""
    run = _way_to_run(query) if rewritten is not None and rewritten.is_whole else ""
    site = misuse.site(machine, at, max(len(method), 1))
    use = SessionUse(site, kind=kind, method=method, form=form, run=run, is_repeated=is_repeated)
    misuse.note(machine, use)


def _hides_repetitions(rewritten: _Rewritten | None, query: Statement) -> bool:
    # each row of a join is a row of the result, and `Query` drops the objects that it has given already
    has_entities = any(isinstance(target, EntityTarget) for target in query.targets)
    return rewritten is not None and rewritten.has_join and has_entities


def _way_to_run(query: Statement) -> str:
    is_of_one = len(query.targets) == 1 and isinstance(query.targets[0], EntityTarget)
    return "scalars" if is_of_one else "execute"


def _evaluated(expression: ex.Expression | None, method: str) -> tuple[_Rewritten | None, str]:
    # the expression that is being evaluated, as far as it is this very call
    if not method and isinstance(expression, ex.Subscript):
        return _cut(expression), ""
    if not method:
        is_name = isinstance(expression, ex.Name)
        return (None if expression is None else _rewritten(expression, is_query=is_name)), ""
    match expression:
        case ex.Call(function=ex.Attribute(name="update" | "delete"), keywords=(_, *_)):
            # `synchronize_session=False` is an execution option in 2.0, and no value
            return None, ""
        case ex.Call(function=ex.Attribute(base=base, name=name)) if name == method:
            given = written_arguments(expression.arguments, expression.keywords)
            return _rewritten(base, is_query=True), given
        case _:
            return None, ""


def _cut(expression: ex.Subscript) -> _Rewritten | None:
    """`query[0:5]`, and `query[3]`, which is the one row of `query[3:4]`."""
    found = _rewritten(expression.base, is_query=isinstance(expression.base, ex.Name))
    if found is None:
        return None
    match expression.index:
        case ex.Slice(lower=None, upper=ex.Constant(value=int(after))):
            bounds, end = f"0, {after}", ".all()"
        case ex.Slice(lower=ex.Constant(value=int(first)), upper=ex.Constant(value=int(after))):
            bounds, end = f"{first}, {after}", ".all()"
        case ex.Constant(value=int(first)):
            bounds, end = f"{first}, {first + 1}", ".one()"
        case _:
            return None
    return replace(found, statement=f"{found.statement}.slice({bounds})", end=end, is_whole=False)


def _rewritten(expression: ex.Expression, *, is_query: bool) -> _Rewritten | None:
    # a bare name at the beginning is a query only where the expression is known to be one
    match expression:
        case ex.Call(function=ex.Attribute(base=base, name="query"), arguments=arguments):
            given = written_arguments(arguments, ())
            return _Rewritten(f"select({given})", written(base), given, is_whole=True)
        case ex.Attribute(base=base, name="query"):
            entity = written(base)
            return _Rewritten(f"select({entity})", "db.session", entity)
        case ex.Call(function=ex.Attribute(base=base, name=name)):
            inner = _rewritten(base, is_query=is_query)
            if inner is None or name not in api()[SELECT].methods or name in _SET_OPERATIONS:
                return None
            given = written_arguments(expression.arguments, expression.keywords)
            chained = f"{inner.statement}.{_RENAMED.get(name, name)}({given})"
            has_join = inner.has_join or name in _JOINS
            is_only_filtered = inner.is_only_filtered and name in _FILTERS
            return replace(
                inner, statement=chained, has_join=has_join, is_only_filtered=is_only_filtered
            )
        case ex.Name(name=name) if is_query:
            return _Rewritten(name, "session", "")
        case _:
            return None


def _run(
    rewritten: _Rewritten, query: Statement, method: str, given: str, *, is_repeated: bool
) -> str:
    statement, session = rewritten.statement, rewritten.session
    run = _way_to_run(query)
    unique = ".unique()" if is_repeated else ""
    match method:
        case "":
            return f"{session}.{run}({statement}){unique}{rewritten.end}"
        case "first":
            return f"{session}.{run}({statement}.limit(1)){unique}.first()"
        case "scalar":
            return f"{session}.scalar({statement})"
        case "get":
            return f"{session}.get({rewritten.entity}, {given})" if rewritten.entity else ""
        case "count":
            counted = f"select(func.count()).select_from({statement}.subquery())"
            return f"{session}.scalar({counted})"
        case "delete" if rewritten.entity and rewritten.is_only_filtered:
            return f"{session}.execute({_changing(rewritten, 'delete')})"
        case "update" if rewritten.entity and rewritten.is_only_filtered:
            return f"{session}.execute({_changing(rewritten, 'update')}.values({given}))"
        case "all" | "one" | "one_or_none":
            return f"{session}.{run}({statement}){unique}.{method}()"
        case _:
            return ""


def _changing(rewritten: _Rewritten, name: str) -> str:
    return rewritten.statement.replace("select(", f"{name}(", 1)
