"""The papers that wait for whoever decided: there until they sign, and nobody else's."""

from pathlib import Path

from fastapi import FastAPI

from signing_hands import MINE, OTHER, Decision, decided


async def test_a_paper_waits_until_who_decided_has_signed(app: FastAPI, tmp_path: Path) -> None:
    one: Decision = await decided(app, tmp_path)
    mark = f'data-testid="paper-conduct_decision-{one.sanction}"'
    assert 'href="/papers"' in (await one.head.get("/tasks")).text
    waiting = (await one.head.get("/papers")).text
    told = (await one.head.get("/v1/papers")).json()["papers"]
    assert [(each["kind"], each["subject_id"], each["address"]) for each in told] == [
        ("conduct_decision", one.sanction, one.path)
    ]
    notices = (await one.head.get("/v1/tasks/notices")).json()
    assert notices["papers"] == 1, "the bar counts it"
    assert mark in waiting
    assert f'href="{one.path}"' in waiting
    assert "Namunayev" in waiting
    assert "Criminal-Executive Code" in waiting, "the law is cited in the reader's language"
    assert mark not in (await one.other.get("/papers")).text, "the other head has decided nothing"
    assert (await one.sign(OTHER, visitor=one.other)).status_code == 303
    assert mark in (await one.head.get("/papers")).text, "another hand is not theirs"
    assert (await one.sign(MINE)).status_code == 303
    assert mark not in (await one.head.get("/papers")).text
    assert (await one.head.get("/v1/tasks/notices")).json() == notices | {"papers": 0}
