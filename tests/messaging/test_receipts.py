"""Receipts: one changed sign is found, a code opens its own number only, and old keys stay good."""

import json
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import jwt
import pytest
from click.testing import CliRunner
from fastapi import FastAPI
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app import verify
from callers import browser
from core import db, signing
from core.sealing import Keys
from core.signing import NotGenuine
from core.tables import audit
from filed.appeals import draft
from files import institution, person, stay
from messaging.appeals import service as appeals
from messaging.receipts import rules, service, wire
from messaging.receipts.model import Receipt, Slip, Standing
from messaging.receipts.tables import receipts

SEED = bytes(range(32))
KEYS = {signing.key_id(signing.public(SEED)): signing.public(SEED)}
CONTENT = b"Shikoyat: choy sovuq"
AT = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
NUMBER = "M-1726-2026-000123"
RECEIPT = Receipt(NUMBER, sha256(CONTENT).digest(), "appeals_law", date(2026, 11, 27), AT, date(2026, 12, 12))
SIGNED = signing.signed(SEED, wire.content(RECEIPT), kind=wire.KIND)
SIGNS = st.characters(min_codepoint=33, max_codepoint=126)


def doubt(text: str) -> str:
    try:
        wire.checked(text, KEYS)
    except NotGenuine as wrong:
        return wrong.code
    return ""


def test_a_receipt_says_what_was_registered() -> None:
    assert wire.checked(SIGNED, KEYS) == RECEIPT
    assert wire.checked(wire.found(f"https://x.uz/receipt#{SIGNED}\n"), KEYS) == RECEIPT
    assert wire.matches(RECEIPT, CONTENT)
    assert not wire.matches(RECEIPT, CONTENT + b".")


def test_other_libraries_read_it() -> None:
    key = jwt.PyJWK(signing.as_jwks(KEYS)["keys"][0])
    said = jwt.decode(SIGNED, key, algorithms=["EdDSA"])
    assert said["number"] == NUMBER
    assert said["sha256"] == sha256(CONTENT).hexdigest()
    assert signing.from_jwks(signing.as_jwks(KEYS)) == KEYS


@settings(max_examples=300)
@given(st.integers(0, len(SIGNED) - 1), SIGNS)
@example(len(SIGNED) - 1, chr(ord(SIGNED[-1]) + 1))  # bits that base64 leaves over
def test_one_changed_sign_anywhere_is_found(place: int, sign: str) -> None:
    changed = SIGNED[:place] + sign + SIGNED[place + 1 :]
    assert changed == SIGNED or doubt(changed)


def test_every_letter_in_the_last_place_but_the_right_one_is_found() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert [sign for sign in letters if not doubt(SIGNED[:-1] + sign)] == [SIGNED[-1]]


def test_a_signature_for_something_else_or_of_nobody_known_is_none() -> None:
    assert doubt(signing.signed(SEED, wire.content(RECEIPT), kind="opening")) == "kind"
    assert doubt(signing.signed(bytes(32), wire.content(RECEIPT), kind=wire.KIND)) == "unknown_key"
    unsigned = jwt.encode(wire.content(RECEIPT), None, algorithm="none", headers={"typ": wire.KIND})
    assert doubt(unsigned) == "kind"
    assert doubt("a.b") == "form"


codes = st.integers(0, 10**15 - 1).map(rules.code)


@given(codes, st.integers(0, 15), st.integers(1, 9))
def test_the_check_digit_finds_every_single_wrong_digit(code: str, place: int, more: int) -> None:
    wrong = str((int(code[place]) + more) % 10)
    assert rules.is_sound(code)
    assert not rules.is_sound(code[:place] + wrong + code[place + 1 :])


@given(codes, st.integers(0, 14))
def test_the_check_digit_finds_swapped_neighbours(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or not rules.is_sound(swapped)


def test_a_code_is_read_as_people_write_it() -> None:
    code = rules.code(123)
    assert rules.plain(rules.grouped(code)) == rules.plain(code.replace("0", "0-")) == code
    assert not rules.is_sound("١" * 16)


def test_old_keys_check_after_rotation_and_after_retirement(tmp_path: Path) -> None:
    signer = service.signer(Keys(tmp_path))
    before = signer.sign(wire.content(RECEIPT))
    signer.keys.add(wire.KIND)
    after = signer.sign(wire.content(RECEIPT))
    signer.retire(1)
    assert signing.signer(before) != signing.signer(after)
    fresh = service.signer(Keys(tmp_path))
    assert [wire.checked(one, fresh.published()) for one in (before, after)] == [RECEIPT, RECEIPT]
    assert set(fresh.keys.seeds(wire.KIND)) == {2}
    with pytest.raises(ValueError, match="cannot retire"):
        signer.retire(2)


def test_a_qr_code_is_a_picture_that_holds_the_text() -> None:
    drawn = wire.qr(SIGNED)
    assert drawn.startswith("<svg")
    assert "<script" not in drawn


async def given_slip(app: FastAPI, number: str = NUMBER) -> Slip:
    async with db.transaction(app.state.engine) as conn:
        return await service.issue(
            conn,
            app.state.keys,
            coined=await service.coin(),
            number=number,
            content=RECEIPT.content,
            regime="appeals_law",
            registered_at=AT,
            due_on=RECEIPT.due_on,
        )


async def in_the_register(_conn: AsyncConnection, number: str) -> Standing | None:
    """What a register would say: the platform has one beside this topic."""
    return Standing(number, "registered", RECEIPT.registered_on, RECEIPT.due_on, is_overdue=False)


@pytest.fixture
def registered(app: FastAPI) -> FastAPI:
    app.state.receipt_views = (in_the_register,)
    return app


async def test_only_number_and_code_together_open(registered: FastAPI) -> None:
    slip, other = await given_slip(registered), await given_slip(registered, "M-1726-2026-000124")
    async with browser(registered) as visitor:

        async def ask(number: str, code: str) -> tuple[int, str]:
            body = {"number": number, "code": code}
            answer = await visitor.post("/v1/receipts/lookup", json=body)
            return answer.status_code, answer.text

        wrong_code = await ask(NUMBER, other.code)
        wrong_number = await ask("M-1726-2026-999999", slip.code)
        assert wrong_code == wrong_number
        assert wrong_code[0] == 404
        mistyped = await ask(NUMBER, slip.code[:-1] + str((int(slip.code[-1]) + 1) % 10))
        assert mistyped[0] == 422
        assert json.loads(mistyped[1])["type"] == "/problems/receipt_code_mistyped"
        found = await ask(NUMBER, rules.grouped(slip.code))
        assert found[0] == 200
        assert json.loads(found[1])["state"] == "registered"
    async with registered.state.engine.begin() as conn:
        kept = (await conn.execute(select(receipts.c.code_hash, receipts.c.number))).all()
        noted = (await conn.execute(select(audit.c.action, audit.c.detail))).all()
    assert all(hashed.startswith("$argon2id$") for hashed, _ in kept)
    assert slip.code not in str(kept)
    assert sorted(noted) == [("receipt:open", {}), ("receipt:refuse", {}), ("receipt:refuse", {})]


async def test_guessing_is_slowed_down(registered: FastAPI) -> None:
    slip = await given_slip(registered)
    async with browser(registered) as visitor:
        for drawn in range(4):
            body = {"number": NUMBER, "code": rules.code(drawn)}
            answer = await visitor.post("/v1/receipts/lookup", json=body)
        assert answer.status_code == 404
        answer = await visitor.post("/v1/receipts/lookup", json={"number": NUMBER, "code": slip.code})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0


async def test_a_token_opens_what_a_device_made_the_code_of(registered: FastAPI) -> None:
    token = bytes(range(32))
    async with db.transaction(registered.state.engine) as conn:
        slip = await service.issue_sealed(
            conn,
            registered.state.keys,
            number=NUMBER,
            content=RECEIPT.content,
            regime="sealed",
            registered_on=RECEIPT.registered_on,
            due_on=RECEIPT.due_on,
            token=token,
        )
    assert (slip.code, slip.receipt.registered_at) == ("", None)
    async with browser(registered) as visitor:
        for secret, status in ((bytes(32), 404), (token, 200)):
            body = {"number": NUMBER, "token": secret.hex()}
            assert (await visitor.post("/v1/receipts/lookup", json=body)).status_code == status
        body = {"number": NUMBER, "token": bytes(32).hex()}
        strange = await visitor.post("/v1/receipts/lookup", json=body | {"number": "M-0"})
        both = await visitor.post("/v1/receipts/lookup", json=body | {"code": rules.code(1)})
        assert (strange.status_code, both.status_code) == (404, 422)


async def test_the_page_shows_checks_and_prints(registered: FastAPI) -> None:
    slip = await given_slip(registered)
    async with browser(registered) as visitor:
        shown = await visitor.post("/receipt", data={"number": NUMBER, "code": slip.code})
        assert 'data-testid="standing"' in shown.text
        wrong = await visitor.post("/receipt", data={"number": NUMBER, "code": rules.code(7)})
        assert (wrong.status_code, 'data-testid="failed"' in wrong.text) == (404, True)
        good = await visitor.post("/receipt/check", data={"signed": slip.signed})
        assert 'data-testid="genuine"' in good.text
        bad = await visitor.post("/receipt/check", data={"signed": slip.signed[:-3] + "AAA"})
        assert (bad.status_code, 'data-testid="doubt"' in bad.text) == (422, True)
        paper = await visitor.post("/receipt/slip", data={"signed": slip.signed, "code": slip.code})
        assert rules.grouped(slip.code) in paper.text
        assert "appeals_law" not in paper.text
        keys = await visitor.get("/v1/receipt-keys")
        assert wire.checked(slip.signed, signing.from_jwks(keys.json())) == slip.receipt


@pytest.mark.parametrize("language", ["en", "ru", "uz-Latn", "uz-Cyrl"])
def test_the_command_checks_without_the_platform(tmp_path: Path, language: str) -> None:
    (tmp_path / "keys.json").write_text(json.dumps(signing.as_jwks(KEYS)))
    (tmp_path / "receipt.txt").write_text(f"https://x.uz/receipt#{SIGNED}\n")
    (tmp_path / "content.txt").write_bytes(CONTENT)
    (tmp_path / "other.txt").write_bytes(CONTENT + b"!")
    always = ["receipt", "--keys", str(tmp_path / "keys.json"), "--language", language]

    def run(*more: str) -> tuple[int, str]:
        done = CliRunner().invoke(verify.command, [*always, *more])
        return done.exit_code, done.output

    assert run(SIGNED)[0] == 0
    assert NUMBER in run(str(tmp_path / "receipt.txt"))[1]
    assert run(SIGNED, "--content", str(tmp_path / "content.txt"))[0] == 0
    assert run(SIGNED, "--content", str(tmp_path / "other.txt"))[0] == 1
    assert run(SIGNED[:40] + "x" + SIGNED[41:])[0] == 1
    assert run(str(tmp_path / "keys.json"))[0] == 1


async def test_the_receipt_of_an_appeal_opens_its_clock_and_course(app: FastAPI) -> None:
    whom = await person(app.state.engine)
    await stay(app.state.engine, whom, await institution(app.state.engine))
    async with db.transaction(app.state.engine) as conn:
        made = await appeals.submit(conn, draft(whom))
        slip = await service.issue(
            conn,
            app.state.keys,
            coined=await service.coin(),
            number=made.appeal.number,
            content=bytes.fromhex(made.appeal.content_sha256),
            regime=made.appeal.regime,
            registered_at=made.appeal.received_at,
            due_on=made.standing.due_on,
        )
    async with browser(app) as visitor:
        body = {"number": made.appeal.number, "code": slip.code}
        found = (await visitor.post("/v1/receipts/lookup", json=body)).json()
        page = await visitor.post("/receipt", data=body)
    assert (found["state"], found["due_on"]) == ("registered", made.standing.due_on.isoformat())
    assert [step["kind"] for step in found["steps"]] == ["registered"]
    assert "Namuna" not in json.dumps(found)
    assert page.status_code == 200
