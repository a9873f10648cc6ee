"""Pages of zones and hours: the list, the editor, one proposal, what would have been, and its publication."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.errors import Refusal
from core.fields import WITHOUT_NUL
from core.model import OrderId
from core.signed import store as signed
from dashboards.pages import page
from dashboards.playback import playing
from dashboards.zones import sheet as sheets
from dashboards.zones.asked import Filled, FilledIn, Wrong, redrawn, wrong
from dashboards.zones.sheet import Sheet
from geofence.model import ConditionId, ConditionKind, ShapeKind, ZoneId
from geofence.proposals import collecting, noticing, preview, service
from geofence.proposals.model import Proposal, ProposalId, State, Target
from geofence.proposals.signed import KIND
from geofence.proposals.store import held as held_store
from geofence.proposals.wire import reading

router = APIRouter(tags=["pages"], include_in_schema=False)
SHOWN = 50
MaybeId = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
Seen = Annotated[int, Form(ge=1, le=2**31 - 1)]


@router.get("/zones")
async def zones_page(
    request: Request, conn: http.Conn, after: http.After = None, caller: Caller = allow(Permission.RULE_READ)
) -> Response:
    known = ProposalId(after) if after else None
    found = await service.listed(conn, caller, after=known, most=SHOWN + 1)
    return page(
        request,
        "zones.html",
        proposals=found[:SHOWN],
        after=found[SHOWN - 1].id if len(found) > SHOWN else None,
        shared=await service.shared(conn),
        collections=await service.collections(conn),
        may_share=service.sees_everybody(caller),
        notices=await noticing.notices(conn, caller, now=clock.now()),
        state=State,
    )


@router.post("/zones/collections")
async def collection_form(
    request: Request,
    conn: http.Conn,
    name: Annotated[str, Form(max_length=200, pattern=WITHOUT_NUL)],
    file: Annotated[UploadFile, File()],
    caller: Caller = allow(Permission.ZONE_WRITE),
) -> Response:
    content = await file.read(reading.MOST_BYTES + 1)
    most = request.app.state.zone_points
    await collecting.upload(conn, caller, name=name, content=content, most=most)
    return RedirectResponse("/zones", 303)


@router.get("/zones/new")
async def shared_zone_page(
    request: Request, conn: http.Conn, zone: MaybeId = None, caller: Caller = allow(Permission.RULE_WRITE)
) -> Response:
    target = await service.target_of_zone(conn, caller, zone=ZoneId(zone) if zone else None)
    found = await held_store.shape_of(conn, target.zone) if target.zone else None
    blank = Sheet(name=found[0]).with_shape(found[2]) if found else Sheet()
    return await _editor(request, conn, target, blank)


@router.post("/zones/new")
async def shared_zone_form(
    request: Request,
    conn: http.Conn,
    filled: FilledIn,
    zone: MaybeId = None,
    caller: Caller = allow(Permission.RULE_WRITE),
) -> Response:
    target = await service.target_of_zone(conn, caller, zone=ZoneId(zone) if zone else None)
    return await _drafted(request, conn, caller, target=target, filled=filled)


@router.get("/orders/{order_id}/rules/new")
async def new_rule_page(
    request: Request, order_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.RULE_WRITE)
) -> Response:
    target = await service.target_of_order(conn, caller, order=OrderId(order_id))
    return await _editor(request, conn, target, Sheet())


@router.post("/orders/{order_id}/rules/new")
async def new_rule_form(
    request: Request,
    order_id: http.Id,
    conn: http.Conn,
    filled: FilledIn,
    caller: Caller = allow(Permission.RULE_WRITE),
) -> Response:
    target = await service.target_of_order(conn, caller, order=OrderId(order_id))
    return await _drafted(request, conn, caller, target=target, filled=filled)


@router.get("/conditions/{condition_id}/revise")
async def revised_rule_page(
    request: Request, condition_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.RULE_WRITE)
) -> Response:
    condition = ConditionId(condition_id)
    held = await service.held(conn, caller, condition=condition)
    return await _editor(request, conn, service.target_of(held, condition), sheets.of(held.content))


@router.post("/conditions/{condition_id}/revise")
async def revised_rule_form(
    request: Request,
    condition_id: http.Id,
    conn: http.Conn,
    filled: FilledIn,
    caller: Caller = allow(Permission.RULE_WRITE),
) -> Response:
    condition = ConditionId(condition_id)
    held = await service.held(conn, caller, condition=condition)
    target = service.target_of(held, condition)
    return await _drafted(request, conn, caller, target=target, filled=filled)


@router.get("/proposals/{proposal_id}/edit")
async def edit_proposal_page(
    request: Request, proposal_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.RULE_WRITE)
) -> Response:
    found = await service.opened(conn, caller, proposal=ProposalId(proposal_id))
    made = sheets.of(found.content)
    return await _editor(request, conn, found.target, made, after=found.last.number)


@router.post("/proposals/{proposal_id}/edit")
async def edit_proposal_form(
    request: Request,
    proposal_id: http.Id,
    conn: http.Conn,
    filled: FilledIn,
    caller: Caller = allow(Permission.RULE_WRITE),
) -> Response:
    ident = ProposalId(proposal_id)
    found = await service.known(conn, caller, proposal=ident)
    if filled.deed != "save":
        return await _again(request, conn, found.target, filled)
    try:
        content = _content(request, found.target, filled)
        await service.edit(conn, caller, proposal=ident, after=filled.after, content=content)
    except Refusal as refusal:
        return await _refused(request, conn, found.target, filled=filled, refusal=refusal)
    return RedirectResponse(f"/proposals/{ident}", 303)


@router.get("/proposals/{proposal_id}")
async def proposal_page(
    request: Request, proposal_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.RULE_READ)
) -> Response:
    found = await service.opened(conn, caller, proposal=ProposalId(proposal_id))
    shape = await preview.shape_of(conn, found)
    before = await held_store.shape_of(conn, found.target.zone) if found.target.zone else None
    return page(
        request,
        "proposal.html",
        **_deciding(caller, found),
        content=found.content,
        sheet=sheets.of(found.content),
        data={"shape": sheets.shown(shape), "before": sheets.shown(before[2]) if before else None},
        state=State,
        signers=(await signed.signed(conn, KIND.name, [found.id])).get(found.id, ()),
    )


@router.get("/proposals/{proposal_id}/preview")
async def preview_page(
    request: Request,
    proposal_id: http.Id,
    conn: http.Conn,
    days: Annotated[int, Query(ge=1, le=14)] = 7,
    caller: Caller = allow(Permission.TRACK_READ),
) -> Response:
    ident = ProposalId(proposal_id)
    found = await preview.preview(conn, caller, proposal=ident, now=clock.now(), days=days)
    points = [{"at": line.place, "what": line.what} for one in found.seen for line in one.lines if line.place]
    data = {"shape": sheets.shown(found.shape), "tracks": [one.track for one in found.seen]}
    return page(
        request,
        "proposal-preview.html",
        **_deciding(caller, found.proposal),
        preview=found,
        data=data | {"points": points},
        days=days,
        at=clock.from_us,
        around=_around,
    )


@router.post("/proposals/{proposal_id}/publication")
async def publication_form(
    proposal_id: http.Id,
    conn: http.Conn,
    version: Seen,
    caller: Caller = allow(Permission.RULE_PUBLISH),
) -> Response:
    ident = ProposalId(proposal_id)
    await service.publish(conn, caller, proposal=ident, after=version, now=clock.now())
    return RedirectResponse(f"/proposals/{ident}", 303)


@router.post("/proposals/{proposal_id}/withdrawal")
async def withdrawal_form(
    proposal_id: http.Id,
    conn: http.Conn,
    reason: Annotated[str, Form(max_length=1000, pattern=WITHOUT_NUL)] = "",
    caller: Caller = allow(Permission.RULE_WRITE),
) -> Response:
    await service.withdraw(conn, caller, proposal=ProposalId(proposal_id), reason=reason)
    return RedirectResponse(f"/proposals/{proposal_id}", 303)


def _deciding(caller: Caller, found: Proposal) -> dict[str, Any]:
    """What proposal-decision.html stands on: nobody publishes what they have written themselves."""
    is_own = caller.user in {version.made_by for version in found.versions}
    return {"proposal": found, "is_own": is_own, "now": clock.now()}


def _around(at_us: int) -> str:
    return playing.around(clock.from_us(at_us))


async def _drafted(
    request: Request, conn: AsyncConnection, caller: Caller, *, target: Target, filled: Filled
) -> Response:
    if filled.deed != "save":
        return await _again(request, conn, target, filled)
    try:
        content = _content(request, target, filled)
        made = await service.draft(conn, caller, target=target, content=content)
    except Refusal as refusal:
        return await _refused(request, conn, target, filled=filled, refusal=refusal)
    return RedirectResponse(f"/proposals/{made}", 303)


def _content(request: Request, target: Target, filled: Filled) -> Any:
    most = request.app.state.zone_points
    return filled.sheet.content(most=most, is_shared=target.order is None)


async def _again(request: Request, conn: AsyncConnection, target: Target, filled: Filled) -> Response:
    sheet, fault = await redrawn(request, conn, filled)
    return await _editor(request, conn, target, sheet, after=filled.after, fault=fault)


async def _refused(
    request: Request, conn: AsyncConnection, target: Target, *, filled: Filled, refusal: Refusal
) -> Response:
    """The form as it was filled in, what is wrong with it, and where."""
    fault, status = wrong(request, refusal), refusal.status
    sheet = filled.sheet
    return await _editor(request, conn, target, sheet, after=filled.after, fault=fault, status=status)


async def _editor(
    request: Request,
    conn: AsyncConnection,
    target: Target,
    sheet: Sheet,
    *,
    after: int = 0,
    fault: Wrong | None = None,
    status: int = 200,
) -> Response:
    before = await held_store.shape_of(conn, target.zone) if target.zone else None
    data = {
        "before": sheets.shown(before[2]) if before else None,
        "geometry": sheet.geometry or None,
        "wrong": fault.place if fault else None,
    }
    return page(
        request,
        "zone-editor.html",
        status=status,
        target=target,
        sheet=sheet,
        after=after,
        fault=fault,
        data=data,
        kinds=ConditionKind,
        shapes=ShapeKind,
        shared=await service.shared(conn),
        collections=await service.collections(conn),
    )
