"""What waits for the caller's hand as JSON: papers to sign, and how many of them and of tasks there are."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from core import http
from core.auth import Caller, Permission, allow
from core.signed.model import Level
from dashboards.signing import waiting
from inmates.tasks import service as tasks

router = APIRouter(prefix="/v1", tags=["signed"])


class Paper(BaseModel):
    """A decision of the caller's that they have signed neither with a key nor by hand."""

    kind: str
    subject_id: int
    decided_at: datetime
    called: str
    """Its number or name; empty: it is somebody's."""
    person_id: int | None
    demand: Level
    article: str
    address: str
    """Of its page; with `/record` behind it the bytes to sign."""


class Papers(BaseModel):
    papers: list[Paper]


class Notices(BaseModel):
    """What the bar counts."""

    tasks: int
    papers: int


@router.get("/papers", summary="What the caller decided and has not signed, the newest of each kind")
async def list_papers(
    conn: http.Conn,
    most: Annotated[int, Query(ge=1, le=waiting.MOST, description="Of each kind")] = waiting.MOST,
    caller: Caller = allow(Permission.TASK_READ),
) -> Papers:
    return Papers(papers=[_paper(one) for one in await waiting.papers(conn, caller, most=most)])


@router.get("/tasks/notices", summary="How many tasks and papers wait for the caller")
async def count_waiting(conn: http.Conn, caller: Caller = allow(Permission.TASK_READ)) -> Notices:
    papers = await waiting.papers(conn, caller)
    return Notices(tasks=await tasks.how_many(conn, caller), papers=len(papers))


def _paper(one: waiting.Paper) -> Paper:
    found = one.paper
    return Paper(
        kind=found.kind.name,
        subject_id=found.subject,
        decided_at=found.at,
        called=found.called,
        person_id=found.person,
        demand=found.demand.level,
        article=found.demand.article,
        address=one.address,
    )
