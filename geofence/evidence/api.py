"""Evidence over HTTP: the public keys for everybody, a bundle for who may export it under an act."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints
from starlette.responses import Response

from core import http, signing
from core.auth import PUBLIC, Caller, Permission, allow
from core.clock import to_us
from core.model import PersonId
from geofence.evidence import service, signature
from geofence.evidence.model import Asked
from geofence.model import BreachId

router = APIRouter(tags=["evidence"])
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Wanted(BaseModel):
    since: AwareDatetime
    until: AwareDatetime
    act: Line = Field(description="Number of the act under which it is exported")
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
    breach: int | None = Field(None, ge=1, description="The breach that it is about")

    def asked(self, person: int) -> Asked:
        breach = BreachId(self.breach) if self.breach else None
        since_us, until_us = to_us(self.since), to_us(self.until)
        return Asked(PersonId(person), since_us, until_us, self.act, self.reason, breach)


@router.get("/v1/evidence/keys", summary="The keys that sign evidence; for `ejazo evidence verify --keys`")
async def evidence_keys(keys: http.Sealing, _caller: Caller | None = allow(PUBLIC)) -> dict[str, Any]:
    """A JWK set (RFC 7517); also those that sign no more."""
    return signing.as_jwks(signature.published(keys))


@router.post(
    "/v1/people/{person_id}/evidence",
    summary="Reports, rules, verdicts and proofs of a time in one signed file",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}},
)
async def export_evidence(
    person_id: http.Id,
    given: Wanted,
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    caller: Caller = allow(Permission.EVIDENCE_EXPORT),
) -> Response:
    paper = paper_of(request)
    return sent(await service.export(conn, caller, asked=given.asked(person_id), keys=keys, paper=paper))


def paper_of(request: Request, language: str | None = None) -> service.Paper:
    state = request.app.state
    return service.Paper(state.texts, state.fonts, language or http.language(request))


def sent(made: service.Exported) -> Response:
    return Response(made.content, media_type="application/zip", headers=http.attached(made.name))
