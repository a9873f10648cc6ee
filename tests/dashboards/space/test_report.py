"""The yearly report: stock and flow by measure, exact for the service, with small cells hidden for all."""

import csv
from datetime import UTC, date, datetime
from io import StringIO

from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import Range

import files
from callers import browser, session, user
from core import statutes
from core.auth import Role
from core.disclosure import LEAST, computed
from dashboards.space import rules
from dashboards.space.model import ALL, End, Group, Table
from inmates.model import OrderKind
from inmates.supervision.tables import order_releases
from inmates.tables import orders

LAW = statutes.load("space").on(date(2025, 12, 31))
groups = st.builds(
    Group,
    table=st.just(Table.EXITS),
    measure=st.sampled_from(list(OrderKind)[:4]),
    sex=st.sampled_from("mf"),
    age=st.integers(0, 7),
    is_monitored=st.booleans(),
    end=st.sampled_from(End),
    count=st.integers(0, 30),
)


@settings(max_examples=8)
@given(st.lists(groups, min_size=1, max_size=12))
def test_rows_and_columns_sum_and_nothing_hidden_is_computed(some: list[Group]) -> None:
    found = rules.report(2025, some, LAW)
    lines = rules.lines(Table.EXITS, found.ages)
    for line in lines:
        assert found.counts[line.whole] == sum(found.counts[cell] or 0 for cell in line.parts)  # type: ignore[index]
    shown = rules.published(found)
    gone = {cell for cell, count in shown.counts.items() if count is None and cell[0] is Table.EXITS}
    assert not computed(gone, lines)
    assert all(count is None or count >= LEAST for count in shown.counts.values())


def test_the_reference_day_and_the_ages_are_the_questionnaires() -> None:
    assert rules.stock_on(2025, LAW) == date(2026, 1, 31)
    assert rules.stock_on(2016, statutes.load("space").on(date(2016, 12, 31))) == date(2016, 12, 31)
    assert not rules.is_over(2025, LAW, today=date(2026, 1, 31))
    assert rules.is_over(2025, LAW, today=date(2026, 2, 1))
    assert rules.ages(rules.bounds(LAW))[:2] == ("age_under_18", "age_18_20")


def at(year: int, month: int = 6) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)


async def supervised(
    app: FastAPI, kind: str, during: tuple[datetime, datetime], *, sex: str = "m", ground: str | None = None
) -> int:
    engine = app.state.engine
    whom = await files.person(engine, sex=sex, born_on=date(1990, 5, 1))
    act = {"court": "N", "act_number": "1", "act_on": during[0].date()}
    made = await files.row(engine, orders, person_id=whom, kind=kind, during=Range(*during), **act)
    if ground:
        by = await user(engine, f"by-{made}")
        said = {"released_at": during[1], "act_number": "2", "ground": ground, "made_by": by}
        await files.row(engine, order_releases, order_id=made, **said)
    return int(whom)


async def test_a_year_is_counted_as_the_records_say(app: FastAPI) -> None:
    engine = app.state.engine
    for _ in range(7):
        await supervised(app, "house_arrest", (at(2025), at(2027)))
    woman = await supervised(app, "conditional_release", (at(2024), at(2027)), sex="f")
    await supervised(app, "community_service", (at(2024), at(2025)), ground="court")
    await supervised(app, "community_service", (at(2024), at(2025)))
    await files.order(engine, woman)  # type: ignore[arg-type]  # house arrest from 2026 on: the last that began
    root = await session(engine, await user(engine, "root", role=Role.ADMINISTRATOR))
    async with browser(app, root) as visitor:
        assert (await visitor.get("/figures/space")).status_code == 200
        exact = list(csv.DictReader(StringIO((await visitor.get("/figures/space/exact.csv?year=2025")).text)))
        shown = list(csv.DictReader(StringIO((await visitor.get("/figures/space/open.csv?year=2025")).text)))
        assert (await visitor.get("/figures/space/exact.csv?year=2026")).status_code == 404
    rows = {(row["table"], row["measure"]): row for row in exact}
    assert rows["stock", ALL][ALL] == "8"
    assert (rows["stock", "house_arrest"]["m"], rows["stock", "house_arrest"]["f"]) == ("7", "1")
    assert rows["entries", ALL][ALL] == rows["entries", "house_arrest"]["age_30_39"] == "7"
    ended = rows["exits", "community_service"]
    assert (ended[ALL], ended["court"], ended["expired"], ended["nationality"]) == ("2", "1", "1", "NA")
    assert rows["stock", ALL]["court"] == ""
    hidden = {(row["table"], row["measure"]): row for row in shown}
    assert hidden["exits", "community_service"][ALL] == "c"
    assert hidden["stock", ALL][ALL] == "8"
    officer = await session(engine, await user(engine, "officer"))
    async with browser(app, officer) as visitor:
        assert (await visitor.get("/figures/space")).status_code == 403
