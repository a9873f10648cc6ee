"""Invented days of one person before the real worker: reports as they arrive, edits, ticks, crashes."""

from dataclasses import dataclass, replace
from typing import Any

import asyncpg
from hypothesis import HealthCheck
from hypothesis import strategies as st

from courtroom import Courtroom, sweep
from geofence.model import ConditionId, ConditionKind, Window
from scene import a_fix, an_event
from supervised import Supervised, minute, square, supervised
from tracking.model import NO_FLAGS, EventKind, Flag, Report

SPOTS = [0.0, 80.0, 130.0, 350.0, 420.0, 900.0]
"""Metres east of home: in it, at its edge, in the forbidden zone, beyond."""
EDITS = ["shape", "absence", "past absence", "hours", "past absence", "end", "off", "on", "exclusion"]
BETWEEN = ["tick", "tick", "crash", "keep", "edit", "edit"]
WORLD = {"suppress_health_check": list(HealthCheck), "deadline": None}


@dataclass(frozen=True)
class Act:
    """One thing that happens at a moment (minutes): reports come, the clock ticks, the worker dies, …"""

    now: float
    what: str
    reports: tuple[Report, ...] = ()
    value: int = 0


@st.composite
def reports(draw: st.DrawFn) -> list[tuple[float, Report]]:
    """What a device says over some forty minutes, each with the minute at which it arrives."""
    said: list[tuple[float, Report]] = []
    made = 0.0
    for _ in range(draw(st.integers(1, 30))):
        made += draw(st.sampled_from([0.2, 0.5, 1, 1, 1, 2, 6]))
        delay = draw(st.sampled_from([0.02, 0.02, 0.02, 0.3, 3, 11, 45]))
        report: Report
        if draw(st.integers(0, 7)):
            flags = draw(st.sampled_from([NO_FLAGS, NO_FLAGS, NO_FLAGS, Flag.STRAP_OPEN, Flag.JAMMING]))
            accuracy = draw(st.sampled_from([5.0, 5.0, 30.0, 200.0, None]))
            report = a_fix(made, draw(st.sampled_from(SPOTS)), accuracy=accuracy, flags=flags)
        else:
            kind = draw(st.sampled_from([EventKind.STRAP_OPEN, EventKind.STRAP_CLOSED, EventKind.BATTERY]))
            report = an_event(made, kind, draw(st.sampled_from([5, 50, 90])))
        said.append((made + delay, report))
    return said


@st.composite
def days(draw: st.DrawFn) -> list[Act]:
    """Batches in the order of arrival with repeats, and ticks, edits and crashes between them."""
    arriving = sorted(draw(reports()), key=lambda pair: pair[0])
    acts: list[Act] = []
    while arriving:
        size = draw(st.integers(1, 8))
        batch, arriving = arriving[:size], arriving[size:]
        told = draw(st.permutations([report for _, report in batch]))
        again = draw(st.sampled_from([(), tuple(told[:2])]))
        acts.append(Act(batch[-1][0], "hear", (*told, *again)))
        for what in draw(
            st.lists(st.sampled_from(["tick", "tick", "crash", "keep", "edit", "edit"]), max_size=3)
        ):
            value = draw(st.integers(0, len(EDITS) - 1))
            acts.append(Act(batch[-1][0] + draw(st.sampled_from([0, 0.2])), what, value=value))
    return sorted(acts, key=lambda act: act.now)


class World:
    """A person with a home, a curfew and a forbidden zone; their condition 1 is edited."""

    def __init__(self, room: Courtroom, one: Supervised) -> None:
        self.room, self.one = room, one
        self.versions, self.last_edit, self.numbers = 1, 0.0, 3
        self.is_worn = True
        self.home = ConditionId(0)

    @classmethod
    async def made(cls, conn: asyncpg.Connection) -> "World":
        await sweep(conn)
        one = await supervised(conn)
        world = cls(Courtroom(conn), one)
        home, away = await one.zone(), await one.zone(square(400))
        world.home = await one.condition(home)
        hours = (Window(0, 125, 132), Window(0, 140, 150))  # minutes 5 to 12 and 20 to 30
        await one.condition(home, ConditionKind.CURFEW, number=2, weekly=hours)
        await one.condition(away, ConditionKind.EXCLUSION, number=3)
        await world.room.begin(now=0)
        return world

    async def do(self, act: Act) -> None:
        one, room = self.one, self.room
        if act.what == "hear":
            mine: list[Any] = [replace(r, device=one.device, person=one.person) for r in act.reports]
            await room.hear(mine, now=act.now)
        elif act.what == "tick":
            await room.tick(now=act.now)
        elif act.what == "crash":
            await room.begin(now=act.now)
        elif act.what == "keep":
            await room.checkpoint(now=act.now)
        elif act.now > self.last_edit:
            await self.edit(EDITS[act.value], act.now)
            self.last_edit = act.now
            if act.value % 2:
                await room.reload(now=act.now)

    async def edit(self, what: str, now: float) -> None:
        """Half of the edits are heard of at once, the others with the next one, or after a crash."""
        one = self.one
        if what == "shape":
            self.versions += 1
            shape = square(0 if self.versions % 2 else 400)
            await one.version(one.zones[0], shape, number=self.versions, since=now)
        elif what == "absence":
            await one.absence(self.home, since=now, until=now + 10)
        elif what == "past absence":
            await one.absence(self.home, since=now - 15, until=now - 2)
        elif what == "hours":
            await one.exception(self.home, minute(now).date(), (int(120 + now), int(130 + now)))
        elif what == "end" and self.numbers == 3:
            self.numbers += 1
            await one.end_condition(self.home, at=now)
        elif what == "exclusion":
            self.numbers += 1
            await one.condition(one.zones[1], ConditionKind.EXCLUSION, number=self.numbers, since=now)
        elif what == "off" and self.is_worn:
            await one.take_off(at=now)
            self.is_worn = False
        elif what == "on" and not self.is_worn:
            await one.put_on(at=now)
            self.is_worn = True

    async def end(self, *, now: float) -> None:
        """The worker hears of the last edits, and the clock has passed everything."""
        await self.room.reload(now=now)
        await self.room.tick(now=now)
