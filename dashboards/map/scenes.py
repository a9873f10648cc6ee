"""Small maps as data: a person's zones and last position, an alert's zone and the fixes that decided."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from core import clock, http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from dashboards.model import PersonState
from dashboards.store import live
from dashboards.store import scenes as store
from geofence import reading
from geofence.api.conditions import Window
from geofence.model import AlertId, ConditionKind
from tracking.store import tracks

router = APIRouter(tags=["map"])


class Zone(BaseModel):
    name: str
    kind: ConditionKind
    windows: list[Window] = Field(description="None: always in force")


class Feature(BaseModel):
    type: Literal["Feature"] = "Feature"
    geometry: dict[str, Any]
    properties: Zone


class Features(BaseModel):
    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: Sequence[Feature] = ()


class Spot(BaseModel, from_attributes=True):
    taken_at: datetime
    lon: float
    lat: float
    accuracy_m: float | None


class Watched(BaseModel, from_attributes=True):
    name: str
    number: str
    state: PersonState


class Scene(BaseModel):
    zones: Features
    fixes: list[Spot]
    watched: Watched | None = Field(None, description="Who it is and how they stand, for a person")
    contact_at: datetime | None = Field(None, description="A device without a position still says something")


@router.get("/v1/people/{person_id}/scene", summary="A person's zones, and where they were last")
async def scene_of_person(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.MAP_READ)
) -> Scene:
    person = PersonId(person_id)
    outlines = {zone.id: zone.outline for zone in await reading.zones_of(conn, caller, person=person)}
    features = [
        feature(c.zone_name, c.kind, outlines[c.zone_id], windows=c.windows)
        for c in await reading.conditions_of(conn, caller, person=person)
        if c.zone_id in outlines
    ]
    worn = await tracks.device_of(conn, person, at=clock.now())
    drawn = scene(features, await store.last(conn, person, now=clock.now()))
    known = Watched.model_validate(await live.watched(conn, person))
    return drawn.model_copy(update={"watched": known, "contact_at": worn.contact_at if worn else None})


@router.get("/v1/alerts/{alert_id}/scene", summary="The zone as it was, and the fixes that decided")
async def scene_of_alert(
    alert_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ALERT_READ)
) -> Scene:
    alert = (await reading.alert(conn, caller, alert=AlertId(alert_id))).alert
    zones = await zone_of(conn, alert.opening.get("term"))
    cited = [*alert.opening.get("fixes", ()), *(alert.closing or {}).get("fixes", ())]
    return scene(zones, await store.cited(conn, alert.person_id, fixes_of=cited))


async def zone_of(conn: http.Conn, term: Mapping[str, Any] | None) -> list[Feature]:
    """The version of the zone that the evidence names, if the breach is about a zone."""
    if not term:
        return []
    drawn = await store.outline(conn, term["zone"], version=term["zone_version"])
    return [feature(drawn[0], term["kind"], drawn[1])] if drawn else []


def feature(name: str, kind: str, outline: dict[str, Any], *, windows: Sequence[Any] = ()) -> Feature:
    shown = Zone(
        name=name, kind=ConditionKind(kind), windows=[Window.model_validate(window) for window in windows]
    )
    return Feature(geometry=outline, properties=shown)


def scene(features: list[Feature], spots: Sequence[store.Spot]) -> Scene:
    return Scene(zones=Features(features=features), fixes=[Spot.model_validate(spot) for spot in spots])
