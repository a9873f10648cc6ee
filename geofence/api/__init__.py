"""Alerts, zones, conditions, relations and the search around a place over HTTP."""

from fastapi import APIRouter

from geofence.api import alerts, conditions, nearby, relations, zones

router = APIRouter()
for part in (alerts, zones, conditions, relations, nearby):
    router.include_router(part.router)
