"""Who holds a line to which call now, in this process: what one side says goes to the other only."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from core.seats import Party, Seat
from messaging.calls.model import CallId

WAITING: Final = 256
"""Messages that a slow browser may have before it; then its line ends."""
OVER: Final = 4000
"""The booked time has run out."""
REPLACED: Final = 4001
"""The same party came again from elsewhere."""
ENDED: Final = 4002
"""By the staff."""
SLOW: Final = 1013
UNFIT: Final = 1008
"""It says what no browser of ours says."""


@dataclass(eq=False, slots=True)
class Line:
    """One browser's; a newer one of the same party takes its place."""

    seat: Seat
    out: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(WAITING))
    end: asyncio.Event = field(default_factory=asyncio.Event)
    code: int = 0

    def say(self, kind: str, **said: Any) -> None:
        self.put(msgspec.json.encode({"type": kind} | said).decode())

    def put(self, text: str) -> None:
        try:
            self.out.put_nowait(text)
        except asyncio.QueueFull:
            self.close(SLOW)

    def close(self, code: int) -> None:
        self.code = self.code or code
        self.end.set()


@dataclass(slots=True)
class Rooms:
    lines: dict[CallId, dict[Party, Line]] = field(default_factory=dict)
    turns: dict[CallId, int] = field(default_factory=dict)
    """How often two met: each meeting is agreed upon anew."""

    def sit(self, seat: Seat) -> Line:
        here = self.lines.setdefault(CallId(seat.call), {})
        if seat.party in here:
            here[seat.party].close(REPLACED)
        line = here[seat.party] = Line(seat)
        return line

    def meet(self, seat: Seat) -> None:
        """Both are there: each is told to begin."""
        here = self.lines.get(CallId(seat.call), {})
        if len(here) == len(Party):
            turn = self.turns[CallId(seat.call)] = self.turns.get(CallId(seat.call), 0) + 1
            for line in here.values():
                line.say("begin", turn=turn)

    def other(self, line: Line) -> Line | None:
        here = self.lines.get(CallId(line.seat.call), {})
        return next((one for party, one in here.items() if party is not line.seat.party), None)

    def leave(self, line: Line) -> bool:
        """False: somebody has taken its place already."""
        call = CallId(line.seat.call)
        here = self.lines.get(call, {})
        if here.get(line.seat.party) is not line:
            return False
        del here[line.seat.party]
        for one in here.values():
            one.say("alone")
        if not here:
            del self.lines[call]
            self.turns.pop(call, None)
        return True

    def end(self, call: CallId) -> None:
        for line in list(self.lines.get(call, {}).values()):
            line.close(ENDED)
