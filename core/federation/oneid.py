"""OneID: like OAuth in form only. No nonce, no PKCE, no signature: its answer is believed because we asked
for it ourselves, over TLS, with our secret, for a code that came back to the browser that began."""

from typing import Any, Final
from urllib.parse import urlencode

import httpx

from core.federation.model import Provider, ProviderFailed

PATH: Final = "/sso/oauth/Authorization.do"


def address(provider: Provider, *, redirect: str, state: str) -> str:
    asked = {
        "response_type": "one_code",
        "client_id": provider.client_id,
        "redirect_uri": redirect,
        "scope": provider.client_id,
        "state": state,
    }
    return f"{provider.issuer}{PATH}?{urlencode(asked)}"


async def subject(
    provider: Provider, *, redirect: str, code: str, transport: httpx.AsyncBaseTransport | None
) -> str:
    """The number that OneID has proved; the session there ends at once, ours is another."""
    async with httpx.AsyncClient(transport=transport, timeout=10) as link:
        given = await _ask(link, provider, "one_authorization_code", code=code, redirect_uri=redirect)
        token = given.get("access_token")
        if not isinstance(token, str) or not token:
            raise ProviderFailed
        scope = {"access_token": token, "scope": provider.client_id}
        who = await _ask(link, provider, "one_access_token_identify", **scope)
        await _ask(link, provider, "one_log_out", **scope)
    found = who.get(provider.claim)
    is_valid = str(who.get("valid", "")).lower() == "true"
    if not isinstance(found, str) or not found or not is_valid:
        raise ProviderFailed
    return found


async def _ask(link: httpx.AsyncClient, provider: Provider, grant: str, **said: str) -> dict[str, Any]:
    form = {
        "grant_type": grant,
        "client_id": provider.client_id,
        "client_secret": provider.secret,
        **said,
    }
    try:
        answer = (await link.post(f"{provider.issuer}{PATH}", data=form)).raise_for_status()
        found = answer.json() if answer.content else {}
    except (httpx.HTTPError, ValueError):
        raise ProviderFailed from None
    return found if isinstance(found, dict) else {}
