"""What the API answers with."""

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class BookRead(Schema):
    id: int
    title: str
    price: int


class AuthorRead(Schema):
    id: int
    name: str


class AuthorWithBooks(AuthorRead):
    books: list[BookRead]


class OrderLineRead(Schema):
    quantity: int
    book: BookRead


class OrderRead(Schema):
    id: int
    lines: list[OrderLineRead]


class NameChange(BaseModel):
    name: str


class PriceChange(BaseModel):
    price: int


class NewReview(BaseModel):
    stars: int
    text: str
