"""Whether this process can serve: its database answers and has at least the schema it was written for."""

from typing import Final

from fastapi import APIRouter, Response
from sqlalchemy import text

from app.standing import newest_revision
from core import http
from core.auth import PUBLIC, Caller, allow

router = APIRouter(tags=["core"])
NEWEST: Final = newest_revision()


@router.get("/readyz", summary="Whether this process can take requests: the database has its schema")
async def ready(
    response: Response, conn: http.Conn, _caller: Caller | None = allow(PUBLIC)
) -> dict[str, str]:
    """A newer schema is good: old code runs on it while the new one comes (ADR-0032)."""
    found = (await conn.execute(text("select max(version_num) from alembic_version"))).scalar() or ""
    if found < NEWEST:
        response.status_code = 503
    return {"status": "ok" if found >= NEWEST else "schema"}
