"""Endpoints that write: `/failing/…` answer 500, `/working/…` do not."""

from __future__ import annotations

from fastapi import FastAPI

from warehouse.database import ExpiringSession, KeepingSession
from warehouse.models import Order
from warehouse.repository import Orders
from warehouse.schemas import NewOrder, OrderBrief, OrderStamped

writing = FastAPI()


@writing.post("/failing/orders", response_model=OrderBrief)
async def made(new: NewOrder, session: ExpiringSession) -> Order:
    order = Order(note=new.note, customer_id=1)
    session.add(order)
    await session.commit()
    return order


@writing.post("/working/orders", response_model=OrderBrief)
async def made_and_refreshed(new: NewOrder, session: ExpiringSession) -> Order:
    order = Order(note=new.note, customer_id=1)
    session.add(order)
    await session.commit()
    await session.refresh(order)
    return order


@writing.post("/working/kept", response_model=OrderStamped)
async def made_and_kept(new: NewOrder, session: KeepingSession) -> Order:
    order = Order(note=new.note, customer_id=1)
    session.add(order)
    await session.commit()
    return order


@writing.patch("/failing/orders/{key}")
async def renamed(key: int, new: NewOrder, session: KeepingSession) -> OrderStamped:
    order = await Orders(session).renamed(key, new.note)
    return OrderStamped.model_validate(order)


@writing.patch("/working/orders/{key}")
async def renamed_brief(key: int, new: NewOrder, session: KeepingSession) -> OrderBrief:
    return await Orders(session).renamed(key, new.note)


@writing.patch("/working/refreshed/{key}")
async def renamed_and_refreshed(key: int, new: NewOrder, session: KeepingSession) -> OrderStamped:
    order = await Orders(session).renamed(key, new.note)
    await session.refresh(order, ["updated_at"])
    return order
