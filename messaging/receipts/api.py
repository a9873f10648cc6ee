"""Receipts over HTTP: the keys that check them, and the lookup by number and code. Both are for everybody."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, model_validator

from core import http, signing
from core.auth import PUBLIC, Caller, allow
from core.fields import WITHOUT_NUL
from core.networks import address
from messaging.receipts import rules, service
from messaging.receipts.service import Secret

router = APIRouter(prefix="/v1", tags=["receipts"])


class Asked(BaseModel):
    """One of `code` and `token`: the token is for channels whose code never leaves the applicant's device."""

    number: Annotated[str, Field(min_length=1, max_length=40, pattern=WITHOUT_NUL)]
    code: Annotated[str, Field(max_length=40)] = ""
    token: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""

    @model_validator(mode="after")
    def one_secret(self) -> "Asked":
        if bool(self.code) == bool(self.token):
            raise ValueError("code or token")
        return self

    def secret(self) -> Secret:
        return Secret(rules.plain(self.code), bytes.fromhex(self.token))


class Step(BaseModel, from_attributes=True):
    at: date
    kind: str


class Standing(BaseModel, from_attributes=True):
    number: str
    state: str
    registered_on: date
    due_on: date
    is_overdue: bool
    steps: list[Step]
    answers: list[str]
    sealed_answers: list[str]


@router.get("/receipt-keys", summary="The public keys of receipts, old ones too (a JWK set)")
async def list_receipt_keys(
    response: Response, keys: http.Sealing, _caller: Caller | None = allow(PUBLIC)
) -> dict[str, Any]:
    response.headers["cache-control"] = "public, max-age=300"
    return signing.as_jwks(service.signer(keys).published())


@router.post("/receipts/lookup", summary="What number and code open: state, clock, answers")
async def look_up_receipt(asked: Asked, request: Request, _caller: Caller | None = allow(PUBLIC)) -> Standing:
    state = request.app.state
    found = await service.look_up(
        state.engine,
        state.receipt_attempts,
        number=asked.number.strip(),
        secret=asked.secret(),
        address=address(request),
        views=state.receipt_views,
    )
    return Standing.model_validate(found)
