"""The made-up population arrives whole, once, by COPY, and is found by what it was made of."""

from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app import records
from core.model import UserId
from core.sealing import Keys
from inmates.identity import finding, rules
from inmates.model import Scope
from simulators.population import institutions, people, staff

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys")


async def test_the_population_is_written_once_and_found(
    conn: asyncpg.Connection, engine: AsyncEngine, keys: Keys
) -> None:
    assert await records.write(conn, keys, records=300, seed=3, now=NOW, is_staffed=True)
    assert not await records.write(conn, keys, records=300, seed=3, now=NOW)
    counts = await conn.fetchrow(
        "select (select count(*) from persons), (select count(*) from identities), count(*) from stays"
    )
    assert tuple(counts) == (300, 300, 300)
    (held,) = [h for h in next(maker(300).chunks(300)) if h.number == "DEMO-R0000100"]
    everybody = Scope(None, NOW)
    async with engine.connect() as searching:
        for words in (
            held.identity.pinfl or "",
            held.identity.document or "",
            held.identity.pcn or "",
            "demo-r0000100",
            f"{held.identity.surname_cyrl} {held.identity.given_name_cyrl} {held.identity.patronymic_cyrl}",
        ):
            found, _ = await finding.look(searching, keys, everybody, words=words)
            assert held.number in {person.number for person in found}, words
    posted = await conn.fetch("select user_id, role from postings join users on users.id = user_id")
    assert {row["role"] for row in posted} == {member.role for member in staff.STAFF}
    known = {row["role"] for row in await conn.fetch("select role from users")}
    assert known == {member.role for member in (*staff.STAFF, *staff.OUTSIDE)}
    seen = Scope(UserId(posted[0]["user_id"]), NOW)
    async with engine.connect() as searching:
        mine, _ = await finding.look(searching, keys, seen, words="demo-r0")
    assert 0 < len(mine) < 100


async def test_many_are_written_without_the_index_and_found_by_it(
    conn: asyncpg.Connection, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MANY", 100)
    before = await conn.fetchval("select pg_get_indexdef($1::regclass)", records.INDEX)
    async with conn.transaction():
        assert await records.write(conn, keys, records=100, seed=3, now=NOW)
    assert await conn.fetchval("select pg_get_indexdef($1::regclass)", records.INDEX) == before


def maker(records: int, seed: int = 3) -> people.Maker:
    return people.Maker(institutions.made(records, seed), seed, NOW)


def test_the_same_seed_makes_the_same_people_and_another_others() -> None:
    first, again = list(maker(120).chunks(120)), list(maker(120).chunks(120))
    assert first == again
    assert first != list(maker(120, seed=4).chunks(120))
    assert next(maker(120).chunks(60)) == first[0][:60]


def test_identifiers_are_recognisably_made_up_and_odd_ones_are_rare() -> None:
    made = [held for chunk in maker(6000).chunks(6000) for held in chunk]
    pinfls = [held.identity.pinfl for held in made if held.identity.pinfl]
    assert len(set(pinfls)) == len(pinfls) > 5500
    assert all(pinfl[7:10] == people.AREA for pinfl in pinfls)
    doubted = [held for held in made if rules.doubts(held.identity)]
    assert 0 < len(doubted) < 100
    assert [rules.kept(held.identity) for held in made] == [held.identity for held in made]


def test_some_institutions_are_fuller_than_they_should_be() -> None:
    many = 20_000
    houses = institutions.made(many, 3)
    assert {house.sort.kind for house in houses} == {sort.kind for sort in institutions.SORTS}
    inside = dict.fromkeys(houses, 0)
    for chunk in maker(many).chunks(many):
        for held in chunk:
            inside[held.institution] += 1
    share = [n / house.capacity for house, n in inside.items() if house.capacity]
    assert max(share) > 1.1
    assert min(share) < 0.9
