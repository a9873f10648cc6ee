"""Token endpoints (RFC 6749, 7009, PKCE only) and the relative's own account and devices."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from core import clock, http
from core.kin import KinScope, Relative, allow_kin, allow_programs
from core.model import HandsetId
from messaging.mobile import edge
from messaging.relatives.accounts import service, store, tokens
from messaging.relatives.accounts.model import Denied, Tokens

router = APIRouter(prefix="/v1", tags=["relatives"], route_class=edge.Once)
Text = Annotated[str, Form(max_length=2000)]
OAUTH_ERROR: Final[dict[int | str, dict[str, Any]]] = {
    400: {
        "description": "An error of RFC 6749, 5.2",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["error"],
                    "properties": {"error": {"type": "string"}},
                }
            }
        },
    }
}


class Granted(BaseModel):
    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str
    scope: str


class Account(BaseModel):
    id: int
    phone: str | None
    """None: the platform has lost the key of it."""
    language: str
    made_at: datetime


class Device(BaseModel):
    id: int
    client_id: str
    scopes: list[KinScope]
    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    is_this: bool


class Devices(BaseModel):
    devices: list[Device]


@router.post(
    "/oauth/token",
    summary="A code or a refresh token for tokens",
    response_model=Granted,
    responses=OAUTH_ERROR,
)
async def give_tokens(
    conn: edge.OpenConn,
    *,
    grant_type: Text = "",
    client_id: Text = "",
    code: Text = "",
    redirect_uri: Text = "",
    code_verifier: Text = "",
    refresh_token: Text = "",
    _nobody: None = allow_programs(),
) -> Granted | Response:
    now = clock.now()
    found: Tokens | Denied = Denied("unsupported_grant_type" if grant_type else "invalid_request")
    if grant_type == "authorization_code":
        found = await tokens.exchange(
            conn, client=client_id, code=code, redirect_uri=redirect_uri, verifier=code_verifier, now=now
        )
    elif grant_type == "refresh_token":
        found = await tokens.refresh(conn, client=client_id, token=refresh_token, now=now)
    return JSONResponse({"error": found.error}, 400) if isinstance(found, Denied) else _said(found)


def _said(found: Tokens) -> Granted:
    scope = " ".join(sorted(found.scopes))
    return Granted(
        access_token=found.access,
        token_type="Bearer",  # noqa: S106 - its kind, no secret
        expires_in=found.expires_in,
        refresh_token=found.refresh,
        scope=scope,
    )


@router.post("/oauth/revoke", summary="Signs the device of this token out (RFC 7009)")
async def revoke_token(
    conn: edge.OpenConn, *, token: Text = "", client_id: Text = "", _nobody: None = allow_programs()
) -> dict[str, str]:
    await tokens.revoke(conn, client=client_id, token=token, now=clock.now())
    return {}


@router.get("/my/account", summary="Who is signed in")
async def read_account(
    conn: edge.Conn, keys: http.Sealing, relative: Relative = allow_kin(KinScope.ACCOUNT)
) -> Account:
    found = await store.account(conn, relative.id)
    phone = await service.phone_of(conn, keys, relative=relative.id)
    return Account(id=relative.id, phone=phone, language=found.language, made_at=found.made_at)


@router.get("/my/devices", summary="Where one is signed in")
async def list_devices(conn: edge.Conn, relative: Relative = allow_kin(KinScope.ACCOUNT)) -> Devices:
    found = [
        Device(
            id=one.id,
            client_id=one.client_id,
            scopes=sorted(one.scopes),
            made_at=one.made_at,
            seen_at=one.seen_at,
            ends_at=one.ends_at,
            is_this=one.id == relative.handset,
        )
        for one in await tokens.devices(conn, relative)
    ]
    return Devices(devices=found)


@router.delete("/my/devices/{handset_id}", status_code=204, summary="Sign a device out")
async def sign_device_out(
    handset_id: http.Id, conn: edge.Conn, relative: Relative = allow_kin(KinScope.ACCOUNT)
) -> None:
    await tokens.sign_out(conn, relative, handset=HandsetId(handset_id))
