"""Hears of changes: the feed page by page, and wake-ups that go on from the last one heard."""

from dataclasses import dataclass, field
from functools import partial
from typing import Final

from httpx import TransportError

from simulators.relatives.phone import GaveUp, Phone

CHANGES: Final = "/v1/my/changes"
EVENTS: Final = "/v1/my/events"
TIMES: Final = 100
Thing = tuple[str, int]


@dataclass(slots=True)
class News:
    phone: Phone
    cursor: str = ""
    known: dict[Thing, bool] = field(default_factory=dict)
    """Thing → whether it is gone."""

    async def read(self) -> None:
        """To the end of the feed; an unchanged page costs nothing."""
        has_more = True
        while has_more:
            ask = partial(self.phone.handset.get, f"{CHANGES}?cursor={self.cursor}")
            answer = await self.phone.asked(ask)
            answer.raise_for_status()
            said = answer.json()
            self.known |= {(one["thing"], one["subject"]): one["is_gone"] for one in said["changes"]}
            self.cursor, has_more = said["cursor"], said["has_more"]

    async def wait(self, last: str) -> str:
        """The id of the first wake-up after `last`; the stream is left, or torn, and begun again."""
        for _ in range(TIMES):
            try:
                found = await self._first(last)
            except TransportError:
                found = None
                self.phone.tries["unanswered"] += 1
            if found:
                self.phone.tries["woken"] += 1
                return found
            await self.phone.asked(
                partial(self.phone.handset.get, CHANGES)
            )  # back when it answers, with a token
        raise GaveUp("no wake-up")

    async def _first(self, last: str) -> str | None:
        handset = self.phone.handset
        headers = handset.headers({"last_event_id": last, "accept": "text/event-stream"})
        async with handset.http.stream("GET", EVENTS, headers=headers) as answer:
            if answer.status_code != 200:
                return None
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "id":
                    return value
        return None
