"""A web application runs: the endpoints for which saalint reports what schemas and templates read answer 500."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from analysis import analyse_folder
from lost_coroutines import forgotten

WAREHOUSE = Path(__file__).parent / "projects" / "warehouse"


@pytest.fixture(scope="module")
def application() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(WAREHOUSE)
        yield importlib.import_module("warehouse.application")
        for name in [name for name in sys.modules if name.partition(".")[0] == "warehouse"]:
            del sys.modules[name]


def test_the_endpoints_that_fail_are_those_reported(application: ModuleType) -> None:
    with forgotten():
        answers = asyncio.run(answers_of(application.app))

    failing = {
        name for name, status in answers.items() if status == httpx.codes.INTERNAL_SERVER_ERROR
    }
    found = analyse_folder(WAREHOUSE)

    assert failing == {finding.scope.rpartition(".")[2] for finding in found.findings}
    assert {finding.code for finding in found.findings} == {"SAA501", "SAA601"}
    assert found.errors == ()
    assert len(failing) * 2 <= len(answers)


async def answers_of(app: FastAPI) -> dict[str, int]:
    """The status of each endpoint by the name of its function, each on a new database."""
    database = sys.modules["warehouse.database"]
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    answers = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://warehouse") as client:
        for prefix, route in endpoints():
            await database.prepare()
            (method,) = route.methods
            path = prefix + route.path.replace("{key}", "1")
            body = None if method == "GET" else {}
            answers[route.name] = (await client.request(method, path, json=body)).status_code
    await database.engine.dispose()
    return answers


def endpoints() -> Iterator[tuple[str, APIRoute]]:
    reading, writing, pages, classes, made = (
        sys.modules[f"warehouse.api.{name}"]
        for name in ("reading", "writing", "pages", "classes", "routers")
    )
    routers = (
        ("", reading.failing),
        ("", reading.working),
        ("", pages.failing_pages),
        ("", pages.working_pages),
        ("/writing", writing.writing),
        ("/classes", classes.classes),
        *(("/classes", router) for router in classes.routers),
        *(("/routers", router) for router in (made.own, made.undeclared, made.declared)),
        ("/made", sys.modules["warehouse.application"].made),
    )
    for prefix, router in routers:
        yield from ((prefix, route) for route in router.routes if isinstance(route, APIRoute))
