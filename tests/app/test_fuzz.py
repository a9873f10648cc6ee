"""A few of the damaged files of `ejazo bench fuzz`: the doors bear them, and over HTTP none is a fault."""

import random
import warnings
from base64 import b64encode

import pytest
from fastapi import FastAPI

from app import log
from benchmarks.damage import bombs, places, tried, uploads, zones
from callers import browser, session, user
from core.auth import Role
from files import institution, person, posting, stay


@pytest.mark.parametrize("section", [uploads, zones], ids=["uploads", "zones"])
def test_a_few_hundred_damaged_files_are_borne(section: object) -> None:
    draw, found = random.Random(7), tried.Found()
    with warnings.catch_warnings():
        log.silence()
        for _ in range(250):
            tried.feed(found, section.one(draw), keep=None)  # type: ignore[attr-defined]
    assert found.is_good, (found.first, found.unclear())
    assert len(found.said) > 5


def test_what_raises_or_hangs_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmark itself notices."""
    monkeypatch.setattr(tried, "BOUND_S", 0.05)

    def hangs(_content: bytes) -> str:
        while True:
            pass

    found = tried.Found()
    for take in (hangs, lambda content: content.decode("ascii")):
        case = tried.Case("door", "seed", b"\xff", take)
        with tried.watched():
            tried.feed(found, case, keep=None)
    assert (found.slow.total(), found.faults, found.is_good) == (1, {"door: UnicodeDecodeError": 1}, False)


async def test_over_http_each_is_refused_in_words(app: FastAPI) -> None:
    engine = app.state.engine
    here, whom = await institution(engine), await person(engine, "Sinovov")
    await stay(engine, whom, here)
    desk, chief = (
        await user(engine, "desk", role=Role.REGISTRAR),
        await user(engine, "chief", role=Role.ADMINISTRATOR),
    )
    await posting(engine, desk, here)
    statuses: dict[str, int] = {}
    async with browser(app, await session(engine, desk)) as registrar:
        for what, doors, content in bombs.small():
            if not {"people", "photo"} & set(doors):
                continue
            sent = {"file": ("a.xlsx", content)}
            answer = await registrar.post("/imports", data={"kind": "people", "deed": "try"}, files=sent)
            statuses[f"import {what}"] = answer.status_code
            body = {"taken_on": "2026-01-01", "content": b64encode(content).decode()}
            answer = await registrar.post(f"/v1/people/{whom}/photos", json=body)
            statuses[f"photo {what}"] = answer.status_code
    async with browser(app, await session(engine, chief)) as visitor:
        for what, content in places.small():
            sent = {"file": ("a.kml", content)}
            answer = await visitor.post("/zones/collections", data={"name": "Namuna"}, files=sent)
            statuses[f"collection {what}"] = answer.status_code
    assert {what: status for what, status in statuses.items() if status >= 500} == {}
    assert {201, 303, 422} & set(statuses.values()) == {201, 303, 422}
    assert len(statuses) > 60
