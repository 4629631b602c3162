"""The application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from bookshop.api import authors, books, customers, pages, publishers, reports
from bookshop.database import prepare_database


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    await prepare_database()
    yield


app = FastAPI(title="Bookshop", lifespan=lifespan)
app.include_router(authors.router)
app.include_router(books.router)
app.include_router(customers.router)
app.include_router(publishers.router)
app.include_router(reports.router)
app.include_router(pages.router)
