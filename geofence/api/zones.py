"""Zones over HTTP: GeoJSON for maps. They are changed by proposals alone (ADR-0039)."""

import json
from typing import Annotated, Any, Literal

import shapely
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow
from core.errors import Invalid
from core.model import PersonId
from geofence import reading
from geofence.model import Shape, ShapeKind
from geofence.rules.drawing import ShapeInvalid
from geofence.store import drawn

router = APIRouter(tags=["zones"])


class BoxWrong(Invalid):
    code = "box_wrong"


class Properties(BaseModel, from_attributes=True):
    id: int
    version: int
    name: str
    shape: ShapeKind
    radius_m: float


class Feature(BaseModel):
    type: Literal["Feature"] = "Feature"
    id: int
    geometry: dict[str, Any] = Field(description="The outline, with a circle's or corridor's radius in it")
    properties: Properties


class Features(BaseModel):
    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature]


class Drawing(BaseModel):
    """A shape as an administrator drew it."""

    kind: ShapeKind
    geometry: dict[str, Any] = Field(
        description="GeoJSON: (Multi)Polygon for an area, Point for a circle, LineString for a corridor"
    )
    radius_m: float = Field(0, ge=0, le=1_000_000)

    def shape(self) -> Shape:
        read = shapely.from_geojson(json.dumps(self.geometry), on_invalid="ignore")
        if read is None:
            raise ShapeInvalid
        return Shape(self.kind, shapely.force_2d(read), self.radius_m)


@router.get("/v1/zones", summary="Zones that bind the caller's people and touch a box, as GeoJSON")
async def list_zones(
    conn: http.Conn,
    bbox: Annotated[str, Query(max_length=100, examples=["69.1,41.2,69.4,41.4"])],
    caller: Caller = allow(Permission.ZONE_READ),
) -> Features:
    return features(await reading.zones(conn, caller, box=box(bbox)))


@router.get("/v1/people/{person_id}/zones", summary="Zones that bind one person now, as GeoJSON")
async def list_zones_of_person(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ZONE_READ)
) -> Features:
    return features(await reading.zones_of(conn, caller, person=PersonId(person_id)))


def features(found: list[drawn.Drawn]) -> Features:
    return Features(
        features=[
            Feature(id=zone.id, geometry=zone.outline, properties=Properties.model_validate(zone))
            for zone in found
        ]
    )


def box(text: str) -> drawn.Box:
    """west,south,east,north in degrees."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise BoxWrong from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BoxWrong
    return west, south, east, north
