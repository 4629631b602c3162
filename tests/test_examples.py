"""The two bookshops run for real: what saalint reports in the one fails there, and nothing else does."""

from __future__ import annotations

import asyncio
import importlib
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from analysis import analyse_folder
from lost_coroutines import forgotten
from saalint.rules.registry import all_rules

EXAMPLES = Path(__file__).parent.parent / "examples"
SOURCES = "src/bookshop"
REQUESTS: tuple[tuple[str, str, Mapping[str, object] | None], ...] = (
    ("GET", "/authors", None),
    ("GET", "/authors/1/titles", None),
    ("GET", "/authors/1/biography", None),
    ("GET", "/authors/reviewed", None),
    ("PUT", "/authors/1", {"name": "Ana Mar"}),
    ("GET", "/books", None),
    ("GET", "/books/cheap", None),
    ("GET", "/books/by-author", None),
    ("GET", "/books/prices", None),
    ("GET", "/books/1/label", None),
    ("POST", "/books/1/tags/classic", None),
    ("PUT", "/books/1/price", {"price": 13}),
    ("POST", "/books/1/reviews", {"stars": 5, "text": "Again."}),
    ("GET", "/books/tagged", None),
    ("GET", "/books/export", None),
    ("GET", "/books/search", None),
    ("GET", "/customers", None),
    ("GET", "/customers/1/orders", None),
    ("GET", "/orders/1", None),
    ("GET", "/publishers", None),
    ("GET", "/publishers/first", None),
    ("GET", "/publishers/1/city", None),
    ("GET", "/publishers/1/catalogue", None),
    ("GET", "/publishers/1/books", None),
    ("GET", "/reports/average-price", None),
    ("GET", "/reports/newest", None),
    ("GET", "/reports/stock", None),
    ("GET", "/pages/authors", None),
    ("GET", "/pages/authors/1", None),
)
FAILURES = {
    "SAA101": "MissingGreenlet",
    "SAA102": "MissingGreenlet",
    "SAA103": "MissingGreenlet",
    "SAA104": "InvalidRequestError",
    "SAA201": "MissingGreenlet",
    "SAA202": "MissingGreenlet",
    "SAA203": "DetachedInstanceError",
    "SAA301": "AttributeError",
    "SAA302": "AttributeError",
    "SAA303": "AttributeError",
    "SAA304": "AttributeError",
    "SAA305": "InvalidRequestError",
    "SAA306": "TypeError",
    "SAA307": "MissingGreenlet",
    "SAA308": "TypeError",
    "SAA310": "ArgumentError",
    "SAA311": "AttributeError",
    "SAA501": "ResponseValidationError",
    "SAA601": "MissingGreenlet",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """A row of `EXPECTED.md`: a request that fails, and the line that is reported for it."""

    request: str
    code: str
    file: str
    line: str

    @property
    def place(self) -> tuple[str, int]:
        """The file and the number of the line, found by its text."""
        path = f"{SOURCES}/{self.file}"
        lines = (EXAMPLES / "bookshop" / path).read_text("utf-8").splitlines()
        (number,) = (number for number, text in enumerate(lines, 1) if text.strip() == self.line)
        return path, number


def expected_failures() -> list[Expected]:
    text = (EXAMPLES / "bookshop" / "EXPECTED.md").read_text("utf-8")
    row = re.compile(r"^\| `([^`]+)` \| (SAA\d+) \| `([^`]+)` \| `(.+)` \|$", re.MULTILINE)
    return [Expected(*match.groups()) for match in row.finditer(text)]


def test_the_shop_fails_where_expected_and_answers_elsewhere(tmp_path: Path) -> None:
    answers = answers_of("bookshop", tmp_path)

    failures = {row.request: FAILURES[row.code] for row in expected_failures()}
    assert {request: failures.get(request, "200") for request in answers} == answers


def test_the_corrected_shop_answers_every_request(tmp_path: Path) -> None:
    answers = answers_of("bookshop_fixed", tmp_path)

    assert dict.fromkeys(answers, "200") == answers


def test_the_lines_that_fail_are_reported_and_no_others() -> None:
    codes = {registered.rule.code for registered in all_rules()}
    expected = [(*row.place, row.code) for row in expected_failures() if row.code in codes]

    found = analyse_folder(EXAMPLES / "bookshop")

    reported = {(f.location.path, f.location.line, f.code) for f in found.findings}
    assert sorted(expected) == sorted(reported)
    assert found.errors == ()


def test_nothing_is_reported_in_the_corrected_shop() -> None:
    found = analyse_folder(EXAMPLES / "bookshop_fixed")

    assert found.findings == ()
    assert found.errors == ()


@pytest.mark.parametrize("shop", ["bookshop", "bookshop_fixed"])
def test_every_endpoint_is_requested(shop: str, tmp_path: Path) -> None:
    with imported(shop, tmp_path) as application:
        paths = application.app.openapi()["paths"]

    routes = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    patterns = {
        (method, path): re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for method, path in routes
    }
    unrequested = {
        route
        for route, pattern in patterns.items()
        if not any(route[0] == method and pattern.fullmatch(path) for method, path, _ in REQUESTS)
    }
    assert unrequested == set()


def answers_of(shop: str, directory: Path) -> dict[str, str]:
    """Return for each request the status, or the name of the exception that is the cause of its failure."""
    # A coroutine that nobody awaits is one of the mistakes.
    with imported(shop, directory) as application, forgotten():
        return asyncio.run(requested(application))


async def requested(application: ModuleType) -> dict[str, str]:
    await application.prepare_database()
    transport = httpx.ASGITransport(application.app)
    answers = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://bookshop") as client:
        for method, path, body in REQUESTS:
            try:
                response = await client.request(method, path, json=body)
            except Exception as failure:  # noqa: BLE001 any failure is an answer here
                answers[f"{method} {path}"] = type(getattr(failure, "orig", failure)).__name__
            else:
                answers[f"{method} {path}"] = str(response.status_code)
    await sys.modules["bookshop.database"].engine.dispose()
    return answers


@contextmanager
def imported(shop: str, directory: Path) -> Iterator[ModuleType]:
    """Import one of the shops on a new database; both are packages of the same name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOOKSHOP_DATABASE", f"sqlite+aiosqlite:///{directory}/bookshop.db")
        patch.syspath_prepend(EXAMPLES / shop / "src")
        try:
            yield importlib.import_module("bookshop.app")
        finally:
            for name in [name for name in sys.modules if name.partition(".")[0] == "bookshop"]:
                del sys.modules[name]
