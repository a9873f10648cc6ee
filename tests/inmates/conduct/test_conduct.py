"""Conduct over HTTP and in the database: nothing skips the incident, the hearing or the document."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from asked.conduct import MEMBERS
from callers import browser, session, user
from core import clock
from core.auth import Role
from core.model import PersonId
from filed.conduct import DOCUMENT, HAPPENED, head, incident, sanction
from files import institution, person, posting, row, stay
from inmates.conduct.tables import conduct_decisions, incidents
from inmates.tasks.tables import tasks

PAPER = {"ground": "seen by two", "number": "7-son", "on": "2026-11-20"}


async def seated(app: FastAPI, role: Role = Role.UNIT_HEAD) -> tuple[PersonId, AsyncClient]:
    """Somebody in an institution, and somebody who works there."""
    engine = app.state.engine
    whom, here, who = await person(engine), await institution(engine), await user(engine, role, role=role)
    await stay(engine, whom, here)
    await posting(engine, who, here)
    return whom, browser(app, await session(engine, who))


def ago(**time: int) -> str:
    return (clock.now() - timedelta(**time)).isoformat()


async def reported(visitor: AsyncClient, whom: PersonId, kind: str = "fight") -> int:
    said = {"kind": kind, "happened_at": ago(hours=2), "place": "1-blok", "text": "what was seen"}
    answer = await visitor.post(f"/v1/people/{whom}/incidents", json=said)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


async def heard(visitor: AsyncClient, whom: PersonId, what: int, **said: Any) -> int:
    body = {"heard_at": ago(hours=1), "explanation": "he began"} | said
    return (await visitor.post(f"/v1/people/{whom}/incidents/{what}/hearings", json=body)).status_code


async def decided(visitor: AsyncClient, whom: PersonId, what: int, **said: Any) -> Any:
    body = {"measure": "reprimand", "document": PAPER} | said
    return await visitor.post(f"/v1/people/{whom}/incidents/{what}/decision", json=body)


async def test_from_the_incident_to_the_sanction_and_back(app: FastAPI) -> None:
    whom, visitor = await seated(app)
    async with visitor:
        what = await reported(visitor, whom)
        refused = await decided(visitor, whom, what)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not_heard")
        assert await heard(visitor, whom, what) == 201
        made = (await decided(visitor, whom, what)).json()["id"]
        assert (await decided(visitor, whom, what)).json()["type"] == "/problems/decided_already"
        assert (await visitor.get("/v1/tasks")).json()["tasks"] == []
        held = (await visitor.get(f"/v1/people/{whom}/conduct")).json()
        assert [(one["state"], one["decision"]["id"]) for one in held["sanctions"]] == [("in_force", made)]
        assert held["undecided"] == []
        annulled = {"kind": "annulled", "at": clock.now().isoformat(), "document": PAPER}
        path = f"/v1/people/{whom}/sanctions/{made}/entries"
        assert (await visitor.post(path, json=annulled)).status_code == 204
        assert (await visitor.post(path, json=annulled)).json()["type"] == "/problems/sanction_over"
        held = (await visitor.get(f"/v1/people/{whom}/conduct")).json()
        assert [one["state"] for one in held["sanctions"]] == ["annulled"]
        assert [one["id"] for one in held["undecided"]] == [what]
        assert (await decided(visitor, whom, what, measure="warning")).status_code == 201


async def test_refused_food_is_told_at_once_and_never_punished(app: FastAPI) -> None:
    whom, visitor = await seated(app)
    async with visitor:
        what = await reported(visitor, whom, "refusal_of_food")
        assert await heard(visitor, whom, what) == 201
        assert (await decided(visitor, whom, what)).json()["type"] == "/problems/not_punishable"
    wanted = select(tasks.c.kind, tasks.c.role, tasks.c.is_urgent).where(tasks.c.subject_id == what)
    async with app.state.engine.begin() as conn:
        found = set((await conn.execute(wanted)).all())
        late = await conn.scalar(select(tasks.c.due_at > clock.now()).where(tasks.c.is_urgent).limit(1))
    assert found == {
        ("notice_refusal_of_food", "oversight", True),
        ("notice_refusal_of_food", "doctor", True),
        ("hear_incident", "unit_head", False),
    }
    assert late is False


async def test_an_administrator_decides_no_sanction(app: FastAPI) -> None:
    whom, visitor = await seated(app, Role.ADMINISTRATOR)
    async with visitor:
        what = await reported(visitor, whom)
        assert await heard(visitor, whom, what, explanation=None) == 201
        assert (await decided(visitor, whom, what)).json()["type"] == "/problems/wrong_decider"


async def test_early_lifting_is_an_incentive_that_ends_a_sanction(app: FastAPI) -> None:
    whom, visitor = await seated(app)
    async with visitor:
        what = await reported(visitor, whom)
        await heard(visitor, whom, what)
        made = (await decided(visitor, whom, what)).json()["id"]
        lifting = {"kind": "early_lifting", "document": PAPER, "lifts": made}
        path = f"/v1/people/{whom}/incentives"
        assert (await visitor.post(path, json=lifting | {"lifts": None})).status_code == 422
        assert (await visitor.post(path, json=lifting)).status_code == 201
        assert (await visitor.post(path, json=lifting)).json()["type"] == "/problems/sanction_over"
        held = (await visitor.get(f"/v1/people/{whom}/conduct")).json()
        assert [one["state"] for one in held["sanctions"]] == ["lifted"]


async def test_an_extra_visit_needs_the_commission(app: FastAPI) -> None:
    whom, visitor = await seated(app)
    minutes = {"number": "1", "held_on": "2026-11-01", "is_correcting": True, "members": MEMBERS}
    visit = {"kind": "extra_visit", "document": PAPER}
    async with visitor:
        path = f"/v1/people/{whom}"
        assert (await visitor.post(f"{path}/incentives", json=visit)).json()["type"] == "/problems/no_finding"
        few = minutes | {"members": MEMBERS[:7]}
        refused = await visitor.post(f"{path}/protocols", json=few)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/commission_too_small")
        assert (await visitor.post(f"{path}/protocols", json=minutes)).status_code == 201
        assert (await visitor.post(f"{path}/protocols", json=minutes)).status_code == 409
        assert (await visitor.post(f"{path}/incentives", json=visit)).status_code == 201
        assert (await visitor.get(f"{path}/conduct")).json()["is_correcting"] is True


async def test_another_persons_incident_or_sanction_is_not_there(app: FastAPI) -> None:
    engine = app.state.engine
    whom, visitor = await seated(app)
    other, by = await person(engine), await head(engine)
    strange, _ = await incident(engine, other, by)
    held = await sanction(engine, other, by)
    async with visitor:
        assert await heard(visitor, whom, strange.id) == 404
        assert (await decided(visitor, whom, strange.id)).status_code == 404
        entry = {"kind": "served", "at": ago(minutes=1), "document": PAPER}
        answer = await visitor.post(f"/v1/people/{whom}/sanctions/{held}/entries", json=entry)
        assert answer.status_code == 404


async def test_incidents_come_in_pages(app: FastAPI) -> None:
    whom, visitor = await seated(app)
    async with visitor:
        made = [await reported(visitor, whom) for _ in range(3)]
        path = f"/v1/people/{whom}/incidents"
        first = (await visitor.get(path, params={"most": 2})).json()
        rest = (await visitor.get(path, params={"most": 2, "after": first["after"]})).json()
    assert [one["id"] for one in first["incidents"] + rest["incidents"]] == made[::-1]
    assert rest["after"] is None


async def values(engine: AsyncEngine) -> dict[str, Any]:
    """A row of a decision that the database accepts."""
    whom, by = await person(engine), await head(engine)
    first = await sanction(engine, whom, by)
    async with engine.begin() as conn:
        law = await conn.scalar(select(conduct_decisions.c.law).where(conduct_decisions.c.id == first))
    found, hearing = await incident(engine, whom, by)
    return {
        "person_id": whom,
        "incident_id": found.id,
        "hearing_id": hearing.id,
        "heard_at": hearing.heard_at,
        "measure": "warning",
        "ground": DOCUMENT.ground,
        "document_number": DOCUMENT.number,
        "document_on": DOCUMENT.on,
        "decided_at": HAPPENED,
        "decided_by": by,
        "law": law,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"incident_id": None},
        {"hearing_id": None},
        {"document_number": ""},
        {"ground": ""},
        {"decided_at": HAPPENED - timedelta(seconds=1)},
        {"days": 5},
        {"measure": "disciplinary_cell"},
        {"measure": "flogging"},
    ],
    ids=str,
)
async def test_the_database_refuses_a_sanction_that_skips_a_step(
    engine: AsyncEngine, change: dict[str, Any]
) -> None:
    good = await values(engine)
    with pytest.raises(IntegrityError):
        await row(engine, conduct_decisions, **(good | change))
    assert await row(engine, conduct_decisions, **good)


async def test_the_database_refuses_a_hearing_about_something_else(engine: AsyncEngine) -> None:
    good, other = await values(engine), await values(engine)
    for name in ("hearing_id", "incident_id", "person_id"):
        with pytest.raises(IntegrityError):
            await row(engine, conduct_decisions, **(good | {name: other[name]}))


async def test_facts_are_only_added(engine: AsyncEngine) -> None:
    await incident(engine, await person(engine), await head(engine))
    for deed in (
        incidents.delete(),
        incidents.update().values(place="x"),
        text("truncate incidents cascade"),
    ):
        with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
            async with engine.begin() as conn:
                await conn.execute(deed)


async def test_the_tab_goes_the_whole_way(app: FastAPI) -> None:
    whom, visitor = await seated(app)
    page = f"/people/{whom}/conduct"
    at = (clock.now() - timedelta(minutes=5)).astimezone(clock.HERE).strftime("%Y-%m-%dT%H:%M")
    async with visitor:
        assert 'data-testid="no-sanctions"' in (await visitor.get(page)).text
        said = {"kind": "insult", "happened_at": at, "place": "1-blok", "text": "Shouted <loud>"}
        assert (await visitor.post(f"{page}/incidents", data=said)).status_code == 303
        shown = (await visitor.get(page)).text
        assert "Shouted &lt;loud&gt;" in shown
        what = int(shown.split('data-testid="incident-')[1].split('"')[0])
        asked = {"heard_at": at, "explanation": "No", "declined": "yes"}
        assert (await visitor.post(f"{page}/incidents/{what}/hearing", data=asked)).status_code == 422
        asked.pop("declined")
        assert (await visitor.post(f"{page}/incidents/{what}/hearing", data=asked)).status_code == 303
        on = clock.today().isoformat()
        cell = {"measure": "disciplinary_cell", "days": "3", "begins_on": on} | PAPER
        assert (await visitor.post(f"{page}/incidents/{what}/decision", data=cell)).status_code == 303
        shown = (await visitor.get(page)).text
        assert 'data-state="being_served"' in shown
        assert "3 days left" in shown


async def test_a_reader_sees_no_forms(app: FastAPI) -> None:
    whom, visitor = await seated(app, Role.REGISTRAR)
    async with visitor:
        shown = await visitor.get(f"/people/{whom}/conduct")
    assert shown.status_code == 200
    assert "<form" not in shown.text.split("<main")[1]
