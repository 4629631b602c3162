"""Pages made with templates."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy.orm import selectinload

from bookshop.models import Author
from bookshop.services.catalogue import Catalogue

router = APIRouter(prefix="/pages")
templates = Jinja2Templates(Path(__file__).parent.parent / "templates")


@router.get("/authors", response_class=HTMLResponse)
async def authors_page(request: Request, catalogue: Catalogue) -> HTMLResponse:
    authors = await catalogue.authors.all()
    return templates.TemplateResponse(request, "authors.html", {"authors": authors})


@router.get("/authors/{author_id}", response_class=HTMLResponse)
async def author_page(author_id: int, request: Request, catalogue: Catalogue) -> HTMLResponse:
    author = await catalogue.authors.by_id(author_id, options=[selectinload(Author.books)])
    return templates.TemplateResponse(request, "author.html", {"author": author})
