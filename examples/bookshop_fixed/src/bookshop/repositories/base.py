"""What all repositories can do."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.interfaces import ORMOption

from bookshop.models import Base

Model = TypeVar("Model", bound=Base)


class NotFoundError(LookupError):
    """There is no such row."""


class Repository(Generic[Model]):
    model: type[Model]

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_id(self, number: int, options: Sequence[ORMOption] = ()) -> Model:
        found = await self.session.get(self.model, number, options=options)
        if found is None:
            raise NotFoundError(f"no {self.model.__name__} {number}")
        return found

    async def all(self, *options: ORMOption) -> Sequence[Model]:
        statement = select(self.model).options(*options).order_by(self.model.id)
        return (await self.session.scalars(statement)).all()
