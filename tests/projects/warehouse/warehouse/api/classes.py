"""Endpoints of classes: routers in their fields, in their bodies, and classes that are routers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from warehouse.database import KeepingSession as Session
from warehouse.models import Order
from warehouse.repository import Orders
from warehouse.schemas import OrderBrief, OrderOut


def orders_of(session: Session) -> Orders:
    return Orders(session)


class OrderByKey:
    """A dependency that is an object."""

    async def __call__(self, key: int, session: Session) -> Order:
        return await session.get_one(Order, key)


class OrdersInField:
    def __init__(self) -> None:
        self.router = APIRouter(prefix="/field")
        self.router.add_api_route("/{key}", self.whole_of_field, response_model=OrderOut)
        self.router.add_api_route("/brief/{key}", self.brief_of_field, response_model=OrderBrief)

        @self.router.get("/inner/{key}", response_model=OrderOut)
        async def inner_of_field(key: int, session: Session) -> Order:
            return await session.get_one(Order, key)

    async def whole_of_field(self, key: int, session: Session) -> Order:
        return await session.get_one(Order, key)

    async def brief_of_field(self, key: int, session: Session) -> Order:
        return await session.get_one(Order, key)


class OrdersRouter(APIRouter):
    def __init__(self) -> None:
        super().__init__(prefix="/router")
        self.add_api_route("/{key}", self.whole_of_router, response_model=OrderOut)
        self.add_api_route("/brief/{key}", self.brief_of_router, response_model=OrderBrief)

    async def whole_of_router(self, key: int, session: Session) -> Order:
        return await session.get_one(Order, key)

    async def brief_of_router(self, key: int, session: Session) -> Order:
        return await session.get_one(Order, key)


class OrdersInBody:
    router = APIRouter(prefix="/body")

    @router.get("/{key}", response_model=OrderOut)
    @staticmethod
    async def whole_of_body(order: Annotated[Order, Depends(OrderByKey())]) -> Order:
        return order

    @router.get("/brief/{key}", response_model=OrderBrief)
    @staticmethod
    async def brief_of_body(order: Annotated[Order, Depends(OrderByKey())]) -> Order:
        return order


def register(application: FastAPI) -> None:
    @application.get("/passed/{key}", response_model=OrderOut)
    async def whole_of_passed(key: int, session: Session) -> Order:
        return await session.get_one(Order, key)


    @application.get("/passed/brief/{key}", response_model=OrderBrief)
    async def brief_of_passed(key: int, session: Session) -> Order:
        return await session.get_one(Order, key)

    application.add_api_route("/added/{key}", working_of_passed, response_model=OrderOut)


async def working_of_passed(key: int, orders: Annotated[Orders, Depends(orders_of)]) -> Order:
    return await orders.whole(key)


classes = FastAPI()
routers = (OrdersInField().router, OrdersRouter(), OrdersInBody.router)
for router in routers:
    classes.include_router(router)
register(classes)
