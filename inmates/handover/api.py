"""A person's file over HTTP: the export, certified copies and their proof, the hand-over to health care."""

import asyncio
import json
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core import http
from core.auth import PUBLIC, Caller, Permission, allow
from core.i18n import LANGUAGES
from core.model import PersonId
from inmates.handover import fhir, papers, service
from inmates.handover.model import Certificate, CertificateId, Purpose, Say

router = APIRouter(tags=["handover"])
PDF = "application/pdf"
PRINTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}
}
PATIENT: dict[int | str, dict[str, Any]] = {200: {"content": {fhir.MEDIA: {"schema": {"type": "object"}}}}}


class SealedPart(BaseModel):
    title: str
    compartment: str
    number: str
    digest: str
    made_at: datetime
    made_by: str
    opened_by: str
    content: str
    """Base64; the person has the code."""


class FileContent(BaseModel):
    format: str
    version: int
    made_at: datetime
    made_by: str
    language: str
    person: dict[str, str]
    kept_apart: str
    sealed_parts: list[SealedPart]
    sections: dict[str, dict[str, Any]]


class NewCertificate(BaseModel):
    purpose: Purpose


class Certified(BaseModel, from_attributes=True):
    id: int
    number: str
    purpose: Purpose
    digest: str
    made_at: datetime
    shown_as: str


class CertifiedCopies(BaseModel):
    certificates: list[Certified]
    after: int | None


class CertifiedFile(Certified):
    content: str
    """As it was certified: the digest is of these letters in UTF-8."""


class Proof(BaseModel, from_attributes=True):
    number: str
    certified_on: date


def asked(request: Request) -> dict[str, Any]:
    """What every export needs of the application, in the language of the reader."""
    state, language = request.app.state, http.language(request)
    return {"texts": state.texts, "language": language, "keys": state.keys}


def speaker(request: Request, language: str) -> Say:
    say: Say = request.app.state.texts.speaker(language if language in LANGUAGES else http.language(request))
    return say


@router.get("/v1/people/{person_id}/file", summary="The whole file but for the closed compartments")
async def export_file(
    person_id: http.Id, request: Request, conn: http.Conn, caller: Caller = allow(Permission.PERSON_EXPORT)
) -> FileContent:
    sections = request.app.state.sections
    found = await service.export(
        conn, caller, person=PersonId(person_id), sections=sections, **asked(request)
    )
    return FileContent.model_validate(found)


@router.get(
    "/v1/people/{person_id}/file/pdf",
    summary="The same on paper",
    response_class=Response,
    responses=PRINTED,
)
async def print_file(
    person_id: http.Id,
    request: Request,
    *,
    conn: http.Conn,
    fonts: http.Fonts,
    caller: Caller = allow(Permission.PERSON_EXPORT),
) -> Response:
    asks = asked(request)
    sections = request.app.state.sections
    found = await service.export(conn, caller, person=PersonId(person_id), sections=sections, **asks)
    return paper(
        await asyncio.to_thread(papers.printed, found, speaker(request, asks["language"]), fonts=fonts),
        str(person_id),
    )


@router.post("/v1/people/{person_id}/certificates", status_code=201, summary="Certifies a copy of the file")
async def certify_file(
    person_id: http.Id,
    said: NewCertificate,
    request: Request,
    *,
    conn: http.Conn,
    caller: Caller = allow(Permission.PERSON_EXPORT),
) -> Certified:
    sections = request.app.state.sections
    made = await service.certify(
        conn,
        caller,
        person=PersonId(person_id),
        purpose=said.purpose,
        sections=sections,
        **asked(request),
    )
    return Certified.model_validate(made)


@router.get("/v1/people/{person_id}/certificates", summary="Certified copies, newest first")
async def list_certified_copies(
    person_id: http.Id,
    conn: http.Conn,
    after: http.After = None,
    most: Annotated[int, Query(ge=1, le=service.MOST)] = service.MOST,
    caller: Caller = allow(Permission.PERSON_EXPORT),
) -> CertifiedCopies:
    start = CertificateId(after) if after else None
    _, found, more = await service.listed(conn, caller, person=PersonId(person_id), after=start, most=most)
    return CertifiedCopies(certificates=[Certified.model_validate(one) for one in found], after=more)


@router.get("/v1/people/{person_id}/certificates/{certificate_id}", summary="A copy as it was certified")
async def read_certified_copy(
    person_id: http.Id,
    certificate_id: http.Id,
    conn: http.Conn,
    caller: Caller = allow(Permission.PERSON_EXPORT),
) -> CertifiedFile:
    person, certificate = PersonId(person_id), CertificateId(certificate_id)
    found = await service.copy(conn, caller, person=person, certificate=certificate)
    return CertifiedFile.model_validate(found, from_attributes=True)


@router.get(
    "/v1/people/{person_id}/certificates/{certificate_id}/pdf",
    summary="The same on paper, with number and digest",
    response_class=Response,
    responses=PRINTED,
)
async def print_certified_copy(
    person_id: http.Id,
    certificate_id: http.Id,
    request: Request,
    *,
    conn: http.Conn,
    fonts: http.Fonts,
    caller: Caller = allow(Permission.PERSON_EXPORT),
) -> Response:
    person, certificate = PersonId(person_id), CertificateId(certificate_id)
    found = await service.copy(conn, caller, person=person, certificate=certificate)
    say = speaker(request, language_of(found))
    return paper(await asyncio.to_thread(papers.certified, found, say, fonts=fonts), found.number)


@router.get("/v1/certificates", summary="Whether a paper with this number and digest is ours; not whose")
async def verify_certified_copy(
    number: Annotated[str, Query(pattern=r"^[0-9]{4}-[0-9A-F]{8}$")],
    digest: Annotated[str, Query(pattern=r"^[0-9a-f]{64}$")],
    *,
    conn: http.Conn,
    _caller: Caller | None = allow(PUBLIC),
) -> Proof:
    return Proof.model_validate(await service.verify(conn, number, digest=digest))


@router.get(
    "/fhir/Patient/{person_id}",
    summary="FHIR R5 Patient (UZ Core), for the hand-over to health care",
    response_class=Response,
    responses=PATIENT,
)
async def read_patient(
    person_id: http.Id, request: Request, conn: http.Conn, caller: Caller = allow(Permission.PERSON_EXPORT)
) -> Response:
    identify = request.app.state.identify
    found = await service.patient(
        conn, caller, person=PersonId(person_id), identify=identify, **asked(request)
    )
    return JSONResponse(found, media_type=fhir.MEDIA)


def language_of(found: Certificate) -> str:
    language: str = json.loads(found.content)["language"]
    return language


def paper(content: bytes, name: str) -> Response:
    return Response(content, media_type=PDF, headers=http.attached(f"file-{name}.pdf", way="inline"))
