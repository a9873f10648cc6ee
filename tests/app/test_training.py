"""Training cannot be taken for anything real: databases of two sorts, a mark on everything that leaves."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import asyncpg
import pytest
from click.testing import CliRunner
from fastapi import FastAPI
from httpx import AsyncClient

import files
from app import evidence
from app.http import application, furnish
from app.private import place
from app.settings import settings
from app.training import agreed, marking
from app.training.agreed import WrongDatabase
from app.training.director import Director
from callers import browser, session, user
from core import clock
from core.auth import Role
from core.paper import KEYWORD
from core.settings import Settings
from geofence.exercises import store
from simulators import exercises, stage, world
from simulators.fleet import Fleet
from simulators.scenarios import Plan
from supervised import supervised

WORDS = "OʻQUV · TRAINING"
GPX = b"<?xml version='1.0'?><gpx><metadata><name>Track</name></metadata><trk><name>A</name></trk></gpx>"


async def marked_by_force(conn: asyncpg.Connection) -> None:
    """As if it had been marked while it was empty."""
    await conn.execute("set session_replication_role = replica; insert into training values (true)")
    await conn.execute("update persons set number = 'DEMO-' || id; reset session_replication_role")


async def test_a_database_is_of_one_sort_for_ever(conn: asyncpg.Connection, database: str) -> None:
    made_up = (
        "insert into persons (number, surname, given_name, sex, born_on)"
        " values ($1, 'N', 'N', 'm', '2000-01-01')"
    )
    await agreed.check(conn, is_training=False)
    with pytest.raises(WrongDatabase):
        await agreed.check(conn, is_training=True)
    await agreed.mark(database)
    await agreed.mark(database)
    await agreed.check(conn, is_training=True)
    with pytest.raises(WrongDatabase):
        await agreed.check(conn, is_training=False)
    for refused in ("delete from training", "truncate training", made_up.replace("$1", "'UZ-1'")):
        with pytest.raises(asyncpg.PostgresError, match=r"training|marked"):
            await conn.execute(refused)
    await conn.execute(made_up, "DEMO-00001")
    with pytest.raises(asyncpg.PostgresError, match="made-up"):
        await conn.execute("update persons set number = 'UZ-1'")


async def test_who_is_there_may_be_real(app: FastAPI, conn: asyncpg.Connection, database: str) -> None:
    """No mark on such a database, no exercise in it; and no platform answers from the other sort."""
    who = await user(app.state.engine, "chief", role=Role.ADMINISTRATOR)
    secret = await session(app.state.engine, who)
    with pytest.raises(WrongDatabase):
        await agreed.mark(database)
    with pytest.raises(asyncpg.PostgresError, match="training platform"):
        await conn.execute(
            "insert into exercises (kind, is_surprise, asked_by, asked_at)"
            " values ('jamming', true, $1, now())",
            who,
        )
    async with browser(app, secret) as chief:
        assert (await chief.get("/training")).status_code == 404
        assert (await chief.get("/v1/me")).status_code == 200
        await marked_by_force(conn)
        await app.state.engine.dispose()
        furnish(app, Settings(database_url=database))
        assert (await chief.get("/v1/me")).json()["type"] == "/problems/training_database"
        assert (await chief.get("/sign-in", headers={"accept": "text/html"})).status_code == 503
        assert (await chief.get("/healthz")).status_code == 200


def test_settings_of_training_reach_nobody_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"EJAZO_DATABASE_URL": "x", "EJAZO_PUSH_CONTACT": "mailto:a@b", "EJAZO_PROVIDERS": "p.toml"}
    assert settings(given).push_contact
    found = settings(given | {"EJAZO_TRAINING": "1"})
    assert (found.training, found.push_contact, found.providers) == (True, "", None)
    monkeypatch.setenv("EJAZO_VAR", str(tmp_path))
    monkeypatch.delenv("EJAZO_STATE", raising=False)
    real = place.state()
    monkeypatch.setenv(place.TRAINING, "1")
    assert place.state() != real


def say(media: str, body: bytes, *, is_file: bool = True) -> bytes | None:
    return marking.marked(media, body, WORDS, sentence="S & S", is_file=is_file)


def test_each_kind_of_file_carries_the_mark() -> None:
    page = b"<html><head><title>x</title></head><body class='a'><main></main></body></html>"
    assert say("text/html", page) == (
        b'<html><head><title>x</title><link rel="stylesheet" href="/static/training.css"></head>'
        b'<body class=\'a\'><p class="training-mark" role="note" data-testid="training-mark">S &amp; S</p>'
        b"<main></main></body></html>"
    )
    assert say("text/csv", b"\xef\xbb\xbfa,b\r\n") == b"\xef\xbb\xbf# " + WORDS.encode() + b"\r\na,b\r\n"
    gpx = say("application/gpx+xml", GPX)
    assert gpx is not None
    assert re.findall(r"<name>(.*?)</name>", gpx.decode()) == [f"{WORDS} Track", f"{WORDS} A"]
    for media in ("application/geo+json", "application/json"):
        assert json.loads(say(media, b'{"type": "x"}') or b"")["training"] == WORDS
    assert say("application/json", b"[1]", is_file=False) == b"[1]"
    fhir = json.loads(say("application/fhir+json", b'{"meta": {"profile": ["p"]}}') or b"")
    assert fhir["meta"]["security"][0]["code"] == "HTEST"
    assert fhir["meta"]["profile"] == ["p"]
    with ZipFile(made := BytesIO(), "w") as held:
        held.writestr("a.txt", "a")
    with ZipFile(BytesIO(say("application/zip", made.getvalue()) or b"")) as noted:
        assert noted.read(marking.NOTE).decode() == WORDS


def test_what_cannot_carry_the_mark_stays() -> None:
    with ZipFile(made := BytesIO(), "w") as held:
        held.writestr("manifest.json", "{}")  # a bundle that was signed without it
    for media, body in (
        ("application/pdf", b"%PDF-1.7 of somebody"),
        ("application/zip", made.getvalue()),
        ("application/zip", b"no archive"),
        ("application/geo+json", b"[1]"),
        ("application/vnd.unheard-of", b"x"),
    ):
        assert say(media, body) is None


@pytest.fixture
async def training(database: str, home: Path, conn: asyncpg.Connection) -> AsyncIterator[FastAPI]:
    app = application(Settings(database_url=database, keys=home / "keys", training=True))
    await supervised(conn)
    await marked_by_force(conn)
    yield app
    await app.state.engine.dispose()


async def signed_in(app: FastAPI, role: Role) -> AsyncClient:
    return browser(app, await session(app.state.engine, await user(app.state.engine, f"{role}-x", role=role)))


async def test_nothing_leaves_a_training_platform_unmarked(training: FastAPI) -> None:
    person = await files.person(training.state.engine, number="DEMO-FILE")
    chief = await signed_in(training, Role.ADMINISTRATOR)
    today = clock.today().isoformat()
    asked = {"since": f"{today}T00:00", "until": f"{today}T00:30", "reason": "r"}
    pages = (
        "/sign-in",
        "/map",
        "/alerts",
        "/people",
        f"/people/{person}",
        "/training",
        "/my",
        "/own/sign-in",
    )
    for path in (*pages, "/nowhere"):
        answer = await chief.get(path, headers={"accept": "text/html"})
        assert answer.text.count('class="training-mark"') == 1, path
        assert answer.text.count("/static/training.css") == 1, path
        assert answer.headers["x-ejazo-training"] == "1"
        assert answer.status_code == (404 if path == "/nowhere" else 200), path
    for form in ("gpx", "csv", "geojson", "kml", "mfjson", "pdf"):
        answer = await chief.post(f"/people/{person}/playback/file", data=asked | {"form": form})
        assert answer.status_code == 200, (form, answer.text)
        assert "TRAINING" in answer.content.decode("latin-1"), form
    assert (await chief.get("/v1/open")).json()["type"] == "/problems/training_publishes_nothing"
    made = {"number": "UZ-1", "surname": "N", "given_name": "N", "sex": "m", "born_on": "2000-01-01"}
    refused = await chief.post("/v1/people", json=made)
    assert refused.json()["type"] == "/problems/training_made_up"


async def test_a_bundle_for_a_court_says_that_it_is_training(
    training: FastAPI, conn: asyncpg.Connection, tmp_path: Path
) -> None:
    person = await conn.fetchval("select min(id) from persons")
    chief = await signed_in(training, Role.ADMINISTRATOR)
    form = {"since": "2026-06-01T01:00", "until": "2026-06-01T02:00", "act": "1", "reason": "r"}
    answer = await chief.post(f"/people/{person}/evidence", data=form)
    assert answer.status_code == 200, answer.text
    bundle = tmp_path / "b.zip"
    bundle.write_bytes(answer.content)
    with ZipFile(bundle) as held:
        assert KEYWORD.encode() in held.read("report.pdf")
        assert json.loads(held.read("manifest.json"))["training"] is True
    verify = ("verify", str(bundle), "--language", "en")
    told = await asyncio.to_thread(CliRunner().invoke, evidence.command, verify)
    assert told.exit_code == 3, told.output
    assert "evidence of nothing" in told.output
    bundle.write_bytes(answer.content.replace(b'"training": true', b'"trained": false'))
    broken = await asyncio.to_thread(CliRunner().invoke, evidence.command, verify)
    assert broken.exit_code == 1


async def test_an_exercise_is_asked_for_played_and_scored(
    training: FastAPI, conn: asyncpg.Connection
) -> None:
    officer = await signed_in(training, Role.OFFICER)
    chief = await signed_in(training, Role.ADMINISTRATOR)
    named = {"kind": "open_strap"}
    assert (await officer.post("/training", data=named)).status_code == 403
    assert (await chief.post("/training", data=named)).status_code == 303
    assert (await officer.post("/training")).status_code == 303
    director = await directed(conn)
    for exercise, kind in await store.asked(conn):
        await director.begin(exercise, kind)
    assert await store.asked(conn) == []
    (first, second) = director.fleet.by_who
    assert first != second
    page = (await officer.get("/training")).text
    assert page.count("You will see") == 2
    assert (await chief.get("/training")).text.count("You will see") == 1
    await strap_rings_and_is_closed(conn)
    page = (await officer.get("/training")).text
    assert page.count("You will see") == 1
    assert "<b>100</b> / 100" in page


async def directed(conn: asyncpg.Connection) -> Director:
    """A director whose actors are in the database, and who sends nothing."""
    city, _ = exercises.staged(world.world(len(exercises.PLACES), 1, clock.now()), clock.now_us())
    rows = [(one.person.number, "N", "N", "m", one.person.born_on) for one in city.residents]
    columns = ("number", "surname", "given_name", "sex", "born_on")
    await conn.copy_records_to_table("persons", columns=columns, records=rows)
    fleet = Fleet(city.residents, Plan((), stage.RECEIVER), interval_s=2.0, seed=1)
    people = await store.by_number(conn, [one.person.number for one in city.residents])
    numbers = {one.person.number: who for who, one in enumerate(city.residents)}

    class Mute:
        away: object = None

    return Director(conn, city, fleet, Mute(), {p: numbers[n] for n, p in people.items()})  # type: ignore[arg-type]


async def strap_rings_and_is_closed(conn: asyncpg.Connection) -> None:
    scene = await conn.fetchrow(
        "select s.* from exercise_scenes s join exercises e on e.id = s.exercise_id where not e.is_surprise"
    )
    breach = await conn.fetchval(
        "insert into breaches (person_id, kind, subject_id, opened_at, found_at, opening)"
        " values ($1, 'strap', 0, $2, $2, '{}') returning id",
        scene["person_id"],
        scene["begins_at"],
    )
    alert = await conn.fetchval(
        "insert into alerts (breach_id, person_id, severity, raised_at, state)"
        " values ($1, $2, 1, $3, 'closed') returning id",
        breach,
        scene["person_id"],
        scene["begins_at"],
    )
    for kind, outcome, seconds in (("taken", None, 20), ("closed", "violation", 300)):
        await conn.execute(
            "insert into alert_entries (alert_id, at, kind, by_user, outcome)"
            " values ($1, $2::timestamptz + make_interval(secs => $3), $4, (select min(id) from users), $5)",
            alert,
            scene["begins_at"],
            seconds,
            kind,
            outcome,
        )
