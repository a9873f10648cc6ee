"""The HTTP application: every router, page and file in one place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute

import core.api
import core.factors.api
import core.federation.api
import core.ledger.api
import geofence.api
import geofence.evidence.api
import geofence.incidents.api
import geofence.open.api
import geofence.proposals.api
import geofence.shifts.api
import inmates.api
import inmates.conduct.api
import inmates.custody.api
import inmates.detections.api
import inmates.education.api
import inmates.education.statements.api
import inmates.employment.api
import inmates.entitlements.api
import inmates.flags.api
import inmates.handover.api
import inmates.health.api
import inmates.identity.api
import inmates.intake.api
import inmates.legality.api
import inmates.photos.api
import inmates.psychology.api
import inmates.rights.api
import inmates.sentences.api
import inmates.supervision.api
import inmates.tasks.api
import messaging.appeals.api
import messaging.appeals.receipting
import messaging.calls.api
import messaging.mobile.api
import messaging.mobile.push.api
import messaging.mobile.uploads.api
import messaging.open.api
import messaging.own.service
import messaging.receipts.api
import messaging.relatives.accounts.api
import messaging.relatives.contact.api
import messaging.relatives.files.api
import messaging.relatives.kinship.api
import messaging.relatives.letters.api
import messaging.sealed.api
import messaging.sealed.service
import tracking.api
from app import known, metrics, ready, sections
from app.problems import PROBLEMS, openapi
from app.training import wiring
from core import basic, db, http, i18n
from core.attempts import Attempts
from core.federation.model import providers
from core.federation.service import Abroad
from core.lookups import Noted
from core.pages import Pages
from core.rates import Rates
from core.sealing import Keys
from core.settings import Settings
from dashboards import (
    alerts,
    appeal,
    appeals,
    assets,
    authorize,
    boxes,
    calls,
    days,
    delays,
    desk,
    federation,
    hub,
    imports,
    institutions,
    jobs,
    kinship,
    live,
    my,
    pages,
    payroll,
    playback,
    receipts,
    scenes,
    security,
    shifts,
    tasks,
    zones,
)
from dashboards.managers import api as figures_api
from dashboards.managers import pages as figures
from dashboards.nearby import pages as nearby
from dashboards.own import pages as own
from dashboards.pairs import pages as pairs
from dashboards.records import appeals as appeals_tab
from dashboards.records import (
    conduct,
    custody,
    education,
    employment,
    entitlements,
    evidence,
    flags,
    handover,
    health,
    identity,
    photos,
    psychology,
    relatives,
    rights,
    sentence,
    supervision,
    timeline,
    writs,
)
from dashboards.records import own as own_tab
from dashboards.space import pages as space
from dashboards.watching import oversight
from geofence import bracelets
from messaging.mobile import live as pulse
from messaging.mobile.push import web
from messaging.mobile.uploads.clamd import Clamd
from messaging.relatives.accounts import tokens

MOST_BYTES = 8_000_000  # of a request: a zone of 100,000 points fits
ROUTERS = (
    core.api,
    ready,
    core.factors.api,
    core.federation.api,
    core.ledger.api,
    inmates.identity.api,
    inmates.intake.api,
    inmates.photos.api,
    inmates.api,
    inmates.tasks.api,
    inmates.detections.api,
    inmates.education.api,
    inmates.education.statements.api,
    inmates.custody.api,
    inmates.entitlements.api,
    inmates.conduct.api,
    inmates.health.api,
    inmates.sentences.api,
    inmates.handover.api,
    inmates.legality.api,
    inmates.psychology.api,
    inmates.rights.api,
    inmates.supervision.api,
    inmates.employment.api,
    inmates.flags.api,
    messaging.appeals.api,
    messaging.receipts.api,
    messaging.sealed.api,
    messaging.open.api,
    tracking.api,
    geofence.api,
    geofence.evidence.api,
    geofence.open.api,
    geofence.incidents.api,
    geofence.proposals.api,
    geofence.shifts.api,
    live,
    my,
    scenes,
    pages,
    security,
    federation,
    alerts,
    shifts,
    desk,
    days,
    playback,
    institutions,
    imports,
    tasks,
    appeals,
    appeal,
    delays,
    appeals_tab,
    identity,
    photos,
    timeline,
    oversight,
    education,
    custody,
    entitlements,
    conduct,
    health,
    sentence,
    handover,
    evidence,
    psychology,
    rights,
    supervision,
    zones,
    employment,
    writs,
    jobs,
    payroll,
    flags,
    messaging.relatives.accounts.api,
    messaging.mobile.api,
    messaging.mobile.push.api,
    messaging.mobile.uploads.api,
    messaging.relatives.files.api,
    messaging.relatives.kinship.api,
    messaging.relatives.contact.api,
    messaging.relatives.letters.api,
    messaging.calls.api,
    calls,
    kinship,
    relatives,
    authorize,
    receipts,
    boxes,
    figures,
    figures_api,
    space,
    nearby,
    pairs,
    own,
    own_tab,
)


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
