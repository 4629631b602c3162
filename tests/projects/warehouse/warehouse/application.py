"""The application."""

from __future__ import annotations

from fastapi import FastAPI

from warehouse.api.classes import classes
from warehouse.api.pages import failing_pages, working_pages
from warehouse.api.factory import make_application
from warehouse.api.reading import failing, working
from warehouse.api.routers import routers
from warehouse.api.writing import writing
from warehouse.database import engine

app = FastAPI()
app.include_router(failing)
app.include_router(working)
app.include_router(failing_pages)
app.include_router(working_pages)
app.mount("/writing", writing)
app.mount("/classes", classes)
app.mount("/routers", routers)
made = make_application(engine)
app.mount("/made", made)
