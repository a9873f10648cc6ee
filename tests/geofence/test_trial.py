"""A time under other rules: what would appear, vanish or move, and nothing else."""

from dataclasses import replace

import asyncpg
import pytest

from core.errors import Refusal
from courtroom import Courtroom
from geofence import drafts, policies, trial
from geofence.drafts import BadDraft, Draft
from geofence.model import BreachKind, ConditionId, ConditionKind, Window
from geofence.rules.contrast import Contrast, contrast
from geofence.rules.episodes import Episode
from geofence.trial import Rules
from scene import PERSON, POLICY, a_fix, at, lonlat
from supervised import Supervised, square, supervised

BACKWARDS = '{"weekday": 0, "starts": 9, "ends": 8}'
LEFT, CURFEW = BreachKind.INCLUSION_LEFT, BreachKind.CURFEW


def episode(opened: float, closed: float | None, *, kind: BreachKind = LEFT, subject: int = 1) -> Episode:
    return Episode(PERSON, kind, subject, at(opened), closed_us=None if closed is None else at(closed))


def said(found: Contrast) -> str:
    parts = {"appear": found.appear, "vanish": found.vanish, "move": found.move, "same": found.same}
    return " ".join(f"{name}:{len(listed)}" for name, listed in parts.items() if listed)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ([(1, 5)], [(1, 5)], "same:1"),
        ([(1, 5)], [(1, 6)], "move:1"),
        ([(1, 5)], [(2, 5)], "move:1"),
        ([(1, 5)], [(6, 7)], "appear:1 vanish:1"),
        ([(1, None)], [(6, 7)], "move:1"),
        ([(1, 9)], [(2, 3), (4, 5)], "appear:1 move:1"),
        ([(2, 3), (4, 5)], [(1, 9)], "vanish:1 move:1"),
        ([(1, 9), (10, 11)], [(1, 4), (5, 9), (10, 11)], "appear:1 move:1 same:1"),
        ([], [], ""),
    ],
)
def test_the_same_breach_is_found_again(
    before: list[tuple[float, float | None]], after: list[tuple[float, float | None]], words: str
) -> None:
    assert said(contrast([episode(*e) for e in before], [episode(*e) for e in after])) == words


def test_breaches_of_different_things_are_never_the_same() -> None:
    others = [episode(1, 5, subject=2), episode(1, 5, kind=CURFEW)]
    assert said(contrast([episode(1, 5)], others)) == "appear:2 vanish:1"


class Past:
    """At home until minute 10, at 150 m until 30, home again; a curfew at home from minute 20 to 40."""

    def __init__(self, conn: asyncpg.Connection, one: Supervised) -> None:
        self.conn, self.one = conn, one

    async def happen(self) -> None:
        room = Courtroom(self.conn)
        await room.begin(now=0)
        for since, until, x in ((0, 10, 0), (10, 30, 150), (30, 60, 0)):
            fixes = [a_fix(n, x, device=self.one.device, person=self.one.person) for n in range(since, until)]
            await room.hear(fixes, now=until)
            await room.checkpoint(now=until)
        await room.tick(now=60)

    async def under(self, rules: Rules, since: float = 0, until: float = 60) -> Contrast:
        found = await trial.attempt(
            self.conn, self.one.person, since_us=at(since), until_us=at(until), rules=rules
        )
        return found.contrast

    async def drafted(self, conditions: str | None = None, policy: str | None = None) -> Contrast:
        draft = drafts.read("d", policy=policy, conditions=conditions, base=POLICY)
        return await self.under(await trial.of_draft(self.conn, draft))


@pytest.fixture
async def past(conn: asyncpg.Connection) -> Past:
    one = await supervised(conn)
    home = await one.zone()
    await one.condition(home)
    await one.condition(home, ConditionKind.CURFEW, number=2, weekly=(Window(0, 140, 160),))
    made = Past(conn, one)
    await made.happen()
    return made


async def test_the_rules_of_then_change_nothing(past: Past) -> None:
    assert said(await past.under(trial.of_then())) == "same:2"
    assert said(await past.under(trial.of_now(at(60)))) == "same:2"
    assert said(await past.under(trial.of_then(), 35, 60)) == ""


async def test_todays_zone_and_hours_applied_to_then(past: Past) -> None:
    await past.one.version(past.one.zones[0], square(400), number=2, since=100)
    found = await past.under(trial.of_now(at(101)))
    assert {after.kind: (before.opened_us > after.opened_us) for before, after in found.move} == {
        LEFT: True,
        CURFEW: False,
    }
    await past.one.end_condition(ConditionId(1), at=200)
    assert [e.kind for e in (await past.under(trial.of_now(at(201)))).vanish] == [LEFT]


async def test_a_wider_zone_would_have_seen_nothing(past: Past) -> None:
    lon, lat = lonlat(0)
    circle = (
        '{"conditions": [{"condition": 1, "zone": {"kind": "circle", "radius_m": 400,'
        f' "geometry": {{"type": "Point", "coordinates": [{lon}, {lat}]}}}}}}]}}'
    )
    found = await past.drafted(circle)
    assert ([e.kind for e in found.vanish], [e.kind for e in found.same]) == ([LEFT], [CURFEW])


async def test_other_hours_would_have_begun_earlier(past: Past) -> None:
    week = '{"weekly": [{"weekday": 0, "starts": 135, "ends": 160}]}'
    hours = f'{{"conditions": [{{"condition": 2, "hours": {week}}}]}}'
    found = await past.drafted(hours)
    ((before, after),) = found.move
    assert (before.kind, before.opened_us, after.opened_us) == (CURFEW, at(20), at(15))
    assert [e.kind for e in found.same] == [LEFT]


async def test_another_value_of_the_policy(past: Past) -> None:
    text = '[sure]\nvalue = 0.999\nunit = "probability"\nwhy = "To see how much later."\n'
    found = await past.drafted(policy=text)
    moved = {before.kind: after.opened_us - before.opened_us for before, after in found.move}
    assert moved[LEFT] > 0
    assert found.appear == found.vanish == []


async def test_a_later_version_of_a_condition_names_it_as_well(past: Past) -> None:
    await past.one.end_condition(ConditionId(1), at=100)
    later = await past.one.condition(past.one.zones[0], since=100)
    night = '{"weekly": [{"weekday": 0, "starts": 0, "ends": 60}]}'
    found = await past.drafted(f'{{"conditions": [{{"condition": {later}, "hours": {night}}}]}}')
    assert [e.kind for e in found.vanish] == [LEFT]


async def test_a_draft_for_somebody_else_is_refused(past: Past) -> None:
    other = await supervised(past.conn, name="2")
    theirs = await other.condition(await other.zone())
    for condition in (theirs, 99):
        with pytest.raises(BadDraft):
            await past.drafted(f'{{"conditions": [{{"condition": {condition}, "hours": {{}}}}]}}')


@pytest.mark.parametrize(
    ("policy", "conditions"),
    [
        (None, None),
        ("[sure", None),
        ("[surely]\nvalue = 1\nunit = 'x'\nwhy = 'y'", None),
        ("[id]\nvalue = 1\nunit = 'x'\nwhy = 'y'", None),
        ("[sure]\nvalue = 0.9", None),
        ("[sure]\nvalue = 1\nunit = 'x'\nwhy = 'y'", None),
        (None, "[]"),
        (None, '{"conditions": ' + "[" * 5_000),
        (None, '{"conditions": [{"hours": {}}]}'),
        (None, '{"conditions": [{"condition": 1, "hour": {}}]}'),
        (None, '{"conditions": [{"condition": 1, "zone": {"kind": "area", "geometry": {"type": "Blob"}}}]}'),
        (None, '{"conditions": [{"condition": 1, "hours": {"exceptions": [{"on": "1 May"}]}}]}'),
        (None, f'{{"conditions": [{{"condition": 1, "hours": {{"weekly": [{BACKWARDS}]}}}}]}}'),
        (None, '{"conditions": [{"condition": 1, "hours": {"tz": "Mars/North"}}]}'),
    ],
)
def test_a_draft_with_a_fault_is_refused(policy: str | None, conditions: str | None) -> None:
    with pytest.raises(Refusal):
        drafts.read("d", policy=policy, conditions=conditions, base=POLICY)


def test_a_draft_of_a_policy_changes_what_it_names_and_nothing_else() -> None:
    text = 'valid_from = 2030-01-01T00:00:00Z\n[sure]\nvalue = 0.95\nunit = "p"\nwhy = "x"\n'
    draft = drafts.read("draft:d", policy=text, conditions=None, base=policies.valid_at(0))
    assert draft == Draft("draft:d", replace(policies.valid_at(0), id="draft:d", sure=0.95))
