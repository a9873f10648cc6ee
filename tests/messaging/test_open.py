"""Open figures: nothing hidden can be computed, from one table or two; young months are silent."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import asyncpg
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from callers import browser, session, user
from core import clock, disclosure
from core.auth import Role
from core.calendar import months_after
from filed.appeals import filed
from files import institution, person, posting, stay
from messaging.open import rules

counts = st.integers(0, 12)


@st.composite
def months(draw: st.DrawFn) -> dict[str, dict[str, dict[str, int]]]:
    """Each region's appeals, divided twice: both divisions have the same sum."""
    made = {}
    for region in draw(
        st.lists(st.sampled_from([str(n) for n in range(1703, 1717)]), min_size=1, unique=True)
    ):
        kind = {name: draw(counts) for name in rules.PARTS["kind"]}
        whole = sum(kind.values())
        late = draw(st.integers(0, whole))
        made[region] = {"kind": kind, "clock": {"on_time": whole - late, "late": late}}
    return made


Cell = tuple[str, str]


def equations(month: dict[str, Any]) -> list[dict[Cell, int]]:
    """What everybody knows to be true of the numbers: sums of children less their parents."""
    of = [{(region, "received"): 1 for region in month} | {("", "received"): -1}]
    for region, parts in month.items():
        of += [
            dict.fromkeys(((region, name) for name in line), 1) | {(region, "received"): -1}
            for line in parts.values()
        ]
    return of


def computed(shown: dict[Cell, int | None], known: list[dict[Cell, int]]) -> set[Cell]:
    """Hidden cells that the equations determine: rows of the reduced system with one unknown left."""
    gone = sorted(cell for cell, count in shown.items() if count is None)
    rows = [[Fraction(one.get(cell, 0)) for cell in gone] for one in known]
    top = 0
    for column in range(len(gone)):
        pivot = next((n for n in range(top, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[top], rows[pivot] = rows[pivot], rows[top]
        rows[top] = [value / rows[top][column] for value in rows[top]]
        for n in range(len(rows)):
            if n != top and rows[n][column]:
                rows[n] = [a - rows[n][column] * b for a, b in zip(rows[n], rows[top], strict=True)]
        top += 1
    return {gone[row.index(1)] for row in rows if sum(map(bool, row)) == 1}


@settings(max_examples=60)
@given(months())
def test_no_hidden_cell_is_computed_from_one_table_or_from_two(month: dict[str, Any]) -> None:
    """By kind and by clock are two tables of the same people: their equations are taken together."""
    shown = rules.protected(month)
    assert not computed(shown, equations(month))
    assert all(count is None or count >= disclosure.LEAST for count in shown.values())


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from("abcdef"), counts, min_size=2))
def test_what_is_hidden_together_is_not_next_to_nothing(line: dict[str, int]) -> None:
    out = disclosure.hidden(line)
    assert {name for name, count in line.items() if count < disclosure.LEAST} <= out
    if out and sum(line.values()) >= disclosure.LEAST:
        assert len(out) > 1
        assert sum(line[name] for name in out) >= disclosure.LEAST


def test_the_solver_finds_what_is_not_hidden_well() -> None:
    month = {"1703": {"kind": {"ariza": 9, "shikoyat": 2, "taklif": 9}, "clock": {"on_time": 15, "late": 5}}}
    poor: dict[Cell, int | None] = {("", "received"): 20, ("1703", "received"): 20}
    poor |= {("1703", "ariza"): 9, ("1703", "shikoyat"): None, ("1703", "taklif"): 9}
    poor |= {("1703", "on_time"): 15, ("1703", "late"): 5}
    assert computed(poor, equations(month)) == {("1703", "shikoyat")}


@given(st.integers(0, 500), st.binary(min_size=1, max_size=8))
def test_rounding_is_near_and_always_the_same(count: int, key: bytes) -> None:
    found = disclosure.rounded(count, key, cell="1703/ariza")
    assert found % disclosure.BASE == 0
    assert abs(found - count) < disclosure.BASE
    assert found == disclosure.rounded(count, key, cell="1703/ariza")


def test_rounding_is_right_on_average() -> None:
    drawn = [disclosure.rounded(7, bytes([n]), cell="x") for n in range(250)]
    assert 6.7 < sum(drawn) / len(drawn) < 7.3


def test_a_month_is_told_when_nothing_of_it_changes() -> None:
    assert rules.last_settled(date(2026, 11, 27)) == date(2026, 6, 1)
    assert rules.is_settled(date(2026, 6, 1), date(2026, 11, 1))
    assert not rules.is_settled(date(2026, 6, 1), date(2026, 10, 31))


async def test_everybody_reads_old_months_and_nobody_young_ones(
    app: FastAPI, conn: asyncpg.Connection
) -> None:
    engine = app.state.engine
    whom, here = await person(engine), await institution(engine)
    await stay(engine, whom, here)
    for _ in range(7):
        await filed(engine, whom)
    old = rules.last_settled(clock.today())
    await conn.execute("set session_replication_role = replica")  # appeals of half a year ago
    await conn.execute("update appeals set received_at = $1", clock.local_day(old)[0] + timedelta(days=3))
    await conn.execute(
        "update appeal_standings set due_at = $1", clock.local_day(old)[0] + timedelta(days=18)
    )
    async with browser(app) as visitor:
        catalogue = (await visitor.get("/v1/open")).json()
        links = [one["dcat:downloadURL"]["@id"] for one in catalogue["dcat:dataset"][0]["dcat:distribution"]]
        assert any(link.endswith(f"{old:%Y-%m}.csv") for link in links)
        path = f"/v1/open/appeals_monthly/{old:%Y-%m}"
        country, region = (await visitor.get(path)).json()["rows"]
        assert (country["soato4"], region["soato4"], region["received"] in {6, 9}) == ("", "1726", True)
        assert [region[name] for name in ("ariza", "shikoyat", "taklif")] == [None, None, None]
        assert country["received"] in {6, 9}
        table = (await visitor.get(f"{path}.csv")).text.splitlines()
        names = [
            field["name"] for field in (await visitor.get("/v1/open/appeals_monthly/schema")).json()["fields"]
        ]
        assert table[0].split(",") == names
        young = months_after(old, 1)
        assert (await visitor.get(f"/v1/open/appeals_monthly/{young:%Y-%m}")).status_code == 404
    head = await user(engine, "head", role=Role.UNIT_HEAD)
    await posting(engine, head, here)
    async with browser(app, await session(engine, head)) as visitor:
        [card] = (await visitor.get("/v1/scorecards")).json()["cards"]
    assert (card["institution_id"], card["received"], card["overdue"], card["on_time"]) == (here, 7, 7, 0)
