"""Text of a newer Python than ours: its names, parameters and places are those that the newer one sees."""

from __future__ import annotations

import pytest

from facts.lowered import facts
from saalint.facts.lowering import facts_of
from saalint.facts.records import FileFacts

TEXT = """
type Name = str | None
type Rows[T] = list[T]

class Repository[
    Model: (Base, Other),  # a mapped class
    *Rest,
    **Named,
](Generic):
    async def all[Key: Base = int](self, key: Key) -> Model: ...

    def first(self) -> Model:
        type = 3
        try:
            return self.rows[0, type]
        except IndexError, db.Missing: return None

@decorated
def one[Found](found: Found): type Local = Found; return found
"""


def test_names_parameters_and_places_are_kept() -> None:
    lowered = facts(TEXT)

    (repository,) = lowered.classes
    assert repository.type_parameters == ("Model", "Rest", "Named")
    assert len(repository.bases) == 1
    assert {function.scope: function.type_parameters for function in lowered.functions} == {
        "Repository.all": ("Key",),
        "Repository.first": (),
        "one": ("Found",),
    }
    lines = TEXT.split("\n")
    for function in lowered.functions:
        line, column = function.at >> 16, function.at & 0xFFFF
        assert lines[line - 1][column:].startswith(function.name)


@pytest.mark.parametrize(
    "text",
    ["class A[T: ...", "def f[T](: ...", "type X = = 1", "try: ...\nexcept A,: ..."],
)  # fmt: skip
def test_what_no_version_reads_is_said(text: str) -> None:
    assert not isinstance(facts_of(text), FileFacts)
