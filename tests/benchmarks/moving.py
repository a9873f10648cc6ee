"""People who all move once a second, as the ingest worker would ring the feed for them."""

import asyncio
from dataclasses import dataclass
from typing import Final, Self

import asyncpg
import numpy as np
from numpy.typing import NDArray

from core import bus, clock
from tracking.wire import positions

BATCH: Final = 500
"""People of one feed row, as the ingest worker's batches are."""
STEP: Final = 600
"""Of 1e-7 degrees: some six metres."""
PEOPLE: Final = """
with made as (
    insert into persons (number, surname, given_name, sex, born_on)
    select 'BENCH-' || n, 'Namunayev', n::text, 'm', '1990-01-01' from generate_series(1, $1) n returning id
), worn as (
    insert into devices (serial, model, protocol)
    select 'B-' || n, 'bench', 'ejazo' from generate_series(1, $1) n returning id
)
insert into wearings (device_id, person_id, during)
select d.id, p.id, tstzrange(now() - interval '1 day', null)
from (select id, row_number() over () as n from made) p
join (select id, row_number() over () as n from worn) d using (n)
"""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the map, in degrees."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def of(cls, view: list[float]) -> Self:
        return cls(*view)

    def inner(self, share: float) -> "Box":
        wide, high = (self.east - self.west) * (1 - share) / 2, (self.north - self.south) * (1 - share) / 2
        return Box(self.west + wide, self.south + high, self.east - wide, self.north - high)


COUNTRY: Final = Box(58.0, 38.0, 71.5, 43.5)


class Feeder:
    """Rings the feed: everybody takes a step a second, in batches spread over it."""

    def __init__(self, conn: asyncpg.Connection, people: NDArray[np.int64]) -> None:
        self.conn, self.people = conn, len(people)
        self.chance = np.random.default_rng(1)
        self.rows = np.zeros(len(people), positions.POSITION)
        self.rows["person"], self.rows["battery"], self.rows["accuracy_m"] = people, 90, 12

    @classmethod
    async def with_people(cls, conn: asyncpg.Connection, people: int) -> Self:
        await conn.execute(PEOPLE, people)
        await conn.execute("analyze persons, devices, wearings")
        return cls(conn, np.array([row[0] for row in await conn.fetch("select id from persons order by id")]))

    async def place(self, box: Box) -> None:
        """Everybody somewhere else, at once."""
        for name, low, high in (("lon", box.west, box.east), ("lat", box.south, box.north)):
            self.rows[name] = self.chance.uniform(low, high, self.people) * 1e7
        await self._tell(np.arange(self.people))

    async def move(self, seconds: float) -> None:
        batches = np.array_split(np.arange(self.people), max(1, self.people // BATCH))
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (second := loop.time()) < end:
            for place, batch in enumerate(batches, 1):
                for name in ("lon", "lat"):
                    self.rows[name][batch] += self.chance.normal(0, STEP, len(batch)).astype(np.int32)
                await self._tell(batch)
                await asyncio.sleep(max(0, second + place / len(batches) - loop.time()))

    async def _tell(self, batch: NDArray[np.int64]) -> None:
        self.rows["taken_ms"][batch] = clock.now_us() / 1000
        async with self.conn.transaction():
            await bus.announce(self.conn, [bus.Row("moved", packed=positions.encode(self.rows[batch]))])
