"""A telephone is proved once, tokens are turned, and nobody learns who has an account."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text, update

from callers import browser
from core.kin import KinScope
from messaging.relatives.accounts import rules
from messaging.relatives.accounts.model import Token, TokenKind, Wanted
from messaging.relatives.accounts.tables import codes, relatives, texts, tokens
from related import account, code, delivered, handset
from simulators.relatives.handset import HANDLE, Handset

PHONE = "+998909990001"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
GOOD = Wanted("desktop", "http://127.0.0.1:5123/signed-in", "code", "c" * 43, "S256", "account", "s")
ORIGIN = "https://ejazo.test"


@pytest.mark.parametrize("typed", ["+998 90 999-00-01", "90 999 00 01", "998909990001", "+998909990001"])
def test_a_number_is_one_however_it_is_typed(typed: str) -> None:
    assert rules.phone(typed) == PHONE


@pytest.mark.parametrize("typed", ["", "12", "call me", "+998 90", "\x00", "9" * 40])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(rules.PhoneWrong):
        rules.phone(typed)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "other"}, rules.BadClient),
        ({"redirect_uri": "http://127.0.0.1:5123/elsewhere"}, rules.BadClient),
        ({"redirect_uri": "http://127.0.0.1@evil.test/signed-in"}, rules.BadClient),
        ({"redirect_uri": "http://127.0.0.1:x/signed-in"}, rules.BadClient),
        ({"redirect_uri": "https://evil.test/signed-in"}, rules.BadClient),
        ({"response_type": "token"}, rules.Bad),
        ({"code_challenge_method": "plain"}, rules.Bad),
        ({"code_challenge_method": ""}, rules.Bad),
        ({"code_challenge": ""}, rules.Bad),
        ({"scope": ""}, rules.Bad),
        ({"scope": "account admin"}, rules.Bad),
        ({"state": "\n"}, rules.Bad),
    ],
)
def test_only_registered_clients_with_s256_are_answered(
    change: dict[str, str], error: type[Exception]
) -> None:
    assert rules.asked(GOOD, rules.clients(), origin=ORIGIN).scopes == {KinScope.ACCOUNT}
    fields = {name: getattr(GOOD, name) for name in Wanted.__dataclass_fields__} | change
    with pytest.raises(error):
        rules.asked(Wanted(**fields), rules.clients(), origin=ORIGIN)


def test_our_own_pages_are_addressed_by_path_or_in_full() -> None:
    assert rules.leads_to("/my/signed-in", "/my/signed-in", ORIGIN)
    assert rules.leads_to("/my/signed-in", f"{ORIGIN}/my/signed-in", ORIGIN)
    assert not rules.leads_to("/my/signed-in", "https://evil.test/my/signed-in", ORIGIN)


@pytest.mark.parametrize(
    ("used", "replaced", "is_child_used", "minutes", "verdict"),
    [
        (None, None, False, 1, rules.Verdict.ROTATE),
        (None, None, False, 60 * 24 * 61, rules.Verdict.OVER),
        (0, None, False, 0.5, rules.Verdict.AGAIN),
        (0, None, True, 0.5, rules.Verdict.REUSED),
        (0, None, False, 2, rules.Verdict.REUSED),
        (None, 0, False, 0.1, rules.Verdict.REUSED),
    ],
)
def test_a_refresh_token_is_good_once_or_once_more_where_an_answer_was_lost(
    used: float | None, replaced: float | None, *, is_child_used: bool, minutes: float, verdict: rules.Verdict
) -> None:
    def at(after: float | None) -> datetime | None:
        return None if after is None else NOW + timedelta(minutes=after)

    token = Token(b"", 1, TokenKind.REFRESH, NOW + rules.REFRESH_LIVES, at(used), at(replaced), is_child_used)
    assert rules.judge(token, now=NOW + timedelta(minutes=minutes)) is verdict


async def test_the_first_code_makes_an_account_and_the_second_finds_it(app: FastAPI) -> None:
    async with browser(app) as visitor:
        for _ in range(2):
            phone = Handset(visitor)
            await phone.sign_in("90 999 00 01", lambda: code(app))
            mine = (await phone.get("/v1/my/account")).json()
            assert mine["phone"] == PHONE
        assert len((await phone.get("/v1/my/devices")).json()["devices"]) == 2
    async with app.state.engine.begin() as conn:
        assert len((await conn.execute(select(relatives))).all()) == 1
        kept = str((await conn.execute(text("select * from relatives, relative_texts"))).all())
    assert "9990001" not in kept


async def test_the_text_names_nobody_and_is_sent_once(app: FastAPI) -> None:
    async with browser(app) as visitor:
        await visitor.post("/v1/oauth/authorize", data=Handset(visitor).wanted | {"phone": PHONE})
    [(phone, said)] = await delivered(app)
    assert phone == PHONE
    assert said.startswith("E-jazo: ")
    assert len(said) == len("E-jazo: 123456")
    assert await delivered(app) == []


async def test_known_and_unknown_numbers_are_answered_alike(app: FastAPI) -> None:
    await account(app, PHONE)
    async with browser(app) as visitor:
        phone = Handset(visitor)
        pages = [
            await visitor.post("/v1/oauth/authorize", data=phone.wanted | {"phone": number})
            for number in (PHONE, "+998909990002")
        ]
    known, unknown = (HANDLE.sub("", page.text) for page in pages)
    assert known == unknown
    assert pages[0].status_code == pages[1].status_code == 200


async def test_codes_are_tried_five_times_and_die_in_five_minutes(app: FastAPI) -> None:
    async with browser(app) as visitor:
        phone = Handset(visitor)
        page = await visitor.post("/v1/oauth/authorize", data=phone.wanted | {"phone": PHONE})
        said = phone.wanted | {"handle": HANDLE.findall(page.text)[0]}
        right = await code(app)
        wrong = "000000" if right != "000000" else "000001"
        for _ in range(5):
            answer = await visitor.post("/v1/oauth/authorize/code", data=said | {"code": wrong})
            assert answer.status_code == 401
        answer = await visitor.post("/v1/oauth/authorize/code", data=said | {"code": right})
        assert answer.status_code == 401
        page = await visitor.post("/v1/oauth/authorize", data=phone.wanted | {"phone": PHONE})
        said = phone.wanted | {"handle": HANDLE.findall(page.text)[0], "code": await code(app)}
        async with app.state.engine.begin() as conn:
            old = datetime.now(UTC) - timedelta(minutes=6)
            await conn.execute(update(codes).values(made_at=old, ends_at=old + rules.CODE_LIVES))
        assert (await visitor.post("/v1/oauth/authorize/code", data=said)).status_code == 401
    async with app.state.engine.begin() as conn:
        assert (await conn.execute(select(relatives))).all() == []


async def test_a_number_gets_three_codes_in_a_quarter_of_an_hour(app: FastAPI) -> None:
    async with browser(app) as visitor:
        said = Handset(visitor).wanted | {"phone": PHONE}
        answers = [await visitor.post("/v1/oauth/authorize", data=said) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    async with app.state.engine.begin() as conn:
        assert len((await conn.execute(select(texts))).all()) == 3


async def test_a_stranger_is_sent_nowhere_and_a_clients_mistake_is_told_to_the_client(app: FastAPI) -> None:
    async with browser(app) as visitor:
        wanted = Handset(visitor).wanted
        bad = await visitor.get("/v1/oauth/authorize", params=wanted | {"redirect_uri": "https://evil.test"})
        assert (bad.status_code, "location" in bad.headers) == (400, False)
        plain = await visitor.get("/v1/oauth/authorize", params=wanted | {"code_challenge_method": "plain"})
        told = parse_qs(urlsplit(plain.headers["location"]).query)
        assert told == {"error": ["invalid_request"], "state": ["s"]}


async def test_a_code_is_bound_to_verifier_client_and_address_and_used_once(app: FastAPI) -> None:
    async with browser(app) as visitor:
        phone = Handset(visitor)
        page = await visitor.post("/v1/oauth/authorize", data=phone.wanted | {"phone": PHONE})
        said = phone.wanted | {"handle": HANDLE.findall(page.text)[0], "code": await code(app)}
        back = await visitor.post("/v1/oauth/authorize/code", data=said)
        given = {
            "grant_type": "authorization_code",
            "client_id": "desktop",
            "code": parse_qs(urlsplit(back.headers["location"]).query)["code"][0],
            "redirect_uri": "http://127.0.0.1/signed-in",
            "code_verifier": phone.verifier,
        }
        for change in (
            {"code_verifier": "w" * 43},
            {"code_verifier": ""},
            {"code_verifier": phone.wanted["code_challenge"]},
            {"client_id": "web"},
            {"redirect_uri": "http://127.0.0.1/"},
            {"code": "x"},
        ):
            answer = await visitor.post("/v1/oauth/token", data=given | change)
            assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})
        right = await visitor.post("/v1/oauth/token", data=given)
        held = {"authorization": f"Bearer {right.json()['access_token']}"}
        assert (await visitor.get("/v1/my/account", headers=held)).status_code == 200
        again = await visitor.post("/v1/oauth/token", data=given)
        assert again.json() == {"error": "invalid_grant"}
        assert (await visitor.get("/v1/my/account", headers=held)).status_code == 401


async def test_a_used_refresh_token_ends_the_device(app: FastAPI) -> None:
    phone = await handset(app)
    async with phone.http:
        first = phone.refresh
        assert (await phone.renew()).status_code == 200
        assert (await phone.renew()).status_code == 200
        stolen = Handset(phone.http, refresh=first)
        assert (await stolen.renew()).json() == {"error": "invalid_grant"}
        assert (await phone.get("/v1/my/account")).status_code == 401
        assert (await phone.renew()).json() == {"error": "invalid_grant"}


async def test_an_answer_lost_in_the_network_costs_no_sign_in_and_hides_no_thief(app: FastAPI) -> None:
    phone = await handset(app)
    async with phone.http:
        first = phone.refresh
        await phone.renew()
        lost = Handset(phone.http, phone.access, phone.refresh)
        phone.refresh = first
        assert (await phone.renew()).status_code == 200
        assert (await phone.get("/v1/my/account")).status_code == 200
        assert (await lost.get("/v1/my/account")).status_code == 401
        assert (await lost.renew()).status_code == 400
        assert (await phone.get("/v1/my/account")).status_code == 401


async def test_one_device_signs_another_out_and_nobody_elses(app: FastAPI) -> None:
    who = await account(app)
    mine, other, strange = await handset(app, who), await handset(app, who), await handset(app)
    async with mine.http, other.http, strange.http:
        devices = (await mine.get("/v1/my/devices")).json()["devices"]
        ident = next(one["id"] for one in devices if not one["is_this"])
        assert (await strange.send("DELETE", f"/v1/my/devices/{ident}")).status_code == 404
        assert (await mine.send("DELETE", f"/v1/my/devices/{ident}")).status_code == 204
        assert (await other.get("/v1/my/account")).status_code == 401
        assert (await mine.get("/v1/my/account")).status_code == 200
        said = {"token": mine.refresh, "client_id": "desktop"}
        assert (await mine.http.post("/v1/oauth/revoke", data=said)).status_code == 200
        assert (await mine.get("/v1/my/account")).status_code == 401


async def test_a_token_is_good_for_its_scopes_and_a_quarter_of_an_hour(app: FastAPI) -> None:
    phone = await handset(app, scopes=frozenset({KinScope.KIN_READ}))
    async with phone.http:
        answer = await phone.get("/v1/my/account")
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/scope_missing")
    phone = await handset(app)
    async with phone.http:
        async with app.state.engine.begin() as conn:
            await conn.execute(update(tokens).values(ends_at=datetime.now(UTC)))
        answer = await phone.get("/v1/my/account")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
