"""The HTTP application: what every request passes, and what an installation brings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute

import geofence.open.api
import inmates.education.statements.api
import messaging.appeals.receipting
import messaging.calls.api
import messaging.open.api
import messaging.own.service
import messaging.sealed.service
from app import known, metrics, sections, traces
from app.problems import PROBLEMS, openapi
from app.routers import ROUTERS
from app.training import wiring
from core import basic, db, http, i18n, networks
from core.attempts import Attempts
from core.federation.model import providers
from core.federation.service import Abroad
from core.lookups import Noted
from core.pages import Pages
from core.rates import Rates
from core.sealing import Keys
from core.settings import Settings
from dashboards import assets, pages
from dashboards.map import hub
from geofence import bracelets
from messaging.mobile import live as pulse
from messaging.mobile.push import web
from messaging.mobile.uploads.clamd import Clamd
from messaging.relatives.accounts import tokens

MOST_BYTES = 8_000_000
"""Of a request: a zone of 100,000 points fits."""


def application(settings: Settings) -> FastAPI:
    """All ways in, and what they need: building the ways takes a second, furnishing them nothing."""
    app = FastAPI(
        title="E-jazo",
        version="1",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=name,
        responses=PROBLEMS,
        telemetry={"tracing": False},
        max_body_size=MOST_BYTES,
    )
    app.state.texts = i18n.load()
    app.state.fonts = assets.fonts()
    app.state.pages = Pages([pages.TEMPLATES], app.state.texts)
    app.state.relatives = tokens.bearer
    app.state.supervised = messaging.own.service.bearer
    app.state.sections = sections.SECTIONS
    app.state.identify = sections.IDENTIFY
    app.state.bracelets = bracelets
    furnish(app, settings)
    http.install(app, secure=settings.secure_cookies)
    app.add_middleware(inmates.education.statements.api.Versioned)
    app.add_middleware(Noted)
    if settings.metrics_port:
        app.add_middleware(metrics.Measured)
    if settings.traces_url:
        app.add_middleware(traces.Traced)
    for package in ROUTERS:
        app.include_router(package.router)
    wiring.install(app, settings)
    assets.mount(app)
    app.add_api_route("/openapi.json", openapi(app), include_in_schema=False)
    return app


def furnish(app: FastAPI, settings: Settings) -> None:
    """What an installation brings: its database, its keys, its neighbours."""
    app.state.engine = db.engine(settings.database_url)
    app.state.keys = Keys(settings.keys)
    app.state.flag_sources = known.sources(app.state.keys)
    app.state.attempts = Attempts()
    app.state.receipt_attempts = Attempts()
    app.state.receipt_views = (messaging.appeals.receipting.standing, messaging.sealed.service.standing)
    app.state.proven = basic.Proven()
    app.state.rates = Rates()
    app.state.zone_points = settings.zone_points
    app.state.pulse = pulse.Pulse(app.state.engine)
    app.state.scanner = Clamd(settings.clamd) if settings.clamd else None
    app.state.push_key = web.public_key(app.state.keys) if settings.push_contact else None
    app.state.hub = hub.Hub(app.state.engine, settings.database_url)
    messaging.calls.api.install(app, settings.ice)
    app.state.open_sets = (*messaging.open.api.SETS, *geofence.open.api.SETS)
    app.state.networks = networks.read(settings.networks)
    app.state.abroad = Abroad(providers(settings.providers))
    wiring.furnish(app, settings)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with hub.running(app.state.hub), pulse.running(app.state.pulse):
        yield
    await app.state.engine.dispose()


def name(route: APIRoute) -> str:
    """Operation ids are the handlers' names: short, stable, tested to be unique."""
    return route.name
