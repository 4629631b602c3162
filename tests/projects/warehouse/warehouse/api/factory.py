"""An application that a function makes, with its own sessions."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from warehouse.models import Order
from warehouse.repository import Orders
from warehouse.schemas import OrderBrief, OrderOut


def make_application(engine: AsyncEngine) -> FastAPI:
    made = FastAPI()
    maker = async_sessionmaker(engine)

    @made.get("/working/{key}", response_model=OrderOut)
    async def whole_inside(key: int) -> Order:
        async with maker() as session:
            return await Orders(session).whole(key)

    @made.get("/failing/{key}", response_model=OrderBrief)
    async def committed_inside(key: int) -> Order:
        async with maker.begin() as session:
            return await Orders(session).whole(key)

    return made
