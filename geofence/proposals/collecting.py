"""Templates: collections of places that an administrator brings, and zones made of them."""

import asyncio
from typing import Final

import shapely
from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Caller, Permission
from core.errors import NotFound
from geofence.model import Shape, ShapeKind
from geofence.proposals.model import CollectionId, Place
from geofence.proposals.rules import shaping
from geofence.proposals.store import held as store
from geofence.proposals.wire import reading
from geofence.refusals import NameMissing
from geofence.rules import drawing

KINDS: Final = {"Point": ShapeKind.CIRCLE, "LineString": ShapeKind.CORRIDOR}


async def upload(
    conn: AsyncConnection, caller: Caller, *, name: str, content: bytes, most: int
) -> CollectionId:
    """Takes the place of an older one of the same name; zones made of that one stay as they are."""
    if not name.strip():
        raise NameMissing
    places = await asyncio.to_thread(_read, content, most)
    made = await store.add_collection(conn, caller.user, name=name.strip(), places=places)
    await audit.record(
        conn,
        caller.user,
        action=Permission.ZONE_WRITE,
        subject_kind="collection",
        subject=made,
        detail={"places": len(places)},
    )
    return made


async def shape_of(conn: AsyncConnection, collection: CollectionId, *, district: str, metres: float) -> Shape:
    """All places of a district (or of all of them) as one zone, each with so many metres around it."""
    found = await store.places(conn, collection, district=district)
    if not found:
        raise NotFound
    return await asyncio.to_thread(shaping.gathered, [place.geometry for place in found], metres)


def _read(content: bytes, most: int) -> list[Place]:
    places = reading.read(content, most=most)
    for place in places:
        _check(place)
    return places


def _check(place: Place) -> None:
    """Each is a zone of its own, if some metres were around it."""
    for part in shapely.get_parts(place.geometry):
        kind = KINDS.get(part.geom_type, ShapeKind.AREA)
        drawing.check(Shape(kind, part, 0.0 if kind is ShapeKind.AREA else 1.0))
