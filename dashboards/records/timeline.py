"""The tab of everything that happened, topic by topic as far as the caller may read them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from core.errors import NotFound
from core.model import PersonId
from dashboards.records import chronicle, tab_page
from inmates.service import narrowed, opened

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/people/{person_id}/timeline")
async def timeline_page(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    topic: Annotated[str, Query(max_length=40)] = "",
    caller: Caller = allow(Permission.PERSON_READ),
) -> Response:
    """A topic that is closed to the caller is as unknown as one that is none."""
    person = await opened(conn, caller, person=PersonId(person_id), part="timeline")
    caller = await narrowed(conn, caller, person=person.id)
    every = chronicle.open_to(caller)
    asked = [source for source in every if topic in {"", source.topic}]
    if not asked and topic:
        raise NotFound
    events = await chronicle.told(conn, asked, person=person.id)
    topics = [source.topic for source in every]
    return tab_page(request, caller, "timeline", person=person, events=events, topics=topics, topic=topic)
