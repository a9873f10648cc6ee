"""Relations between two wearers over HTTP: from whom somebody must keep away, and who escorts them."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from core import clock, http
from core.auth import Caller, Permission, allow
from core.model import OrderId, PersonId
from geofence.relations import service
from geofence.relations.model import RelationId, RelationKind

router = APIRouter(tags=["relations"])
LONGEST: Final = 1000


class Relation(BaseModel, from_attributes=True):
    id: int
    order_id: int
    person_id: int = Field(description="Whom the order binds")
    other_id: int = Field(description="Who is protected, or who escorts")
    kind: RelationKind
    distance_m: float
    begins_at: datetime | None
    ends_at: datetime | None
    consent: str = Field(description="Where it lies that the other agreed")
    granted_by: int
    granted_by_name: str
    granted_at: datetime


class Draft(BaseModel):
    other: int = Field(ge=1, le=2**63 - 1, description="The person who is protected, or who escorts")
    kind: RelationKind
    distance_m: Annotated[float, Field(ge=10, le=100_000, allow_inf_nan=False)]
    consent: str = Field(max_length=LONGEST)
    since: AwareDatetime | None = Field(None, description="None: from now on")
    until: AwareDatetime | None = None

    def draft(self) -> service.Draft:
        other = PersonId(self.other)
        return service.Draft(other, self.kind, self.distance_m, self.consent, self.since, self.until)


class End(BaseModel):
    at: AwareDatetime | None = Field(None, description="None: now")


class Made(BaseModel):
    id: int


@router.get("/v1/orders/{order_id}/relations", summary="All relations of an order; the reading is recorded")
async def list_relations(
    order_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.PERSON_READ)
) -> list[Relation]:
    found = await service.of_order(conn, caller, order=OrderId(order_id))
    return [Relation.model_validate(one) for one in found]


@router.post("/v1/orders/{order_id}/relations", status_code=201, summary="Bind a person to another wearer")
async def add_relation(
    order_id: http.Id, given: Draft, conn: http.Conn, caller: Caller = allow(Permission.CONDITION_WRITE)
) -> Made:
    order = OrderId(order_id)
    made = await service.add(conn, caller, order=order, draft=given.draft(), now=clock.now())
    return Made(id=made)


@router.post("/v1/relations/{relation_id}/end", status_code=204, summary="End a relation")
async def end_relation(
    relation_id: http.Id, given: End, conn: http.Conn, caller: Caller = allow(Permission.CONDITION_WRITE)
) -> None:
    await service.end(conn, caller, relation=RelationId(relation_id), at=given.at, now=clock.now())
