"""The inbox of appeals: what lies at the desk with its clock; writing one down; taking a list along."""

import csv
from datetime import datetime
from io import StringIO
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.errors import NotFound
from core.fields import WITHOUT_NUL, RowId
from core.model import PersonId, UserId
from dashboards.pages import page
from inmates import store as people
from inmates.service import within
from messaging.appeals import model, offering, paper, service
from messaging.appeals.guards import Incomplete
from messaging.appeals.store import people as staff

router = APIRouter(tags=["pages"], include_in_schema=False)

VIEWS = ("open", "mine", "late", "ended")
PAGE = 50
COLUMNS = (
    "number",
    "kind",
    "form",
    "channel",
    "regime",
    "topic",
    "state",
    "received_at",
    "due_at",
    "ended_at",
)
Line = Annotated[str, StringConstraints(max_length=500, pattern=WITHOUT_NUL)]


class Asked(BaseModel):
    """As the form sends it: an empty choice is no choice."""

    view: Annotated[str, Field(pattern=r"^(open|mine|late|ended)$")] = "open"
    kind: Annotated[str, Field(pattern=r"^(|ariza|shikoyat|taklif)$")] = ""
    words: Annotated[str, StringConstraints(max_length=200, pattern=WITHOUT_NUL)] = ""
    after: RowId | None = None
    registered: Annotated[str, Field(max_length=40, pattern=WITHOUT_NUL)] = ""
    """The number of one that was just written down, or has just left this desk."""

    def wanted(self, caller: Caller) -> service.Wanted:
        return service.Wanted(
            is_live=self.view != "ended",
            is_overdue=True if self.view == "late" else None,
            handler=caller.user if self.view == "mine" else None,
            kind=model.Kind(self.kind) if self.kind else None,
            words=self.words,
        )


class Handed(BaseModel):
    kind: model.Kind
    form: model.Form
    topic: model.Topic
    channel: model.Channel = model.Channel.ORDINARY
    subject: Annotated[Line, Field(min_length=1)]
    body: Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=WITHOUT_NUL)]
    number: Line = ""
    """Of the file of the person whom it is about."""
    own: str = ""
    name: Line = ""
    address: Line = ""
    accused: Line = ""
    """Logins, with spaces between them."""
    unit: Annotated[str, Field(pattern=r"^[0-9]{0,18}$")] = ""
    danger: str = ""


@router.get("/appeals")
async def appeals_page(
    request: Request,
    conn: http.Conn,
    asked: Annotated[Asked, Query()],
    caller: Caller = allow(Permission.APPEAL_READ),
) -> Response:
    after = model.AppealId(asked.after) if asked.after else None
    found = await service.listed(conn, caller, asked.wanted(caller), after=after, most=PAGE)
    counts = await service.counted(conn, caller)
    about = {one.appeal.person for one in found.lines if one.appeal.person is not None}
    return page(
        request,
        "appeals.html",
        lines=found.lines,
        after=found.after,
        asked=asked,
        views=VIEWS,
        kinds=model.Kind,
        late=sum(n for (state, is_late), n in counts.items() if is_late and state in WAITING),
        waiting=sum(n for (state, _), n in counts.items() if state in WAITING),
        people=await people.named(conn, about, scope=within(caller)),
        staff=await people.staff(conn, {one.handler for one in found.lines if one.handler}),
        now=clock.now(),
    )


WAITING = frozenset(model.State) - {
    model.State.LEFT,
    model.State.DUPLICATE,
    model.State.WITHDRAWN,
    model.State.ANSWERED,
    model.State.PASSED_ON,
    model.State.CLOSED,
    model.State.ARCHIVED,
}


@router.get("/appeals.csv")
async def appeals_csv(
    conn: http.Conn, asked: Annotated[Asked, Query()], caller: Caller = allow(Permission.APPEAL_READ)
) -> Response:
    lines = await offering.exported(conn, caller, asked.wanted(caller))
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow((*COLUMNS, "overdue"))
    now = clock.now()
    writer.writerows([*_cells(one), "1" if one.is_overdue(now) else "0"] for one in lines)
    saved = http.attached("appeals.csv")
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=saved)


def _cells(line: service.Line) -> list[str]:
    """Neither names nor texts."""
    values: list[Any] = [
        getattr(line if name in {"state", "due_at", "ended_at"} else line.appeal, name) for name in COLUMNS
    ]
    return [one.isoformat() if isinstance(one, datetime) else str(one or "") for one in values]


@router.get("/appeals/new")
async def new_appeal_page(
    request: Request,
    conn: http.Conn,
    person: Annotated[str, Query(max_length=100)] = "",
    _caller: Caller = allow(Permission.APPEAL_WRITE),
) -> Response:
    return page(
        request,
        "appeal-new.html",
        number=person,
        kinds=model.Kind,
        forms=[one for one in model.Form if one is not model.Form.ELECTRONIC],
        topics=[one for one in model.Topic if one is not model.Topic.UNDISCLOSED],
        channels=[one for one in model.Channel if one not in model.SEALED],
        units=await people.houses(conn),
    )


@router.post("/appeals/new")
async def new_appeal_form(
    conn: http.Conn, said: Annotated[Handed, Form()], caller: Caller = allow(Permission.APPEAL_WRITE)
) -> Response:
    whom = await _whom(conn, said.number, caller)
    handed = paper.draft(
        whom,
        is_own=bool(said.own),
        kind=said.kind,
        form=said.form,
        channel=said.channel,
        topic=said.topic,
        subject=said.subject.strip(),
        body=said.body.strip(),
        name=said.name.strip() or None,
        address=said.address.strip() or None,
        users=await accused(conn, said.accused),
        institutions=frozenset({int(said.unit)}) if said.unit else frozenset(),
        is_danger=bool(said.danger),
    )
    made = await service.register(conn, caller, handed)
    return await onward(conn, caller, made.appeal.id, number=made.appeal.number)


async def _whom(conn: http.Conn, number: str, caller: Caller) -> PersonId | None:
    if not number.strip():
        return None
    found = await people.numbered(conn, number.strip(), scope=within(caller))
    if found is None:
        raise Incomplete(name="number")
    return found


async def accused(conn: http.Conn, logins: str) -> frozenset[UserId]:
    """Everybody named has to be somebody: whom a typing error would let in is the accused."""
    wanted = set(logins.replace(",", " ").split())
    found = await staff.called(conn, wanted)
    if len(found) != len(wanted):
        raise Incomplete(name="accused")
    return frozenset(found.values())


async def onward(conn: http.Conn, caller: Caller, appeal: model.AppealId, *, number: str) -> Response:
    """To the appeal; to the inbox where it is no longer the caller's to see."""
    try:
        await service.sees(conn, caller, appeal=appeal)
    except NotFound:
        return RedirectResponse(f"/appeals?registered={number}", 303)
    return RedirectResponse(f"/appeals/{appeal}", 303)
