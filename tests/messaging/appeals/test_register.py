"""The register on the real services: numbers, replays, routes, and the path of an appeal to its answer."""

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

import untold
from callers import user
from core import clock, db
from core.auth import Role
from core.tables import audit
from filed.appeals import draft, filed
from inmates.tasks.tables import tasks
from messaging.appeals import service
from messaging.appeals.dossiers import loaded
from messaging.appeals.filing import ClientIdTaken
from messaging.appeals.model import SEALED, Applicant, ApplicantKind, Channel, Desk, Kind, State
from messaging.appeals.store import reading
from messaging.appeals.tables import appeal_entries, appeal_standings, appeals
from register import ANSWER, Register


@pytest.fixture
async def register(app: FastAPI) -> Register:
    return await Register(app).opened()


async def test_one_register_numbers_everything_in_order_without_gaps(register: Register) -> None:
    first = await filed(register.engine, register.whom)
    async with await register.visitor(register.officer) as officer:
        said = {"kind": "shikoyat", "form": "oral", "subject": "x", "body": "y", "person_id": register.whom}
        answer = await officer.post("/v1/register/appeals", json=said)
    third = await filed(register.engine, register.whom, channel=Channel.MEDICAL)
    year = clock.today().year
    numbers = [first.appeal.number, answer.json()["number"], third.appeal.number]
    assert numbers == [f"M-1726-{year}-{serial:06d}" for serial in (1, 2, 3)]


async def test_staff_write_nothing_down_for_an_addressee_who_alone_may_read_it(
    register: Register, conn: asyncpg.Connection
) -> None:
    said = {"kind": "shikoyat", "form": "oral", "subject": "oqshom-1", "body": "oqshom-2"}
    async with await register.visitor(register.officer) as officer:
        for channel in SEALED:
            answer = await officer.post("/v1/register/appeals", json=said | {"channel": channel})
            assert (answer.status_code, answer.json()["type"]) == (422, "/problems/appeal_sealed_channel")
    assert await untold.holding(conn, ["oqshom"]) == []


async def test_the_outbox_may_send_three_times(register: Register) -> None:
    said = draft(register.whom)
    made = []
    for _ in range(3):
        async with db.transaction(register.engine) as conn:
            made.append(await service.submit(conn, said))
    assert len({one.appeal.id for one in made}) == 1
    assert [one.is_new for one in made] == [True, False, False]
    other = draft(register.whom, client_id=said.client_id, body="boshqa")
    with pytest.raises(ClientIdTaken):
        async with db.transaction(register.engine) as conn:
            await service.submit(conn, other)


async def test_an_officer_takes_asks_and_answers_and_the_applicant_reads_what_is_meant_for_them(
    register: Register,
) -> None:
    owner = Applicant(ApplicantKind.PERSON, person=register.whom)
    made = await filed(register.engine, applicant=owner, about=None)
    ident = made.appeal.id
    assert await register.seen(register.officer) == [ident]
    await register.done(register.officer, ident, "take")
    await register.done(register.officer, ident, "note", text="ichki")
    await register.done(register.officer, ident, "ask", text="qachon?")
    async with db.transaction(register.engine) as conn:
        mine = service.Owner(person=register.whom)
        await service.act_for(conn, mine, appeal=ident, command="reply", values={"text": "kecha"})
    assert await register.refused(register.head, ident, "answer", **ANSWER) == "appeal_not_handler"
    lacking = ANSWER | {"legal_basis": " "}
    assert await register.refused(register.officer, ident, "answer", **lacking) == "appeal_incomplete"
    done = await register.done(register.officer, ident, "answer", **ANSWER)
    assert (done["state"], done["outcome"]) == ("answered", "partly")
    async with db.transaction(register.engine) as conn:
        seen = await service.own(conn, mine, appeal=ident)
        assert [one.command for one in seen.entries] == [
            "submit",
            "register",
            "take",
            "ask",
            "reply",
            "answer",
        ]
        assert seen.standing.handler is None
        assert (await service.owned(conn, mine)).lines[0].state is State.ANSWERED


async def test_reading_is_recorded_and_strangers_find_nothing(register: Register) -> None:
    ident = (await filed(register.engine, register.whom)).appeal.id
    stranger = await user(register.engine, "stranger")
    root = await user(register.engine, "root", role=Role.ADMINISTRATOR)
    async with await register.visitor(register.officer) as officer:
        answer = await officer.get(f"/v1/register/appeals/{ident}")
        assert answer.headers["etag"] == '"2"'
    async with await register.visitor(stranger) as visitor:
        assert (await visitor.get(f"/v1/register/appeals/{ident}")).status_code == 404
    async with await register.visitor(root) as visitor:
        assert (await visitor.get(f"/v1/register/appeals/{ident}")).status_code == 403
    assert await register.seen(stranger) == []
    async with register.engine.begin() as conn:
        read = select(audit.c.user_id, audit.c.subject_id).where(audit.c.action == "appeal:read")
        assert (await conn.execute(read)).all() == [(register.officer, ident)]


async def test_a_term_is_extended_once_by_other_eyes_with_a_reason(register: Register) -> None:
    made = await filed(register.engine, register.whom)
    ident, until = made.appeal.id, made.standing.due_on
    await register.done(register.head, ident, "take")
    assert await register.refused(register.head, ident, "extend") == "appeal_nothing_proposed"
    wanted = {"reason": "ekspertiza", "until": (until + (until - clock.today())).isoformat()}
    too_long = wanted | {"until": until.replace(year=until.year + 1).isoformat()}
    proposing = "propose_extension"
    assert await register.refused(register.head, ident, proposing, **too_long) == "appeal_term_too_long"
    await register.done(register.head, ident, proposing, **wanted)
    assert await register.refused(register.head, ident, "extend") == "appeal_other_eyes"
    assert await register.refused(register.officer, ident, "extend") == "not_allowed"
    second = await register.seated("second", Role.UNIT_HEAD)
    done = await register.done(second, ident, "extend")
    assert (done["due_on"], done["is_extended"]) == (wanted["until"], True)
    again = await register.refused(register.head, ident, proposing, **wanted)
    assert again == "appeal_extended_already"


async def test_a_complaint_about_staff_bypasses_their_institution(register: Register) -> None:
    made = await filed(
        register.engine, register.whom, kind=Kind.SHIKOYAT, accused_users=frozenset({register.officer})
    )
    assert made.standing.desk is Desk.CENTRAL
    for who in (register.officer, register.head):
        assert await register.seen(who) == []
        assert await register.refused(who, made.appeal.id, "take") == "not_found"
    assert await register.seen(register.overseer) == [made.appeal.id]
    await register.done(register.overseer, made.appeal.id, "take")
    back = {"reason": "x", "desk": "institution", "institution": register.here}
    refused = await register.refused(register.overseer, made.appeal.id, "forward", **back)
    assert refused == "appeal_to_accused"


async def test_danger_raises_an_alarm_even_where_nobody_is_named(register: Register) -> None:
    """Anonymous, about nobody's file, in Cyrillic letters."""
    nobody = Applicant(ApplicantKind.ANONYMOUS)
    made = await filed(register.engine, None, applicant=nobody, body="Бу ерда қийноққа солишяпти")
    async with register.engine.begin() as conn:
        found = await conn.execute(select(tasks.c.kind, tasks.c.role, tasks.c.is_urgent, tasks.c.person_id))
        assert found.all() == [("appeal_danger", "oversight", True, None)]
    async with await register.visitor(register.overseer) as oversight:
        assert (await oversight.get("/tasks")).text.count(f"/appeals/{made.appeal.id}") == 1
    assert made.standing.desk is Desk.CENTRAL
    ident = made.appeal.id
    await register.done(register.overseer, ident, "propose_leaving", ground="anonymous", text="xulosa")
    assert await register.refused(register.overseer, ident, "leave") == "appeal_other_eyes"
    other = await user(register.engine, "other-overseer", role=Role.OVERSIGHT)
    left = await register.done(other, ident, "leave")
    assert left["state"] == "left_without_consideration"
    async with await register.visitor(register.overseer) as oversight:
        assert len((await oversight.get("/v1/tasks")).json()["tasks"]) == 1


async def test_nothing_in_the_register_can_be_changed(register: Register) -> None:
    made = await filed(register.engine, register.whom)
    for change in (
        update(appeals).values(body="boshqa"),
        update(appeal_entries).values(said={}),
    ):
        with pytest.raises(DBAPIError, match="only"):
            async with register.engine.begin() as conn:
                await conn.execute(change)
    async with db.transaction(register.engine) as conn:
        kept = (await conn.execute(select(appeal_standings))).one()
        again = (await loaded(conn, await reading.bare(conn, made.appeal.id))).standing
    assert (kept.state, kept.due_at, kept.entries) == (again.state, again.due_at, again.entries)


async def test_who_is_joined_has_the_same_answer(register: Register) -> None:
    lead = (await filed(register.engine, register.whom)).appeal.id
    other = (await filed(register.engine, register.whom)).appeal.id
    await register.done(register.officer, other, "take")
    assert await register.refused(register.officer, other, "join", target=other) == "appeal_target_unfit"
    await register.done(register.officer, other, "join", target=lead)
    await register.done(register.officer, lead, "take")
    await register.done(register.officer, lead, "answer", **ANSWER)
    async with await register.visitor(register.officer) as officer:
        said = (await officer.get(f"/v1/register/appeals/{other}")).json()
    assert said["standing"]["state"] == "answered"
    assert said["entries"][-1]["values"]["grounds"] == ANSWER["grounds"]


@pytest.mark.parametrize("words", ["Учрашув", "uchrashuvga ruxsat", "namuna kar", "M-1726"])
async def test_search_finds_any_spelling(register: Register, words: str) -> None:
    made = await filed(register.engine, register.whom)
    async with await register.visitor(register.officer) as officer:
        found = (await officer.get("/v1/register/appeals", params={"words": words})).json()["appeals"]
        none = (await officer.get("/v1/register/appeals", params={"words": "karzer"})).json()["appeals"]
    assert ([one["id"] for one in found], none) == ([made.appeal.id], [])


async def test_oversight_sees_the_desk_of_an_institution_and_does_not_do_its_work(register: Register) -> None:
    ident = (await filed(register.engine, register.whom)).appeal.id
    assert await register.seen(register.overseer) == [ident]
    assert await register.refused(register.overseer, ident, "take") == "appeal_not_at_desk"
    await register.done(register.overseer, ident, "note", text="kuzatuvda")


async def test_pages_follow_one_another_without_a_gap(register: Register) -> None:
    made = [(await filed(register.engine, register.whom)).appeal.id for _ in range(5)]
    await register.done(register.officer, made[0], "take")
    await register.done(register.officer, made[0], "answer", **ANSWER)
    seen, after = [], None
    async with await register.visitor(register.officer) as officer:
        while True:
            params = {"most": 2} | ({"after": after} if after else {})
            page = (await officer.get("/v1/register/appeals", params=params)).json()
            seen += [one["id"] for one in page["appeals"]]
            after = page["after"]
            if after is None:
                break
    assert seen == [*made[1:], made[0]]
