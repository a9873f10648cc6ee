"""What is planted in a compartment comes out for nobody else: every route, every role, every table."""

import re
from collections.abc import Mapping

import asyncpg
import pytest
from fastapi import FastAPI

from architecture.test_guards import ANSWERED
from asked import QUESTIONS
from callers import browser, session, user
from core.auth import GRANTS, Permission, Role
from files import everything, posting
from ways import Way

SECRETS = {Role.DOCTOR: "zirqurbon-4417", Role.PSYCHOLOGIST: "qorakoʻz-9023"}
GROUND = {"basis": "clinical", "basis_note": SECRETS[Role.PSYCHOLOGIST]}
READ = [way for way in ANSWERED if way.method == "GET" and way.guards[0] is not None]
CODES = (r"\yphq9\y", '"missed"')
"""What a screen or an outcome is called is as telling as its text; the audit may not hold it either."""
NAMED = re.compile(r"\bphq-?9\b", re.IGNORECASE)
"""A word of its own: four letters stand somewhere in every long ciphertext."""


def planted(person: int) -> dict[Role, list[tuple[str, dict[str, object]]]]:
    """Every field into which a doctor or a psychologist writes."""
    doctor, psychologist = SECRETS[Role.DOCTOR], SECRETS[Role.PSYCHOLOGIST]
    of = f"/v1/people/{person}"
    screen = {"screen": "phq9", "language": "en", "answers": [3] * 9} | GROUND
    limit = {"kind": "no_work", "starts_at": "2026-11-20T00:00:00Z"}
    later: dict[str, object] = {"starts_at": "2026-11-20T00:00:00Z", "text": doctor}
    return {
        Role.DOCTOR: [
            (f"{of}/health/appointments", {"due_at": "2026-11-20T00:00:00Z", "purpose": doctor}),
            (f"{of}/health/findings", {"text": doctor, "consequences": [limit]}),
            ("/v1/appointments/{appointment_id}/outcome", {"outcome": "missed", "note": doctor}),
            ("/v1/consequences/{consequence_id}/replacement", later),
        ],
        Role.PSYCHOLOGIST: [
            (f"{of}/psychology/screenings", screen),
            (f"{of}/psychology/notes", {"text": psychologist}),
        ],
    }


@pytest.fixture
async def ids(app: FastAPI) -> Mapping[str, int]:
    made = await everything(app.state.engine)
    for role, deeds in planted(made["person_id"]).items():
        who = await user(app.state.engine, f"planting-{role}", role=role)
        await posting(app.state.engine, who, made["institution_id"])
        async with browser(app, await session(app.state.engine, who)) as writer:
            for path, body in deeds:
                answer = await writer.post(path.format(**made), json=body)
                assert answer.status_code in {201, 204}, path
            assert SECRETS[role] in (await writer.get(own(role, made["person_id"]))).text
    return made


def own(role: Role, person: int) -> str:
    return f"/v1/people/{person}/{'health' if role is Role.DOCTOR else 'psychology'}"


async def read(app: FastAPI, secret: str, way: Way, ids: Mapping[str, int]) -> str:
    path = re.sub(r":\w+}", "}", way.path).format(**ids, name="x", date="2026-11-20")
    async with browser(app, secret) as visitor:
        return (await visitor.get(path, params=QUESTIONS.get(way.path))).text


def may(role: Role, way: Way) -> bool:
    """Who may not come this way is told nothing: `test_guards` holds that."""
    guard = way.guards[0]
    return not isinstance(guard, Permission) or guard in GRANTS[role]


async def test_no_answer_to_another_role_holds_what_was_planted(app: FastAPI, ids: Mapping[str, int]) -> None:
    leaks = set()
    for role in Role:
        who = await user(app.state.engine, f"reading-{role}", role=role)
        await posting(app.state.engine, who, ids["institution_id"])
        secret = await session(app.state.engine, who)
        foreign = [planted for owner, planted in SECRETS.items() if owner is not role]
        for way in (way for way in READ if may(role, way)):
            said = await read(app, secret, way, ids)
            leaks |= {(way.name, role) for words in foreign if words in said}
            if role is not Role.PSYCHOLOGIST and NAMED.search(said):
                leaks.add((way.name, role))
    assert not leaks


@pytest.mark.usefixtures("ids")
async def test_no_table_holds_in_plain_what_was_planted(conn: asyncpg.Connection) -> None:
    tables = await conn.fetch("select tablename from pg_tables where schemaname = 'public'")
    found = set()
    for [table] in tables:
        for words in (*SECRETS.values(), *CODES, *(secret.encode().hex() for secret in SECRETS.values())):
            query = f'select count(*) from "{table}" row where row::text ~ $1'  # noqa: S608 - our own names
            if await conn.fetchval(query, words):
                found.add((table, words))
    assert not found
