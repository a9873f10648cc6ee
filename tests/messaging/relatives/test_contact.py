"""What a confirmed relative learns, books and asks, and what an officer answers."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from callers import browser, session, user
from core import clock, db
from core.auth import Role
from core.errors import Refusal
from core.model import PersonId, RelativeId, UserId
from filed.conduct import DOCUMENT, sanction
from filed.custody import episode, movement
from filed.entitlements import contact
from filed.relatives import confirmed
from files import institution, person, posting
from inmates.conduct.model import Measure, Proposal
from inmates.custody.model import EpisodeId, InstitutionId, Regime, Standing, State
from inmates.entitlements import rules as entitlements
from inmates.entitlements.model import Balance, ContactId, Relation, Thing
from inmates.entitlements.model import Contact as Listed
from inmates.entitlements.tables import uses
from inmates.tasks.tables import tasks
from messaging.relatives.contact import rules, store
from messaging.relatives.contact.model import Bars, Contact, Decision, Entry, Left, Visit, VisitId
from messaging.relatives.kinship import service as kinship
from messaging.relatives.kinship.model import ClaimId
from related import account, handset
from simulators.relatives.handset import Handset, uuid7

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
FAR = NOW + timedelta(days=3)


def visit(thing: Thing = Thing.CALL, at: datetime = FAR, *decisions: Decision) -> Visit:
    entries = [Entry(one, NOW, None, "") for one in decisions]
    return Visit(VisitId(1), ClaimId(1), RelativeId(1), PersonId(1), thing, at, NOW, entries)


def test_what_is_asked_for_or_confirmed_takes_a_place_until_its_hour() -> None:
    due = [Balance(Thing.CALL, is_unlimited=False, allowed=5, granted=0, drawn=0, lines=[])]
    some = [
        visit(),
        visit(Thing.VIDEO_VISIT),
        visit(Thing.CALL, FAR, Decision.CONFIRMED),
        visit(Thing.CALL, FAR, Decision.REFUSED),
        visit(Thing.CALL, FAR, Decision.CONFIRMED, Decision.CANCELLED),
        visit(Thing.CALL, NOW - timedelta(hours=1), Decision.CONFIRMED),
    ]
    pool = {Thing.VIDEO_VISIT: Thing.CALL}
    left = rules.left(due, some, pool=lambda one: pool.get(one, one), now=NOW)
    assert left[0].left == 1  # one of them was confirmed, and nobody has said what became of it
    ended = [replace(some[-1], entries=[*some[-1].entries, Entry(Decision.KEPT, NOW, None, "")])]
    last_year = [replace(some[-1], wanted_at=NOW - timedelta(days=365))]
    assert rules.left(due, ended + last_year, pool=lambda one: one, now=NOW)[0].left == 5
    free = rules.bookable(left, pool=lambda one: pool.get(one, one), barred=frozenset({Thing.CALL}))
    assert free == [Left(Thing.VIDEO_VISIT, is_unlimited=False, left=1)]
    assert rules.next_visit(some, now=NOW) == FAR


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({}, None),
        ({"balance": Left(Thing.CALL, is_unlimited=True, left=0)}, None),
        ({"balance": Left(Thing.CALL, is_unlimited=False, left=0)}, rules.NothingLeft),
        ({"balance": None}, rules.NothingLeft),
        ({"state": Contact.AWAY}, rules.ContactImpossible),
        ({"state": Contact.FREE}, rules.ContactImpossible),
        ({"wanted_at": NOW}, rules.MomentWrong),
        ({"wanted_at": NOW + timedelta(days=91)}, rules.MomentWrong),
        ({"thing": Thing.PARCEL}, rules.NotBooked),
        ({"barred": frozenset({Thing.CALL})}, entitlements.ContactBarred),
    ],
)
def test_a_booking_needs_a_place_an_hour_and_somebody_there(
    change: dict[str, Any], refusal: type[Refusal] | None
) -> None:
    given = {
        "thing": Thing.CALL,
        "wanted_at": FAR,
        "balance": Left(Thing.CALL, is_unlimited=False, left=1),
        "state": Contact.POSSIBLE,
    } | change
    thing, at = given.pop("thing"), given.pop("wanted_at")
    law = kinship.law(NOW.date())
    if refusal is None:
        rules.check_booking(thing, at, law=law, now=NOW, **given)
    else:
        with pytest.raises(refusal):
            rules.check_booking(thing, at, law=law, now=NOW, **given)


def test_contact_follows_where_somebody_is() -> None:
    def at(state: State) -> Standing:
        return Standing(state, EpisodeId(1), InstitutionId(1), Regime.ORDINARY)

    found = {state: rules.contact(at(state), is_supervised=False) for state in State}
    assert found == {
        State.PRESENT: Contact.POSSIBLE,
        State.AT_COURT: Contact.AWAY,
        State.IN_HOSPITAL: Contact.AWAY,
        State.ESCAPED: Contact.NOT_NOW,
        State.RELEASED: Contact.FREE,
        State.DEAD: Contact.FREE,
    }
    assert rules.contact(None, is_supervised=True) is Contact.FREE
    assert rules.contact(at(State.PRESENT), is_supervised=True) is Contact.FREE
    assert rules.contact(at(State.PRESENT), is_supervised=False, is_shut=True) is Contact.NOT_NOW


def test_the_list_and_the_cell_stand_between_a_relative_and_a_visit() -> None:
    law = kinship.law(NOW.date())
    today, barred = NOW.date(), frozenset({Thing.CALL})
    listed = Listed(ContactId(1), "x", Relation.PARENT, 1, today, today, barred, None)
    assert rules.bars(None, is_in_cell=False, law=law, at=NOW) == Bars()
    assert rules.bars(None, is_in_cell=True, law=law, at=NOW).is_shut
    assert rules.bars(listed, is_in_cell=False, law=law, at=NOW) == Bars(things=barred)
    assert rules.bars(listed, is_in_cell=False, law=law, at=FAR).is_shut
    assert rules.bars(replace(listed, ended_at=NOW), is_in_cell=False, law=law, at=NOW).is_shut


@dataclass(slots=True)
class Scene:
    phone: Handset
    kin: int
    secret: str
    whom: PersonId
    custody: dict[str, int]
    officer: UserId


async def scene(app: FastAPI) -> Scene:
    engine = app.state.engine
    here, whom, relative = await institution(engine), await person(engine), await account(app)
    custody = await episode(engine, whom, here)
    officer = await user(engine, "registrar", role=Role.REGISTRAR)
    await posting(engine, officer, here)
    kin = await confirmed(engine, relative, whom)
    return Scene(await handset(app, relative), kin, await session(engine, officer), whom, custody, officer)


def booking(kin: int, **change: Any) -> dict[str, Any]:
    at = (clock.now() + timedelta(days=4)).isoformat()
    return {"client_id": str(uuid7()), "kin_id": kin, "thing": "short_visit", "wanted_at": at} | change


async def card(stage: Scene) -> dict[str, Any]:
    answer: dict[str, Any] = (await stage.phone.get(f"/v1/my/kin/{stage.kin}/card")).json()
    return answer


async def short_visits(stage: Scene) -> int:
    return {one["thing"]: int(one["left"]) for one in (await card(stage))["left"]}["short_visit"]


async def test_a_visit_is_asked_for_confirmed_and_seen_on_the_card(app: FastAPI) -> None:
    stage = await scene(app)
    async with stage.phone.http:
        before = await card(stage)
        assert before["place"].startswith("Namuna muassasasi")
        assert (before["contact"], before["regime"], before["next_visit"]) == ("possible", "ordinary", None)
        said = booking(stage.kin)
        made = [(await stage.phone.post("/v1/my/visits", said)).json() for _ in range(2)]
        assert made[0] == made[1]
        assert await short_visits(stage) == {o["thing"]: o["left"] for o in before["left"]}["short_visit"] - 1
        async with browser(app, stage.secret) as visitor:
            assert f'data-testid="visit-{made[0]["id"]}"' in (await visitor.get("/kinship")).text
            path = f"/kinship/visits/{made[0]['id']}"
            assert (await visitor.post(path, data={"confirmed": "true"})).status_code == 303
            assert (await visitor.post(path, data={"confirmed": "false"})).status_code == 409
        assert (await card(stage))["next_visit"][:19] == said["wanted_at"][:19]
        [seen] = (await stage.phone.get("/v1/my/visits")).json()["visits"]
        assert seen["state"] == "confirmed"
        cancelled = await stage.phone.post(f"/v1/my/visits/{seen['id']}/cancel")
        assert cancelled.json()["state"] == "cancelled"
        assert (await stage.phone.post(f"/v1/my/visits/{seen['id']}/cancel")).status_code == 409
        assert (await card(stage))["next_visit"] is None


async def test_what_became_of_a_visit_is_drawn_from_the_balance(
    app: FastAPI,
) -> None:
    stage, engine = await scene(app), app.state.engine
    listed = await contact(engine, stage.whom)
    kin, at, thing = ClaimId(stage.kin), clock.now() - timedelta(hours=1), Thing.SHORT_VISIT
    async with db.transaction(engine) as conn:
        past = await store.add_visit(conn, kin, uuid7(), thing=thing, wanted_at=at, at=at)
    async with stage.phone.http, browser(app, stage.secret) as officer:
        to_come = (await stage.phone.post("/v1/my/visits", booking(stage.kin))).json()["id"]
        before = await short_visits(stage)
        for ident in (past, to_come):
            answer = await officer.post(f"/kinship/visits/{ident}", data={"confirmed": "true"})
            assert answer.status_code == 303
        path, kept = f"/kinship/visits/{past}/outcome", {"outcome": "kept"}
        assert f'data-testid="held-{past}"' in (await officer.get("/kinship")).text
        assert (await officer.post(path, data=kept)).json()["type"] == "/problems/contact_needed"
        listing = f"/kinship/claims/{stage.kin}/list"
        assert (await officer.post(listing, data={"contact": str(listed)})).status_code == 303
        early = await officer.post(f"/kinship/visits/{to_come}/outcome", data=kept)
        assert early.json()["type"] == "/problems/visit_to_come"
        assert [(await officer.post(path, data=kept)).status_code for _ in range(2)] == [303, 409]
        assert f'data-testid="held-{past}"' not in (await officer.get("/kinship")).text
        assert await short_visits(stage) == before - 1
    async with engine.begin() as conn:
        [used] = (await conn.execute(select(uses.c.contact_id, uses.c.outcome))).all()
        assert used == (listed, "kept")
        kinds = select(tasks.c.kind).where(tasks.c.done_at.is_(None), tasks.c.subject_kind == "visit_request")
        assert (await conn.execute(kinds)).scalars().all() == ["visit_outcome"]


async def test_the_card_honours_the_list_and_the_cell(app: FastAPI) -> None:
    stage, engine = await scene(app), app.state.engine
    listed = await contact(engine, stage.whom, barred=frozenset({Thing.SHORT_VISIT}))
    async with stage.phone.http, browser(app, stage.secret) as officer:
        path, stranger = f"/kinship/claims/{stage.kin}/list", await contact(engine, await person(engine))
        assert (await officer.post(path, data={"contact": str(stranger)})).status_code == 404
        assert (await officer.post(path)).json()["type"] == "/problems/kin_nobody_named"
        assert (await officer.post(path, data={"contact": str(listed)})).status_code == 303
        shown = await card(stage)
        assert "short_visit" not in {one["thing"] for one in (*shown["left"], *shown["bookable"])}
        assert "long_visit" in {one["thing"] for one in shown["bookable"]}
        refused = await stage.phone.post("/v1/my/visits", booking(stage.kin))
        assert refused.json()["type"] == "/problems/contact_barred"
        days = Proposal(Measure.DISCIPLINARY_CELL, DOCUMENT, begins_on=clock.today(), days=2)
        await sanction(engine, stage.whom, stage.officer, proposal=days)
        assert (await card(stage))["contact"] == "not_now"
        at = (clock.now() + timedelta(hours=3)).isoformat()
        refused = await stage.phone.post(
            "/v1/my/visits", booking(stage.kin, thing="long_visit", wanted_at=at)
        )
        assert refused.json()["type"] == "/problems/visit_contact_impossible"
        later = booking(stage.kin, thing="long_visit")  # the cell is over then
        assert (await stage.phone.post("/v1/my/visits", later)).status_code == 201


async def test_two_relatives_share_one_balance(app: FastAPI) -> None:
    stage = await scene(app)
    other = await account(app)
    kin = await confirmed(app.state.engine, other, stage.whom)
    second = await handset(app, other)
    async with stage.phone.http, second.http:
        for number in range(await short_visits(stage)):
            at = (clock.now() + timedelta(days=1 + number)).isoformat()
            answer = await stage.phone.post("/v1/my/visits", booking(stage.kin, wanted_at=at))
            assert answer.status_code == 201
        answer = await second.post("/v1/my/visits", booking(kin))
        assert answer.json()["type"] == "/problems/visit_nothing_left"
        assert (await second.get("/v1/my/visits")).json()["visits"] == []


async def test_who_is_at_court_cannot_be_visited_and_who_is_free_has_no_place(app: FastAPI) -> None:
    stage, now = await scene(app), clock.now()
    moved = {"by": stage.officer, "at": now - timedelta(hours=2)}
    await movement(app.state.engine, stage.whom, stage.custody["episode_id"], "court", **moved)
    async with stage.phone.http:
        assert (await card(stage))["contact"] == "away"
        refused = await stage.phone.post("/v1/my/visits", booking(stage.kin))
        assert refused.json()["type"] == "/problems/visit_contact_impossible"
        for kind, hours in (("court_return", 1), ("release", 0)):
            moved["at"] = now - timedelta(hours=hours)
            await movement(app.state.engine, stage.whom, stage.custody["episode_id"], kind, **moved)
        free = await card(stage)
    assert (free["contact"], free["place"], free["regime"], free["left"]) == ("free", None, None, [])


async def test_a_question_has_a_day_and_an_answer(app: FastAPI) -> None:
    stage = await scene(app)
    async with stage.phone.http:
        said = {"client_id": str(uuid7()), "kin_id": stage.kin, "question": "Qachon kelsam boʻladi?"}
        made = [(await stage.phone.post("/v1/my/advice", said)).json() for _ in range(2)]
        assert made[0]["id"] == made[1]["id"]
        assert made[0]["due_on"] == (clock.today() + timedelta(days=15)).isoformat()
        async with browser(app, stage.secret) as visitor:
            assert "Qachon kelsam boʻladi?" in (await visitor.get("/kinship")).text
            path = f"/kinship/advice/{made[0]['id']}"
            assert (await visitor.post(path, data={"answer": "Shanba kuni."})).status_code == 303
            assert (await visitor.post(path, data={"answer": "Yana."})).status_code == 409
        [read] = (await stage.phone.get("/v1/my/advice")).json()["advice"]
    assert (read["question"], read["answer"]) == (said["question"], "Shanba kuni.")


async def test_nothing_of_a_kinship_that_ended_is_left(app: FastAPI) -> None:
    stage = await scene(app)
    async with stage.phone.http:
        made = (await stage.phone.post("/v1/my/visits", booking(stage.kin))).json()
        async with browser(app, stage.secret) as visitor:
            path = f"/kinship/claims/{stage.kin}/consent"
            await visitor.post(path, data={"given": "false", "reason": "sheet 9"})
        assert (await stage.phone.get(f"/v1/my/kin/{stage.kin}/card")).status_code == 404
        assert (await stage.phone.get("/v1/my/visits")).json()["visits"] == []
        assert (await stage.phone.post("/v1/my/visits", booking(stage.kin))).status_code == 404
        assert (await stage.phone.post(f"/v1/my/visits/{made['id']}/cancel")).status_code == 404
        said = {"client_id": str(uuid7()), "kin_id": stage.kin, "question": "?"}
        assert (await stage.phone.post("/v1/my/advice", said)).status_code == 404
