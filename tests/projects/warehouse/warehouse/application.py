"""The application."""

from __future__ import annotations

from fastapi import FastAPI

from warehouse.api.reading import failing, working
from warehouse.api.writing import writing

app = FastAPI()
app.include_router(failing)
app.include_router(working)
app.mount("/writing", writing)
