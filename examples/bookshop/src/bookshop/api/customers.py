"""Endpoints about customers and orders."""

from fastapi import APIRouter

from bookshop.schemas import OrderRead
from bookshop.services.sales import Sales

router = APIRouter()


@router.get("/customers")
async def list_customers(sales: Sales) -> list[str]:
    return [customer.name for customer in await sales.customers.all()]


# The orders of a customer may only be read when the query asked for them.
@router.get("/customers/{customer_id}/orders")
async def list_orders(customer_id: int, sales: Sales) -> list[int]:
    return await sales.orders_of(customer_id)


# The schema reads the lines of the order when FastAPI makes the answer.
@router.get("/orders/{order_id}", response_model=OrderRead)
async def read_order(order_id: int, sales: Sales):
    return await sales.order(order_id)
