"""What changed, and drafts, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import UUID7, BaseModel, ConfigDict, StringConstraints

from core import http
from core.fields import WITHOUT_NUL
from core.kin import KinScope, Relative, allow_kin, identify, is_signed_in
from messaging.mobile import edge, live, service
from messaging.mobile.model import Thing

router = APIRouter(prefix="/v1/my", tags=["relatives"], route_class=edge.Once)

Body = Annotated[str, StringConstraints(max_length=64_000, pattern=WITHOUT_NUL)]


class Change(BaseModel, from_attributes=True):
    thing: Thing
    subject: int
    is_gone: bool
    at: datetime


class News(BaseModel, from_attributes=True):
    changes: list[Change]
    cursor: str
    has_more: bool


class NewDraft(BaseModel):
    model_config = ConfigDict(extra="forbid")

    client_id: UUID7
    body: Body


class Edit(BaseModel):
    model_config = ConfigDict(extra="forbid")

    body: Body


class Draft(BaseModel, from_attributes=True):
    id: int
    client_id: UUID
    version: int
    body: str | None
    updated_at: datetime


@router.get("/changes", summary="What changed since a cursor, oldest first; without one, everything")
async def list_changes(
    conn: edge.Conn,
    keys: http.Sealing,
    cursor: Annotated[str, Query(max_length=200)] = "",
    relative: Relative = allow_kin(KinScope.ACCOUNT),
) -> News:
    return News.model_validate(await service.changes(conn, keys, relative, cursor=cursor))


async def _place(
    keys: http.Sealing,
    relative: Relative = Depends(identify),
    last_event_id: Annotated[str | None, Header(max_length=200)] = None,
) -> int | None:
    """Before the stream begins: a cursor that is not ours is refused."""
    return service.place(keys, relative, cursor=last_event_id) if last_event_id else None


@router.get(
    "/events", summary="Wake-ups: each id is a cursor for /changes", response_class=EventSourceResponse
)
async def follow_changes(
    request: Request,
    keys: http.Sealing,
    seq: Annotated[int | None, Depends(_place)],
    relative: Relative = allow_kin(KinScope.ACCOUNT),
) -> AsyncIterator[ServerSentEvent]:
    """Ends by itself after ten minutes, or when the device is signed out; come again with Last-Event-ID."""
    pulse: live.Pulse = request.app.state.pulse
    with suppress(TimeoutError):
        async with asyncio.timeout(live.OPEN_S), aclosing(pulse.follow(relative.id, seq=seq)) as news:
            async for found in news:
                if not await is_signed_in(request):
                    return
                cursor = service.cursor(keys, relative, seq=found)
                yield ServerSentEvent(event="changes", id=cursor, data={})


@router.post("/drafts", status_code=201, summary="Keep something unsent, for another device")
async def add_draft(
    said: NewDraft,
    conn: edge.Conn,
    keys: http.Sealing,
    *,
    answer: Response,
    relative: Relative = allow_kin(KinScope.ACCOUNT),
) -> Draft:
    made = await service.add_draft(conn, keys, relative, client_id=said.client_id, body=said.body)
    http.tagged(answer, made.version)
    return Draft.model_validate(made)


@router.get("/drafts/{draft_id}", summary="A draft, with its version as ETag")
async def read_draft(
    draft_id: http.Id,
    conn: edge.Conn,
    keys: http.Sealing,
    *,
    answer: Response,
    relative: Relative = allow_kin(KinScope.ACCOUNT),
) -> Draft:
    found = await service.read_draft(conn, keys, relative, draft=draft_id)
    http.tagged(answer, found.version)
    return Draft.model_validate(found)


@router.put("/drafts/{draft_id}", summary="A new version, if nobody wrote one meanwhile")
async def write_draft(
    draft_id: http.Id,
    said: Edit,
    conn: edge.Conn,
    keys: http.Sealing,
    *,
    seen: http.Expected,
    answer: Response,
    relative: Relative = allow_kin(KinScope.ACCOUNT),
) -> Draft:
    made = await service.write_draft(conn, keys, relative, draft=draft_id, body=said.body, seen=seen)
    http.tagged(answer, made.version)
    return Draft.model_validate(made)


@router.delete("/drafts/{draft_id}", status_code=204, summary="Gone, on all devices")
async def drop_draft(
    draft_id: http.Id,
    conn: edge.Conn,
    keys: http.Sealing,
    relative: Relative = allow_kin(KinScope.ACCOUNT),
) -> None:
    await service.drop_draft(conn, keys, relative, draft=draft_id)
