"""What stood out in who looked at what, for oversight."""

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel

from core import audit, http
from core.auth import Caller, Permission, allow
from inmates.detections import store
from inmates.detections.model import DetectionId, Kind

router = APIRouter(tags=["detections"])
MOST = 50


class Detection(BaseModel):
    id: int
    kind: Kind
    login: str | None
    """None: it is about several users."""
    shown_as: str | None
    person_id: int | None
    day: date
    count: int
    found_at: datetime
    done_at: datetime | None
    done_by: str | None
    outcome: str | None


@router.get(
    "/v1/detections", summary="What stood out in who looked at what, and what came of it: newest first"
)
async def read_detections(
    conn: http.Conn, after: http.After = None, caller: Caller = allow(Permission.OVERSIGHT_READ)
) -> list[Detection]:
    before = DetectionId(after) if after else None
    found = await store.listed(conn, caller.user, before=before, most=MOST)
    await audit.record(
        conn, caller.user, action=Permission.OVERSIGHT_READ, subject_kind="detection", detail={"after": after}
    )
    return [Detection.model_validate(one, from_attributes=True) for one in found]
