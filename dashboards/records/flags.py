"""The tab of early-warning flags: reasons first, then a human's decision."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from dashboards.records import back, tab_page
from inmates import service as people
from inmates.flags import catalogue, service
from inmates.flags.api import Known
from inmates.flags.model import Answer, Effect, FlagId

router = APIRouter(prefix="/people/{person_id}/flags", tags=["pages"], include_in_schema=False)

Words = Annotated[str, Form(min_length=1, max_length=4000)]


@router.get("")
async def flags_page(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    *,
    said: str = "",
    caller: Caller = allow(Permission.FLAG_READ),
) -> Response:
    shown = await service.read(conn, caller, person=PersonId(person_id))
    person = await people.known(conn, caller, person=PersonId(person_id))
    values: dict[str, Any] = {"shown": shown, "model": catalogue.current(), "effects": list(Effect)}
    values["said"] = said if said in {"clear", "abstained"} else ""
    values["may_decide"] = caller.may(Permission.FLAG_DECIDE)
    return tab_page(request, caller, "flags", person=person, now=clock.now(), **values)


@router.post("")
async def evaluation_form(
    person_id: http.Id, conn: http.Conn, known: Known, caller: Caller = allow(Permission.FLAG_DECIDE)
) -> Response:
    found = await service.evaluate(conn, known, caller=caller, person=PersonId(person_id))
    return back(person_id, "flags", "" if found.flag else f"?said={found.evaluation.verdict}")


@router.post("/{flag_id}/decision")
async def decision_form(
    person_id: http.Id,
    flag_id: http.Id,
    conn: http.Conn,
    *,
    agrees: Annotated[bool, Form()],
    reason: Words,
    effects: Annotated[list[Effect] | None, Form()] = None,
    shown_at: Annotated[int | None, Form(ge=0)] = None,
    caller: Caller = allow(Permission.FLAG_DECIDE),
) -> Response:
    """The page says when it was shown: so it is known how long somebody thought."""
    spent = None if shown_at is None else max(0, int(clock.now().timestamp()) - shown_at)
    answer = Answer(agrees, reason, effects or (), spent)
    await service.decide(conn, caller, flag=FlagId(flag_id), answer=answer)
    return back(person_id, "flags")


@router.post("/{flag_id}/contests")
async def contest_form(
    person_id: http.Id,
    flag_id: http.Id,
    conn: http.Conn,
    *,
    words: Words,
    caller: Caller = allow(Permission.FLAG_DECIDE),
) -> Response:
    await service.contest(conn, caller, flag=FlagId(flag_id), words=words)
    return back(person_id, "flags")
