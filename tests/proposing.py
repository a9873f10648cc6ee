"""Proposals and their authors for tests, and files of places."""

import json
from dataclasses import replace
from typing import Any

from shapely import Point
from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core.auth import Caller, Role
from core.model import PersonId, UserId
from files import caseload, numbers
from geofence.model import ConditionKind, Shape, ShapeKind
from geofence.proposals.model import Content

CIRCLE = Shape(ShapeKind.CIRCLE, Point(69.24, 41.30), 120.0)


def content(**changes: Any) -> Content:
    plain = Content("Namuna maktabi", "1-1", CIRCLE, kind=ConditionKind.EXCLUSION)
    return replace(plain, **changes)


async def officer(engine: AsyncEngine, *people: int, role: Role = Role.OFFICER) -> Caller:
    """With these people in the caseload."""
    login = f"officer-{next(numbers)}"
    who = await user(engine, login, role=role)
    for person in people:
        await caseload(engine, who, PersonId(person))
    return Caller(UserId(who), login, role, login, "en", b"")


def geojson(*geometries: dict[str, Any], **properties: str) -> bytes:
    features = [{"type": "Feature", "properties": properties, "geometry": one} for one in geometries]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def kml(inner: str, *, before: str = "") -> bytes:
    return f'<?xml version="1.0"?>{before}<kml><Document>{inner}</Document></kml>'.encode()
