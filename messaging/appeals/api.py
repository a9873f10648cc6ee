"""The register over HTTP, for staff: pages, one appeal, commands, paper and oral ones; what is public."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core import http
from core.auth import PUBLIC, Caller, Permission, allow
from core.fields import WITHOUT_NUL, Moment, RowId
from core.model import PersonId, UserId
from messaging.appeals import machine, model, paper, service
from messaging.appeals.dossiers import Dossier
from messaging.appeals.model import (
    AppealId,
    ApplicantKind,
    Channel,
    Desk,
    Form,
    Kind,
    Leaving,
    Outcome,
    Regime,
    Side,
    State,
    Topic,
)

router = APIRouter(prefix="/v1", tags=["appeals"])

Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=WITHOUT_NUL)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=WITHOUT_NUL)]


class Values(BaseModel):
    """What a command says; `GET /v1/appeal-states` names what each one needs."""

    model_config = ConfigDict(extra="forbid")

    text: Text | None = None
    reason: Text | None = None
    is_visible: bool | None = None
    until: date | None = None
    outcome: Outcome | None = None
    grounds: Text | None = None
    legal_basis: Text | None = None
    contest: Text | None = None
    ground: Leaving | None = None
    handler: RowId | None = None
    desk: Desk | None = None
    institution: RowId | None = None
    body: Short | None = None
    target: RowId | None = None
    users: Annotated[list[RowId], Field(max_length=20)] | None = None
    institutions: Annotated[list[RowId], Field(max_length=20)] | None = None

    @property
    def said(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True)


class Command(BaseModel):
    command: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
    values: Values = Values()


class Standing(BaseModel, from_attributes=True):
    state: State
    desk: Desk
    institution: int | None
    received_at: datetime
    registered_on: date
    due_at: datetime
    due_on: date
    forward_due_on: date
    study_notice_due_on: date | None
    handler: int | None
    needs_study: bool
    is_extended: bool
    is_danger: bool
    withdrawal_asked: bool
    outcome: Outcome | None
    ended_at: datetime | None
    rating: int | None
    entries: int


class Head(BaseModel, from_attributes=True):
    id: int
    number: str
    kind: Kind
    form: Form
    channel: Channel
    regime: Regime
    topic: Topic
    subject: str | None
    received_at: datetime
    person: int | None


class Line(Head):
    state: State
    due_at: datetime
    handler: int | None
    is_danger: bool
    ended_at: datetime | None


class Lines(BaseModel):
    appeals: list[Line]
    after: int | None


class Entry(BaseModel, from_attributes=True):
    position: int
    command: str
    at: datetime
    side: Side
    by: int | None
    is_visible: bool
    values: dict[str, Any]


class Appeal(Head):
    body: str | None
    applicant: ApplicantKind
    applicant_name: str | None
    content_sha256: str
    client_created_at: datetime | None
    repeats: int | None
    standing: Standing
    entries: list[Entry]


class Count(BaseModel):
    state: State
    is_overdue: bool
    count: int


class Asked(BaseModel):
    state: State | None = None
    live: bool | None = None
    overdue: bool | None = None
    mine: bool = False
    kind: Kind | None = None
    channel: Channel | None = None
    topic: Topic | None = None
    institution: RowId | None = None
    words: Annotated[str, StringConstraints(max_length=200, pattern=WITHOUT_NUL)] = ""
    after: RowId | None = None
    most: Annotated[int, Field(ge=1, le=service.MOST)] = 50

    def wanted(self, caller: Caller) -> service.Wanted:
        return service.Wanted(
            states=frozenset({self.state}) if self.state else frozenset(),
            is_live=self.live,
            is_overdue=self.overdue,
            handler=caller.user if self.mine else None,
            kind=self.kind,
            channel=self.channel,
            topic=self.topic,
            institution=self.institution,
            words=self.words,
        )


class Handed(BaseModel):
    """An oral or paper appeal that staff write into the register."""

    kind: Kind
    form: Form
    subject: Short
    body: Text
    topic: Topic = Topic.OTHER
    person_id: RowId | None = None
    is_own: bool = False
    """The person's own; else somebody else's about the person."""
    name: Short | None = None
    address: Short | None = None
    institution: RowId | None = None
    channel: Channel = Channel.ORDINARY
    users: Annotated[list[RowId], Field(max_length=20)] = []
    institutions: Annotated[list[RowId], Field(max_length=20)] = []
    is_danger: bool = False
    written_at: Moment | None = None

    def draft(self) -> model.Draft:
        person = PersonId(self.person_id) if self.person_id else None
        return paper.draft(
            person,
            is_own=self.is_own,
            kind=self.kind,
            form=self.form,
            channel=self.channel,
            topic=self.topic,
            subject=self.subject,
            body=self.body,
            name=self.name,
            address=self.address,
            institution=self.institution,
            users=frozenset(UserId(one) for one in self.users),
            institutions=frozenset(self.institutions),
            is_danger=self.is_danger,
            written_at=self.written_at,
        )


class Registered(BaseModel):
    """The number is said to whoever wrote it down, even where they may not read on."""

    id: int
    number: str
    registered_on: date
    due_at: datetime
    content_sha256: str


class Row(BaseModel):
    command: str
    before: list[State]
    after: State | None
    by: list[Side]
    permission: str | None
    needs: list[str]
    guards: list[str]
    clock: str
    visible: bool | None
    notice: str | None
    event: str


class Machine(BaseModel):
    states: list[State]
    transitions: list[Row]


@router.get("/appeal-states", summary="The state machine: who may do what when, and what follows")
async def list_appeal_states(_caller: Caller | None = allow(PUBLIC)) -> Machine:
    rows = [_row(one) for one in machine.transitions().values()]
    return Machine(states=list(State), transitions=rows)


def _row(one: machine.Transition) -> Row:
    return Row(
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


@router.get(
    "/register/appeals", summary="Appeals at the caller's desk, by when they are due, live ones first"
)
async def list_appeals(
    conn: http.Conn, asked: Annotated[Asked, Query()], caller: Caller = allow(Permission.APPEAL_READ)
) -> Lines:
    after = AppealId(asked.after) if asked.after else None
    page = await service.listed(conn, caller, asked.wanted(caller), after=after, most=asked.most)
    return Lines(appeals=[_line(one) for one in page.lines], after=page.after)


def _line(one: service.Line) -> Line:
    said = Head.model_validate(one.appeal).model_dump()
    return Line(
        **said,
        state=one.state,
        due_at=one.due_at,
        handler=one.handler,
        is_danger=one.is_danger,
        ended_at=one.ended_at,
    )


@router.get("/register/appeal-counts", summary="How many the caller sees, by state")
async def count_appeals(conn: http.Conn, caller: Caller = allow(Permission.APPEAL_READ)) -> list[Count]:
    found = await service.counted(conn, caller)
    return [Count(state=key[0], is_overdue=key[1], count=count) for key, count in sorted(found.items())]


@router.get("/register/appeals/{appeal_id}", summary="One appeal with its entries; the ETag is their number")
async def read_appeal(
    appeal_id: http.Id,
    response: Response,
    conn: http.Conn,
    caller: Caller = allow(Permission.APPEAL_READ),
) -> Appeal:
    found = await service.read(conn, caller, appeal=AppealId(appeal_id))
    http.tagged(response, found.standing.entries)
    return _appeal(found)


def _appeal(found: Dossier) -> Appeal:
    one = found.appeal
    return Appeal(
        **Head.model_validate(one).model_dump(),
        body=one.body,
        applicant=one.applicant.kind,
        applicant_name=one.applicant.name,
        content_sha256=one.content_sha256,
        client_created_at=one.client_created_at,
        repeats=one.repeats,
        standing=Standing.model_validate(found.standing),
        entries=[Entry.model_validate(entry) for entry in found.entries],
    )


@router.post("/register/appeals", status_code=201, summary="Write an oral or paper appeal into the register")
async def register_appeal(
    said: Handed, conn: http.Conn, caller: Caller = allow(Permission.APPEAL_WRITE)
) -> Registered:
    made = await service.register(conn, caller, said.draft())
    return Registered(
        id=made.appeal.id,
        number=made.appeal.number,
        registered_on=made.standing.registered_on,
        due_at=made.standing.due_at,
        content_sha256=made.appeal.content_sha256,
    )


@router.post("/register/appeals/{appeal_id}/commands", summary="Take, ask, note, forward, answer, propose, …")
async def command_appeal(
    appeal_id: http.Id, said: Command, conn: http.Conn, caller: Caller = allow(Permission.APPEAL_WRITE)
) -> Standing:
    done = await service.act(
        conn, caller, appeal=AppealId(appeal_id), command=said.command, values=said.values.said
    )
    return Standing.model_validate(done)
