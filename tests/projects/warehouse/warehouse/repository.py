"""Queries, some of which load what the schemas need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from warehouse.models import Base, Item, Order, Product, Supplier

M = TypeVar("M", bound=Base)


class Repository(Generic[M]):
    model: type[M]

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get(self, key: int, *options: ORMOption) -> M:
        return await self.session.get_one(self.model, key, options=options)

    async def all(self, *options: ORMOption) -> Sequence[M]:
        return (await self.session.scalars(select(self.model).options(*options))).all()


class Orders(Repository[Order]):
    model = Order

    async def whole(self, key: int) -> Order:
        products = selectinload(Order.items).joinedload(Item.product)
        return await self.get(key, products.joinedload(Product.supplier))

    async def with_products(self, key: int) -> Order:
        return await self.get(key, selectinload(Order.items).joinedload(Item.product))

    async def with_customer(self, key: int) -> Order:
        return await self.get(key, joinedload(Order.customer))

    async def renamed(self, key: int, note: str) -> Order:
        order = await self.get(key)
        order.note = note
        await self.session.flush()
        return order


class Suppliers(Repository[Supplier]):
    model = Supplier
