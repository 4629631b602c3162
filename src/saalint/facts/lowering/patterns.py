"""The patterns of `match` to `facts.instructions`."""

from __future__ import annotations

import ast

from saalint.facts.expressions import Constant
from saalint.facts.instructions import (
    CapturePattern,
    ClassPattern,
    EitherPattern,
    MappingPattern,
    Pattern,
    SequencePattern,
    ValuePattern,
)
from saalint.facts.lowering.dispatch import expression, expressions, place_of
from saalint.facts.lowering.scope import Scope


def pattern(node: ast.pattern, scope: Scope) -> Pattern:
    """One pattern; the names it captures are bound in the scope."""
    match node:
        case ast.MatchValue(value=value):
            return ValuePattern(expression(value, scope))
        case ast.MatchSingleton(value=constant):
            return ValuePattern(Constant(constant, place_of(node)))
        case ast.MatchSequence(patterns=parts):
            return SequencePattern(_patterns(parts, scope))
        case ast.MatchMapping(keys=keys, patterns=parts, rest=rest):
            if rest is not None:
                scope.bind(rest)
            return MappingPattern(expressions(keys, scope), _patterns(parts, scope), rest)
        case ast.MatchClass(cls=kind, patterns=parts, kwd_attrs=names, kwd_patterns=keyed):
            return ClassPattern(
                expression(kind, scope),
                _patterns(parts, scope),
                tuple(names),
                _patterns(keyed, scope),
            )
        case ast.MatchStar(name=name):
            return _capture(name, None, scope, is_rest=True)
        case ast.MatchAs(name=name, pattern=inner):
            return _capture(name, inner, scope, is_rest=False)
        case ast.MatchOr(patterns=parts):
            return EitherPattern(_patterns(parts, scope))
    raise TypeError(type(node).__name__)


def _patterns(nodes: list[ast.pattern], scope: Scope) -> tuple[Pattern, ...]:
    return tuple([pattern(node, scope) for node in nodes])


def _capture(
    name: str | None, inner: ast.pattern | None, scope: Scope, *, is_rest: bool
) -> CapturePattern:
    lowered = None if inner is None else pattern(inner, scope)
    if name is not None:
        scope.bind(name)
    return CapturePattern(name, lowered, is_rest)
