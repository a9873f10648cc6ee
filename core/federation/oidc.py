"""OpenID Connect as a relying party: code with PKCE, nonce, and a check of who answers."""

from typing import Any, Final

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from core.federation.model import Flow, Provider, ProviderFailed

ALGORITHMS: Final = ("RS256", "ES256", "PS256", "Ed25519", "EdDSA")
"""Signed by the provider's own key: never `none`, never with a secret that we hold too."""
LEEWAY_S: Final = 60


def client(
    provider: Provider, *, redirect: str, transport: httpx.AsyncBaseTransport | None
) -> AsyncOAuth2Client:
    return AsyncOAuth2Client(
        provider.client_id,
        provider.secret,
        redirect_uri=redirect,
        scope="openid",
        code_challenge_method="S256",
        transport=transport,
        timeout=10,
    )


async def address(link: AsyncOAuth2Client, provider: Provider, *, flow: Flow, state: str) -> str:
    said = await _metadata(link, provider)
    url, _ = link.create_authorization_url(
        said["authorization_endpoint"], state=state, code_verifier=flow.verifier, nonce=flow.nonce
    )
    return str(url)


async def subject(
    link: AsyncOAuth2Client, provider: Provider, *, flow: Flow, code: str, issuer: str | None
) -> str:
    """What the provider says of whoever came back; `issuer` as the address said it (RFC 9207)."""
    said = await _metadata(link, provider)
    named = issuer is not None or said.get("authorization_response_iss_parameter_supported")
    if named and issuer != provider.issuer:
        raise ProviderFailed
    try:
        token = await link.fetch_token(said["token_endpoint"], code=code, code_verifier=flow.verifier)
        keys = KeySet.import_key_set((await link.get(said["jwks_uri"], withhold_token=True)).json())
        claims = _claims(token, keys, provider=provider, nonce=flow.nonce)
        return str(claims[provider.claim])
    except (AuthlibBaseError, JoseError, httpx.HTTPError, ValueError, KeyError):
        raise ProviderFailed from None


async def _metadata(link: AsyncOAuth2Client, provider: Provider) -> dict[str, Any]:
    try:
        answer = await link.get(f"{provider.issuer}/.well-known/openid-configuration", withhold_token=True)
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
