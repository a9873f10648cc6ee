"""Sentences in the database and over HTTP: facts only added, decisions kept, older law asked again."""

from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from callers import browser, session, user
from core import clock, db, statutes
from core.auth import Role
from core.model import PersonId
from core.tables import audit
from courts import judged
from filed.sentences import fact
from files import institution, person, posting, stay
from inmates.sentences import service
from inmates.sentences.model import Category, Reading, Term
from inmates.sentences.tables import sentence_facts

JUDGMENT = {
    "kind": "judgment",
    "court": "Namuna sudi",
    "act_number": "1-77/2024",
    "act_on": "2024-03-01",
    "articles": [{"number": "169/3", "category": "serious"}],
    "punishment": "deprivation",
    "starts_on": "2024-03-12",
    "term": {"years": 10},
}


async def desk(app: FastAPI) -> tuple[PersonId, AsyncClient]:
    """A registrar and somebody who stays in the same institution."""
    engine = app.state.engine
    here, whom = await institution(engine), await person(engine, "Namunayev")
    await stay(engine, whom, here)
    who = await user(engine, "registrar", role=Role.REGISTRAR)
    await posting(engine, who, here)
    return whom, browser(app, await session(engine, who))


async def add(visitor: AsyncClient, whom: PersonId, said: dict[str, Any], **more: Any) -> Any:
    answer = await visitor.post(f"/v1/people/{whom}/sentence/facts", json={"fact": said, **more})
    return answer.json()["id"] if answer.status_code == 201 else answer.json()["type"]


async def test_facts_are_added_computed_and_corrected(app: FastAPI) -> None:
    whom, visitor = await desk(app)
    path = f"/v1/people/{whom}/sentence"
    async with visitor:
        empty = (await visitor.get(path)).json()
        assert (empty["figures"]["sentences"], empty["facts"]) == ([], [])
        first = await add(visitor, whom, JUDGMENT)
        held = {"kind": "held", "holding": "remand", "since": "2024-02-11", "until": "2024-03-11"}
        assert await add(visitor, whom, held) > first
        one = (await visitor.get(path, headers={"accept-language": "en"})).json()["figures"]["sentences"][0]
        assert (one["ends_on"], one["credit_days"]) == ("2034-02-09", 30)
        assert [line["article"] for line in one["lines"] if line["code"] == "credit_remand"] == ["JK 62"]
        shorter = {**JUDGMENT, "term": {"years": 5}}
        assert await add(visitor, whom, shorter, replaces=first) > first
        assert await add(visitor, whom, shorter, replaces=first) == "/problems/fact_replaced"
        assert await add(visitor, whom, shorter, replaces=999_999) == "/problems/fact_unknown"
        assert (await visitor.get(path)).json()["figures"]["sentences"][0]["ends_on"] == "2029-02-09"


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({**JUDGMENT, "articles": []}, "articles_missing"),
        ({**JUDGMENT, "term": {}}, "term_missing"),
        ({**JUDGMENT, "punishment": "life"}, "term_missing"),
        ({**JUDGMENT, "committed_on": "2025-01-01"}, "period_reversed"),
        (
            {"kind": "held", "holding": "remand", "since": "2024-02-11", "until": "2024-02-10"},
            "period_reversed",
        ),
        ({"kind": "reduction", "act_number": "1", "act_on": "2024-02-11"}, "share_wrong"),
        ({"kind": "reduction", "act_number": "1", "act_on": "2024-02-11", "share": "1/0"}, "share_wrong"),
        ({"kind": "annulment", "reason": "x"}, "fact_unknown"),
        ({"kind": "reading", "read_on": "2024-02-11", "title": "a\x00b"}, "invalid"),
    ],
)
async def test_what_contradicts_itself_is_refused(app: FastAPI, said: dict[str, Any], problem: str) -> None:
    whom, visitor = await desk(app)
    async with visitor:
        assert await add(visitor, whom, said) == f"/problems/{problem}"
    async with app.state.engine.begin() as conn:
        assert not (await conn.execute(select(sentence_facts))).all()


async def test_sentences_side_by_side_are_kept_and_not_computed(app: FastAPI) -> None:
    whom, visitor = await desk(app)
    async with visitor:
        one, two = [await add(visitor, whom, {**JUDGMENT, "act_number": n}) for n in ("1", "2")]
        figures = (await visitor.get(f"/v1/people/{whom}/sentence")).json()["figures"]
        assert (figures["refusal"], figures["on"]) == ("sentences_unmerged", None)
        page = await visitor.get(f"/people/{whom}/sentence", headers={"accept": "text/html"})
        assert 'data-testid="refusal"' in page.text
        kept = await visitor.post(
            f"/v1/people/{whom}/sentence/computations", json={"purpose": "release", "reference": "1"}
        )
        assert kept.json()["type"] == "/problems/sentences_unmerged"
        merging = JUDGMENT | {"kind": "merging", "ground": "crimes", "method": "absorption"}
        merging = {k: v for k, v in merging.items() if k not in {"articles", "punishment", "term"}}
        merging["parts"] = [{"sentence": one}, {"sentence": two}]
        preview = await visitor.post(f"/v1/people/{whom}/sentence/preview", json={"fact": merging})
        assert preview.json()["differences"]["ends_on"] == {"then": None, "now": "2034-03-11"}
        assert len((await visitor.get(f"/v1/people/{whom}/sentence")).json()["facts"]) == 2
        await add(visitor, whom, merging)
        again = (await visitor.get(f"/v1/people/{whom}/sentence")).json()["figures"]["sentences"]
        assert [found["ends_on"] for found in again] == ["2034-03-11"]


async def test_a_decision_keeps_what_it_used_and_a_difference_is_shown(app: FastAPI) -> None:
    whom, visitor = await desk(app)
    path = f"/v1/people/{whom}/sentence"
    async with visitor:
        await add(visitor, whom, JUDGMENT)
        for number in ("1", "2"):
            asked = {"purpose": "early_release", "reference": number}
            assert (await visitor.post(f"{path}/computations", json=asked)).status_code == 201
        first = (await visitor.get(f"{path}/computations", params={"most": 1})).json()
        assert [one["reference"] for one in first["computations"]] == ["2"]
        rest = (await visitor.get(f"{path}/computations", params={"after": first["after"]})).json()
        assert ([one["reference"] for one in rest["computations"]], rest["after"]) == (["1"], None)
        assert (rest["computations"][0]["differences"], rest["computations"][0]["repeats"]) == ({}, True)
        await add(visitor, whom, {"kind": "reading", "read_on": "2026-03-01", "title": "Oʻtkan kunlar"})
        later = (await visitor.get(f"{path}/computations")).json()["computations"][0]
        assert later["differences"]["ends_on"] == {"then": "2034-03-11", "now": "2034-03-08"}
        assert later["figures"]["ends_on"] == "2034-03-11"
        assert later["repeats"]
        shown = await visitor.get(f"/people/{whom}/sentence", headers={"accept-language": "en"})
        assert "Today it would be different" in shown.text


async def test_the_reconciliation_lists_every_difference(app: FastAPI) -> None:
    whom, visitor = await desk(app)
    engine: AsyncEngine = app.state.engine
    async with visitor:
        await add(visitor, whom, JUDGMENT)
        asked = {"purpose": "release", "reference": "1"}
        await visitor.post(f"/v1/people/{whom}/sentence/computations", json=asked)
    async with db.transaction(engine) as conn:
        assert await service.reconcile(conn, on=clock.today(), most=1) == []
    await fact(engine, whom, Reading(clock.today(), "book"))
    async with db.transaction(engine) as conn:
        found = await service.reconcile(conn, on=clock.today(), most=1)
        assert await service.remind(conn, now=clock.now()) == 1
        assert await service.remind(conn, now=clock.now()) == 0
    assert [(one.stored.person_id, one.repeats) for one in found] == [(whom, True)]
    assert set(found[0].differences) == {
        "ends_on",
        "released_on",
        "whole_days",
        "early_release",
        "mitigation",
    }


async def test_the_law_of_another_day_and_a_kept_rule_set_give_the_older_result(app: FastAPI) -> None:
    whom, visitor = await desk(app)
    engine = app.state.engine
    said = judged("2022-12-11", Term(6), category=Category.SERIOUS, committed="2024-01-01")
    await fact(engine, whom, said)
    old = statutes.load("sentences").on(date(2022, 6, 1))
    async with db.transaction(engine) as conn:
        await service.rule_sets.keep(conn, old)
    path = f"/v1/people/{whom}/sentence"
    async with visitor:
        for asked, day in (
            ({}, "2026-12-12"),
            ({"rules": "2022-06-01"}, "2025-12-11"),
            ({"digest": old.digest}, "2025-12-11"),
        ):
            found = (await visitor.get(path, params=asked)).json()["figures"]["sentences"][0]
            assert found["early_release_on"] == day
        assert (await visitor.get(path, params={"digest": "0" * 64})).status_code == 404
        assert (await visitor.get(path, params={"rules": "1900-01-01"})).status_code == 422


async def test_a_fact_cannot_be_changed_and_each_deed_is_recorded(app: FastAPI) -> None:
    whom, visitor = await desk(app)
    async with visitor:
        made = await add(visitor, whom, JUDGMENT)
        await visitor.get(f"/v1/people/{whom}/sentence")
    for deed in ("update sentence_facts set body = '{}'", "delete from sentence_facts"):
        with pytest.raises(DBAPIError):
            async with app.state.engine.begin() as conn:
                await conn.execute(text(deed))
    async with app.state.engine.begin() as conn:
        rows = (await conn.execute(select(audit.c.action, audit.c.detail).order_by(audit.c.id))).all()
    assert [row.action for row in rows] == ["sentence:write", "sentence:read"]
    assert rows[0].detail == {"fact": made, "kind": "judgment", "replaces": None}


async def test_the_forms_write_what_the_api_writes(app: FastAPI) -> None:
    whom, visitor = await desk(app)
    form = {
        "kind": "judgment",
        "court": "Namuna sudi",
        "act_number": "1-77/2024",
        "act_on": "2024-03-01",
        "articles.0.number": "169/3",
        "articles.0.category": "serious",
        "articles.1.number": "",
        "articles.1.category": "",
        "punishment": "deprivation",
        "starts_on": "2024-03-12",
        "term.years": "10",
        "term.months": "",
        "replaces": "",
    }
    async with visitor:
        answer = await visitor.post(f"/people/{whom}/sentence/facts", data=form)
        assert answer.status_code == 303
        body = (await visitor.get(f"/v1/people/{whom}/sentence")).json()["facts"][0]["body"]
        expected = {name: said for name, said in JUDGMENT.items() if name not in {"kind", "term"}}
        more = {"term": {"years": 10, "months": 0, "days": 0}, "committed_on": None, "past": "first"}
        assert body == expected | more
        page = (await visitor.get(f"/people/{whom}/sentence")).text
        assert "11/03/2034" in page
        assert (await visitor.post(f"/people/{whom}/sentence/facts", data={"kind": "x"})).status_code == 422
