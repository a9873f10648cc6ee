"""A learning platform as tests know one: signed in with each request, sending and asking for statements."""

from base64 import b64encode
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from callers import HOST, PASSWORD
from core import clock

PATH = "/xapi/statements"
VERBS = "http://adlnet.gov/expapi/verbs/"
ACCOUNT = {"homePage": "https://learn.example", "name": "learner-1"}
LESSON = "https://learn.example/course/1"
VERSION = {"X-Experience-API-Version": "1.0.3"}


def statement(verb: str = "completed", **given: Any) -> dict[str, Any]:
    return {
        "actor": {"account": ACCOUNT},
        "verb": {"id": VERBS + verb},
        "object": {"id": LESSON},
        "timestamp": clock.now().isoformat(),
    } | given


def voiding(uuid: str) -> dict[str, Any]:
    return statement("voided", object={"objectType": "StatementRef", "id": uuid})


def platform(app: FastAPI, login: str = "lms", password: str = PASSWORD, **headers: str) -> AsyncClient:
    """A program: no cookie, no origin."""
    token = b64encode(f"{login}:{password}".encode()).decode()
    sent = {"authorization": f"Basic {token}"} | VERSION | headers
    return AsyncClient(transport=ASGITransport(app, raise_app_exceptions=False), base_url=HOST, headers=sent)


async def keep(lms: AsyncClient, *statements: dict[str, Any]) -> list[str]:
    answer = await lms.post(PATH, json=list(statements))
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json()
    return found


async def ask(lms: AsyncClient, **asked: str) -> Response:
    return await lms.get(PATH, params=asked)


async def ids(lms: AsyncClient, **asked: str) -> list[str]:
    answer = await ask(lms, **asked)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["statements"]]
