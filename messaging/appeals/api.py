"""The register over HTTP, for staff: pages, one appeal, commands, paper and oral ones; what is public."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from core import clock, disclosure, http
from core.auth import PUBLIC, Caller, Permission, allow
from core.model import UserId
from messaging.appeals import delays, deputies, forms, machine, service
from messaging.appeals.dossiers import Dossier
from messaging.appeals.model import (
    AppealId,
    State,
)

router = APIRouter(prefix="/v1", tags=["appeals"])


@router.get("/appeal-states", summary="The state machine: who may do what when, and what follows")
async def list_appeal_states(_caller: Caller | None = allow(PUBLIC)) -> forms.Machine:
    rows = [_row(one) for one in machine.transitions().values()]
    return forms.Machine(states=list(State), transitions=rows)


def _row(one: machine.Transition) -> forms.Row:
    return forms.Row(
        command=one.command,
        before=sorted(one.before),
        after=one.after,
        by=sorted(one.by),
        permission=one.permission,
        needs=list(one.needs),
        guards=list(one.guards),
        clock=one.clock,
        visible=one.is_visible,
        notice=one.notice,
        event=one.event,
    )


@router.get("/delays", summary="How many appeals wait in time and late, by region; for everybody")
async def list_delays(conn: http.Conn, _caller: Caller | None = allow(PUBLIC)) -> forms.Delays:
    now = clock.now()
    found = [_region(one) for one in await delays.delays(conn, now=now)]
    return forms.Delays(at=now, fewer_than=disclosure.LEAST, regions=found)


def _region(one: delays.Region) -> forms.Region:
    said = {name: forms.FEW if count is None else count for name, count in one.counts.items()}
    return forms.Region(region=one.region, **said)


@router.get(
    "/register/appeals", summary="Appeals at the caller's desk, by when they are due, live ones first"
)
async def list_appeals(
    conn: http.Conn, asked: Annotated[forms.Asked, Query()], caller: Caller = allow(Permission.APPEAL_READ)
) -> forms.Lines:
    after = AppealId(asked.after) if asked.after else None
    page = await service.listed(conn, caller, asked.wanted(caller), after=after, most=asked.most)
    return forms.Lines(appeals=[_line(one) for one in page.lines], after=page.after)


def _line(one: service.Line) -> forms.Line:
    said = forms.Head.model_validate(one.appeal).model_dump()
    return forms.Line(
        **said,
        state=one.state,
        due_at=one.due_at,
        handler=one.handler,
        is_danger=one.is_danger,
        ended_at=one.ended_at,
    )


@router.get("/register/appeal-counts", summary="How many the caller sees, by state")
async def count_appeals(conn: http.Conn, caller: Caller = allow(Permission.APPEAL_READ)) -> list[forms.Count]:
    found = await service.counted(conn, caller)
    return [forms.Count(state=key[0], is_overdue=key[1], count=count) for key, count in sorted(found.items())]


@router.get("/register/appeals/{appeal_id}", summary="One appeal with its entries; the ETag is their number")
async def read_appeal(
    appeal_id: http.Id,
    response: Response,
    conn: http.Conn,
    caller: Caller = allow(Permission.APPEAL_READ),
) -> forms.Appeal:
    found = await service.read(conn, caller, appeal=AppealId(appeal_id))
    http.tagged(response, found.standing.entries)
    return _appeal(found)


def _appeal(found: Dossier) -> forms.Appeal:
    one = found.appeal
    return forms.Appeal(
        **forms.Head.model_validate(one).model_dump(),
        body=one.body,
        voice_sha256=one.voice_sha256,
        applicant=one.applicant.kind,
        applicant_name=one.applicant.name,
        content_sha256=one.content_sha256,
        client_created_at=one.client_created_at,
        repeats=one.repeats,
        standing=forms.Standing.model_validate(found.standing),
        entries=[forms.Entry.model_validate(entry) for entry in found.entries],
    )


@router.post("/register/appeals", status_code=201, summary="Write an oral or paper appeal into the register")
async def register_appeal(
    said: forms.Handed, conn: http.Conn, caller: Caller = allow(Permission.APPEAL_WRITE)
) -> forms.Registered:
    made = await service.register(conn, caller, said.draft())
    return forms.Registered(
        id=made.appeal.id,
        number=made.appeal.number,
        registered_on=made.standing.registered_on,
        due_at=made.standing.due_at,
        content_sha256=made.appeal.content_sha256,
    )


@router.post("/register/appeals/{appeal_id}/commands", summary="Take, ask, note, forward, answer, propose, …")
async def command_appeal(
    appeal_id: http.Id, said: forms.Command, conn: http.Conn, caller: Caller = allow(Permission.APPEAL_WRITE)
) -> forms.Standing:
    done = await service.act(
        conn, caller, appeal=AppealId(appeal_id), command=said.command, values=said.values.said
    )
    return forms.Standing.model_validate(done)


@router.post("/register/deputies", status_code=204, summary="Somebody acts on a colleague's behalf")
async def name_deputy(
    said: forms.Deputy, conn: http.Conn, caller: Caller = allow(Permission.APPEAL_HEAD)
) -> None:
    await deputies.name(
        conn,
        caller,
        user=UserId(said.user_id),
        for_user=UserId(said.for_user_id),
        since=said.since,
        until=said.until,
    )
