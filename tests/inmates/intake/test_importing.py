"""Files of any mixture: what is good is stored, what is bad is named, and a kill changes nothing."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

import files
import given as sheets
from core import db
from core.auth import Role
from core.tables import audit
from inmates.custody.tables import admissions, episodes, movements
from inmates.employment.tables import writs
from inmates.identity import rules
from inmates.identity import service as identity
from inmates.identity.model import Identity
from inmates.identity.tables import identities
from inmates.intake import service, store
from inmates.intake.model import Kind
from inmates.intake.service import working
from inmates.store import houses
from inmates.tables import persons, stays

GOOD = ("Aliyev", "Vali", "Anvar oʻgʻli", "m", "1990-05-01", "")


def pinfl(serial: int, born: str = "010590", sex: str = "3") -> str:
    digits = f"{sex}{born}999{serial:03}"
    return f"{digits}{rules.check_digit(digits)}"


MIXED = [
    ("T-1", "Ғаниев", "Ўктам", "", "эркак", "01.05.1990", pinfl(1), ""),
    ("T-2", "Aliyev", "Vali", "", "m", "1990-02-30", "", ""),
    ("T-3", "Aliyev", "Vali", "", "x", "1990-02-03", "39902309990011", ""),
    ("T-1", "Boshqa", "Odam", "", "m", "1980-01-01", "", ""),
    ("T-5", "G'aniyev", "O`ktam", "", "m", "1990-05-01", "", ""),
    ("T-6", "G'aniyev", "O`ktam", "", "m", "1990-05-01", "", "ha"),
    ("T-7", "Yangi", "Kishi", "", "f", "1990-05-01", pinfl(1), ""),
    ("", "=cmd()", "Kishi", "", "f", "1990-05-01", "", ""),
]
BECAME = {
    2: ("stored", []),
    3: ("wrong", [("born_on", "not_a_date")]),
    4: ("wrong", [("sex", "unknown_value"), ("pinfl", "pinfl_wrong")]),
    5: ("wrong", [("number", "number_taken")]),
    6: ("held", [("surname", "same_name_and_birth")]),
    7: ("stored", [("surname", "same_name_and_birth")]),
    8: ("held", [("pinfl", "same_pinfl")]),
    9: ("wrong", [("surname", "formula")]),
}


async def test_people_are_stored_and_what_is_wrong_is_named(engine: AsyncEngine, tmp_path: Path) -> None:
    where = await files.institution(engine)
    who, keys = await sheets.office(engine, where), sheets.keys_in(tmp_path)
    made = await sheets.imported(engine, keys, who, Kind.PEOPLE, sheets.sheet(sheets.PEOPLE, MIXED))
    assert await sheets.outcomes(engine, made) == BECAME
    assert (made.counts.stored, made.counts.held, made.counts.wrong) == (2, 2, 4)
    async with engine.begin() as conn:
        numbers = (await conn.execute(select(persons.c.number).order_by(persons.c.id))).scalars()
        assert list(numbers) == ["T-1", "T-6"]
        _, kept = await service.rejected(conn, keys, who, ident=made.id)
        left = {row: line[0] for row, line in enumerate(MIXED, 2) if BECAME[row][0] != "stored"}
        assert {one.row: cells[0] for one, cells in kept} == left
        shown = (await conn.execute(text("select content from import_chunks"))).scalar_one()
        assert b"Aliyev" not in shown
        deeds = (await conn.execute(select(audit.c.action).order_by(audit.c.id))).scalars()
        given, read = ["person:import"], ["person:import", "person:import"]
        assert list(deeds) == [*given, "person:write", "person:write", *read]


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["good", "number", "born", "twice", "same pinfl", "named alike", "no name"]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=9,
)


def lines(drawn: list[tuple[str, int]], run: int) -> tuple[list[tuple[str, ...]], list[str]]:
    """The rows, and what has to become of each; people of another run are others."""
    rows: list[tuple[str, ...]] = []
    expected: list[str] = []
    for place, (what, other) in enumerate(drawn):
        born = date(1950, 1, 1) + timedelta(days=10 * run + place)
        code = pinfl(place, f"{born:%d%m%y}")
        row = [f"H{run}-{place}", f"Namunayev{chr(97 + place)}x", "Vali", "", "m", born.isoformat(), code, ""]
        earlier = [i for i, state in enumerate(expected) if state == "stored"]
        target = earlier[other % len(earlier)] if earlier else None
        state = "wrong" if what in {"number", "born", "no name"} else "stored"
        if what == "number":
            row[0] = ""
        if what == "born":
            row[5] = "31.02.1990"
        if what == "no name":
            row[1] = row[2] = ""
        if target is not None and what == "twice":
            row[0], state = rows[target][0], "wrong"
        if target is not None and what == "same pinfl":
            row[6], state = rows[target][6], "held"
        if target is not None and what == "named alike":
            row[1], row[5], row[6], state = rows[target][1].upper(), rows[target][5], "", "held"
        rows.append(tuple(row))
        expected.append(state)
    return rows, expected


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(drawn=ROWS, killed=st.integers(0, 4))
async def test_any_mixture_and_any_kill(
    engine: AsyncEngine, tmp_path: Path, drawn: list[tuple[str, int]], killed: int
) -> None:
    """Stored is what is good, errors name exactly the bad; resumed is as uninterrupted, and as a trial."""
    run = next(files.numbers)
    rows, expected = lines(drawn, run)
    who = await sheets.office(engine, await files.institution(engine))
    keys, data = sheets.keys_in(tmp_path), sheets.sheet(sheets.PEOPLE, rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "CHUNK", 2)
        trial = await sheets.imported(engine, keys, who, Kind.PEOPLE, data, is_trial=True)
        assert await how_many(engine, run) == 0, "a trial stores nothing"
        begun = await sheets.begun(engine, keys, who, Kind.PEOPLE, data)
        await some_chunks(engine, keys, begun, killed)
        done = await working.go(engine, keys, begun.id)
    found = await sheets.outcomes(engine, done)
    assert [state for state, _ in found.values()] == expected
    assert all(notes for state, notes in found.values() if state != "stored")
    assert found == await sheets.outcomes(engine, trial)
    assert await how_many(engine, run) == expected.count("stored") == done.counts.stored
    again = await sheets.imported(engine, keys, who, Kind.PEOPLE, data)
    assert again.id == done.id
    assert await how_many(engine, run) == expected.count("stored"), "the same file again stores nothing"


async def some_chunks(engine: AsyncEngine, keys: object, begun: object, count: int) -> None:
    """As many as there are, up to `count`; then one whose transaction never commits."""
    for number in range(count):
        async with db.transaction(engine) as conn:
            if not await working.step(conn, keys, begun, number=number, seen=working.people.fresh()):  # type: ignore[arg-type]
                return
    async with engine.connect() as conn:
        await working.step(conn, keys, begun, number=count, seen=working.people.fresh())  # type: ignore[arg-type]
        await conn.rollback()


async def how_many(engine: AsyncEngine, run: int) -> int:
    query = select(func.count()).where(persons.c.number.startswith(f"H{run}-"))
    async with engine.begin() as conn:
        return int((await conn.execute(query)).scalar_one())


def admissions_file(mine: str, strange: str) -> bytes:
    act = ("1-10/2026", "Namuna sudi", "2026-01-10", "JK 169")
    earlier = ("7/2024", "Sud", "2024-02-01", "JK 169")
    rows = [
        ("C-0", mine, "2024-03-01 10:00", *earlier, "2025-03-01 09:00"),
        ("C-0", mine, "12.01.2026 14:30", *act, ""),
        ("C-0", mine, "2026-02-01 10:00", *act, ""),
        ("C-1", mine, "2026-01-12", *act, ""),
        ("C-1", mine, "2026-01-09 10:00", *act, ""),
        ("C-1", strange, "2026-01-12 10:00", *act, ""),
        ("C-2", mine, "2026-01-12 10:00", *act, ""),
        ("C-9", "Yoʻq", "2026-01-12 10:00", *act, ""),
        ("C-1", mine, "2199-01-12 10:00", *act, ""),
    ]
    return sheets.sheet(sheets.CUSTODY, rows)


ADMITTED = {
    2: ("stored", []),
    3: ("stored", []),
    4: ("wrong", [("admitted_at", "already_admitted")]),
    5: ("wrong", [("admitted_at", "not_a_moment")]),
    6: ("wrong", [("act_on", "commitment_missing")]),
    7: ("wrong", [("institution", "no_institution")]),
    8: ("wrong", [("number", "nobody_here")]),
    9: ("wrong", [("number", "nobody_here"), ("institution", "no_institution")]),
    10: ("wrong", [("admitted_at", "movement_in_future")]),
}


async def test_commitments_are_admissions(engine: AsyncEngine, tmp_path: Path) -> None:
    where, strange = await files.institution(engine), await files.institution(engine)
    who, keys = await sheets.office(engine, where), sheets.keys_in(tmp_path)
    free, _, far = [await files.person(engine, number=f"C-{n}") for n in range(3)]
    await files.stay(engine, far, strange)
    async with engine.begin() as conn:
        named = await houses(conn)
    data = admissions_file(named[where], named[strange])
    trial = await sheets.imported(engine, keys, who, Kind.CUSTODY, data, is_trial=True)
    made = await sheets.imported(engine, keys, who, Kind.CUSTODY, data)
    assert await sheets.outcomes(engine, trial) == await sheets.outcomes(engine, made) == ADMITTED
    async with engine.begin() as conn:
        held = await conn.execute(select(stays.c.institution_id).where(stays.c.person_id == free))
        assert list(held.scalars()) == [where, where]
        counts = [
            (await conn.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (episodes, movements, admissions)
        ]
    assert counts == [2, 3, 2]


async def test_writs_are_registered_once(engine: AsyncEngine, tmp_path: Path) -> None:
    where, strange = await files.institution(engine), await files.institution(engine)
    who, keys = await sheets.office(engine, where, Role.ACCOUNTANT), sheets.keys_in(tmp_path)
    for number, house in (("W-1", where), ("W-2", strange)):
        await files.stay(engine, await files.person(engine, number=number), house)
    paper = ("Namuna sudi", "2026-01-01", "Namuna fuqaro")
    rows = [
        ("W-1", "1-ij", *paper, "алименты", "", "1/4", "01.01.2026"),
        ("W-1", "1-ij", *paper, "aliment", "", "1/4", "01.01.2026"),
        ("W-1", "2-ij", *paper, "davlat", "1 200 000", "", "2026-01-01"),
        ("W-1", "3-ij", *paper, "davlat", "", "", "2026-01-01"),
        ("W-1", "4-ij", *paper, "davlat", "12,5", "", "2026-01-01"),
        ("W-2", "5-ij", *paper, "davlat", "500", "", "2026-01-01"),
    ]
    made = await sheets.imported(engine, keys, who, Kind.WRITS, sheets.workbook(sheets.WRITS, rows))
    assert await sheets.outcomes(engine, made) == {
        2: ("stored", []),
        3: ("wrong", [("writ", "writ_known")]),
        4: ("stored", []),
        5: ("wrong", [("basis", "unsound_writ")]),
        6: ("wrong", [("total", "not_a_number")]),
        7: ("wrong", [("number", "nobody_here")]),
    }
    async with engine.begin() as conn:
        assert list((await conn.execute(select(writs.c.number))).scalars()) == ["1-ij", "2-ij"]


async def test_a_row_of_an_import_is_as_one_entered_by_hand(engine: AsyncEngine, tmp_path: Path) -> None:
    where = await files.institution(engine)
    who, keys = await sheets.office(engine, where), sheets.keys_in(tmp_path)
    row = ("A-1", *GOOD[:5], pinfl(4), "")
    await sheets.imported(engine, keys, who, Kind.PEOPLE, sheets.sheet(sheets.PEOPLE, [row]))
    by_hand = Identity(*GOOD[:3], "", "", "", "m", date(1990, 5, 1), pinfl=pinfl(4))
    async with db.transaction(engine) as conn:
        await identity.enter(conn, keys, who, number="A-2", identity=by_hand)
    async with engine.begin() as conn:
        seen = []
        for person in (await conn.execute(select(persons.c.id).order_by(persons.c.id))).scalars():
            shown = await identity.read(conn, keys, who, person=person)
            version = (
                (await conn.execute(select(identities).where(identities.c.person_id == person)))
                .mappings()
                .one()
            )
            seen.append(
                (shown.identity, shown.version, version["pinfl_blind"], version["made_by"], version["ground"])
            )
        assert seen[0] == seen[1]


async def test_who_may_no_more_stores_no_more(engine: AsyncEngine, tmp_path: Path) -> None:
    where = await files.institution(engine)
    who, keys = await sheets.office(engine, where), sheets.keys_in(tmp_path)
    made = await sheets.begun(
        engine, keys, who, Kind.PEOPLE, sheets.sheet(sheets.PEOPLE, [("N-1", *GOOD, "")])
    )
    async with engine.begin() as conn:
        await conn.execute(text("update users set is_active = false"))
    ended = await working.go(engine, keys, made.id)
    assert (ended.stopped, ended.counts.done) == ("import_kind_not_yours", 0)
    async with engine.begin() as conn:
        assert not (await conn.execute(select(persons.c.id))).first()
        assert await store.waiting(conn) == []
