"""A decision is signed by whoever took it, over its exact bytes; anything else is refused, and on record."""

import base64
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import asyncpg
import pytest
from fastapi import FastAPI
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from authorities import NOBODY, Authority, Person
from callers import browser, session, user
from core import clock, statutes, tables
from core.auth import Role
from core.ledger.service import Sealer
from core.sealing import Keys
from core.signed import checking, rules, service, store, wire
from core.signed.model import Demand, Level
from core.statutes import Rule, RuleSet
from dashboards.signing.places import PLACES
from signing_hands import CENTRE, FORM, MINE, OTHER, Decision, decided, set_up
from ways import house, ways

NOTHING = {"shown": "0" * 64, "signature": "AAAA"}


@pytest.fixture
async def one(app: FastAPI, tmp_path: Path) -> Decision:
    return await decided(app, tmp_path)


async def deeds(one: Decision) -> list[tuple[str, str | None]]:
    query = select(tables.audit.c.action, tables.audit.c.detail).where(
        tables.audit.c.subject_kind == "conduct_decision"
    )
    async with one.app.state.engine.begin() as conn:
        return [(row.action, row.detail.get("code")) for row in await conn.execute(query)]


async def test_the_head_who_decided_signs_and_everybody_sees_it(one: Decision) -> None:
    page = (await one.head.get(one.path)).text
    assert 'data-signed="no"' in page
    content = base64.b64decode(FORM.findall(page)[0])
    assert wire.read(content)["said"]["measure"] == "reprimand"
    assert wire.read(content)["names"]["decided_by"] == "Head"
    assert (await one.head.get(f"{one.path}/record")).content == content
    assert (await one.sign(MINE)).status_code == 303
    page = (await one.other.get(one.path)).text
    assert 'data-signed="yes"' in page
    assert "SINOV NAMUNA" in page
    assert f"CN=Sinov markazi/{MINE.certificate.serial_number:x}" in page
    tab = (await one.other.get(f"/people/{one.person}/conduct")).text
    assert f'href="{one.path}"' in tab
    assert await deeds(one) == [("conduct:write", None)]
    assert NOBODY not in page + tab
    assert (await one.head.get(f"{one.path}/print")).content.startswith(b"%PDF")


async def test_the_signature_of_another_head_stands_beside_and_does_not_decide(one: Decision) -> None:
    assert (await one.sign(OTHER, visitor=one.other)).status_code == 303
    assert 'data-signed="no"' in (await one.other.get(one.path)).text
    assert (await one.sign(MINE)).status_code == 303
    page = (await one.head.get(one.path)).text
    assert 'data-signed="yes"' in page
    assert 'data-testid="signature-2"' in page
    assert FORM.search(page) is None  # once


@pytest.mark.parametrize(
    ("hand", "code"),
    [
        (lambda: OTHER, "signer_other"),
        (lambda: CENTRE.issue("50505909990037"), "signer_other"),
        (lambda: CENTRE.issue(NOBODY, ends=timedelta(days=-1)), "certificate_expired"),
        (lambda: Authority("Begona").issue(NOBODY), "certificate_untrusted"),
        (lambda: Person(OTHER.key, MINE.certificate, CENTRE), "signature_wrong"),
    ],
)
async def test_no_other_key_signs(one: Decision, hand: Callable[[], Person], code: str) -> None:
    answer = await one.sign(hand())
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert await deeds(one) == [("paper:refuse", code)]
    assert 'data-signed="no"' in (await one.head.get(one.path)).text


async def test_a_revoked_key_signs_nothing(app: FastAPI, tmp_path: Path) -> None:
    one = await decided(app, tmp_path)
    gone = CENTRE.issue(NOBODY)
    listed = Authority(key=CENTRE.key, revoked=[gone.certificate.serial_number])
    set_up(app, tmp_path, centre=listed)
    assert (await one.sign(gone)).status_code == 422
    assert await deeds(one) == [("paper:refuse", "certificate_revoked")]


async def test_something_else_is_not_what_was_shown(one: Decision) -> None:
    assert (await one.sign(MINE, instead=b"E-jazo prove 1")).status_code == 422
    made = base64.b64encode(MINE.sign(b"x")).decode()
    said = {"shown": "0" * 64, "signature": made}
    assert (await one.head.post(one.path, data=said)).status_code == 409
    assert await deeds(one) == [("paper:refuse", "signature_content"), ("paper:refuse", "paper_other")]


async def test_who_has_no_key_is_told_what_to_do(app: FastAPI, tmp_path: Path) -> None:
    one = await decided(app, tmp_path)
    engine = app.state.engine
    third = await user(engine, "third", role=Role.OVERSIGHT)
    async with browser(app, await session(engine, third)) as visitor:
        assert "why-not" not in (await visitor.get(one.path)).text  # reads, and signs nothing
        assert (await visitor.post(one.path, data=NOTHING)).status_code == 403
    app.state.abroad = type(app.state.abroad)({})
    page = (await one.head.get(one.path)).text
    assert "why-not" in page
    assert FORM.search(page) is None
    assert (await one.head.post(one.path, data=NOTHING)).status_code == 409


async def test_strangers_and_those_who_decided_nothing(app: FastAPI, tmp_path: Path) -> None:
    one = await decided(app, tmp_path)
    stranger = await user(app.state.engine, "stranger", role=Role.UNIT_HEAD)
    async with browser(app, await session(app.state.engine, stranger)) as visitor:
        for path in (one.path, f"{one.path}/record", f"{one.path}/print", f"{one.path}/proof"):
            assert (await visitor.get(path)).status_code == 404
        assert (await visitor.post(one.path, data=NOTHING)).status_code == 404


async def test_what_is_signed_stays_and_lies_sealed_under_the_ledger(
    one: Decision, conn: asyncpg.Connection, tmp_path: Path
) -> None:
    assert (await one.sign(MINE)).status_code == 303
    kept = {}
    for table in ("signed_papers", "paper_signatures", "signature_grounds"):
        async with one.app.state.engine.begin() as own:
            with pytest.raises(DBAPIError):
                await own.execute(text(f"update {table} set id = id"))  # noqa: S608 - a name of ours
        kept[table] = str([tuple(row) for row in await conn.fetch(f"select * from {table}")])  # noqa: S608
    assert NOBODY.encode() not in str(kept).encode()
    assert "reprimand" not in str(kept)
    sealer = Sealer(conn, Keys(tmp_path / "keys"))
    sealed = await sealer.turn(clock.now()) | await sealer.turn(clock.now())
    assert {"signed_papers": 1, "paper_signatures": 1, "signature_grounds": 2}.items() <= sealed.items()


async def test_a_record_that_was_changed_afterwards_is_told(one: Decision, conn: asyncpg.Connection) -> None:
    assert (await one.sign(MINE)).status_code == 303
    await conn.execute("update persons set surname = 'Yangi'")
    page = (await one.head.get(one.path)).text
    assert "Namunayev" in page  # as it was called then
    assert "said-no" not in page
    await conn.execute("alter table conduct_decisions disable trigger all")
    await conn.execute("update conduct_decisions set ground = 'another'")
    page = (await one.other.get(one.path)).text
    assert "said-no" in page
    assert "seen by two" in page
    assert FORM.search(page) is None  # nobody signs on
    proof = (await one.head.get(f"{one.path}/proof")).content
    keys = service.statements(one.app.state.keys).published()
    assert not checking.checked(proof, keys).faults  # what was signed still holds


async def test_rotated_keys_still_open_what_was_signed(one: Decision) -> None:
    assert (await one.sign(MINE)).status_code == 303
    one.app.state.keys.add(store.COMPARTMENT)
    one.app.state.keys.add(wire.KIND)
    assert (await one.sign(OTHER, visitor=one.other)).status_code == 303
    page = (await one.head.get(one.path)).text
    assert 'data-testid="signature-2"' in page


def law(**rules: str) -> RuleSet:
    on = clock.today()
    return RuleSet(
        "signatures", {key: Rule(key, value, "1", "x", on, None, "") for key, value in rules.items()}
    )


def test_the_statutes_say_which_decisions_are_signed() -> None:
    assert rules.demand("one", law(one="forced")).level is Level.FORCED
    assert rules.demand("other", law(one="forced")).level is Level.FREE
    today = statutes.load(rules.STATUTE).on(clock.today())
    assert set(today.rules) == {place.kind.name for place in PLACES}
    for key in today.rules:
        assert rules.demand(key, today).article


def printed(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages)


async def test_the_printed_paper_says_who_signed_or_that_nobody_did(
    one: Decision, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = printed((await one.head.get(f"{one.path}/print")).content)
    assert "Nobody" not in said
    assert "with a key or by hand" in said
    assert "DRAFT" not in said
    monkeypatch.setattr(service.rules, "demand", lambda *_: Demand(Level.FORCED, "1", ""))
    draft = (await one.head.get(f"{one.path}/print")).content
    assert "DRAFT, NOT SIGNED" in printed(draft)
    assert b"EJAZO-TRAINING" not in draft
    await one.sign(MINE)
    said = printed((await one.head.get(f"{one.path}/print")).content)
    assert "DRAFT" not in said
    assert "Head (SINOV NAMUNA)" in said


async def test_a_key_whose_link_ended_signs_nothing_any_more(one: Decision) -> None:
    content = (await one.head.get(f"{one.path}/record")).content
    async with one.app.state.engine.begin() as conn:
        await conn.execute(text("update sign_in_identities set ended_at = now()"))
    assert "why-not" in (await one.head.get(one.path)).text
    made = base64.b64encode(MINE.sign(content, is_detached=True)).decode()
    said = {"shown": wire.digest(content), "signature": made}
    assert (await one.head.post(one.path, data=said)).status_code == 422
    assert await deeds(one) == [("paper:refuse", "signer_other")]


def test_every_signing_wants_a_second_factor_shown_a_moment_ago() -> None:
    paths = {place.path for place in PLACES}
    found = {way.path: way.is_grave for way in ways(house()) if way.path in paths and way.method == "POST"}
    assert found == dict.fromkeys(paths, True)


async def test_who_decided_says_that_the_print_was_signed_by_hand(one: Decision) -> None:
    said = {"where": " case 7, sheet 12 "}
    path = f"{one.path}/by-hand"
    assert 'data-testid="by-hand"' not in (await one.other.get(one.path)).text
    assert (await one.other.post(path, data=said)).status_code == 409, "it is not theirs"
    assert (await one.head.post(path, data={"where": ""})).status_code == 422
    assert 'data-testid="by-hand"' in (await one.head.get(one.path)).text
    assert (await one.head.post(path, data=said)).status_code == 303
    assert (await one.head.post(path, data=said)).status_code == 409, "once"
    page = (await one.other.get(one.path)).text
    assert "case 7, sheet 12" in page
    assert 'data-signed="no"' in page, "nothing that could be checked"
    assert (await one.head.get("/v1/papers")).json() == {"papers": []}
    assert ("paper:by_hand", None) in await deeds(one)
    assert (await one.sign(MINE)).status_code == 303, "a key may follow"
