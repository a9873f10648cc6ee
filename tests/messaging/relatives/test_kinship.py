"""Between a relative and somebody inside stand an officer's approval and the person's will."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from callers import browser, session, user
from core import clock
from core.auth import Role
from core.model import PersonId, RelativeId, UserId
from core.tables import audit
from filed.custody import episode
from files import institution, person, posting
from inmates.tasks.tables import tasks
from messaging.relatives.kinship import rules
from messaging.relatives.kinship.model import Claim, ClaimId, Entry, EntryKind, Relation, State
from related import handset
from simulators.relatives.handset import Handset, uuid7

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, tzinfo=UTC)
BASE = Claim(ClaimId(1), RelativeId(1), Relation.PARENT, PersonId(1), AT, DAY + timedelta(days=15), ())


def entry(kind: EntryKind, until: date | None = None) -> Entry:
    last = until or DAY + timedelta(days=365) if kind is EntryKind.APPROVED else None
    return Entry(kind, AT, UserId(1), "seen", last)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(EntryKind), max_size=6), st.integers(0, 400))
def test_only_approval_and_consent_together_are_seen_from_outside(kinds: list[EntryKind], days: int) -> None:
    """Whatever else happened looks the same as nobody being there."""
    on = DAY + timedelta(days=days)
    nobody = rules.seen(replace(BASE, person=None), on=on)
    assert nobody is (State.RECEIVED if days <= 15 else State.NOT_CONFIRMED)
    claim = replace(BASE, entries=[entry(kind) for kind in kinds])
    deciding = [kind for kind in kinds if not kind.startswith("consent")]
    asked = [kind for kind in kinds if kind.startswith("consent")]
    both = deciding[-1:] == [EntryKind.APPROVED] and asked[-1:] == [EntryKind.CONSENT_GIVEN]
    expected = State.CONFIRMED if both and days <= 365 else nobody
    assert rules.seen(claim, on=on) is expected


async def scene(app: FastAPI) -> tuple[PersonId, str]:
    """Somebody inside, and the cookie of a registrar who is posted there."""
    engine = app.state.engine
    here, whom = await institution(engine), await person(engine, "Namunayev", number="TEST-KIN")
    await episode(engine, whom, here)
    who = await user(engine, "registrar", role=Role.REGISTRAR)
    await posting(engine, who, here)
    return whom, await session(engine, who)


def said(**change: Any) -> dict[str, Any]:
    return {
        "client_id": str(uuid7()),
        "relation": "parent",
        "surname": "Namunayev",
        "given_name": "Namuna",
        "born_on": "1990-05-01",
    } | change


async def decide(app: FastAPI, secret: str, path: str, **form: str) -> int:
    async with browser(app, secret) as visitor:
        return (await visitor.post(f"/kinship/{path}", data=form)).status_code


async def confirm(app: FastAPI, secret: str, claim: int) -> None:
    assert await decide(app, secret, f"claims/{claim}/approve", proof="passport AA0000000") == 303
    assert await decide(app, secret, f"claims/{claim}/consent", given="true", reason="sheet 7") == 303


async def state(phone: Handset, claim: int) -> str:
    found = (await phone.get("/v1/my/claims")).json()["claims"]
    return next(one["state"] for one in found if one["id"] == claim)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"surname": "Намунаев"},
        {"born_on": None, "given_name": "", "number": "TEST-KIN"},
        {"surname": "Boshqayev"},
        {"born_on": "1990-05-02"},
        {"surname": "Boshqayev", "born_on": None, "given_name": "", "number": "TEST-KIN"},
        {"born_on": None, "given_name": "", "number": "TEST-NOBODY"},
    ],
)
async def test_whoever_is_asked_for_the_answer_is_the_same(app: FastAPI, change: dict[str, Any]) -> None:
    await scene(app)
    phone = await handset(app)
    async with phone.http:
        answer = await phone.post("/v1/my/claims", said(**change))
        made = answer.json()
        assert (answer.status_code, made["state"], made["until"]) == (202, "received", None)
        assert made["due_on"] == (clock.today() + timedelta(days=15)).isoformat()
        news = (await phone.get("/v1/my/changes")).json()["changes"]
        assert [one["thing"] for one in news] == ["claim"]
        assert (await phone.get(f"/v1/my/kin/{made['id']}/card")).status_code == 404
    async with app.state.engine.begin() as conn:
        found = len((await conn.execute(select(tasks).where(tasks.c.kind == "kin_claim"))).all())
    is_meant = change.get("surname") != "Boshqayev" and change.get("born_on") != "1990-05-02"
    assert found == int(is_meant and change.get("number") != "TEST-NOBODY")


async def test_neither_approval_nor_consent_alone_opens_anything(app: FastAPI) -> None:
    _, secret = await scene(app)
    phone = await handset(app)
    async with phone.http:
        claim = (await phone.post("/v1/my/claims", said())).json()["id"]
        card = f"/v1/my/kin/{claim}/card"
        assert await decide(app, secret, f"claims/{claim}/approve", proof="passport") == 303
        assert (await phone.get(card)).status_code == 404
        assert await state(phone, claim) == "received"
        cursor = (await phone.get("/v1/my/changes")).json()["cursor"]
        assert await decide(app, secret, f"claims/{claim}/consent", given="true", reason="sheet 7") == 303
        assert (await phone.get(card)).status_code == 200
        assert await state(phone, claim) == "confirmed"
        news = (await phone.get(f"/v1/my/changes?cursor={cursor}")).json()
        assert {(one["thing"], one["is_gone"]) for one in news["changes"]} == {
            ("kin", False),
            ("claim", False),
        }
        assert await decide(app, secret, f"claims/{claim}/consent", given="false", reason="sheet 8") == 303
        assert (await phone.get(card)).status_code == 404
        news = (await phone.get(f"/v1/my/changes?cursor={news['cursor']}")).json()
        assert ("kin", True) in {(one["thing"], one["is_gone"]) for one in news["changes"]}


async def test_an_approval_needs_proof_and_ends_within_the_term(app: FastAPI) -> None:
    _, secret = await scene(app)
    phone = await handset(app)
    async with phone.http:
        claim = (await phone.post("/v1/my/claims", said())).json()["id"]
    path, far = f"claims/{claim}/approve", (clock.today() + timedelta(days=500)).isoformat()
    assert await decide(app, secret, path, proof=" ") == 422
    assert await decide(app, secret, path, proof="passport", until=far) == 422
    assert await decide(app, secret, path, proof="passport") == 303
    assert await decide(app, secret, path, proof="passport") == 409
    assert await decide(app, secret, f"claims/{claim}/refuse", reason="no") == 409
    assert await decide(app, secret, f"claims/{claim}/end", reason="divorced") == 303


async def test_an_officer_elsewhere_learns_of_no_claim(app: FastAPI) -> None:
    _, secret = await scene(app)
    engine = app.state.engine
    far = await user(engine, "far", role=Role.REGISTRAR)
    await posting(engine, far, await institution(engine))
    phone = await handset(app)
    async with phone.http:
        who = {"surname": "Namunayeva", "given_name": "Onasi", "born_on": "1965-01-01", "document": "AA1"}
        assert (await phone.post("/v1/my/identity", who)).status_code == 204
        claim = (await phone.post("/v1/my/claims", said())).json()["id"]
    async with browser(app, await session(engine, far)) as visitor:
        assert "Namunayeva" not in (await visitor.get("/kinship")).text
        answer = await visitor.post(f"/kinship/claims/{claim}/approve", data={"proof": "x"})
        assert answer.status_code == 404
    async with browser(app, secret) as visitor:
        shown = (await visitor.get("/kinship")).text
    assert "Namunayeva Onasi" in shown
    assert "+99890999" in shown


async def test_nobody_tries_out_names(app: FastAPI) -> None:
    phone = await handset(app)
    async with phone.http:
        answers = [await phone.post("/v1/my/claims", said()) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [409]


async def test_a_claim_of_last_months_outbox_is_there_once(app: FastAPI) -> None:
    phone, body = await handset(app), said()
    async with phone.http:
        made = [(await phone.post("/v1/my/claims", body)).json()["id"] for _ in range(2)]
    assert made[0] == made[1]


async def test_the_person_sees_who_looked(app: FastAPI) -> None:
    whom, secret = await scene(app)
    phone = await handset(app)
    async with phone.http:
        claim = (await phone.post("/v1/my/claims", said())).json()["id"]
        await confirm(app, secret, claim)
        await phone.get(f"/v1/my/kin/{claim}/card")
    async with app.state.engine.begin() as conn:
        query = select(audit.c.detail).where(audit.c.action == "kin:read", audit.c.subject_id == whom)
        assert [row.detail["claim"] for row in await conn.execute(query)] == [claim]
    async with browser(app, secret) as visitor:
        tab = (await visitor.get(f"/people/{whom}/relatives")).text
        file = (await visitor.get(f"/v1/people/{whom}/file")).json()["sections"]["relatives"]
    assert tab.count('data-testid="look"') == 2
    assert "Parent" in tab
    assert [one["relation"] for one in file["data"]["looks"] if one["relation"]] == ["parent"]
    assert [one["relation"] for one in file["data"]["kin"]] == ["parent"]
