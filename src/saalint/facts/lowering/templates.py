"""The text of a Jinja template to `FileFacts`, as if it were a module whose first function renders it.

The parameters of that function are the names that the template takes from its context. Blocks, macros and the bodies of
`call` are functions too. What a template has of Jinja (filters, tests, tags, globals) it imports, so that `library/`
says what they mean.
"""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from saalint.facts.expressions import Constant, Entry, Mapping, Name
from saalint.facts.instructions import (
    Block,
    DefineFunction,
    Evaluate,
    Import,
    Return,
)
from saalint.facts.lowering.scope import Scope
from saalint.facts.lowering.template_scope import TemplateDraft, TemplateScope
from saalint.facts.lowering.template_statements import block, call, define
from saalint.facts.records import FileFacts, Parameter, ParameterKind, TemplateFacts
from saalint.facts.template_names import (
    BLOCKS,
    EXTENDS,
    IMPORT,
    INCLUDE,
    PARENT,
    is_of_template,
)
from saalint.source.jinja import parse
from saalint.source.templates import TemplateFailure

_TAGS = {
    INCLUDE: ("jinja2.nodes", "Include"),
    EXTENDS: ("jinja2.nodes", "Extends"),
    IMPORT: ("jinja2.nodes", "Import"),
    BLOCKS: ("jinja2.nodes", "Block"),
}


def template_facts(text: str, known_tags: tuple[str, ...]) -> TemplateFacts:
    """The facts of one template. Never raises."""
    parsed = parse(text, known_tags)
    if parsed.tree is None:
        return TemplateFacts(None, parsed.failures)
    try:
        return TemplateFacts(_lowered(parsed.tree), parsed.failures)
    except RecursionError:
        too_deep = TemplateFailure("too deeply nested", "exclude it", parsed.tree.lineno)
        return TemplateFacts(None, (*parsed.failures, too_deep))


def _lowered(tree: nodes.Template) -> FileFacts:
    draft = TemplateDraft()
    definitions = draft.definitions
    index = definitions.reserve_function()
    scope = TemplateScope(
        draft=draft, function=Scope(definitions), index=index, names={}, is_top=True
    )
    body = _whole(block(tree.body, scope), draft)
    exported = tuple(_exported(scope))
    define(scope, "template", tuple(_context(scope)), (*body, *exported), tree)
    imports = tuple(
        [
            Import(module, member, bound, 0, 0)
            for bound, (module, member) in sorted({**draft.library, **_TAGS}.items())
        ]
    )
    return FileFacts(
        functions=tuple([each for each in definitions.functions if each is not None]),
        classes=(),
        imports=imports,
        body=(*imports, *[DefineFunction(macro) for macro in draft.macros]),
        exports=None,
        suppressions=(),
        mentions_orm=False,
    )


def _whole(body: Block, draft: TemplateDraft) -> Block:
    before = (Evaluate(call(BLOCKS, (), 0)),) if draft.has_blocks else ()
    after = (Evaluate(call(EXTENDS, (Name(PARENT, 0),), 0)),) if draft.has_parent else ()
    return (*before, *body, *after)


def _context(scope: TemplateScope) -> Iterator[Parameter]:
    """The names that the template takes from outside, filters and tests of its environment among them."""
    for name in sorted(scope.function.reads):
        if not is_of_template(name):
            yield Parameter(name, ParameterKind.KEYWORD_ONLY, None, None, 0)


def _exported(scope: TemplateScope) -> Iterator[Return]:
    """What `import` finds in the template: its macros, and what it sets at the top."""
    names = [
        name
        for name in sorted(scope.function.bound)
        if not is_of_template(name) and not name.startswith("_")
    ]
    if names:
        entries = tuple([Entry(Constant(name, 0), Name(name, 0)) for name in names])
        yield Return(Mapping(entries, 0), 0)
