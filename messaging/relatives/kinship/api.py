"""Claims of identity and kinship over HTTP, for relatives."""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import UUID7, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from core import clock, http
from core.fields import WITHOUT_NUL
from core.kin import KinScope, Relative, allow_kin
from messaging.mobile import edge
from messaging.relatives.kinship import model, rules, service
from messaging.relatives.kinship.model import Relation, State

router = APIRouter(prefix="/v1/my", tags=["relatives"], route_class=edge.Once)

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True, pattern=WITHOUT_NUL)
]
Number = Annotated[str, StringConstraints(max_length=40, strip_whitespace=True, pattern=WITHOUT_NUL)]
Birthday = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))]


class Identity(BaseModel):
    model_config = ConfigDict(extra="forbid")

    surname: Name
    given_name: Name
    born_on: Birthday
    document: Number


class NewClaim(BaseModel):
    """Whom one is related to: by number, or by name and birthday."""

    model_config = ConfigDict(extra="forbid")

    client_id: UUID7
    relation: Relation
    surname: Name
    given_name: Number = ""
    born_on: Birthday | None = None
    number: Number = ""

    @model_validator(mode="after")
    def says_whom(self) -> Self:
        if not self.number and (self.born_on is None or not self.given_name):
            raise ValueError("number, or given_name and born_on")
        return self

    def named(self) -> model.Named:
        return model.Named(self.surname, self.given_name, self.born_on, self.number)


class Claim(BaseModel):
    id: int
    relation: Relation
    state: State
    """`received` becomes `confirmed`, or `not_confirmed` at the end of the term: for whichever reason."""
    made_at: datetime
    due_on: date
    until: date | None
    """Of a confirmed one: the last day."""


class Claims(BaseModel):
    claims: list[Claim]


@router.post("/identity", status_code=204, summary="Say who one is")
async def say_who(
    said: Identity,
    conn: edge.Conn,
    keys: http.Sealing,
    relative: Relative = allow_kin(KinScope.KIN_WRITE),
) -> None:
    await service.say_who(conn, keys, relative, identity=model.Identity(**said.model_dump()))


@router.post("/claims", status_code=202, summary="Say to whom one is related; the answer is always the same")
async def claim_kin(
    said: NewClaim,
    conn: edge.Conn,
    keys: http.Sealing,
    relative: Relative = allow_kin(KinScope.KIN_WRITE),
) -> Claim:
    made = await service.claim(
        conn,
        keys,
        relative,
        client_id=said.client_id,
        relation=said.relation,
        named=said.named(),
    )
    return _claim(made)


@router.get("/claims", summary="One's own claims, newest first; the id of a confirmed one is the kin_id")
async def list_claims(conn: edge.Conn, relative: Relative = allow_kin(KinScope.KIN_READ)) -> Claims:
    return Claims(claims=[_claim(one) for one in await service.listed(conn, relative)])


def _claim(one: model.Claim) -> Claim:
    state = rules.seen(one, on=clock.today())
    until = rules.fold(one.entries).until if state is State.CONFIRMED else None
    return Claim(
        id=one.id,
        relation=one.relation,
        state=state,
        made_at=one.made_at,
        due_on=one.due_on,
        until=until,
    )
