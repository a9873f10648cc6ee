"""A telephone that does not give up: tries again, waits as long as it is told, renews its tokens."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Final

from httpx import Response, TransportError

from simulators.relatives.handset import HANDLE, Handset
from simulators.relatives.model import Cut, Where

FIRST_S: Final = 0.1
LONGEST_S: Final = 3.0
"""Between two tries that nobody told how long to wait."""
SIGN_INS: Final = 3
"""A telephone gets so many codes in a quarter of an hour."""
Ask = Callable[[], Awaitable[Response]]
ReadCode = Callable[[str], Awaitable[str]]


class GaveUp(Exception):  # noqa: N818 - what a human does at last
    """Nobody answered for too long."""


@dataclass(slots=True)
class Phone:
    handset: Handset
    number: str
    random: Random
    read_code: ReadCode
    patience_s: float
    tries: Counter[str]

    async def sign_in(self) -> None:
        """From the beginning where an answer was lost: a code is good once."""
        for _ in range(SIGN_INS):
            page = await self.sure(partial(self.handset.ask_code, self.number))
            if not HANDLE.search(page.text):
                raise GaveUp(f"no code: {page.status_code}")
            code = await self.read_code(self.number)
            back = await self.sure(partial(self.handset.give_code, page, code))
            if back.status_code != 303:
                continue
            if (await self.sure(partial(self.handset.redeem, back))).is_success:
                self.tries["signed in"] += 1
                return
        raise GaveUp("cannot sign in")

    async def renew(self) -> None:
        if not (await self.sure(self.handset.renew)).is_success:
            self.tries["signed out"] += 1
            await self.sign_in()

    async def renew_over_a_bad_line(self) -> None:
        """The first answer is lost, and the same refresh token comes again."""
        await self.lose(partial(self.handset.renew, cut=Cut(Where.UNREAD)))
        await self.renew()
        self.tries["renewed"] += 1

    async def asked(self, ask: Ask) -> Response:
        """With a token that may have ended meanwhile."""
        answer = await self.sure(ask)
        if answer.status_code == 401:
            await self.renew()
            answer = await self.sure(ask)
        return answer

    async def sure(self, ask: Ask) -> Response:
        """Asks until somebody answers who does not say "later"."""
        loop = asyncio.get_running_loop()
        until_s, pause_s = loop.time() + self.patience_s, FIRST_S
        while True:
            self.tries["requests"] += 1
            try:
                answer = await ask()
            except TransportError:
                self.tries["unanswered"] += 1
                wait_s = pause_s = min(2 * pause_s, LONGEST_S)
                wait_s *= 0.5 + self.random.random()
            else:
                later_s = _later(answer)
                if later_s is None:
                    return answer
                self.tries[f"told to wait ({answer.status_code})"] += 1
                wait_s = later_s
            if loop.time() + wait_s > until_s:
                raise GaveUp(self.number[-4:])
            await asyncio.sleep(wait_s)

    async def lose(self, ask: Ask) -> None:
        """A request whose line is cut: it may have had its effect, or not."""
        try:
            await ask()
        except TransportError:
            self.tries["cut"] += 1


def _later(answer: Response) -> float | None:
    """Seconds that the platform asks for; a fault of its own is waited for like a silence."""
    if "retry-after" in answer.headers and answer.status_code in {409, 429, 503}:
        return float(answer.headers["retry-after"])
    return LONGEST_S if answer.status_code >= 500 else None
