"""Alerts, zones and conditions over HTTP."""

from fastapi import APIRouter

from geofence.api import alerts, conditions, zones

router = APIRouter()
for part in (alerts, zones, conditions):
    router.include_router(part.router)
