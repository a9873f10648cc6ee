"""What a relative hands in and is shown of an appeal."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import UUID7, BaseModel, ConfigDict, Field, StringConstraints

from core import clock
from core.fields import WITHOUT_NUL, Moment, RowId
from core.kin import Relative
from messaging.appeals import model
from messaging.appeals.dossiers import Dossier
from messaging.appeals.model import Channel, Kind, Outcome, Regime, State, Topic
from messaging.appeals.service import Line as Found
from messaging.mobile.uploads.model import UploadId
from messaging.relatives.letters.service import Enclosed, Handed, applicant

Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=WITHOUT_NUL)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=WITHOUT_NUL)]
MOST_FILES = 6
HIDDEN = frozenset({"desk", "institution", "handler", "users", "institutions"})
"""Of an entry: who in the house."""


class NewAppeal(BaseModel):
    model_config = ConfigDict(extra="forbid")

    client_id: UUID7
    kind: Kind
    subject: Short
    body: Text | None = None
    """None: it was spoken, and `voice` names the recording."""
    topic: Topic = Topic.OTHER
    channel: Channel = Channel.ORDINARY
    """`medical`: the doctors' desk, where the kinship is confirmed. Sealed ones go to `/v1/boxes/letters`."""
    is_medical: bool = False
    """The same as channel `medical`."""
    is_danger: bool = False
    kin_id: RowId | None = None
    client_created_at: Moment | None = None
    """Shown as information: the legal moment is ours."""
    repeats: RowId | None = None
    files: Annotated[list[RowId], Field(max_length=MOST_FILES)] = []
    """Kept uploads that are attached in the same step."""
    voice: RowId | None = None
    """A kept recording, instead of `body`."""

    def draft(self, relative: Relative, language: str) -> model.Draft:
        return model.Draft(
            client_id=self.client_id,
            kind=self.kind,
            applicant=applicant(relative),
            subject=self.subject,
            body=self.body,
            topic=self.topic,
            channel=Channel.MEDICAL if self.is_medical else self.channel,
            is_danger=self.is_danger,
            language=language,
            client_created_at=self.client_created_at,
        )

    def enclosed(self) -> Enclosed:
        return Enclosed([UploadId(one) for one in self.files], UploadId(self.voice) if self.voice else None)


class Receipt(BaseModel):
    code: str
    """16 digits, shown once; the platform keeps only its hash."""
    signed: str
    """Compact JWS; `GET /v1/receipt-keys` checks it."""


class Registered(BaseModel):
    id: int
    number: str
    regime: Regime
    received_at: datetime
    registered_on: date
    due_on: date
    due_at: datetime
    due_local: datetime
    content_sha256: str
    receipt: Receipt | None
    """None: it was handed in before, more than a week ago."""

    @classmethod
    def of(cls, made: Handed) -> "Registered":
        one, standing, slip = made.filed.appeal, made.filed.standing, made.slip
        return cls(
            id=one.id,
            number=one.number,
            regime=one.regime,
            received_at=one.received_at,
            registered_on=standing.registered_on,
            due_on=standing.due_on,
            due_at=standing.due_at,
            due_local=standing.due_at.astimezone(clock.HERE),
            content_sha256=one.content_sha256,
            receipt=Receipt(code=slip.code, signed=slip.signed) if slip else None,
        )


class Line(BaseModel):
    id: int
    number: str
    kind: Kind
    topic: Topic
    subject: str | None
    received_at: datetime
    state: State
    due_at: datetime
    due_local: datetime

    @classmethod
    def of(cls, one: Found) -> "Line":
        head = one.appeal
        return cls(
            id=head.id,
            number=head.number,
            kind=head.kind,
            topic=head.topic,
            subject=head.subject,
            received_at=head.received_at,
            state=one.state,
            due_at=one.due_at,
            due_local=one.due_at.astimezone(clock.HERE),
        )


class Lines(BaseModel):
    appeals: list[Line]
    after: int | None


class Entry(BaseModel):
    position: int
    command: str
    at: datetime
    is_mine: bool
    values: dict[str, Any]


class Appeal(BaseModel):
    id: int
    number: str
    kind: Kind
    topic: Topic
    regime: Regime
    subject: str | None
    body: str | None
    voice_sha256: str | None
    """Of the recording that is the body."""
    content_sha256: str
    received_at: datetime
    registered_on: date
    due_on: date
    due_at: datetime
    due_local: datetime
    state: State
    outcome: Outcome | None
    is_extended: bool
    rating: int | None
    entries: list[Entry]

    @classmethod
    def of(cls, found: Dossier) -> "Appeal":
        one, standing = found.appeal, found.standing
        return cls(
            id=one.id,
            number=one.number,
            kind=one.kind,
            topic=one.topic,
            regime=one.regime,
            subject=one.subject,
            body=one.body,
            voice_sha256=one.voice_sha256,
            content_sha256=one.content_sha256,
            received_at=one.received_at,
            registered_on=standing.registered_on,
            due_on=standing.due_on,
            due_at=standing.due_at,
            due_local=standing.due_at.astimezone(clock.HERE),
            state=standing.state,
            outcome=standing.outcome,
            is_extended=standing.is_extended,
            rating=standing.rating,
            entries=[_entry(entry) for entry in found.entries],
        )


def _entry(entry: model.Entry) -> Entry:
    shown = {name: value for name, value in entry.values.items() if name not in HIDDEN}
    return Entry(
        position=entry.position,
        command=entry.command,
        at=entry.at,
        is_mine=entry.side is model.Side.APPLICANT,
        values=shown,
    )


class Look(BaseModel, from_attributes=True):
    at: datetime
    role: str
    body: str | None
    """Where they are posted; none: above the institutions."""


class Looks(BaseModel):
    looks: list[Look]


class Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Text


class Reason(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Text


class Rating(BaseModel):
    model_config = ConfigDict(extra="forbid")

    stars: Annotated[int, Field(ge=1, le=5)]
