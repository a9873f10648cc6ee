"""Access reviews: asked of the right human, answered one by one, ended by nobody but a named one."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from click import BadParameter
from fastapi import FastAPI
from sqlalchemy import select, update

from app.user import term
from callers import PASSWORD, browser, session, user
from core import clock, statutes
from core.auth import Role
from core.model import UserId
from core.tables import audit, users
from files import institution, person, posting, stay
from inmates.tables import postings
from inmates.tasks.tables import tasks
from inmates.vetting import rules, service
from inmates.vetting.model import Item, ItemId, Kind, Manager, Saying, SayingId, Verdict, VettingId

LAW = statutes.load("access").on(date(2026, 11, 27))
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


def an_item(*, user: int = 1, role: Role = Role.OFFICER, where: int | None = 7) -> Item:
    who = (UserId(user), "o", "O", role, Kind.ACCOUNT, None, where, "x", None, None)
    return Item(ItemId(1), VettingId(1), *who)


def test_whose_word_counts() -> None:
    """Every role of manager and of subject, here and elsewhere: nobody of themselves, and always somebody."""
    houses = {True: frozenset({7}), False: frozenset({8})}
    for subject in Role:
        item = an_item(role=subject)
        assert not any(rules.may_say(Manager(item.user, role, houses[True]), item) for role in Role)
        heard = {
            (role, here)
            for role, here in product(Role, (True, False))
            if rules.may_say(Manager(UserId(2), role, houses[here]), item)
        }
        above = Role.OVERSIGHT if subject is Role.ADMINISTRATOR else Role.ADMINISTRATOR
        head = set() if subject in {Role.ADMINISTRATOR, Role.UNIT_HEAD} else {(Role.UNIT_HEAD, True)}
        assert heard == {(above, True), (above, False)} | head
    assert not rules.may_say(Manager(UserId(2), Role.UNIT_HEAD, houses[True]), an_item(where=None))


def test_what_may_be_said_after_what() -> None:
    kept = Saying(SayingId(5), Verdict.KEPT, "", NOW, "A")
    ended = Saying(SayingId(6), Verdict.ENDED, "left", NOW, "A")
    rules.check(None, verdict=Verdict.KEPT, words="", replaces=None)
    rules.check(kept, verdict=Verdict.ENDED, words="left", replaces=5)
    for before, verdict, words, replaces, refusal in (
        (None, Verdict.ENDED, "", None, rules.WordsMissing),
        (kept, Verdict.KEPT, "", None, rules.Said),
        (None, Verdict.KEPT, "", 5, rules.Said),
        (ended, Verdict.KEPT, "", 6, rules.Ended),
    ):
        with pytest.raises(refusal):
            rules.check(before, verdict=verdict, words=words, replaces=replaces)
    assert rules.is_due(None, now=NOW, law=LAW)
    every = timedelta(days=LAW.whole("review.every_days"))
    assert not rules.is_due(NOW - every + timedelta(seconds=1), now=NOW, law=LAW)
    assert rules.is_due(NOW - every, now=NOW, law=LAW)


async def test_a_head_confirms_and_ends_and_nothing_ends_by_itself(app: FastAPI) -> None:
    engine = app.state.engine
    here, there = await institution(engine), await institution(engine)
    officer, chief = await user(engine), await user(engine, "chief", role=Role.UNIT_HEAD)
    far = await user(engine, "far")
    for who, where in ((officer, here), (chief, here), (far, there)):
        await posting(engine, who, where)
    whom = await person(engine)
    await stay(engine, whom, here)
    open_page = await session(engine, officer)
    async with engine.begin() as conn:
        await service.keep(conn, now=clock.now())
        await service.keep(conn, now=clock.now())
    async with browser(app, await session(engine, chief)) as head:
        found = (await head.get("/v1/vetting")).json()
        assert (found["campaign"]["items"], found["campaign"]["left"]) == (6, 6), "begun once, for all"
        shown = {(one["login"], one["kind"]): one for one in found["items"]}
        assert {key for key, one in shown.items() if one["may_say"]} == {
            ("officer", "account"), ("officer", "posting"),
        }  # fmt: skip
        assert {login for login, _ in shown} == {"officer", "chief"}, "a head sees their own places"
        at = "/v1/vetting/items/{}/verdicts"
        own = at.format(shown["chief", "account"]["id"])
        assert (await head.post(own, json={"verdict": "kept"})).status_code == 404
        account, place = (at.format(shown["officer", kind]["id"]) for kind in ("account", "posting"))
        kept = await head.post(account, json={"verdict": "kept"})
        assert kept.status_code == 201
        assert (await head.post(place, json={"verdict": "ended"})).status_code == 422, "why?"
        async with browser(app, open_page) as working:
            assert (await working.get(f"/v1/people/{whom}")).status_code == 200
            assert (await head.post(place, json={"verdict": "ended", "words": "moved"})).status_code == 201
            assert (await working.get(f"/v1/people/{whom}")).status_code == 404
            after_all = {"verdict": "ended", "words": "left", "replaces": kept.json()["id"]}
            assert (await head.post(account, json=after_all)).status_code == 201
            assert (await working.get("/v1/people")).status_code == 401, "out at once"
        assert (await head.post(account, json={"verdict": "kept"})).status_code == 409
    async with engine.begin() as conn:
        seen = select(audit.c.subject_id).where(audit.c.action == "vetting:write")
        assert (await conn.execute(seen)).scalars().all() == [officer] * 3


async def test_what_nobody_answered_is_told_and_stays(app: FastAPI) -> None:
    engine = app.state.engine
    here = await institution(engine)
    officer, boss = await user(engine), await user(engine, "boss", role=Role.ADMINISTRATOR)
    judge = await user(engine, "judge", role=Role.OVERSIGHT)
    await posting(engine, officer, here)
    async with engine.begin() as conn:
        await service.keep(conn, now=clock.now())
        late = clock.now() + timedelta(days=LAW.whole("review.answer_days") + 2)
        await service.keep(conn, now=late)
        await service.keep(conn, now=late)
        told = select(tasks.c.kind).where(tasks.c.subject_kind == "vetting").order_by(tasks.c.id)
        assert (await conn.execute(told)).scalars().all() == ["vetting_begun", "vetting_overdue"]
        open_ = select(users.c.login).where(users.c.is_active).order_by(users.c.id)
        assert (await conn.execute(open_)).scalars().all() == ["officer", "boss", "judge"]
        runs = select(postings.c.user_id).where(postings.c.during.contains(late))
        assert (await conn.execute(runs)).scalars().all() == [officer], "nobody said so, nothing ended"
    async with browser(app, await session(engine, boss)) as root:
        items = (await root.get("/v1/vetting")).json()["items"]
        assert {one["login"] for one in items if one["may_say"]} == {"officer", "judge"}
        assert (await root.post("/v1/vetting")).json()["type"] == "/problems/vetting_running"
    async with browser(app, await session(engine, judge)) as overseer:
        items = (await overseer.get("/v1/vetting")).json()["items"]
        (of_boss,) = [one for one in items if one["may_say"]]
        assert of_boss["login"] == "boss"


async def test_an_account_with_a_term_ends_by_itself(app: FastAPI) -> None:
    """Of a mandate that is over nothing is left: no session, no new one, no line of the live map."""
    engine = app.state.engine
    who = await user(engine, "visitor", role=Role.OVERSIGHT)
    secret, given = await session(engine, who), {"login": "visitor", "password": PASSWORD}

    async def ends(at: datetime | None) -> None:
        async with engine.begin() as conn:
            await conn.execute(update(users).where(users.c.id == who).values(ends_at=at))

    async with browser(app, secret) as visitor, browser(app) as stranger:
        await ends(clock.now() + timedelta(hours=1))
        assert (await visitor.get("/v1/detections")).status_code == 200
        assert (await stranger.post("/v1/sessions", json=given)).status_code in {200, 201, 204}
        await ends(clock.now() - timedelta(seconds=1))
        assert (await visitor.get("/v1/detections")).status_code == 401
        assert (await stranger.post("/v1/sessions", json=given)).status_code == 401


def test_overseers_get_a_term_and_no_longer_one_than_the_rule() -> None:
    last = clock.today() + timedelta(days=LAW.whole("term_days.oversight"))
    assert term("oversight", until=None) == clock.local_day(last)[1]
    assert term("officer", until=None) is None
    assert term("officer", until=last) == clock.local_day(last)[1]
    for wrong in (last + timedelta(days=1), clock.today() - timedelta(days=1)):
        with pytest.raises(BadParameter):
            term("oversight", until=wrong)
