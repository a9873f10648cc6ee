"""Terms are cut where a zone, a condition or an order changes, and carry what held between."""

from datetime import date

import asyncpg
import pytest

from core.model import PersonId
from geofence.model import Absence, ConditionKind, DayException, Term, Window
from geofence.store import terms as store
from scene import at
from supervised import LONG_AGO, Supervised, minute, square, supervised


def cuts(terms: tuple[Term, ...]) -> list[tuple[int, float, float | None]]:
    """Zone version and minutes of each term."""
    zero = at(0)
    return [
        (t.zone_version, (t.since_us - zero) / 6e7, None if t.until_us is None else (t.until_us - zero) / 6e7)
        for t in terms
    ]


async def terms_of(one: Supervised) -> tuple[Term, ...]:
    return (await store.terms(one.conn, [one.person]))[one.person]


async def test_a_new_zone_version_ends_the_term_of_the_old_one(conn: asyncpg.Connection) -> None:
    one = await supervised(conn)
    zone = await one.zone()
    condition = await one.condition(zone)
    await one.version(zone, square(50), number=2, since=30)
    first, second = await terms_of(one)
    assert cuts((first, second)) == [(1, LONG_AGO, 30), (2, 30, None)]
    assert first.condition == second.condition == condition
    assert first.shape.geometry.equals(square())
    assert second.shape.geometry.equals(square(50))


async def test_a_new_version_of_a_condition_keeps_its_name_and_absences(conn: asyncpg.Connection) -> None:
    one = await supervised(conn)
    zone = await one.zone()
    first = await one.condition(zone, until=10)
    await one.condition(zone, since=10, weekly=(Window(0, 60, 120),))
    await one.absence(first, since=5, until=15)
    before, after = await terms_of(one)
    assert (before.condition, after.condition) == (first, first)
    assert (before.hours.weekly, after.hours.weekly) == ((), (Window(0, 60, 120),))
    assert before.absences == after.absences == (Absence(at(5), at(15)),)


async def test_the_order_bounds_every_term(conn: asyncpg.Connection) -> None:
    one = await supervised(conn)
    await one.condition(await one.zone())
    await conn.execute("update orders set during = tstzrange(lower(during), $1)", minute(60))
    assert cuts(await terms_of(one)) == [(1, LONG_AGO, 60)]


async def test_who_takes_a_device_off_is_bare_unless_another_is_on(conn: asyncpg.Connection) -> None:
    one = await supervised(conn)
    await one.take_off(at=20)
    await one.put_on(at=20)
    await one.take_off(at=40)
    found = (await store.taken_off(conn, [one.person]))[one.person]
    assert [(off.taken_us, off.is_bare) for off in found] == [(at(20), False), (at(40), True)]


async def test_exceptions_of_a_day_and_a_free_day(conn: asyncpg.Connection) -> None:
    one = await supervised(conn)
    condition = await one.condition(await one.zone(), ConditionKind.CURFEW, weekly=(Window(6, 0, 360),))
    await one.exception(condition, date(2026, 12, 8))
    await one.exception(condition, date(2026, 12, 9), (0, 60), (120, 180))
    (term,) = await terms_of(one)
    assert term.kind is ConditionKind.CURFEW
    assert term.hours.weekly == (Window(6, 0, 360),)
    assert term.hours.exceptions == (
        DayException(date(2026, 12, 8)),
        DayException(date(2026, 12, 9), ((0, 60), (120, 180))),
    )


async def test_one_shape_serves_all_whom_the_zone_binds(conn: asyncpg.Connection) -> None:
    people = [await supervised(conn, name=str(n)) for n in range(3)]
    zone = await people[0].zone()
    for one in people:
        await one.condition(zone)
    found = await store.terms(conn, await store.worn(conn))
    assert len(found) == 3
    assert len({id(term.shape) for terms in found.values() for term in terms}) == 1


async def test_nobody_is_left_out_and_who_never_wore_a_device_is_not_supervised(
    conn: asyncpg.Connection,
) -> None:
    free = await supervised(conn)
    bare = await supervised(conn, worn=False, name="2")
    assert await store.worn(conn) == [free.person]
    assert await store.terms(conn, [free.person, bare.person]) == {free.person: (), bare.person: ()}


EDITS = {
    "a zone": lambda one: one.version(one.zones[0], square(9), number=2, since=1),
    "an absence": lambda one: one.absence(1, since=1, until=2),
    "an exception": lambda one: one.exception(1, date(2026, 12, 8)),
    "an end": lambda one: one.end_condition(1, at=3),
    "a condition": lambda one: one.condition(one.zones[0], number=2),
    "a wearing": lambda one: one.take_off(at=3),
    "hours": lambda one: one.conn.execute("insert into hours values (1, 1, 2, 3)"),
    "an order": lambda one: one.conn.execute("update orders set during = tstzrange($1, null)", minute(0)),
    "a deletion": lambda one: one.conn.execute("delete from conditions"),
}


@pytest.mark.parametrize("edit", EDITS)
async def test_what_terms_are_made_of_changes_the_fingerprint(conn: asyncpg.Connection, edit: str) -> None:
    one, other = await supervised(conn), await supervised(conn, name="2")
    zone = await one.zone()
    await one.condition(zone)
    await one.condition(zone, number=9)
    before = await store.fingerprints(conn)
    assert before == await store.fingerprints(conn)
    await EDITS[edit](one)  # type: ignore[no-untyped-call]
    after = await store.fingerprints(conn)
    assert changed(before, after) <= {one.person, other.person}
    assert one.person in changed(before, after)


def changed(before: store.Fingerprints, after: store.Fingerprints) -> set[PersonId]:
    return {person for person in before | after if before.get(person) != after.get(person)}
