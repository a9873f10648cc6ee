"""Consent to being located for a pair: written down, withdrawn, given again; nothing is read without it."""

from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from fastapi import FastAPI

import files
from callers import browser, session, user
from core import clock
from core.model import DeviceId, UserId
from dashboards.pairs import rules as pairs
from dashboards.pairs.rules import Standing
from geofence.consents import rules
from geofence.consents.model import Consent, Said, Word
from geofence.relations.model import Look, RelationId
from pairs import BASIS, theirs
from scene import a_fix, at

MADE = Said(Word.GIVEN, "act 1", date(2026, 11, 1), UserId(1), "C", datetime(2026, 11, 1, tzinfo=UTC))
TODAY = date(2026, 11, 27)


def test_what_was_said_decides_what_may_be_said() -> None:
    made = Consent(RelationId(1), (MADE,))
    given = {"document": " act 2 ", "on": TODAY, "today": TODAY}
    assert rules.checked(made, Word.WITHDRAWN, **given) == "act 2"  # type: ignore[arg-type]
    with pytest.raises(rules.ConsentStands):
        rules.checked(made, Word.GIVEN, **given)  # type: ignore[arg-type]
    with pytest.raises(rules.ConsentUndocumented):
        rules.checked(made, Word.WITHDRAWN, document=" ", on=TODAY, today=TODAY)
    for day in (TODAY + timedelta(days=1), date(2026, 10, 31)):
        with pytest.raises(rules.ConsentNotYet):
            rules.checked(made, Word.WITHDRAWN, document="act 2", on=day, today=TODAY)


def test_an_old_place_makes_unsure_and_never_says_near() -> None:
    person, other = a_fix(0, 0, 0), theirs(0, 100, 0)
    found = pairs.apart(person, other, 500.0, basis=BASIS, now_us=at(0))
    assert (found.standing, round(found.look.distance_m)) == (Standing.NEAR, 100)  # type: ignore[union-attr]
    later = pairs.apart(person, other, 500.0, basis=BASIS, now_us=at(60))
    assert later.standing is Standing.UNSURE
    assert later.person.error_m > found.person.error_m  # type: ignore[union-attr]
    assert pairs.apart(person, None, 500.0, basis=BASIS, now_us=at(0)).standing is Standing.UNKNOWN
    assert pairs.standing(Look(900.0, 30.0, 40.0, 50.0), 500.0) is Standing.FAR


async def test_who_withdraws_is_no_longer_located(app: FastAPI, conn: asyncpg.Connection) -> None:
    engine, now = app.state.engine, clock.now()
    whom, victim = await files.person(engine), await files.person(engine, "Karimova")
    bound = await files.relation(engine, whom, await files.order(engine, whom), victim)
    await conn.execute("create table fixes_of_tests partition of fixes default")
    for number, person in enumerate((whom, victim)):
        worn: DeviceId = await files.device(engine, person)
        await conn.execute(
            "insert into fixes (device_id, sequence, person_id, taken_at, sent_at, received_at, lon, lat,"
            " accuracy_m, mechanism, flags) values ($1, 1, $2, $3, $3, $3, $4, 41.3, 10, 1, 0)",
            worn,
            person,
            now,
            69.2 + number * 0.02,
        )
    officer = await user(engine, "officer")
    await files.caseload(engine, officer, whom)
    path = f"/pairs/{bound}"
    async with browser(app, await session(engine, officer)) as visitor:
        assert f'data-testid="pair-{bound}"' in (await visitor.get("/pairs")).text
        card = (await visitor.get(path)).text
        assert 'data-standing="far"' in card
        assert "69.2" not in card  # how far apart and how surely, not where
        assert "Karimova" not in card  # not one of this officer's people
        said = {"word": "withdrawn", "document": "act 2", "on": f"{clock.today()}"}
        assert (await visitor.post(f"{path}/consent", data=said)).status_code == 303
        card = (await visitor.get(path)).text
        assert 'data-testid="not-looked"' in card
        assert "data-standing" not in card
        again = await visitor.post(f"{path}/consent", data=said)
        assert again.status_code == 409
        tasks = (await visitor.get("/v1/tasks")).json()["tasks"]
        assert [(one["kind"], one["subject_id"]) for one in tasks] == [("consent_withdrawn", bound)]
        await visitor.post(f"{path}/consent", data=said | {"word": "given", "document": "act 3"})
        assert (await visitor.get("/v1/tasks")).json()["tasks"] == []
    async with browser(app, await session(engine, await user(engine, "other"))) as stranger:
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.post(f"{path}/consent", data=said)).status_code == 404
    read = await conn.fetch("select subject_id from audit where action = 'track:read' order by id")
    assert [row[0] for row in read] == [whom, victim] * 2
