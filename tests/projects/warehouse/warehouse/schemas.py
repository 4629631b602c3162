"""What the API shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import AliasPath, BaseModel, ConfigDict, Field, computed_field, model_validator

from warehouse.models import Order

T = TypeVar("T")


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class SupplierOut(Out):
    name: str


class SupplierLabel(Out):
    label: str


class ProductOut(Out):
    name: str
    supplier: SupplierOut


class ItemOut(Out):
    amount: int
    product: ProductOut


class OrderBrief(Out):
    id: int
    note: str


class OrderStamped(OrderBrief):
    updated_at: datetime | None


class OrderOut(OrderBrief):
    items: list[ItemOut]


class OrderOfCustomer(Out):
    customer_name: str = Field(validation_alias=AliasPath("customer", "name"))


class OrderPlain(BaseModel):
    """Reads no attributes by itself; FastAPI makes it."""

    id: int
    items: list[Any]


class OrderSize(BaseModel):
    size: int

    @model_validator(mode="before")
    @classmethod
    def counted(cls, value: Any) -> Any:
        return {"size": len(value.items)} if isinstance(value, Order) else value


class Page(Out, Generic[T]):
    entries: list[T]
    total: int


class Envelope(BaseModel, Generic[T]):
    content: T


class Counted(BaseModel):
    """Holds the order itself, and counts its items when it is shown."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    order: Any = Field(exclude=True)

    @computed_field
    @property
    def count(self) -> int:
        return len(self.order.items)


class NewOrder(BaseModel):
    note: str = "new"
