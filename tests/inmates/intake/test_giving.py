"""Giving a file over HTTP, on the page and at a terminal; getting back what was not stored."""

import asyncio
import csv
import os
import re
import signal
import subprocess
import sys
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

import files
import given as sheets
from app import importing
from callers import browser, session, user
from core import i18n, workbooks
from core import sheets as core_sheets
from core.auth import Role
from core.sheets import BadSheet, folded
from files import institution, posting
from inmates.intake import catalogue, service
from inmates.intake.model import Kind
from inmates.tables import persons

HEADING = ("Номер дела", "Фамилия", "Имя", "Пол", "Дата рождения", "Прим.")
ROWS = [
    ("G-1", "Намунаев", "Вали", "мужской", "01.02.1990", "x"),
    ("G-2", "Намунаев", "Гани", "мужской", "31.02.1990", "x"),
    ("G-3", "Namunayev", "Vali", "m", "1990-02-01", "x"),
]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_label_of_ours_is_understood(kind: Kind) -> None:
    """A file whose headings are those of our pages, in any language, needs no mapping by hand."""
    known, words, texts = catalogue.headings(kind), catalogue.words(), i18n.load()
    for catalogued in texts.catalogues.values():
        for field in catalogue.FIELDS[kind]:
            assert known[folded(str(catalogued[f"intake.column.{field}"]))] == field
        for name, prefix in (("regime", "custody.regimes"), ("writ_kind", "work.writ_kind")):
            for value in set(words[name].values()):
                assert words[name][folded(str(catalogued[f"{prefix}.{value}"]))] == value


@pytest.mark.parametrize("kind", list(Kind))
def test_no_heading_stands_for_two_things(kind: Kind) -> None:
    said = catalogue._said()[kind.value]
    every = [folded(word) for some in said.values() for word in some]
    assert len(every) == len({*every})
    assert said.keys() == catalogue.FIELDS[kind].keys()


def test_a_workbook_reads_as_somebody_types_it() -> None:
    data = sheets.workbook(
        ("№", "a"),
        [(39005019990011, date(1990, 5, 1)), (1.5, datetime(2026, 1, 2, 14, 30)), ("=1+1", None)],  # noqa: DTZ001
    )
    assert [cells for _, cells in workbooks.rows(data)] == [
        ["№", "a"],
        ["39005019990011", "1990-05-01"],
        ["1.5", "2026-01-02T14:30"],
        ["=1+1"],
    ]
    with pytest.raises(BadSheet):
        list(workbooks.rows(b"PK\x03\x04 and nothing more"))


STRANGE = {
    "declares": {"xl/sharedStrings.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><sst>&a;</sst>'},
    "declares late": {"xl/workbook.xml": b"<!--" + b" " * 1_048_570 + b"--><!DOCTYPE x><workbook/>"},
    "wide": {"xl/workbook.xml": "<workbook/>".encode("utf-16")},
    "disguised": {
        "[Content_Types].xml": b'<Types><Override PartName="/xl/worksheets/a.xml" ContentType="x"/></Types>'
    },
    "no sheet": {"xl/worksheets/sheet1.xml": b"<worksheet"},
}


@pytest.mark.parametrize("parts", STRANGE.values(), ids=STRANGE)
def test_a_workbook_that_declares_or_disguises_itself_is_none(parts: dict[str, bytes]) -> None:
    with pytest.raises(core_sheets.NoWorkbook):
        list(workbooks.rows(rewritten(sheets.workbook(HEADING, ROWS), parts)))


def test_a_workbook_that_costs_too_much_is_refused() -> None:
    good = sheets.workbook(HEADING, ROWS)
    for parts in (
        {"xl/styles.xml": b" " * (workbooks.MOST_WHOLE + 1)},
        {"xl/sharedStrings.xml": b" " * (workbooks.MOST_STRINGS + 1)},
        {f"{number}.xml": b"" for number in range(workbooks.MOST_PARTS)},
    ):
        with pytest.raises(core_sheets.TooBig):
            list(workbooks.rows(rewritten(good, parts)))


@pytest.mark.parametrize(("place", "value"), [(6, b"\1\0"), (8, b"\x63\0"), (8, b"\x0c\0")])
def test_a_workbook_that_is_locked_or_packed_otherwise_says_so(place: int, value: bytes) -> None:
    body = bytearray(sheets.workbook(HEADING, ROWS))
    for sign, at in ((b"PK\3\4", place), (b"PK\1\2", place + 2)):
        for found in re.finditer(re.escape(sign), bytes(body)):
            body[found.start() + at : found.start() + at + 2] = value
    with pytest.raises(core_sheets.NoWorkbook):
        list(workbooks.rows(bytes(body)))


def test_rows_and_columns_beyond_any_table_are_left_out() -> None:
    line = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>x</t></is></c></row>'
    page = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
    far = page % b"".join(line % (row, row) for row in (1, 3, 99_999_999_999))
    read = workbooks.rows(rewritten(sheets.workbook(HEADING, ROWS), {"xl/worksheets/sheet1.xml": far}))
    assert list(read) == [(1, ["x"]), (3, ["x"])]
    ((_, cells),) = workbooks.rows(b"a" + b",a" * 9_000)
    assert len(cells) == core_sheets.MOST_COLUMNS


def rewritten(whole: bytes, parts: dict[str, bytes]) -> bytes:
    """With other parts in it."""
    made = BytesIO()
    with ZipFile(BytesIO(whole)) as packed, ZipFile(made, "w", ZIP_DEFLATED) as written:
        for name, content in ({one: packed.read(one) for one in packed.namelist()} | parts).items():
            written.writestr(name, content)
    return made.getvalue()


async def test_a_trial_a_correction_and_the_real_thing(app: FastAPI) -> None:
    engine = app.state.engine
    where = await institution(engine)
    who = await user(engine, "unit", role=Role.REGISTRAR, language="ru")
    await posting(engine, who, where)
    async with browser(app, await session(engine, who)) as visitor:
        data = sheets.workbook(HEADING, ROWS)
        form = {"kind": "people", "deed": "try"}
        answer = await visitor.post("/imports", data=form, files={"file": ("namuna.xlsx", data)})
        page = answer.headers["location"]
        assert 'http-equiv="refresh"' in (await visitor.get(page)).text
        await importing.once(engine, app.state.keys)
        shown = (await visitor.get(page)).text
        assert 'http-equiv="refresh"' not in shown
        assert "это не дата" in shown
        assert "Прим." in shown
        real = (await visitor.post(f"{page}/real")).headers["location"]
        assert real != page
        await importing.once(engine, app.state.keys)
        ident = real.rpartition("/")[2]
        rows = (await visitor.get(f"/v1/imports/{ident}/rows")).json()["rows"]
        assert [(row["row"], row["state"], row["said"][0]["detail"]) for row in rows] == [
            (3, "wrong", "это не дата"),
            (4, "held", "то же имя и та же дата рождения в деле G-1"),
        ]
        back = (await visitor.get(f"/v1/imports/{ident}/rejected")).content
        table = list(csv.reader(StringIO(back.decode("utf-8-sig")), delimiter=";"))
        assert table[0] == [*HEADING, "Другой человек", "Строка", "Что не так"]
        assert table[1] == [*ROWS[1], "", "3", "Дата рождения: это не дата"]
        table[1][4], table[2][6] = "28.02.1990", "да"
        again = sheets.sheet(table[0], table[1:])
        answer = await visitor.post(
            "/imports", data=form | {"deed": "store"}, files={"file": ("b.csv", again)}
        )
        await importing.once(engine, app.state.keys)
        found = (await visitor.get(f"/v1{answer.headers['location']}")).json()
        assert (found["stored"], found["held"], found["wrong"]) == (2, 0, 0)


async def test_a_missing_column_is_named_in_the_readers_words(app: FastAPI) -> None:
    who = await user(app.state.engine, "unit", role=Role.REGISTRAR, language="ru")
    async with browser(app, await session(app.state.engine, who)) as visitor:
        given = {"kind": "custody", "csv": "number,institution\n1,2\n"}
        missing = await visitor.post("/v1/imports", json=given)
        assert missing.status_code == 422
        assert "«Принят»" in missing.json()["title"]


THEIRS = ("Их ном", "Familiya", "Jinsi", "Qachon tugʻilgan")


async def test_columns_of_their_own_are_said_by_hand(app: FastAPI) -> None:
    """On the page by choosing, in a program by naming; nothing is stored before."""
    engine = app.state.engine
    who = await user(engine, "unit", role=Role.REGISTRAR)
    await posting(engine, who, await institution(engine))
    data = sheets.sheet(THEIRS, [("H-1", "Namunayev", "erkak", "1990-02-01")])
    async with browser(app, await session(engine, who)) as visitor:
        form = {"kind": "people", "deed": "store"}
        kept = await visitor.post("/imports", data=form, files={"file": ("t.csv", data)})
        page = kept.headers["location"]
        assert 'data-testid="map"' in (await visitor.get(page)).text
        assert (await visitor.post(f"{page}/real")).status_code == 409
        for fields, code in (
            (["number", "surname", "sex", ""], "sheet_no_column"),
            (["number", "surname", "sex", "number"], "bad_sheet_column_twice"),
            (["number", "surname", "sex", "colour"], "bad_sheet_no_field"),
        ):
            answer = await visitor.post(f"{page}/columns", data={"field": fields})
            assert answer.json()["type"] == f"/problems/{code}"
        trial = await visitor.post(f"{page}/columns", data={"field": ["number", "surname", "sex", "born_on"]})
        await importing.once(engine, app.state.keys)
        real = (await visitor.post(f"{trial.headers['location']}/real")).headers["location"]
        await importing.once(engine, app.state.keys)
        assert (await visitor.get(f"/v1{real}")).json()["stored"] == 1
        said = {"kind": "people", "is_trial": True, "csv": data.decode()}
        named = said | {"columns": {"их НОМ": "номер дела", "Qachon tugʻilgan": "born_on"}}
        assert (await visitor.post("/v1/imports", json=named)).status_code == 202
        for columns, code in (
            ({"nothing": "number"}, "bad_sheet_no_heading"),
            ({"Их ном": "colour"}, "bad_sheet_no_field"),
            ({"Familiya": ""}, "sheet_no_column"),
        ):
            refused = await visitor.post("/v1/imports", json=said | {"columns": columns})
            assert refused.json()["type"] == f"/problems/{code}"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "bad_sheet_old_workbook"),
        (b"PK\x03\x04 and nothing more", "bad_sheet_no_workbook"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "bad_sheet_other_file"),
        (b'number,"surname\n1,2\n', "bad_sheet_not_separated"),
        ("number,номер дела\n1,2\n".encode(), "bad_sheet_column_twice"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(BadSheet) as refused:
        service.columns_of(Kind.PEOPLE, next(workbooks.rows(data))[1])
    assert refused.value.code == code


def test_what_is_said_by_hand_counts_more_than_what_is_known() -> None:
    known = {"number": "number", "sex": "sex"}
    assert core_sheets.places(["number", "sex"], known, given={"sex": "number"}) == {"number": 1}
    assert core_sheets.places(["number", "x"], known, given={"x": ""}) == {"number": 0}


async def test_each_kind_asks_for_its_own_permission(app: FastAPI) -> None:
    where = await institution(app.state.engine)
    who = await user(app.state.engine, "clerk", role=Role.ACCOUNTANT)
    await posting(app.state.engine, who, where)
    async with browser(app, await session(app.state.engine, who)) as visitor:
        refused = await visitor.post(
            "/v1/imports", json={"kind": "people", "csv": "number,sex,born_on\n1,m,2000-01-01\n"}
        )
        assert refused.json()["type"] == "/problems/import_kind_not_yours"
        assert "new-import" in (await visitor.get("/imports")).text


async def test_killed_and_gone_on_with(database: str, app: FastAPI, tmp_path: Path) -> None:
    """kill -9 in the middle of the command; --resume stores the rest, and nothing twice."""
    engine, many = app.state.engine, 2_500
    where = await institution(engine)
    await posting(engine, await user(engine, "unit", role=Role.REGISTRAR), where)
    days = [(date(1950, 1, 1) + timedelta(days=n)).isoformat() for n in range(many)]
    rows = [(f"K-{n}", f"Namuna{n}", "Vali", "", "m", day, "", "") for n, day in enumerate(days)]
    file = tmp_path / "namuna.csv"
    file.write_bytes(sheets.sheet(sheets.PEOPLE, [*rows, ("", "x", "y", "", "m", "1990-01-01", "", "")]))
    started = command(database, tmp_path, file)
    while await how_many(engine) == 0 and started.poll() is None:  # noqa: ASYNC110 - another process works
        await asyncio.sleep(0.02)
    started.send_signal(signal.SIGKILL)
    started.communicate()
    assert 0 < await how_many(engine) < many
    plain = command(database, tmp_path, file)
    assert b"--resume" in plain.communicate()[1]
    resumed = command(database, tmp_path, file, "--resume", "--rejected", str(tmp_path / "bad.csv"))
    assert b"Stored: 2500" in resumed.communicate()[0]
    assert resumed.returncode == 1, "one row was wrong"
    assert await how_many(engine) == many
    assert "2502;File number: is missing" in (tmp_path / "bad.csv").read_text("utf-8-sig")


def command(database: str, folder: Path, file: Path, *more: str) -> subprocess.Popen[bytes]:
    known = os.environ | {"EJAZO_DATABASE_URL": database, "EJAZO_KEYS": str(folder / "keys")}
    words = [sys.executable, "-m", "app", "import", "people", str(file), "--as", "unit", *more]
    root = Path(files.__file__).parents[1]
    return subprocess.Popen(words, cwd=root, env=known, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


async def how_many(engine: object) -> int:
    async with engine.begin() as conn:  # type: ignore[attr-defined]
        return int((await conn.execute(select(func.count()).select_from(persons))).scalar_one())
