"""A relative's appeals over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from core import http
from core.kin import KinScope, Relative, allow_kin
from messaging.appeals.dossiers import Dossier
from messaging.appeals.model import AppealId
from messaging.mobile import edge
from messaging.relatives.kinship.model import ClaimId
from messaging.relatives.letters import forms, service

router = APIRouter(prefix="/v1/my/appeals", tags=["relatives"], route_class=edge.Once)


@router.get("", summary="One's own appeals, newest first")
async def list_my_appeals(
    conn: edge.Conn,
    after: http.After = None,
    most: Annotated[int, Query(ge=1, le=100)] = 50,
    relative: Relative = allow_kin(KinScope.APPEALS_READ),
) -> forms.Lines:
    start = AppealId(after) if after else None
    page = await service.listed(conn, relative, after=start, most=most)
    return forms.Lines(appeals=[forms.Line.of(one) for one in page.lines], after=page.after)


@router.post("", status_code=201, summary="Hand an appeal in; registered at once, with a receipt")
async def submit_appeal(
    said: forms.NewAppeal,
    request: Request,
    conn: edge.Conn,
    keys: http.Sealing,
    *,
    relative: Relative = allow_kin(KinScope.APPEALS_WRITE),
) -> forms.Registered:
    claim = None if said.kin_id is None else ClaimId(said.kin_id)
    draft = said.draft(relative, http.language(request))
    if said.repeats is not None:
        draft = await service.repeating(conn, relative, draft, first=AppealId(said.repeats))
    made = await service.hand_in(conn, keys, relative, draft=draft, claim=claim, enclosed=said.enclosed())
    return forms.Registered.of(made)


@router.get("/{appeal_id}", summary="One appeal as its applicant may read it; the ETag is its version")
async def read_my_appeal(
    appeal_id: http.Id,
    conn: edge.Conn,
    answer: Response,
    relative: Relative = allow_kin(KinScope.APPEALS_READ),
) -> forms.Appeal:
    found = await service.read(conn, relative, appeal=AppealId(appeal_id))
    return _shown(answer, found)


@router.get("/{appeal_id}/looks", summary="Who of the staff read it: office, organisation, hour")
async def list_my_appeal_looks(
    appeal_id: http.Id, conn: edge.Conn, relative: Relative = allow_kin(KinScope.APPEALS_READ)
) -> forms.Looks:
    found = await service.looks(conn, relative, appeal=AppealId(appeal_id))
    return forms.Looks(looks=[forms.Look.model_validate(one) for one in found])


@router.post("/{appeal_id}/reply", summary="Answer what was asked")
async def reply_to_appeal(
    appeal_id: http.Id,
    said: forms.Reply,
    conn: edge.Conn,
    answer: Response,
    *,
    relative: Relative = allow_kin(KinScope.APPEALS_WRITE),
) -> forms.Appeal:
    values: dict[str, str | int] = {"text": said.text}
    ident = AppealId(appeal_id)
    return _shown(answer, await service.act(conn, relative, appeal=ident, command="reply", values=values))


@router.post("/{appeal_id}/withdraw", summary="Take it back; where somebody is in danger, oversight decides")
async def withdraw_appeal(
    appeal_id: http.Id,
    said: forms.Reason,
    conn: edge.Conn,
    answer: Response,
    *,
    relative: Relative = allow_kin(KinScope.APPEALS_WRITE),
) -> forms.Appeal:
    return _shown(
        answer, await service.withdraw(conn, relative, appeal=AppealId(appeal_id), reason=said.reason)
    )


@router.post("/{appeal_id}/rate", summary="One to five, once, when it is answered")
async def rate_appeal(
    appeal_id: http.Id,
    said: forms.Rating,
    conn: edge.Conn,
    answer: Response,
    *,
    relative: Relative = allow_kin(KinScope.APPEALS_WRITE),
) -> forms.Appeal:
    values: dict[str, str | int] = {"stars": said.stars}
    ident = AppealId(appeal_id)
    return _shown(answer, await service.act(conn, relative, appeal=ident, command="rate", values=values))


def _shown(answer: Response, found: Dossier) -> forms.Appeal:
    http.tagged(answer, found.standing.entries)
    return forms.Appeal.of(found)
