"""The grammar of Markdown cases, and that a case which is not true fails."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from analysis import Analysis, Belief
from case_files import Case, Mark, Revealed, cases_of
from markdown_cases import problems_of_findings, problems_of_reveals, problems_of_run
from saalint.findings.finding import Confidence, Finding, Severity
from saalint.findings.location import Location
from variants import in_variant

pytest_plugins = ["pytester"]

DOCUMENT = """\
# Reading

```toml
[tool.saalint]
level = "strict"

[case]
variants = ["async", "sync"]
run = "shelf"
```

`app/names.py`:

```python
NAME = "Ana"
```

## One way

Prose is for people.

```python
async def shelf(session: AsyncSession) -> None:
    await session.get(Author, 1)  # error[async]: 11 [lazy-relationship-read] "no books"
```

## Another way

```toml
[case]
run = "page"
```

`app/names.py`:

```python
OTHER = "Rui"  # error: [first-rule]  # error: [second-rule]
```

```python
# error: [third-rule]
# error[sync]: [fourth-rule]
reveal(1)  # revealed: int
```

`page.html`:

```html
<p>{{ author.books }}</p> {# error: [fifth-rule] #}
```

```text report
nothing
```
"""


@pytest.fixture(name="cases")
def _cases() -> list[Case]:
    return list(cases_of(DOCUMENT))


def test_headings_with_code_are_cases_in_each_variant(cases: list[Case]) -> None:
    names = [(case.title, case.variant) for case in cases]

    assert names == [
        ("Reading / One way", "async"),
        ("Reading / One way", "sync"),
        ("Reading / Another way", "async"),
        ("Reading / Another way", "sync"),
    ]


def test_settings_are_inherited_and_overridden(cases: list[Case]) -> None:
    assert cases[0].settings == {"level": "strict"}
    assert cases[0].options["run"] == "shelf"
    assert cases[2].settings == {"level": "strict"}
    assert cases[2].options["run"] == "page"


def test_files_above_the_first_subheading_are_shared_and_continued(cases: list[Case]) -> None:
    assert cases[0].files["app/names.py"] == 'NAME = "Ana"\n'
    assert cases[2].files["app/names.py"].startswith('NAME = "Ana"\n\nOTHER = "Rui"')


def test_the_models_of_the_documentation_are_there(cases: list[Case]) -> None:
    assert "class Author(Base):" in cases[0].files["models.py"]


def test_a_mark_has_a_column_and_words(cases: list[Case]) -> None:
    expected = Mark("main.py", 2, "lazy-relationship-read", column=11, text="no books")

    assert cases[0].marks == (expected,)


def test_a_mark_of_another_variant_is_left_out(cases: list[Case]) -> None:
    assert cases[1].marks == ()


def test_a_line_may_have_several_marks_or_marks_above_it(cases: list[Case]) -> None:
    marks = [(mark.path, mark.line, mark.rule) for mark in cases[3].marks]

    assert marks == [
        ("app/names.py", 3, "first-rule"),
        ("app/names.py", 3, "second-rule"),
        ("main.py", 3, "fourth-rule"),
        ("main.py", 3, "third-rule"),
        ("page.html", 1, "fifth-rule"),
    ]


def test_reveals_and_snapshots_are_read(cases: list[Case]) -> None:
    assert cases[2].reveals == (Revealed("main.py", 3, "int"),)
    assert cases[2].snapshot is not None
    assert cases[2].snapshot.text == "nothing\n"
    assert cases[3].snapshot is None


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("async def f(s: AsyncSession) -> None:", "def f(s: Session) -> None:"),
        ("    x = (await s.scalars(q)).all()", "    x = (s.scalars(q)).all()"),
        ("    async with maker() as s:", "    with maker() as s:"),
        ("    async for x in read(s):", "    for x in read(s):"),
        ("    await a.awaitable_attrs.books", "    a.books"),
        ("def f() -> AsyncIterator[int]:", "def f() -> Iterator[int]:"),
        (
            "from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine",
            "from sqlalchemy.orm import Session; from sqlalchemy import create_engine",
        ),
        (
            "from sqlalchemy.ext.asyncio import AsyncAttrs",
            "from sqlalchemy.ext.asyncio import AsyncAttrs",
        ),
        ('URL = "sqlite+aiosqlite://"', 'URL = "sqlite://"'),
    ],
)
def test_the_sync_variant_is_made_line_by_line(written: str, made: str) -> None:
    assert in_variant(f"{written}\n", "main.py", "sync") == f"{made}\n"


def test_a_missing_and_a_surplus_finding_are_problems(cases: list[Case]) -> None:
    missing = list(problems_of_findings(cases[0], analysis_of()))
    surplus = list(problems_of_findings(cases[1], analysis_of(finding(2, 10))))

    assert missing == [
        "main.py:2 (line 24 of the case file): missed alarm: 1 x [lazy-relationship-read]"
    ]
    assert [problem.partition(" [")[0] for problem in surplus] == [
        "main.py:2 (line 24 of the case file): false alarm:"
    ]


def test_column_and_words_are_compared(cases: list[Case]) -> None:
    right = list(problems_of_findings(cases[0], analysis_of(finding(2, 10))))
    wrong = list(problems_of_findings(cases[0], analysis_of(finding(2, 4, message="else"))))

    assert right == []
    assert [problem.partition("expected the ")[2] or problem for problem in wrong] == [
        "main.py:2 (line 24 of the case file): expected column 11, found [5]",
        'words "no books", found: else',
    ]


def test_reveals_are_compared(cases: list[Case]) -> None:
    said = Analysis(findings=(), reveals=(Belief("main.py", 3, "str"),), errors=(), report="")

    assert list(problems_of_reveals(cases[2], said)) == [
        "main.py:3 (line 43 of the case file): expected to reveal int, revealed str"
    ]


def case_of(code: str) -> Case:
    header = "from models import Author\nfrom sqlalchemy.ext.asyncio import AsyncSession\n"
    text = header + textwrap.dedent(code)
    document = f'# Case\n\n```toml\n[case]\nrun = "shelf"\n```\n\n```python\n{text}```\n'
    (case,) = cases_of(document)
    return case


@pytest.mark.parametrize(
    ("code", "problems"),
    [
        (
            """
            async def shelf(session: AsyncSession) -> None:
                author = await session.get(Author, 1)
                print(author.books)  # error: [lazy-relationship-read]
                print(author.profile)  # error: [lazy-relationship-read]
                print(author.awards)  # error: [raise-loaded-read]
            """,
            [],
        ),
        (
            """
            async def shelf(session: AsyncSession) -> None:
                author = await session.get(Author, 1)
                print(author.books)
            """,
            ["main.py:6 (line 14 of the case file): io : fails on SQLAlchemy, and has no mark"],
        ),
        (
            """
            async def shelf(session: AsyncSession) -> None:
                author = await session.get(Author, 1)
                print(author.name)  # error: [lazy-relationship-read]
            """,
            ["main.py:6 (line 14 of the case file): is marked, and does not fail on SQLAlchemy"],
        ),
        (
            """
            async def shelf(session: AsyncSession) -> None:
                session.commit()  # error: [unawaited-session-call]
            """,
            [],
        ),
        (
            """
            async def shelf(session: AsyncSession) -> None:
                try:
                    raise KeyError("name")
                except KeyError:
                    print("a failure that the program handles is none")
            """,
            [],
        ),
    ],
)
def test_sqlalchemy_decides_which_marks_are_true(code: str, problems: list[str]) -> None:
    found = [problem for problem in problems_of_run(case_of(code)) if "as written" not in problem]

    assert found == problems


def test_the_ids_are_the_headings(pytester: pytest.Pytester) -> None:
    install_plugin(pytester)
    write_case(pytester, "print(1)")

    result = pytester.runpytest_inprocess("--collect-only", "-q", "cases", "-p", "no:cacheprovider")

    result.stdout.fnmatch_lines(["cases/one.md::Title / Sub"])


def test_a_snapshot_is_rewritten_on_request(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_plugin(pytester)
    monkeypatch.setattr("analysis.analyse", lambda *_: analysis_of())
    path = write_case(pytester, "print(1)", report="old\n")

    before = pytester.runpytest_inprocess("cases", "-p", "no:cacheprovider")
    update = pytester.runpytest_inprocess("--update-cases", "cases", "-p", "no:cacheprovider")
    after = pytester.runpytest_inprocess("cases", "-p", "no:cacheprovider")

    before.assert_outcomes(failed=1)
    update.assert_outcomes(passed=1)
    after.assert_outcomes(passed=1)
    assert path.read_text("utf-8").endswith("```text report\n```\n")


def install_plugin(pytester: pytest.Pytester) -> None:
    pytester.makeconftest((Path(__file__).parent / "conftest.py").read_text("utf-8"))


def write_case(pytester: pytest.Pytester, code: str, *, report: str | None = None) -> Path:
    path = pytester.path / "cases" / "one.md"
    path.parent.mkdir()
    snapshot = "" if report is None else f"\n```text report\n{report}```\n"
    text = f"# Title\n\n## Sub\n\n```python\n{code}\n```\n{snapshot}"
    path.write_text(text, "utf-8")
    return path


def finding(line: int, column: int, *, message: str = "no books are loaded") -> Finding:
    return Finding(
        location=Location("main.py", line, column, line, column + 1),
        code="SAA101",
        rule="lazy-relationship-read",
        message=message,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        subject="Author.books",
        scope="shelf",
    )


def analysis_of(*findings: Finding) -> Analysis:
    return Analysis(findings=findings, reveals=(), errors=(), report="")
