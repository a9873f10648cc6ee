"""Whatever the guard: what changes something is asked for from our own pages (ADR-0010)."""

from fastapi import FastAPI

from architecture.test_guards import ANSWERED, FOR_KIN, ask, objects
from core.origin import SAFE_METHODS


async def test_no_change_comes_from_another_site(app: FastAPI) -> None:
    """But for programs that bring a token or a proof of their own, which no browser adds by itself."""
    ids = {name: 1 for way in ANSWERED for name in objects(way.path)}
    sent = {"origin": "https://elsewhere.test", "cookie": "some=one"}
    through = {
        way.name
        for way in ANSWERED
        if way.method not in SAFE_METHODS and way not in FOR_KIN
        if await ask(app, None, way, ids, sent) != 403
    }
    assert through == {"POST /v1/oauth/token", "POST /v1/oauth/revoke"}
