"""The project model held against SQLAlchemy itself: each text is executed, configured, inspected and compared."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import clear_mappers

from project.attribute_texts import ATTRIBUTES
from project.class_texts import CLASSES
from project.described import by_model, by_sqlalchemy, differences, executed, project
from project.text_parts import IMPORTS

TEXTS = {**ATTRIBUTES, **CLASSES}


@pytest.fixture(autouse=True)
def _unmapped() -> Iterator[None]:
    # other tests of the same process leave classes behind whose neighbours are gone
    clear_mappers()
    yield
    clear_mappers()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_the_model_says_what_sqlalchemy_says(text: str) -> None:
    files = {"models": IMPORTS + text}

    with executed(files) as classes:
        expected = by_sqlalchemy(classes)

    assert expected
    assert list(differences(expected, by_model(project(files)))) == []
