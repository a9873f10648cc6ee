"""OpenID Connect as a relying party: code with PKCE, nonce, and a check of who answers."""

from typing import Any, Final
from urllib.parse import quote

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from core.federation.model import Flow, Provider, ProviderFailed

ALGORITHMS: Final = ("RS256", "ES256", "PS256", "Ed25519", "EdDSA")
"""Signed by the provider's own key: never `none`, never with a secret that we hold too."""
LEEWAY_S: Final = 60
PATIENCE_S: Final = 10


def client(transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=transport, timeout=PATIENCE_S)


async def address(
    link: httpx.AsyncClient, provider: Provider, *, flow: Flow, state: str, redirect: str
) -> str:
    said = await _metadata(link, provider)
    return str(
        prepare_grant_uri(
            said["authorization_endpoint"],
            provider.client_id,
            "code",
            redirect_uri=redirect,
            scope="openid",
            state=state,
            nonce=flow.nonce,
            code_challenge=create_s256_code_challenge(flow.verifier),
            code_challenge_method="S256",
        )
    )


async def subject(
    link: httpx.AsyncClient,
    provider: Provider,
    *,
    flow: Flow,
    code: str,
    issuer: str | None,
    redirect: str,
) -> str:
    """What the provider says of whoever came back; `issuer` as the address said it (RFC 9207)."""
    said = await _metadata(link, provider)
    named = issuer is not None or said.get("authorization_response_iss_parameter_supported")
    if named and issuer != provider.issuer:
        raise ProviderFailed
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    try:
        answer = await link.post(
            said["token_endpoint"],
            data=form | {"code_verifier": flow.verifier},
            auth=(quote(provider.client_id, safe=""), quote(provider.secret, safe="")),
        )
        token = answer.raise_for_status().json()
        keys = KeySet.import_key_set((await link.get(said["jwks_uri"])).raise_for_status().json())
        return _named(_claims(token, keys, provider=provider, nonce=flow.nonce), provider)
    except (AuthlibBaseError, JoseError, httpx.HTTPError, ValueError, KeyError, TypeError):
        raise ProviderFailed from None


def _named(claims: dict[str, Any], provider: Provider) -> str:
    found = claims[provider.claim]
    if not isinstance(found, str) or not found:
        raise ProviderFailed
    return found


async def _metadata(link: httpx.AsyncClient, provider: Provider) -> dict[str, Any]:
    try:
        answer = await link.get(f"{provider.issuer}/.well-known/openid-configuration")
        said: dict[str, Any] = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        raise ProviderFailed from None
    if said.get("issuer") != provider.issuer:
        raise ProviderFailed
    return said


def _claims(token: dict[str, Any], keys: KeySet, *, provider: Provider, nonce: str) -> dict[str, Any]:
    decoded = jwt.decode(token["id_token"], keys, algorithms=list(ALGORITHMS))
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options={
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
            "nonce": {"essential": True, "value": nonce},
        },
        params={
            "nonce": nonce,
            "client_id": provider.client_id,
            "access_token": token.get("access_token", ""),
        },
    )
    claims.validate(leeway=LEEWAY_S)
    return dict(claims)
