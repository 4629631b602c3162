"""Templates become facts: names stand where the text has them, and no text makes lowering fail."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saalint.facts import expressions as ex
from saalint.facts.code import Code
from saalint.facts.lowering.templates import template_facts
from saalint.source.positions import column_of, line_of

PIECES = st.sampled_from(
    [
        "{{", "}}", "{%", "%}", "{%-", "-%}", "{#", "#}", " ", "\n", "\r\n", "\t", "x", ".name", "['a']", "|length",
        "|map(attribute='a.b')", " if ", " else ", "endif", "for x in y", "endfor", "set a = b", "block c", "endblock",
        "macro m(a, b=1)", "endmacro", "extends 'a'", "include x", "import 'a' as b", "call m()", "endcall", "trans",
        "endtrans", "own", "é", "raw", "endraw", "'", '"', "(", ")", "=", ",", "loop(x)", "super()", "self.c()",
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "a {{ author.books }}",
        "{%- if x -%}\n\n  {{- author.books|length -}} {% endif %}",
        "{# a\ncomment #}{% raw %}{{ author.books }}{% endraw %}\n\t{{ author.books }}",
        "é {% unknown author.books %}{{ author.books }}",
        "{% trans n=author.books|length %}one{% pluralize %}{{ n }}{% endtrans %}",
    ],
)
def test_names_stand_where_the_text_has_them(text: str) -> None:
    facts = template_facts(text, ()).facts

    assert facts is not None
    at = attribute_in(facts)
    line = text.splitlines()[line_of(at) - 1]
    assert line[column_of(at) :].startswith("books")
    assert text.count("\n", 0, text.rindex("books")) + 1 == line_of(at)


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=150, deadline=None)
def test_no_text_makes_lowering_fail(text: str) -> None:
    found = template_facts(text, ())

    assert found.facts is not None or found.failures


def attribute_in(node: object) -> int:
    """Where the last attribute is read."""
    found = [0]
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, ex.Attribute):
            found.append(current.at)
        if isinstance(current, tuple):
            pending.extend(current)
        elif isinstance(current, ex.Node):
            pending.extend(getattr(current, name) for name in current.__struct_fields__)
        if isinstance(current, Code):
            pending.append(current.block)
    return max(found)
