"""The whole file: complete but for the compartments, proved by its digest, on paper, as a FHIR Patient."""

import hashlib
import io
import json
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.sections import SECTIONS
from callers import browser, session, user
from core.auth import Role
from core.model import PersonId
from core.tables import audit
from courts import judged
from filed.identity import PASSPORT, identity
from filed.sentences import fact
from files import everything, institution, person, posting, stay
from inmates.handover import fhir
from inmates.handover.model import Identifiers
from inmates.model import Person
from inmates.sentences.model import Term
from patients import complaints


async def desk(app: FastAPI, language: str = "en") -> tuple[PersonId, AsyncClient]:
    engine = app.state.engine
    here, whom = await institution(engine), await person(engine, "Oʻktamov")
    await stay(engine, whom, here)
    await fact(engine, whom, judged("2024-01-01", Term(6)))
    who = await user(engine, "registrar", role=Role.REGISTRAR, language=language)
    await posting(engine, who, here)
    return whom, browser(app, await session(engine, who))


def words(paper: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)


async def test_the_export_holds_every_registered_section_and_is_recorded(app: FastAPI) -> None:
    whom, visitor = await desk(app)
    async with visitor:
        found = (await visitor.get(f"/v1/people/{whom}/file")).json()
    assert list(found["sections"]) == list(SECTIONS)
    assert found["person"]["surname"] == "Oʻktamov"
    assert found["sections"]["sentence"]["data"]["computed"]["figures"]["ends_on"] == "2029-12-31"
    assert found["sections"]["custody"]["entries"][0]["title"].startswith("Namuna muassasasi")
    async with app.state.engine.begin() as conn:
        actions = list((await conn.execute(select(audit.c.action).order_by(audit.c.id))).scalars())
    assert actions == ["person:read", "person:export"]


async def test_a_full_file_can_be_gathered_and_holds_nothing_of_the_compartments(app: FastAPI) -> None:
    engine = app.state.engine
    made = await everything(engine)
    who = await user(engine, "registrar", role=Role.REGISTRAR, language="ru")
    await posting(engine, who, made["institution_id"])
    async with browser(app, await session(engine, who)) as visitor:
        found = (await visitor.get(f"/v1/people/{made['person_id']}/file")).json()
        paper = await visitor.get(f"/v1/people/{made['person_id']}/file/pdf")
    assert {"health", "psychology"}.isdisjoint(found["sections"])
    assert "finding_id" not in json.dumps(found)
    empty = {name for name, section in found["sections"].items() if not section["entries"]}
    assert not empty
    assert "Личное дело" in words(paper.content)


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Personal file"), ("uz-Latn", "Shaxsiy yigʻmajild"), ("uz-Cyrl", "Шахсий йиғмажилд")],
)
async def test_the_paper_says_it_in_the_readers_language(app: FastAPI, language: str, title: str) -> None:
    whom, visitor = await desk(app, language)
    async with visitor:
        answer = await visitor.get(f"/v1/people/{whom}/file/pdf")
    assert answer.headers["content-type"] == "application/pdf"
    said = words(answer.content)
    assert title in said
    assert "Oʻktamov" in said


async def test_a_certified_copy_is_proved_by_number_and_digest(app: FastAPI) -> None:
    whom, visitor = await desk(app)
    path = f"/v1/people/{whom}/certificates"
    async with visitor:
        made = (await visitor.post(path, json={"purpose": "release"})).json()
        await fact(app.state.engine, whom, judged("2030-01-01", Term(1)))
        copy = (await visitor.get(f"{path}/{made['id']}")).json()
        paper = words((await visitor.get(f"{path}/{made['id']}/pdf")).content)
        again = await visitor.get(f"{path}/{made['id']}/pdf")
        assert again.content == (await visitor.get(f"{path}/{made['id']}/pdf")).content
        assert [one["number"] for one in (await visitor.get(path)).json()["certificates"]] == [made["number"]]
        page = await visitor.get(f"/people/{whom}/handover")
        assert made["number"] in page.text
    assert hashlib.sha256(copy["content"].encode()).hexdigest() == made["digest"] == copy["digest"]
    assert len(json.loads(copy["content"])["sections"]["sentence"]["data"]["facts"]) == 1
    assert made["number"] in paper
    assert made["digest"] in paper.replace("\n", "")
    async with browser(app) as stranger:
        proof = {"number": made["number"], "digest": made["digest"]}
        said = (await stranger.get("/v1/certificates", params=proof)).json()
        assert said.keys() == {"number", "certified_on"}
        false = proof | {"digest": "0" * 64}
        assert (await stranger.get("/v1/certificates", params=false)).status_code == 404
        other = proof | {"number": "2026-00000000"}
        assert (await stranger.get("/v1/certificates", params=other)).status_code == 404


async def test_a_certificate_stays_with_its_person_and_as_it_was(app: FastAPI) -> None:
    whom, visitor = await desk(app)
    other = await person(app.state.engine, "Boshqa")
    async with visitor:
        made = (await visitor.post(f"/v1/people/{whom}/certificates", json={"purpose": "request"})).json()
        answer = await visitor.get(f"/v1/people/{other}/certificates/{made['id']}")
        assert answer.status_code == 404
    for deed in ("update file_certificates set content = ''", "delete from file_certificates"):
        with pytest.raises(DBAPIError):
            async with app.state.engine.begin() as conn:
                await conn.execute(text(deed))
    forged = text(
        "insert into file_certificates (person_id, number, purpose, content, digest, made_by)"
        " select person_id, 'x', purpose, content || ' ', digest, made_by from file_certificates"
    )
    with pytest.raises(DBAPIError):
        async with app.state.engine.begin() as conn:
            await conn.execute(forged)


async def test_health_care_gets_a_patient_and_nothing_of_the_sentence(app: FastAPI) -> None:
    whom, visitor = await desk(app)
    async with visitor:
        answer = await visitor.get(f"/fhir/Patient/{whom}")
    assert answer.headers["content-type"].startswith("application/fhir+json")
    found = answer.json()
    assert complaints(found) == []
    assert found["id"] == str(whom)
    assert found["name"] == [
        {"use": "usual", "text": "Oʻktamov Namuna", "family": "Oʻktamov", "given": ["Namuna"]}
    ]
    assert [one["type"]["coding"][0]["code"] for one in found["identifier"]] == ["PCN"]
    assert "2029" not in answer.text


async def test_health_care_gets_the_documents_that_were_entered(app: FastAPI) -> None:
    whom, visitor = await desk(app)
    await identity(app.state.engine, app.state.keys, whom, PASSPORT)
    async with visitor:
        found = (await visitor.get(f"/fhir/Patient/{whom}")).json()
    assert complaints(found) == []
    told = {one["type"]["coding"][0]["code"]: one["value"] for one in found["identifier"]}
    assert told.keys() == {"NI", "PPN", "PCN"}
    assert (told["NI"], told["PPN"]) == (PASSPORT.pinfl, "AA1234567")
    assert found["name"][0]["suffix"] == ["Namuna oʻgʻli"]


@pytest.mark.parametrize("patronymic", ["", "Anvarovich"])
@pytest.mark.parametrize("surname", ["", "Namunayev"])
def test_every_identifier_has_its_system_and_nothing_is_empty(surname: str, patronymic: str) -> None:
    one = Person(PersonId(7), "T-7", surname, "Namuna", patronymic, "f", judged("1990-05-01", Term(1)).act_on)
    known = Identifiers("49999999999999", "AA1234567", "D1234567", "I-МЯ №123456", "УИН123456789012")
    found = fhir.patient(one, known)
    assert complaints(found) == []
    systems = {
        one["type"]["coding"][0]["code"]: one["system"].rsplit("uz/", 1)[1] for one in found["identifier"]
    }
    assert systems == {"NI": "ni", "PPN": "ppn/local", "DP": "ppn/dp", "BCT": "bct", "PCN": "pcn"}


def test_what_is_no_patient_is_complained_about() -> None:
    wrong: dict[str, Any] = {"resourceType": "Patient", "gender": "m", "birthDate": "01.05.1990", "name": []}
    assert len(complaints(wrong)) == 5
