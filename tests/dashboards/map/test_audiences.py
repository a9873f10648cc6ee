"""Whatever moves, rings, is rescoped or looked at: nobody is sent a person outside their set."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import listening
from core import clock
from core.auth import Caller, Role
from core.model import UserId
from dashboards.map import tiles
from dashboards.map.hub import Hub, News
from dashboards.map.lines import Line
from dashboards.model import Card, PersonState, Seen
from listening import Ear, Screen

EVERYBODY = range(1, 13)
PEOPLE = st.sets(st.sampled_from(EVERYBODY), min_size=1, max_size=5)
SEEN = st.one_of(st.none(), st.frozensets(st.sampled_from(EVERYBODY), max_size=6))
OFFICERS = st.integers(0, 3)
LON, LAT = st.floats(69.0, 69.2), st.floats(41.0, 41.2)


@dataclass
class Desk:
    """One socket, what its page shows, and what it must have heard."""

    line: Line
    ear: Ear
    sitting: ExitStack
    screen: Screen = field(default_factory=Screen)
    owed: list[int] = field(default_factory=list)


def card(number: int, whom: int) -> Card:
    now = clock.now()
    told: dict[str, Any] = {"is_late": False, "taken_by_name": None, "zone_name": None}
    return Card(number, whom, "A", "strap", 1, "new", now, now, None, None, **told)


class Desks(RuleBasedStateMachine):
    """The hub without its feed: what it reads from there is put in by the rules."""

    def __init__(self) -> None:
        super().__init__()
        self.hub = Hub(None, "")  # type: ignore[arg-type]
        self.desks: dict[int, Desk] = {}
        self.clock = 0.0
        self.numbers = 0

    @rule(who=OFFICERS, seen=SEEN)
    def sits_down(self, who: int, seen: Seen) -> None:
        if who in self.desks:
            self.stands_up(who)
        ear = Ear()
        caller = Caller(UserId(who), "o", Role.OFFICER, "O", "en", b"")
        sitting = ExitStack()
        line = sitting.enter_context(self.hub.line(ear, caller, seen=seen))
        self.desks[who] = Desk(line, ear, sitting)
        self.begin(self.desks[who])

    @rule(who=OFFICERS)
    def stands_up(self, who: int) -> None:
        if who in self.desks:
            self.desks.pop(who).sitting.close()

    @rule(who=OFFICERS, seen=SEEN)
    def is_rescoped(self, who: int, seen: Seen) -> None:
        if desk := self.desks.get(who):
            self.hub.rescope(desk.line, seen)
            assert not desk.line.waiting
            desk.screen, desk.owed = Screen(), []
            self.begin(desk)

    def begin(self, desk: Desk) -> None:
        desk.line.audience.plain.add(desk.line)
        desk.line.open()
        self.hub.scenery.show_all(desk.line)

    @rule(who=PEOPLE, lon=LON, lat=LAT, spread=st.floats(0, 0.2))
    def move(self, who: set[int], lon: float, lat: float, spread: float) -> None:
        self.clock += 1
        steps = np.linspace(0, spread, len(who))
        rows = listening.moved(*sorted(who), at_ms=self.clock, lon=lon + steps, lat=lat + steps)
        self.hub.scenery.moved.append(self.hub.board.take(rows))

    @rule(who=PEOPLE, state=st.sampled_from(PersonState))
    def ring(self, who: set[int], state: PersonState) -> None:
        news = []
        for whom in sorted(who):
            self.numbers += 1
            news.append(card(self.numbers, whom))
            for desk in self.desks.values():
                if desk.line.audience.seen is None or whom in desk.line.audience.seen:
                    desk.owed.append(self.numbers)
        self.hub.spread_news(News(self.numbers, tuple(news), dict.fromkeys(who, state)))

    @rule(who=OFFICERS, west=LON, south=LAT, zoom=st.sampled_from([5.0, 9.5, 12.2, 13.0, 16.0]))
    def look(self, who: int, west: float, south: float, zoom: float) -> None:
        if desk := self.desks.get(who):
            wanted = tiles.in_view(west, south, west + 0.1, south + 0.1, zoom=zoom)
            self.hub.scenery.look(desk.line, wanted)

    @rule(who=OFFICERS)
    def stand_still(self, who: int) -> None:
        if desk := self.desks.get(who):
            desk.ear.blocked_at = self.clock

    @rule(who=OFFICERS)
    def go_on(self, who: int) -> None:
        if desk := self.desks.get(who):
            desk.ear.blocked_at = None

    @rule()
    def tick(self) -> None:
        self.clock += 1
        self.hub.wake(self.clock - 5)
        self.hub.scenery.show(self.hub.audiences.values(), watchers=self.hub.watchers, now=self.clock)

    @invariant()
    def nobody_is_sent_a_stranger(self) -> None:
        for desk in self.desks.values():
            for frame in desk.ear.take():
                desk.screen.read(frame)
            seen = desk.line.audience.seen
            assert seen is None or desk.screen.people <= seen

    @invariant()
    def whoever_watches_is_there(self) -> None:
        there = set(self.hub.audiences.values())
        assert {a for those in self.hub.watchers.values() for a in those} <= there
        assert all(a.lines for a in there)

    def teardown(self) -> None:
        """When everybody listens again, screens show what is so, and nothing was lost on the way."""
        for desk in self.desks.values():
            desk.ear.blocked_at = None
        self.tick()
        self.tick()
        self.nobody_is_sent_a_stranger()
        for desk in self.desks.values():
            assert desk.screen.alerts == desk.owed
            self.screen_is_true(desk)

    def screen_is_true(self, desk: Desk) -> None:
        board, line = self.hub.board, desk.line
        rows = self.hub.scenery.rows_of(line.audience)
        x, y = board.places(rows)
        for tile in line.tiles:
            inside = rows[tiles.number(x, y, zoom=tile.zoom) == tile.number]
            if tile.lists_people:
                assert all(desk.screen.places[p] == at for p, at in places(board.last[inside]).items())
            else:
                shown = [n for at, n in desk.screen.cells.items() if listening.lies_in(tile, at)]
                truth = np.bincount(board.states(inside), minlength=tiles.STATES)
                assert np.sum(shown or [[0] * tiles.STATES], axis=0).tolist() == truth.tolist()
        if line in line.audience.plain:
            assert desk.screen.places == places(board.last[rows])


def places(rows: Any) -> dict[int, tuple[int, int]]:
    return {int(r["person"]): (int(r["lon"]), int(r["lat"])) for r in rows}


TestDesks = Desks.TestCase
TestDesks.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
