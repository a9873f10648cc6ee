"""What a training platform adds to the application; a real one has none of it but the question who is who."""

from fastapi import FastAPI

from app.training.agreed import Agreed
from app.training.marked import Marked
from core.settings import Settings
from dashboards.training import pages


def furnish(app: FastAPI, settings: Settings) -> None:
    app.state.is_training = settings.training
    app.state.is_agreed = False


def install(app: FastAPI, settings: Settings) -> None:
    app.add_middleware(Agreed)
    if settings.training:
        app.include_router(pages.router)
        app.add_middleware(Marked)
