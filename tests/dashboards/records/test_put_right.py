"""What was entered is put right on its tab, and what an act changes begins a new version there."""

import re

from fastapi import FastAPI
from httpx import AsyncClient

import files
from asked.supervision import FORMS
from callers import browser, session, user
from core.auth import Role
from core.model import PersonId
from filed import custody, entitlements
from under_order import case


async def registrar(app: FastAPI) -> tuple[AsyncClient, PersonId, dict[str, int]]:
    """A browser at work, somebody who stays there, and their episode."""
    engine = app.state.engine
    house, whom = await files.institution(engine), await files.person(engine)
    who = await user(engine, "registrar", role=Role.REGISTRAR)
    await files.posting(engine, who, house)
    made = await custody.episode(engine, whom, house, by=who)
    return browser(app, await session(engine, who)), whom, made


async def test_an_act_changes_an_obligation(app: FastAPI) -> None:
    one = await case(app)
    duty = {"kind": "contacts", "words": "no calls", "act_number": "1-1"}
    first = await one.done(f"/v1/orders/{one.order}/obligations", **duty)
    tab = f"/people/{one.person}/supervision"
    revise = f"{tab}/obligations/{first}/revisions"
    assert f'action="{revise}"' in (await one.visitor.get(tab)).text
    changed = duty | {"words": "calls to the mother only", "act_number": "2-2"}
    assert (await one.visitor.post(revise, data=changed)).status_code == 303
    [told] = (await one.file())["orders"][0]["obligations"]
    assert (told["now"]["version"], told["now"]["duty"]["words"]) == (2, "calls to the mother only")
    page = (await one.visitor.get(tab)).text
    assert "no calls" in page, "the version before stays"
    assert (await one.visitor.post(revise, data=changed)).status_code == 409, "it is over"


async def test_a_draft_gets_the_number_that_it_lacked_and_binds(app: FastAPI) -> None:
    one = await case(app)
    tab = f"/people/{one.person}/supervision"
    said = FORMS["/people/{person_id}/supervision/drafts"] | {"act_number": ""}
    assert (await one.visitor.post(f"{tab}/drafts", data=said)).status_code == 303
    page = (await one.visitor.get(tab)).text
    [draft] = re.findall(r'data-testid="edit-draft-(\d+)"', page)
    assert 'value="2026-11-21T09:00"' in page, "the form holds what was written down"
    assert (await one.visitor.post(f"{tab}/drafts/{draft}/activation")).status_code == 409
    edit, filled = f"{tab}/drafts/{draft}/edit", said | {"act_number": "7-7", "version": "1"}
    assert (await one.visitor.post(edit, data=filled)).status_code == 303
    assert (await one.visitor.post(edit, data=filled)).status_code == 412, "somebody was first"
    assert (await one.visitor.post(f"{tab}/drafts/{draft}/activation")).status_code == 303
    assert "7-7" in (await one.visitor.get(tab)).text


async def test_a_movement_is_put_right_and_taken_back(app: FastAPI) -> None:
    visitor, whom, made = await registrar(app)
    tab = f"/people/{whom}/custody"
    async with visitor:
        trip = {"kind": "court", "at": "2026-03-01T10:00", "destination": "Namuna sudi"}
        await visitor.post(f"{tab}/movements/{made['episode_id']}", data=trip)
        found = re.findall(r'data-testid="correct-(\d+)"', (await visitor.get(tab)).text)
        assert len(found) == 2
        wrong = max(map(int, found))
        right = trip | {"kind": "hospital", "destination": "Namuna shifoxonasi"}
        put = await visitor.post(f"{tab}/movements/{wrong}/correction", data=right, headers={"x-form": "1"})
        assert (put.status_code, put.headers["location"]) == (204, tab)
        page = (await visitor.get(tab)).text
        assert "custody-in_hospital" in page
        assert f"correct-{wrong}" not in page
        last = max(map(int, re.findall(r'data-testid="withdraw-(\d+)"', page)))
        assert (await visitor.post(f"{tab}/movements/{last}/withdrawal")).status_code == 303
        assert "custody-present" in (await visitor.get(tab)).text


async def test_the_admission_keeps_its_institution_when_its_hour_is_put_right(app: FastAPI) -> None:
    visitor, whom, made = await registrar(app)
    tab = f"/people/{whom}/custody"
    async with visitor:
        said = {"kind": "admission", "at": "2026-02-01T10:00", "institution": "", "regime": ""}
        put = await visitor.post(f"{tab}/movements/{made['movement_id']}/correction", data=said)
        assert put.status_code == 303
        stays = (await visitor.get(f"/v1/people/{whom}/custody")).json()["stays"]
    assert [stay["begins_at"][:16] for stay in stays] == ["2026-02-01T05:00"]


async def test_marks_and_children_are_noted_and_taken_back(app: FastAPI) -> None:
    visitor, whom, _ = await registrar(app)
    tab = f"/people/{whom}/custody"
    async with visitor:
        for holds in ("true", "false"):
            mark = {"kind": "foreigner", "ground": f"letter {holds}", "holds": holds}
            assert (await visitor.post(f"{tab}/marks", data=mark)).status_code == 303
        [told] = (await visitor.get(f"/v1{tab}")).json()["marks"]
        assert (told["holds"], told["ground"]) == (False, "letter false")
        assert (await visitor.post(f"{tab}/children", data={"born_on": "2020-02-29"})).status_code == 303
        [child] = (await visitor.get(f"/v1{tab}")).json()["children"]
        assert f"remove-child-{child['id']}" in (await visitor.get(tab)).text
        assert (await visitor.post(f"{tab}/children/{child['id']}/withdrawal")).status_code == 303
        assert not (await visitor.get(f"/v1{tab}")).json()["children"]


async def test_contacts_uses_and_grants_end_with_a_reason(app: FastAPI) -> None:
    visitor, whom, _ = await registrar(app)
    engine, tab = app.state.engine, f"/people/{whom}/entitlements"
    contact, use = await entitlements.contact(engine, whom), await entitlements.use(engine, whom)
    async with visitor:
        more = {"thing": "parcel", "year": "2026", "count": "2", "ground": "order 7"}
        assert (await visitor.post(f"{tab}/grants", data=more)).status_code == 303
        [grant] = (await visitor.get(f"/v1{tab}?year=2026")).json()["grants"]
        assert grant["count"] == 2
        ends = (f"uses/{use}/withdrawal", f"contacts/{contact}/ending", f"grants/{grant['id']}/withdrawal")
        for end in ends:
            assert f'action="{tab}/{end}"' in (await visitor.get(f"{tab}?year=2026")).text
            assert (await visitor.post(f"{tab}/{end}")).status_code == 422, "without a reason"
            assert (await visitor.post(f"{tab}/{end}", data={"reason": "typed twice"})).status_code == 303
            assert (await visitor.post(f"{tab}/{end}", data={"reason": "again"})).status_code == 409
            assert f'action="{tab}/{end}"' not in (await visitor.get(f"{tab}?year=2026")).text
