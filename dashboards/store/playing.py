"""What a playback shows beside the fixes: where somebody's home is, at a moment."""

from datetime import datetime

import shapely.geometry
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import OrderId, PersonId
from geofence.model import ConditionId, ConditionKind, Hours, Shape, ShapeKind, Term
from geofence.store import drawn

AT_HOME = (ConditionKind.CURFEW, ConditionKind.INCLUSION)
"""The zones in which somebody has to be; of several the one with hours."""


async def home(conn: AsyncConnection, person: PersonId, *, at: datetime) -> Term | None:
    zones = {zone.id: zone for zone in await drawn.of_person(conn, person, at=at)}
    held = await drawn.conditions_of(conn, person, at=at)
    for kind in AT_HOME:
        for one in held:
            if one.kind == kind and one.zone_id in zones:
                return _term(one, zones[one.zone_id])
    return None


def _term(one: drawn.Condition, zone: drawn.Drawn) -> Term:
    shape = Shape(ShapeKind(zone.shape), shapely.geometry.shape(zone.geometry), zone.radius_m)
    named = ConditionId(one.id), OrderId(one.order_id), zone.id, zone.version
    return Term(*named, ConditionKind(one.kind), shape, Hours(), since_us=0)
