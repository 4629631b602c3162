"""Functions that a script calls itself, at the end of its module: what they meet first counts for everybody."""

from __future__ import annotations

from pathlib import Path

from analysis import analyse
from models_text import MODELS

SCRIPT = f"""
import asyncio
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
{MODELS}

class Listing:
    def __init_subclass__(cls):
        cls.model = Author

class Authors(Listing): pass

make = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"))

async def main():
    async with make() as session:
        author = (await session.scalars(select(Authors.model))).first()
        print(author.books)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_a_hook_that_the_call_of_a_script_meets_first(tmp_path: Path) -> None:
    found = analyse({"main.py": SCRIPT}, {}, tmp_path)
    assert [finding.code for finding in found.findings] == ["SAA101"]
