"""A POST has one effect and one answer whatever the network does; GETs say when nothing is new."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from asked import BODIES, HEADERS
from core import clock, db
from core.kin import KinScope
from core.model import RelativeId
from core.rates import Rates, TooManyRequests
from files import everything
from messaging.mobile import rules, service, store
from messaging.mobile.model import Errand
from messaging.mobile.tables import drafts
from related import account, handset
from simulators.relatives.handset import uuid7
from ways import ways

PATH = "/v1/my/drafts"


def draft(body: str = "salom") -> dict[str, str]:
    return {"client_id": str(uuid7()), "body": body}


@settings(max_examples=25)
@given(st.integers(1, 2**62), st.integers(1, 2**62), st.binary(max_size=40))
def test_a_cursor_opens_only_as_it_was_given(relative: int, seq: int, noise: bytes) -> None:
    def mac(said: str) -> bytes:
        return rules.fingerprint("", said, [], b"key")

    who = RelativeId(relative)
    made = rules.cursor(who, seq, mac=mac)
    assert rules.place(who, made, mac=mac) == seq
    forged = (RelativeId(relative + 1), made), (who, made[:-2]), (who, noise.hex() or "0"), (who, "é")
    for other, said in forged:
        with pytest.raises(rules.CursorWrong):
            rules.place(other, said, mac=mac)


@settings(max_examples=25)
@given(st.integers(0, 2**48 - 1))
def test_the_ids_of_clients_are_uuids_of_version_7_in_the_order_of_time(at: int) -> None:
    made = uuid7(at)
    assert (made.version, made.variant) == (7, UUID(int=0x8000 << 48).variant)
    assert made.int >> 80 == at


def test_a_bucket_empties_at_its_pace() -> None:
    rates = Rates(burst=3, per_s=2.0)
    for _ in range(3):
        rates.take("a", now_us=0)
    with pytest.raises(TooManyRequests) as refused:
        rates.take("a", now_us=0)
    assert refused.value.values == {"count": 1}
    rates.take("b", now_us=0)
    rates.take("a", now_us=500_000)
    with pytest.raises(TooManyRequests):
        rates.take("a", now_us=500_000)
    assert rates.said("a", now_us=500_000)["ratelimit"] == '"relative";r=0;t=2'
    assert rates.said("a", now_us=2_000_000) == {
        "ratelimit-policy": '"relative";q=3;w=2',
        "ratelimit": '"relative";r=3;t=0',
    }
    assert rates.said("c", now_us=0)["ratelimit"] == '"relative";r=3;t=0'


async def test_who_asks_too_often_is_told_how_long_to_wait(app: FastAPI) -> None:
    app.state.rates = Rates(burst=2, per_s=0.25)
    phone = await handset(app)
    async with phone.http:
        lefts = [(await phone.get("/v1/my/account")).headers["ratelimit"] for _ in range(2)]
        assert [left.split(";")[1] for left in lefts] == ["r=1", "r=0"]
        answer = await phone.get("/v1/my/account")
    assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too_many_requests")
    assert 1 <= int(answer.headers["retry-after"]) <= 4


async def test_no_post_of_a_relative_goes_without_a_key(app: FastAPI) -> None:
    """A new route is found by the walk."""
    ids = await everything(app.state.engine)
    phone = await handset(app, RelativeId(ids["relative_id"]))
    posts = [way for way in ways(app) if way.method == "POST" and isinstance(way.guards[0], KinScope)]
    wrong = {}
    async with phone.http:
        for way in posts:
            headers = {"authorization": f"Bearer {phone.access}"} | HEADERS.get(way.name, {})
            path = way.path.format(**ids)
            answer = await phone.http.post(path, json=BODIES.get(way.path), headers=headers)
            if answer.json()["type"] != "/problems/idempotency_key_missing":
                wrong[way.name] = answer.status_code
    assert len(posts) > 8
    assert not wrong


async def test_every_post_needs_a_key(app: FastAPI) -> None:
    phone = await handset(app)
    async with phone.http:
        bearer = {"authorization": f"Bearer {phone.access}"}
        for key in ({}, {"idempotency-key": "short"}, {"idempotency-key": "with spaces in it"}):
            answer = await phone.http.post(PATH, json=draft(), headers=bearer | key)
            assert (answer.status_code, answer.json()["type"]) == (400, "/problems/idempotency_key_missing")


async def test_the_same_key_and_body_give_the_same_answer_and_one_effect(app: FastAPI) -> None:
    phone, said = await handset(app), draft()
    async with phone.http:
        first = await phone.post(PATH, said, key="outbox-0001")
        for _ in range(2):
            again = await phone.post(PATH, said, key="outbox-0001")
            assert (again.status_code, again.content) == (201, first.content)
            assert again.headers["idempotency-replayed"] == "true"
            assert again.headers["etag"] == first.headers["etag"]
        other = await phone.post(PATH, said | {"body": "boshqa"}, key="outbox-0001")
        assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency_key_taken")
        elsewhere = await phone.post("/v1/my/devices", said, key="outbox-0001")
        assert elsewhere.status_code in {405, 422}
        news = (await phone.get("/v1/my/changes")).json()
    assert len(news["changes"]) == 1
    async with app.state.engine.begin() as conn:
        assert len((await conn.execute(select(drafts))).all()) == 1
        kept = await conn.execute(text("select cast(answered_requests as text) from answered_requests"))
    assert b"salom".hex() not in kept.scalar_one()


async def test_keys_are_each_relatives_own(app: FastAPI) -> None:
    mine, other = await handset(app), await handset(app)
    async with mine.http, other.http:
        answers = [await phone.post(PATH, draft(), key="same-key-1") for phone in (mine, other)]
    assert [answer.status_code for answer in answers] == [201, 201]


async def test_while_the_first_is_running_the_second_is_told_so(app: FastAPI) -> None:
    who = await account(app)
    phone = await handset(app, who)
    async with phone.http, app.state.engine.begin() as conn:
        assert await store.lock(conn, rules.lock(Errand(who, "outbox-0002", b"")))
        answer = await phone.post(PATH, draft(), key="outbox-0002")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/still_running")
    assert answer.headers["retry-after"] == "1"


async def test_many_at_once_have_one_effect(app: FastAPI) -> None:
    phone, said = await handset(app), draft()
    async with phone.http:
        sent = [phone.post(PATH, said, key="outbox-0003") for _ in range(8)]
        statuses = {answer.status_code for answer in await asyncio.gather(*sent)}
    assert statuses <= {201, 409}
    async with app.state.engine.begin() as conn:
        assert len((await conn.execute(select(drafts))).all()) == 1


async def test_a_refusal_leaves_no_answer_behind(app: FastAPI) -> None:
    phone = await handset(app)
    async with phone.http:
        wrong = await phone.post(PATH, {"client_id": "x", "body": ""}, key="outbox-0004")
        assert wrong.status_code == 422
        assert (await phone.post(PATH, draft(), key="outbox-0004")).status_code == 201


async def test_answers_are_kept_for_a_week(app: FastAPI) -> None:
    phone, said = await handset(app), draft()
    async with phone.http:
        first = await phone.post(PATH, said, key="outbox-0005")
        now = clock.now()
        async with db.transaction(app.state.engine) as conn:
            assert await service.sweep(conn, now=now + timedelta(days=7) - timedelta(minutes=1)) == 0
            assert await service.sweep(conn, now=now + timedelta(days=7, minutes=1)) == 1
        again = await phone.post(PATH, said, key="outbox-0005")
    assert again.json()["id"] == first.json()["id"]
    assert "idempotency-replayed" not in again.headers


async def test_what_did_not_change_is_not_sent_again(app: FastAPI) -> None:
    phone = await handset(app)
    async with phone.http:
        made = (await phone.post(PATH, draft())).json()
        for path in (f"{PATH}/{made['id']}", "/v1/my/changes", "/v1/my/account"):
            tag = (await phone.get(path)).headers["etag"]
            answer = await phone.get(path, if_none_match=f'"other", {tag}')
            assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
        await phone.send(
            "PUT",
            f"{PATH}/{made['id']}",
            content=b'{"body": "b"}',
            if_match='"1"',
            content_type="application/json",
        )
        assert (await phone.get(f"{PATH}/{made['id']}", if_none_match='"1"')).status_code == 200


async def test_of_two_devices_the_second_must_look_first(app: FastAPI) -> None:
    who = await account(app)
    one, two = await handset(app, who), await handset(app, who)
    async with one.http, two.http:
        path = f"{PATH}/{(await one.post(PATH, draft())).json()['id']}"
        kind = {"content_type": "application/json"}
        assert (await one.send("PUT", path, content=b'{"body": "1"}', **kind)).status_code == 428
        first = await one.send("PUT", path, content=b'{"body": "1"}', if_match='"1"', **kind)
        assert (first.status_code, first.headers["etag"]) == (200, '"2"')
        second = await two.send("PUT", path, content=b'{"body": "2"}', if_match='"1"', **kind)
        assert second.status_code == 412
        assert (await two.get(path)).json()["body"] == "1"


async def test_a_device_that_comes_late_learns_what_is_gone(app: FastAPI) -> None:
    who = await account(app)
    one, two = await handset(app, who), await handset(app, who)
    async with one.http, two.http:
        made = [(await one.post(PATH, draft())).json()["id"] for _ in range(3)]
        seen = (await two.get("/v1/my/changes")).json()
        assert [(c["thing"], c["subject"]) for c in seen["changes"]] == [("draft", m) for m in made]
        await one.send("DELETE", f"{PATH}/{made[0]}")
        news = (await two.get(f"/v1/my/changes?cursor={seen['cursor']}")).json()
        assert [(c["subject"], c["is_gone"]) for c in news["changes"]] == [(made[0], True)]
        assert not news["has_more"]
        rest = (await two.get(f"/v1/my/changes?cursor={news['cursor']}")).json()
        assert (rest["changes"], rest["cursor"]) == ([], news["cursor"])
        fresh = (await two.get("/v1/my/changes")).json()["changes"]
        assert [c["subject"] for c in fresh] == [made[1], made[2], made[0]]
        strange = await handset(app)
        async with strange.http:
            answer = await strange.get(f"/v1/my/changes?cursor={seen['cursor']}")
            assert answer.json()["type"] == "/problems/cursor_wrong"


async def test_pages_of_the_feed_end(app: FastAPI) -> None:
    who = await account(app)
    async with db.transaction(app.state.engine) as conn:
        for subject in range(service.MOST + 5):
            await service.announce(conn, who, thing=service.Thing.APPEAL, subject=subject)
    phone = await handset(app, who)
    async with phone.http:
        first = (await phone.get("/v1/my/changes")).json()
        rest = (await phone.get(f"/v1/my/changes?cursor={first['cursor']}")).json()
    assert (len(first["changes"]), first["has_more"]) == (service.MOST, True)
    assert (len(rest["changes"]), rest["has_more"]) == (5, False)


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("kaa", "uz-Latn"),
        ("uz-Cyrl, ru;q=0.5", "uz-Cyrl"),
        ("ru", "ru"),
        ("kaa, ru;q=0.9", "uz-Latn"),
        ("en", "en"),
    ],
)
async def test_problems_speak_the_readers_language(app: FastAPI, accepted: str, spoken: str) -> None:
    phone = await handset(app)
    async with phone.http:
        answer = await phone.get(f"{PATH}/999", accept_language=accepted)
    assert (answer.status_code, answer.headers["content-language"]) == (404, spoken)
    assert answer.headers["content-type"] == "application/problem+json"
