"""Customers and orders, for the API."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import selectinload

from bookshop.database import SessionDependency
from bookshop.models import Customer, Order
from bookshop.repositories.sales import CustomerRepository, OrderRepository


class SalesService:
    def __init__(self, customers: CustomerRepository, orders: OrderRepository) -> None:
        self.customers = customers
        self.orders = orders

    async def orders_of(self, customer_id: int) -> list[int]:
        customer = await self.customers.by_id(customer_id, options=[selectinload(Customer.orders)])
        return [order.id for order in customer.orders]

    async def order(self, order_id: int) -> Order:
        return await self.orders.by_id(order_id, options=[selectinload(Order.lines)])


def get_sales(session: SessionDependency) -> SalesService:
    return SalesService(CustomerRepository(session), OrderRepository(session))


Sales = Annotated[SalesService, Depends(get_sales)]
