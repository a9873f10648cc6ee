"""Exercises: asking for one, and the scores of those before. A real platform has no such page."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from dashboards.pages import page
from geofence.exercises import service
from geofence.exercises.model import ExerciseKind, State

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/training")
async def training_page(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.EXERCISE_ASK)
) -> Response:
    return page(
        request,
        "training.html",
        held=await service.listed(conn, caller, now=clock.now()),
        kinds=list(ExerciseKind),
        leads=caller.may(Permission.EXERCISE_LEAD),
        state=State,
    )


@router.post("/training")
async def training_form(
    conn: http.Conn,
    kind: Annotated[ExerciseKind | None, Form()] = None,
    caller: Caller = allow(Permission.EXERCISE_ASK),
) -> Response:
    """Without a kind: a surprise."""
    await service.ask(conn, caller, kind=kind, now=clock.now())
    return RedirectResponse("/training", 303)
