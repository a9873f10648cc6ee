"""The public keys of statements around signed decisions, for everybody."""

from typing import Any

from fastapi import APIRouter, Response

from core import http, signing
from core.auth import PUBLIC, Caller, allow
from core.signed import service

router = APIRouter(prefix="/v1", tags=["signed"])


@router.get("/paper-keys", summary="The public keys of signed decisions, old ones too (a JWK set)")
async def list_paper_keys(
    response: Response, keys: http.Sealing, _caller: Caller | None = allow(PUBLIC)
) -> dict[str, Any]:
    response.headers["cache-control"] = "public, max-age=300"
    return signing.as_jwks(service.statements(keys).published())
