"""Alerts, zones, conditions and relations over HTTP."""

from fastapi import APIRouter

from geofence.api import alerts, conditions, relations, zones

router = APIRouter()
for part in (alerts, zones, conditions, relations):
    router.include_router(part.router)
