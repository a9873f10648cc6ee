"""Proposals over HTTP: drafted, edited, withdrawn, and published by somebody else."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, Field

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL, Moment, RowId
from core.model import OrderId
from geofence.api.conditions import Hours
from geofence.api.zones import Drawing
from geofence.model import ConditionId, ConditionKind, ZoneId
from geofence.proposals import noticing, service
from geofence.proposals.model import Content, Leave, Proposal, ProposalId, State

router = APIRouter(prefix="/v1", tags=["proposals"])
MOST = 200
Words = Annotated[str, Field(max_length=1000, pattern=WITHOUT_NUL)]
Name = Annotated[str, Field(max_length=200, pattern=WITHOUT_NUL)]


class Absence(BaseModel):
    since: Moment
    until: Moment
    reason: Words


class SharedRule(BaseModel):
    """A shared zone: no kind and no hours, which each order gives it."""

    name: Name
    reason: Words
    shape: Drawing
    zone: RowId | None = Field(None, description="The shared zone that is drawn anew")
    since: Moment | None = Field(None, description="None: when it is published")

    def content(self) -> Content:
        return Content(self.name, self.reason, self.shape.shape(), since=self.since)


class Rule(BaseModel):
    name: Name = Field(description="Of the zone")
    reason: Words
    kind: ConditionKind
    shape: Drawing | None = Field(None, description="None: the shared zone `uses`")
    uses: RowId | None = None
    hours: Hours = Hours()
    absences: list[Absence] = Field([], max_length=50)
    since: Moment | None = Field(None, description="None: when it is published")
    until: Moment | None = None

    def content(self) -> Content:
        leaves = tuple(Leave(one.since, one.until, one.reason) for one in self.absences)
        shape = self.shape.shape() if self.shape and not self.uses else None
        uses = ZoneId(self.uses) if self.uses else None
        hours = self.hours.hours()
        return Content(self.name, self.reason, shape, uses, self.kind, hours, leaves, self.since, self.until)


class Withdrawal(BaseModel):
    reason: Annotated[str, Field(max_length=1000, pattern=WITHOUT_NUL)] = ""
    """Of whoever withdraws what another has written."""


class Drafted(BaseModel):
    id: int
    version: int


class Line(BaseModel, from_attributes=True):
    id: int
    name: str
    kind: ConditionKind | None
    person: int | None
    made_by_name: str
    made_at: datetime
    state: State


class Lines(BaseModel):
    proposals: list[Line]
    after: int | None


class Told(BaseModel):
    id: int
    version: int
    state: State
    order: int | None
    condition: int | None
    name: str
    kind: ConditionKind | None
    authors: list[str]
    binds_at: AwareDatetime | None


class Published(BaseModel):
    binds_at: AwareDatetime


@router.get("/proposals", summary="Proposed zones and hours of the caller's people, the newest first")
async def list_proposals(
    conn: http.Conn,
    after: http.After = None,
    most: Annotated[int, Query(ge=1, le=MOST)] = 50,
    caller: Caller = allow(Permission.RULE_READ),
) -> Lines:
    known = ProposalId(after) if after else None
    found = await service.listed(conn, caller, after=known, most=most + 1)
    lines = [Line.model_validate(one) for one in found[:most]]
    return Lines(proposals=lines, after=lines[-1].id if len(found) > most else None)


class Waiting(BaseModel):
    waiting: int = Field(description="Of others' proposals those that the caller may publish; at most 50")
    answered: int = Field(
        description="One's own that somebody else has decided, and that were not opened since"
    )


@router.get("/proposals/notices", summary="How many proposals wait for the caller, and how many were decided")
async def count_notices(conn: http.Conn, caller: Caller = allow(Permission.RULE_READ)) -> Waiting:
    found = await noticing.notices(conn, caller, now=clock.now())
    return Waiting(waiting=len(found.waiting), answered=len(found.answered))


@router.post("/proposals", status_code=201, summary="Propose a shared zone, or another shape of one")
async def propose_zone(
    given: SharedRule, conn: http.Conn, caller: Caller = allow(Permission.RULE_WRITE)
) -> Drafted:
    target = await service.target_of_zone(conn, caller, zone=ZoneId(given.zone) if given.zone else None)
    return _drafted(await service.draft(conn, caller, target=target, content=given.content()))


@router.post("/orders/{order_id}/proposals", status_code=201, summary="Propose a condition for an order")
async def propose_condition(
    order_id: http.Id, given: Rule, conn: http.Conn, caller: Caller = allow(Permission.RULE_WRITE)
) -> Drafted:
    target = await service.target_of_order(conn, caller, order=OrderId(order_id))
    return _drafted(await service.draft(conn, caller, target=target, content=given.content()))


@router.post("/conditions/{condition_id}/proposals", status_code=201, summary="Propose another condition")
async def propose_revision(
    condition_id: http.Id, given: Rule, conn: http.Conn, caller: Caller = allow(Permission.RULE_WRITE)
) -> Drafted:
    condition = ConditionId(condition_id)
    target = service.target_of(await service.held(conn, caller, condition=condition), condition)
    return _drafted(await service.draft(conn, caller, target=target, content=given.content()))


@router.get("/proposals/{proposal_id}", summary="One proposal; its ETag is what an edit names")
async def get_proposal(
    proposal_id: http.Id,
    conn: http.Conn,
    response: Response,
    caller: Caller = allow(Permission.RULE_READ),
) -> Told:
    found = await service.opened(conn, caller, proposal=ProposalId(proposal_id))
    http.tagged(response, found.last.number)
    return Told(**_told(found))


@router.put("/proposals/{proposal_id}", summary="A new version of a proposal for an order")
async def edit_proposal(
    proposal_id: http.Id,
    given: Rule,
    conn: http.Conn,
    *,
    expected: http.Expected,
    response: Response,
    caller: Caller = allow(Permission.RULE_WRITE),
) -> Drafted:
    ident = ProposalId(proposal_id)
    made = await service.edit(conn, caller, proposal=ident, after=expected, content=given.content())
    http.tagged(response, made)
    return Drafted(id=ident, version=made)


@router.post("/proposals/{proposal_id}/publication", summary="Publish what somebody else has proposed")
async def publish_proposal(
    proposal_id: http.Id,
    conn: http.Conn,
    expected: http.Expected,
    caller: Caller = allow(Permission.RULE_PUBLISH),
) -> Published:
    ident = ProposalId(proposal_id)
    since = await service.publish(conn, caller, proposal=ident, after=expected, now=clock.now())
    return Published(binds_at=since)


@router.post("/proposals/{proposal_id}/withdrawal", status_code=204, summary="Withdraw a proposal")
async def withdraw_proposal(
    proposal_id: http.Id,
    conn: http.Conn,
    given: Withdrawal | None = None,
    caller: Caller = allow(Permission.RULE_WRITE),
) -> None:
    reason = given.reason if given else ""
    await service.withdraw(conn, caller, proposal=ProposalId(proposal_id), reason=reason)


def _drafted(made: ProposalId) -> Drafted:
    return Drafted(id=made, version=1)


def _told(found: Proposal) -> dict[str, Any]:
    authors = dict.fromkeys(version.made_by_name for version in found.versions)
    return {
        "id": found.id,
        "version": found.last.number,
        "state": found.state,
        "order": found.target.order,
        "condition": found.target.condition,
        "name": found.content.name,
        "kind": found.content.kind,
        "authors": list(authors),
        "binds_at": found.end.binds_at if found.end else None,
    }
