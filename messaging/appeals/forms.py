"""What the register says and takes over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core.auth import Caller
from core.fields import WITHOUT_NUL, Moment, RowId
from core.model import PersonId, UserId
from messaging.appeals import model, paper, service
from messaging.appeals.model import (
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
    voice_sha256: str | None
    """Of the recording that is the body."""
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


FEW: Final = "<5"
Some = int | Literal["<5"]


class Region(BaseModel):
    region: str
    in_time: Some
    late: Some
    long_late: Some


class Delays(BaseModel):
    """Counts alone; a small one is not said."""

    at: datetime
    fewer_than: int
    regions: list[Region]


class Deputy(BaseModel):
    user_id: RowId
    for_user_id: RowId
    since: Moment
    until: Moment | None = None
