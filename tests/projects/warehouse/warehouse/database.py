"""The sessions of the warehouse, and its first rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import StaticPool

from warehouse.models import Base, Customer, Item, Order, Product, Supplier

engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
expiring = async_sessionmaker(engine)
keeping = async_sessionmaker(engine, expire_on_commit=False)


async def expiring_session() -> AsyncIterator[AsyncSession]:
    async with expiring() as session:
        yield session


async def keeping_session() -> AsyncIterator[AsyncSession]:
    async with keeping() as session:
        yield session
        await session.commit()


ExpiringSession = Annotated[AsyncSession, Depends(expiring_session)]
KeepingSession = Annotated[AsyncSession, Depends(keeping_session)]


async def prepare() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    async with keeping.begin() as session:
        supplier = Supplier(id=1, name="Bolts & Co")
        products = [Product(id=n, name=f"bolt {n}", supplier=supplier) for n in (1, 2)]
        order = Order(id=1, note="soon", customer=Customer(id=1, name="Ada"))
        order.items = [Item(id=n, amount=n, product=product) for n, product in enumerate(products, 1)]
        session.add(order)
