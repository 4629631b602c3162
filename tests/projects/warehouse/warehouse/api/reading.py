"""Endpoints that read: `/failing/…` answer 500, `/working/…` do not."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import TypeAdapter

from warehouse.database import ExpiringSession, KeepingSession, expiring
from warehouse.models import Order, Supplier
from warehouse.repository import Orders, Repository, Suppliers
from warehouse.schemas import (
    Counted,
    Envelope,
    OrderBrief,
    OrderOfCustomer,
    OrderOut,
    OrderPlain,
    OrderSize,
    Page,
    SupplierLabel,
)
from sqlalchemy.orm import selectinload

failing = APIRouter(prefix="/failing")
working = APIRouter(prefix="/working")
briefs = TypeAdapter(list[OrderBrief])
outs = TypeAdapter(list[OrderOut])


def orders_of(session: ExpiringSession) -> Orders:
    return Orders(session)


async def found_order(key: int, orders: Annotated[Orders, Depends(orders_of)]) -> Order:
    return await orders.get(key)


OrdersOf = Annotated[Orders, Depends(orders_of)]
FoundOrder = Annotated[Order, Depends(found_order)]


@working.get("/order/{key}", response_model=OrderOut)
async def whole_order(key: int, orders: OrdersOf) -> Any:
    return await orders.whole(key)


@failing.get("/order/{key}", response_model=OrderOut)
async def order_without_suppliers(key: int, orders: OrdersOf) -> Any:
    return await orders.with_products(key)


@working.get("/orders")
async def brief_orders(orders: OrdersOf) -> list[OrderBrief]:
    return await orders.all()


@failing.get("/orders")
async def long_orders(orders: OrdersOf) -> list[OrderOut]:
    return await orders.all()


@working.get("/found/{key}", response_model=OrderBrief)
async def found_brief(order: FoundOrder) -> Order:
    return order


@failing.get("/found/{key}", response_model=OrderPlain)
async def found_plain(order: FoundOrder) -> Order:
    return order


@working.get("/page", response_model=Page[OrderBrief])
async def brief_page(orders: OrdersOf) -> dict[str, Any]:
    found = await orders.all()
    return {"entries": found, "total": len(found)}


@failing.get("/page", response_model=Page[OrderOut])
async def long_page(orders: OrdersOf) -> dict[str, Any]:
    found = await orders.all()
    return {"entries": found, "total": len(found)}


@working.get("/supplier/{key}")
async def loaded_label(key: int, session: ExpiringSession) -> SupplierLabel:
    return await Suppliers(session).get(key, selectinload(Supplier.products))


@failing.get("/supplier/{key}")
async def label(key: int, session: ExpiringSession) -> SupplierLabel:
    return await Suppliers(session).get(key)


@working.get("/customer/{key}")
async def loaded_customer(key: int, orders: OrdersOf) -> OrderOfCustomer:
    return OrderOfCustomer.model_validate(await orders.with_customer(key))


@failing.get("/customer/{key}")
async def customer(key: int, orders: OrdersOf) -> OrderOfCustomer:
    return OrderOfCustomer.model_validate(await orders.get(key))


@working.get("/size/{key}")
async def loaded_size(key: int, orders: OrdersOf) -> OrderSize:
    return await orders.whole(key)


@failing.get("/size/{key}")
async def size(key: int, orders: OrdersOf) -> OrderSize:
    return await orders.get(key)


@working.get("/adapted")
async def adapted_briefs(session: KeepingSession) -> list[OrderBrief]:
    return briefs.validate_python(await Orders(session).all())


@failing.get("/adapted")
async def adapted(session: KeepingSession) -> list[OrderOut]:
    return outs.validate_python(await Orders(session).all())


@working.get("/closed/{key}", response_model=OrderBrief)
async def closed_brief(key: int) -> Order:
    async with expiring() as session:
        return await Orders(session).get(key)


@failing.get("/closed/{key}", response_model=OrderPlain)
async def closed(key: int) -> Order:
    async with expiring() as session:
        return await Orders(session).get(key)


@failing.get("/excluded/{key}", response_model=OrderPlain, response_model_exclude={"items"})
async def excluded(key: int, orders: OrdersOf) -> Order:
    return await orders.get(key)


@working.get("/unread/{key}", response_model=None)
async def unread(key: int, orders: OrdersOf) -> OrderPlain:
    return await orders.get(key)


async def registered(key: int, orders: OrdersOf) -> Any:
    return await orders.whole(key)


async def registered_without_suppliers(key: int, orders: OrdersOf) -> Any:
    return await orders.with_products(key)


working.add_api_route("/registered/{key}", registered, response_model=OrderOut)
failing.add_api_route("/registered/{key}", registered_without_suppliers, response_model=OrderOut)


@working.get("/pair/{key}")
async def brief_pair(key: int, orders: OrdersOf) -> tuple[OrderBrief, OrderBrief]:
    order = await orders.get(key)
    return order, order


@failing.get("/pair/{key}")
async def long_pair(key: int, orders: OrdersOf) -> tuple[OrderBrief, OrderOut]:
    order = await orders.get(key)
    return order, order


@working.get("/enveloped/{key}")
async def loaded_envelope(key: int, orders: OrdersOf) -> Envelope[OrderOut]:
    return Envelope(content=await orders.whole(key))


@failing.get("/enveloped/{key}")
async def envelope(key: int, orders: OrdersOf) -> Envelope[OrderOut]:
    return Envelope(content=await orders.get(key))


@working.get("/counted/{key}")
async def loaded_count(key: int, orders: OrdersOf) -> Counted:
    return Counted(order=await orders.whole(key))


@failing.get("/counted/{key}")
async def count(key: int, orders: OrdersOf) -> Counted:
    return Counted(order=await orders.get(key))
