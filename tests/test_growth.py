"""The work of an analysis grows with the size of a project, no faster: counted in instructions, so exact."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import analyse
from models_text import MODELS
from saalint.interpret import transfer

SHARED = """
def shared(author):
    return author.id
"""
PART = """
async def load{n}(session: AsyncSession):
    return await session.scalar(select(Author))

async def show{n}(session: AsyncSession, is_long: bool):
    author = await load{n}(session)
    if is_long:
        shared(author)
    return plain{n}("text")

def plain{n}(text):
    return text.upper()
"""


def project_of(parts: int) -> str:
    return MODELS + SHARED + "".join(PART.format(n=n) for n in range(parts))


def instructions(files: dict[str, str], directory: Path, patch: pytest.MonkeyPatch) -> int:
    """How many instructions the analysis of a project runs."""
    counted = 0
    run = transfer.run

    def counting(machine: object, instruction: object) -> None:
        nonlocal counted
        counted += 1
        run(machine, instruction)  # type: ignore[arg-type]  # handed through as they are

    directory.mkdir()
    with patch.context() as inside:
        inside.setattr(transfer, "run", counting)
        analyse(files, {}, directory)
    return counted


def test_instructions_grow_with_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each doubling adds twice what the one before added."""
    one, two, four = (
        instructions({"app.py": project_of(parts)}, tmp_path / str(parts), monkeypatch)
        for parts in (10, 20, 40)
    )

    assert one > 0
    assert four - two == 2 * (two - one)


def test_what_reaches_no_entity_is_not_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Functions around a project that touch nothing of it cost no instruction."""
    files = {"app.py": project_of(1)}
    around = "".join(f"def plain{n}(text):\n    return text.upper()\n" for n in range(50))

    alone = instructions(files, tmp_path / "alone", monkeypatch)
    among = instructions({**files, "around.py": around}, tmp_path / "among", monkeypatch)

    assert alone == among


SENSOR = """
from app import Author, AsyncSession

class Sensor:
    def __init__(self):
        self.values = {}

    async def update(self, session: AsyncSession):
        author = await session.get(Author, 1)
        self.kept = KEPT

    def state(self):
        return self.values
"""
READER = """
from sensor import Sensor

def show{n}(sensor: Sensor):
    text = sensor.state()
    print(text)
    return text
"""


@pytest.mark.parametrize(("kept", "is_more"), [("author.id", False), ("author", True)])
def test_who_uses_an_object_that_holds_no_entity_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str, *, is_more: bool
) -> None:
    def project(readers: int) -> dict[str, str]:
        sensor = SENSOR.replace("KEPT", kept)
        modules = {f"reader{n}.py": READER.format(n=n) for n in range(readers)}
        return {"app.py": MODELS + SHARED, "sensor.py": sensor, **modules}

    few = instructions(project(2), tmp_path / "few", monkeypatch)
    many = instructions(project(40), tmp_path / "many", monkeypatch)

    assert (many > few) is is_more
