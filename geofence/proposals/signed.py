"""The publication of a rule of zones and hours as a paper that whoever published it signs (ADR-0053)."""

from hashlib import sha256
from typing import Any

import msgspec
import shapely
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Caller
from core.signed.model import Decided, Kind, NotDecided
from geofence.proposals import service
from geofence.proposals.model import Content, ProposalId, State
from geofence.proposals.store import proposals as store
from inmates import service as people


async def decided(conn: AsyncConnection, caller: Caller, subject: int) -> Decided:
    found = await service.opened(conn, caller, proposal=ProposalId(subject))
    end = found.end
    if end is None or end.state is not State.PUBLISHED or end.binds_at is None:
        raise NotDecided
    version = next(one for one in found.versions if one.number == end.number)
    names = {"decided_by": end.by_name, "drafted_by": version.made_by_name}
    if found.person is not None:
        names = people.named(await people.known(conn, caller, person=found.person)) | names
    said: dict[str, Any] = {
        "order": found.target.order,
        "version": end.number,
        "drafted_by_number": version.made_by,
        "binds_at": end.binds_at.isoformat(),
        **_content(version.content),
    }
    return Decided(end.at, end.by, said, names, found.person)


def _content(said: Content) -> dict[str, str | int | None]:
    """Shapes by their digest: a border may have a hundred thousand points."""
    shape = said.shape
    return {
        "zone": said.name,
        "zone_number": said.uses,
        "shape": shape.kind if shape else None,
        "shape_sha256": sha256(shapely.to_wkb(shape.geometry)).hexdigest() if shape else None,
        "radius_m": str(shape.radius_m) if shape and shape.radius_m else None,
        "rule": said.kind,
        "hours": msgspec.json.encode(said.hours).decode(),
        "leaves": msgspec.json.encode(said.leaves).decode() if said.leaves else None,
        "until": said.until.isoformat() if said.until else None,
        "reason": said.reason,
    }


def taken(caller: Caller) -> Select[Any]:
    return store.published_by(caller.user, people.within(caller))


KIND = Kind("rule_publication", decided, taken, {"rule": "condition", "shape": "rule.shape"})
