"""A compartment's part of the person's own file: readable for its profession and for the person, and nobody
between them."""

import io
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi import FastAPI
from httpx import AsyncClient
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from app import open_part
from callers import browser, session, user
from core.auth import Role
from core.model import PersonId
from core.tables import audit
from files import institution, person, posting, stay
from inmates.parts import rules

FINDING = "zirqurbon-7731 gastrit"


@settings(max_examples=40)
@given(st.binary(min_size=13, max_size=13), st.text(max_size=50))
def test_the_code_opens_it_however_it_is_written_and_no_other_does(drawn: bytes, text: str) -> None:
    code, number = rules.code(drawn), "M2026-00000001"
    shut = rules.sealed(text, number=number, code=code, nonce=bytes(12))
    assert len(code) == 23
    typed = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert rules.opened(shut, number=number, code=typed) == text
    other = rules.code(bytes([drawn[0] ^ 1, *drawn[1:]]))
    for wrong in ({"number": number, "code": other}, {"number": "M2026-00000002", "code": code}):
        with pytest.raises(rules.CodeWrong):
            rules.opened(shut, **wrong)


async def staffed(app: FastAPI) -> tuple[PersonId, dict[Role, str]]:
    """Somebody, and the sessions of who works where they stay."""
    engine = app.state.engine
    here, whom = await institution(engine), await person(engine, "Bemorov")
    await stay(engine, whom, here)
    secrets = {}
    for role in (Role.DOCTOR, Role.PSYCHOLOGIST, Role.REGISTRAR):
        who = await user(engine, role, role=role)
        await posting(engine, who, here)
        secrets[role] = await session(engine, who)
    return whom, secrets


async def of_the_doctor(doctor: AsyncClient, whom: PersonId) -> list[dict[str, Any]]:
    """Two parts, and a third one on the page."""
    of = f"/v1/people/{whom}/health"
    await doctor.post(f"{of}/findings", json={"text": FINDING})
    made = [(await doctor.post(f"{of}/parts")).json() for _ in range(2)]
    assert made[0]["code"] != made[1]["code"]
    listed = (await doctor.get(f"{of}/parts")).json()["parts"]
    assert [one["number"] for one in listed] == [made[1]["number"], made[0]["number"]]
    assert "code" not in listed[0]
    assert FINDING in words((await doctor.get(f"{of}/parts/{made[1]['id']}/pdf")).content)
    page = (await doctor.post(f"/people/{whom}/health/parts")).text
    assert 'data-testid="part-code"' in page
    return made


async def of_the_psychologist(psychologist: AsyncClient, whom: PersonId) -> dict[str, Any]:
    of = f"/v1/people/{whom}/psychology"
    ground = {"basis": "consent", "basis_note": "x"}
    screen = {"screen": "phq9", "language": "en", "answers": [3] * 9} | ground
    await psychologist.post(f"{of}/screenings", json=screen)
    await psychologist.post(f"{of}/notes", json={"text": "ishchi-qayd-55"})
    made: dict[str, Any] = (await psychologist.post(f"{of}/parts")).json()
    return made


async def test_the_special_unit_carries_what_only_the_person_opens(app: FastAPI, tmp_path: Path) -> None:
    whom, secrets = await staffed(app)
    of = f"/v1/people/{whom}"
    async with browser(app, secrets[Role.DOCTOR]) as doctor:
        first, made = await of_the_doctor(doctor, whom)
    async with browser(app, secrets[Role.PSYCHOLOGIST]) as psychologist:
        mind = await of_the_psychologist(psychologist, whom)
        assert (await psychologist.get(f"{of}/psychology/parts/{made['id']}/pdf")).status_code == 404
    async with browser(app, secrets[Role.REGISTRAR]) as registrar:
        found = await registrar.get(f"{of}/file")
        copy = (await registrar.post(f"{of}/certificates", json={"purpose": "release"})).json()
        certified = (await registrar.get(f"{of}/certificates/{copy['id']}")).json()["content"]
        printed = (await registrar.get(f"{of}/certificates/{copy['id']}/pdf")).content
        assert (await registrar.get(f"{of}/health/parts/{made['id']}/pdf")).status_code == 403
        assert (await registrar.post(f"{of}/health/parts")).status_code == 403
        tab = (await registrar.get(f"/people/{whom}/handover")).text
    assert FINDING not in found.text + certified + tab
    assert mind["number"] in tab
    sealed = {one["compartment"]: one for one in json.loads(certified)["sealed_parts"]}
    assert mind["number"] in words(printed)
    last = sealed["health"]["number"]
    assert last not in {first["number"], made["number"]}  # the page released a third one
    assert await last_part(app.state.engine) == mind["id"]
    shut = sealed["psychology"]
    clear = rules.opened(b64decode(shut["content"]), number=shut["number"], code=mind["code"])
    assert rules.digest(clear) == shut["digest"] == mind["digest"]
    assert json.loads(clear)["data"][0]["total"] == 27
    assert "ishchi-qayd-55" not in clear
    file = tmp_path / "file.json"
    file.write_text(found.text, "utf-8")
    said = ["--number", mind["number"], "--code", mind["code"].lower()]
    assert CliRunner().invoke(open_part.command, [str(file), *said]).output.strip() == clear
    wrong = CliRunner().invoke(open_part.command, [str(file), *said[:3], made["code"]])
    assert (wrong.exit_code, "does not open" in wrong.output) == (1, True)
    with pytest.raises(rules.CodeWrong):
        rules.opened(b64decode(sealed["health"]["content"]), number=last, code=made["code"])


async def last_part(engine: AsyncEngine) -> int:
    """Of the psychologists, as the audit names it."""
    deeds = select(audit.c.detail["part"].as_integer()).where(audit.c.action == "psychology:write")
    async with engine.begin() as conn:
        return int(list((await conn.execute(deeds.order_by(audit.c.id))).scalars())[-1])


def words(paper: bytes) -> str:
    return " ".join(one.extract_text() for one in PdfReader(io.BytesIO(paper)).pages)
