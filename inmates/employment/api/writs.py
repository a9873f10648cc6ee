"""The register of enforcement documents over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StringConstraints

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from inmates.employment import model, service_writs
from inmates.employment.api import said
from inmates.employment.api.work import Made
from inmates.employment.model import Claim, WritBasis, WritId, WritKind, WritState

router = APIRouter(prefix="/v1", tags=["work"])


class Asked(BaseModel):
    """What may change while a document is carried out."""

    creditor: said.Words
    kind: WritKind
    basis: WritBasis
    total: Annotated[int, Field(gt=0, le=10**12)] | None = Field(
        default=None, description="So'm in all; needed for the basis sum"
    )
    monthly: Annotated[int, Field(gt=0, le=10**12)] | None = None
    share: Annotated[str, StringConstraints(pattern=r"^([1-9][0-9]?/[1-9][0-9]?)?$")] = Field(
        default="", description="Of the wage after tax", examples=["1/4"]
    )
    since: said.Day
    until: said.Day | None = None
    state: WritState = WritState.ACTIVE


class WritIn(Asked):
    number: said.Words
    issuer: said.Words
    issued_on: said.Day


class Writ(WritIn):
    id: int
    person_id: int
    version: int
    paid: int = Field(description="By approved payrolls")
    balance: int | None = Field(description="None: it asks until it ends")


class Writs(BaseModel):
    writs: list[Writ]
    after: int | None


@router.get("/people/{person_id}/writs", summary="Enforcement documents with balances; recorded")
async def list_writs(
    person_id: http.Id,
    conn: http.Conn,
    after: http.After = None,
    most: said.Most = 100,
    caller: Caller = allow(Permission.PAYROLL_READ),
) -> Writs:
    found = await service_writs.listed(conn, caller, person=PersonId(person_id), after=after, most=most)
    shown, following = said.page(found, most)
    return Writs(writs=[_writ(each) for each in shown], after=following)


@router.post("/people/{person_id}/writs", status_code=201, summary="Register an enforcement document")
async def add_writ(
    person_id: http.Id, given: WritIn, conn: http.Conn, caller: Caller = allow(Permission.PAYROLL_WRITE)
) -> Made:
    claim = Claim(**given.model_dump())
    return Made(id=await service_writs.add(conn, caller, person=PersonId(person_id), claim=claim))


@router.get("/writs/{writ_id}", summary="One document; its ETag names the version; recorded")
async def read_writ(
    writ_id: http.Id, response: Response, conn: http.Conn, caller: Caller = allow(Permission.PAYROLL_READ)
) -> Writ:
    found = await service_writs.read(conn, caller, writ=WritId(writ_id))
    http.tagged(response, found.version)
    return _writ(found)


@router.put("/writs/{writ_id}", summary="Edit a document; If-Match names the version")
async def edit_writ(
    writ_id: http.Id,
    given: Asked,
    *,
    version: http.Expected,
    response: Response,
    conn: http.Conn,
    caller: Caller = allow(Permission.PAYROLL_WRITE),
) -> Writ:
    edited = await service_writs.edit(
        conn, caller, writ=WritId(writ_id), version=version, changes=given.model_dump()
    )
    http.tagged(response, edited.version)
    return _writ(edited)


def _writ(writ: model.Writ) -> Writ:
    claim = writ.claim
    return Writ(
        id=writ.id,
        person_id=writ.person_id,
        version=writ.version,
        number=claim.number,
        issuer=claim.issuer,
        issued_on=claim.issued_on,
        creditor=claim.creditor,
        kind=claim.kind,
        basis=claim.basis,
        total=claim.total,
        monthly=claim.monthly,
        share=claim.share,
        since=claim.since,
        until=claim.until,
        state=claim.state,
        paid=writ.paid,
        balance=writ.balance,
    )
