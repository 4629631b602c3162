"""Endpoints of routers that a function makes, or whose class it makes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from warehouse.database import KeepingSession as Session
from warehouse.models import Order
from warehouse.repository import Orders
from warehouse.schemas import OrderBrief, OrderOut


def router_class(route_class: type[APIRoute]) -> type[APIRouter]:
    class Router(APIRouter):
        def __init__(self, **settings: Any) -> None:
            super().__init__(route_class=route_class, **settings)

    return Router


def router_for(name: str):
    router = APIRouter(prefix=f"/{name}")
    return router


def declared_router(name: str) -> APIRouter:
    return {each.prefix: each for each in (own, undeclared)}.get(name, APIRouter(prefix=name))


OwnRouter = router_class(APIRoute)
own = OwnRouter(prefix="/own")
undeclared = router_for("undeclared")
declared = declared_router("/declared")


@own.get("/{key}", response_model=OrderOut)
async def part_of_own(key: int, session: Session) -> Order:
    return await Orders(session).with_products(key)


@own.get("/whole/{key}", response_model=OrderOut)
async def whole_of_own(key: int, session: Session) -> Order:
    return await Orders(session).whole(key)


@undeclared.get("/{key}", response_model=OrderOut)
async def part_of_undeclared(key: int, session: Session) -> Order:
    return await Orders(session).with_products(key)


@undeclared.get("/brief/{key}", response_model=OrderBrief)
async def brief_of_undeclared(key: int, session: Session) -> Order:
    return await Orders(session).with_products(key)


@declared.get("/{key}", response_model=OrderOut)
async def part_of_declared(key: int, session: Session) -> Order:
    return await Orders(session).with_products(key)


@declared.get("/whole/{key}", response_model=OrderOut)
async def whole_of_declared(key: int, session: Session) -> Order:
    return await Orders(session).whole(key)


routers = FastAPI()
for router in (own, undeclared, declared):
    routers.include_router(router)
