"""The health compartment over HTTP: for doctors; the consequences for everybody who works with the person."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import Moment
from core.model import PersonId
from inmates.health import parts, service
from inmates.health.model import AppointmentId, ConsequenceId, Kind, Limit, Outcome
from inmates.parts import service as of_file
from inmates.parts.api import PRINTED, FilePart, FileParts, ReleasedPart, paper, released
from inmates.parts.model import Compartment, PartId

router = APIRouter(prefix="/v1", tags=["health"])

Words = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]


class Consequence(BaseModel, from_attributes=True):
    id: int
    kind: Kind
    starts_at: datetime
    ends_at: datetime | None
    decided_at: datetime
    doctor: str


class Consequences(BaseModel):
    consequences: list[Consequence]


class Appointment(BaseModel, from_attributes=True):
    id: int
    due_at: datetime
    made_at: datetime
    made_by: int
    purpose: str | None


class Attendance(BaseModel, from_attributes=True):
    noted_at: datetime
    noted_by: int
    outcome: Outcome | None
    note: str


class Kept(BaseModel, from_attributes=True):
    appointment: Appointment
    attendance: Attendance | None
    is_overdue: bool


class Finding(BaseModel, from_attributes=True):
    id: int
    made_at: datetime
    made_by: int
    text: str | None


class DecidedConsequence(Consequence):
    finding_id: int


class HealthFile(BaseModel, from_attributes=True):
    appointments: list[Kept]
    findings: list[Finding]
    consequences: list[DecidedConsequence]


class NewAppointment(BaseModel):
    model_config = ConfigDict(extra="forbid")
    due_at: Moment
    purpose: Words


class NewAttendance(BaseModel):
    model_config = ConfigDict(extra="forbid")
    outcome: Outcome
    note: Annotated[str, StringConstraints(max_length=10_000)] = ""


class NewLimit(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Kind
    starts_at: Moment
    ends_at: Moment | None = None


class NewFinding(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: Words
    consequences: list[NewLimit] = []


class Replacement(BaseModel):
    model_config = ConfigDict(extra="forbid")
    starts_at: Moment
    ends_at: Moment | None = None
    text: Words


class Made(BaseModel):
    id: int


@router.get("/people/{person_id}/consequences", summary="What a doctor decided that others must heed")
async def list_consequences(
    person_id: http.Id,
    conn: http.Conn,
    at: Annotated[AwareDatetime | None, Query()] = None,
    caller: Caller = allow(Permission.CONSEQUENCE_READ),
) -> Consequences:
    found = await service.shown_consequences(conn, caller, person=PersonId(person_id), at=at or clock.now())
    return Consequences(consequences=[Consequence.model_validate(one) for one in found])


@router.get("/people/{person_id}/health", summary="Appointments, findings and consequences, for doctors")
async def read_health(
    person_id: http.Id, conn: http.Conn, keys: http.Sealing, caller: Caller = allow(Permission.HEALTH_READ)
) -> HealthFile:
    found = await service.read(conn, keys, caller=caller, person=PersonId(person_id))
    return HealthFile.model_validate(found)


@router.post("/people/{person_id}/health/appointments", status_code=201, summary="An appointment is due")
async def make_appointment(
    person_id: http.Id,
    new: NewAppointment,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.HEALTH_WRITE),
) -> Made:
    person, said = PersonId(person_id), new.model_dump()
    return Made(id=await service.appoint(conn, keys, caller=caller, person=person, **said))


@router.post("/appointments/{appointment_id}/outcome", status_code=204, summary="Kept, missed or cancelled")
async def note_outcome(
    appointment_id: http.Id,
    new: NewAttendance,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.HEALTH_WRITE),
) -> None:
    appointment, said = AppointmentId(appointment_id), new.model_dump()
    await service.attend(conn, keys, caller=caller, appointment=appointment, **said)


@router.post(
    "/people/{person_id}/health/findings", status_code=201, summary="A finding, and what follows from it"
)
async def write_finding(
    person_id: http.Id,
    new: NewFinding,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.HEALTH_WRITE),
) -> Made:
    limits = [Limit(**limit.model_dump()) for limit in new.consequences]
    person = PersonId(person_id)
    made = await service.find(conn, keys, caller=caller, person=person, text=new.text, limits=limits)
    return Made(id=made)


@router.post(
    "/consequences/{consequence_id}/replacement",
    status_code=201,
    summary="A later decision in its place; one that ends when it begins takes it back",
)
async def replace_consequence(
    consequence_id: http.Id,
    new: Replacement,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.HEALTH_WRITE),
) -> Made:
    consequence, said = ConsequenceId(consequence_id), new.model_dump()
    made = await service.replace(conn, keys, caller=caller, consequence=consequence, **said)
    return Made(id=made)


@router.post(
    "/people/{person_id}/health/parts",
    status_code=201,
    summary="The part of the person's own file: sealed into it, opened by a code that is said once",
)
async def release_medical_part(
    person_id: http.Id,
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.HEALTH_WRITE),
) -> ReleasedPart:
    texts, language = request.app.state.texts, http.language(request)
    person = PersonId(person_id)
    made = await parts.release(conn, keys, caller=caller, person=person, texts=texts, language=language)
    return released(made)


@router.get("/people/{person_id}/health/parts", summary="Parts that were released, the newest first")
async def list_medical_parts(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.HEALTH_READ)
) -> FileParts:
    found = await of_file.listed(conn, caller, person=PersonId(person_id), compartment=Compartment.HEALTH)
    return FileParts(parts=[FilePart.model_validate(one) for one in found])


@router.get(
    "/people/{person_id}/health/parts/{medical_part_id}/pdf",
    summary="A part on paper, for the hand of the person",
    response_class=Response,
    responses=PRINTED,
)
async def print_medical_part(
    person_id: http.Id,
    medical_part_id: http.Id,
    request: Request,
    *,
    conn: http.Conn,
    keys: http.Sealing,
    fonts: http.Fonts,
    caller: Caller = allow(Permission.HEALTH_READ),
) -> Response:
    person, part = PersonId(person_id), PartId(medical_part_id)
    found, content = await of_file.content(
        conn, keys, caller=caller, person=person, compartment=Compartment.HEALTH, part=part
    )
    return await paper(request, found, content, fonts=fonts)
