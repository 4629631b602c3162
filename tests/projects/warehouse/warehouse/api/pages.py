"""Endpoints that render templates: `/pages/failing/…` answer 500, `/pages/working/…` do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Template
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from warehouse.api.reading import OrdersOf
from warehouse.database import ExpiringSession, KeepingSession, expiring
from warehouse.models import Item, Order, Product, Supplier
from warehouse.repository import Suppliers

failing_pages = APIRouter(prefix="/pages/failing", default_response_class=HTMLResponse)
working_pages = APIRouter(prefix="/pages/working", default_response_class=HTMLResponse)


def site(request: Request) -> dict[str, Any]:
    return {"site": f"the warehouse at {request.url.hostname}"}


def amount_of(items: list[Item]) -> int:
    return sum(item.amount for item in items)


templates = Jinja2Templates(Path(__file__).parent.parent / "templates", context_processors=[site])
templates.env.filters["amount"] = amount_of
NOTE = Template("{{ order.note }} {{ order.created_at }}")


@working_pages.get("/order/{key}")
async def order_page(request: Request, key: int, orders: OrdersOf) -> Any:
    return templates.TemplateResponse(request, "order.html", {"order": await orders.whole(key)})


@failing_pages.get("/order/{key}")
async def order_page_without_suppliers(request: Request, key: int, orders: OrdersOf) -> Any:
    context = {"order": await orders.with_products(key)}
    return templates.TemplateResponse(request, "order.html", context)


@working_pages.get("/orders")
async def short_list(request: Request, orders: OrdersOf) -> Any:
    context = {"orders": await orders.all(), "is_long": False}
    return templates.TemplateResponse(request, "orders.html", context)


@failing_pages.get("/orders")
async def long_list(request: Request, orders: OrdersOf) -> Any:
    context = {"orders": await orders.all(), "is_long": True}
    return templates.TemplateResponse(request, "orders.html", context)


@working_pages.get("/amounts")
async def loaded_amounts(request: Request, session: ExpiringSession) -> Any:
    query = select(Order).options(selectinload(Order.items))
    context = {"request": request, "orders": (await session.scalars(query)).all()}
    return templates.get_template("amounts.html").render(context)


@failing_pages.get("/amounts")
async def amounts(request: Request, session: ExpiringSession) -> Any:
    context = {"request": request, "orders": (await session.scalars(select(Order))).all()}
    return templates.get_template("amounts.html").render(context)


@working_pages.get("/suppliers")
async def loaded_suppliers(request: Request, session: ExpiringSession) -> Any:
    suppliers = await Suppliers(session).all(selectinload(Supplier.products))
    return templates.TemplateResponse(
        request=request, name="suppliers.html", context={"suppliers": suppliers}
    )


@failing_pages.get("/suppliers")
async def suppliers_by_property(request: Request, session: ExpiringSession) -> Any:
    suppliers = await Suppliers(session).all()
    return templates.TemplateResponse(
        request=request, name="suppliers.html", context={"suppliers": suppliers}
    )


@working_pages.get("/products")
async def products_by_supplier(request: Request, session: ExpiringSession) -> Any:
    query = select(Product).options(joinedload(Product.supplier))
    context = {"products": (await session.scalars(query)).all()}
    return templates.TemplateResponse(request, "products.html", context)


@failing_pages.get("/products")
async def products_without_supplier(request: Request, session: ExpiringSession) -> Any:
    context = {"products": (await session.scalars(select(Product))).all()}
    return templates.TemplateResponse(request, "products.html", context)


@working_pages.get("/note/{key}")
async def kept_note(key: int, session: KeepingSession) -> str:
    order = await session.get_one(Order, key)
    order.note = "changed"
    await session.commit()
    return NOTE.render(order=order)


@failing_pages.get("/note/{key}")
async def expired_note(key: int, session: ExpiringSession) -> str:
    order = await session.get_one(Order, key)
    order.note = "changed"
    await session.commit()
    return NOTE.render(order=order)


@working_pages.get("/closed/{key}")
async def closed_note(key: int) -> str:
    async with expiring() as session:
        order = await session.get_one(Order, key)
    return NOTE.render(order=order)


@failing_pages.get("/closed/{key}")
async def closed_page(request: Request, key: int) -> Any:
    async with expiring() as session:
        order = await session.get_one(Order, key)
    return templates.TemplateResponse(request, "order.html", {"order": order})
