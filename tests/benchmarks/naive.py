"""The pipeline that people write first: a paho callback inserts each fix, and asks PostGIS which of the
person's zones cover it. One transaction a fix; paho acknowledges when the callback has returned."""

import asyncio
import json
import threading
import time

import asyncpg
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from core import db
from core.times import from_us

TABLE = """
create table if not exists naive_fixes (
    id uuid primary key default gen_random_uuid(),
    device text not null,
    person_id bigint,
    taken_at timestamptz not null,
    place geography(point) not null,
    accuracy_m real, speed_mps real, course_deg real, battery integer
);
create index if not exists naive_fixes_place on naive_fixes using gist (place);
create index if not exists naive_fixes_device on naive_fixes (device, taken_at);
"""

INSERT = """
insert into naive_fixes (device, person_id, taken_at, place, accuracy_m, speed_mps, course_deg, battery)
select $1::text, w.person_id, $2::timestamptz, st_setsrid(st_makepoint($3, $4), 4326)::geography,
    $5, $6, $7, $8
from devices d
left join wearings w on w.device_id = d.id and w.during @> $2::timestamptz
where d.serial = $1
returning person_id
"""

COVERS = """
select c.id, c.kind, st_covers(z.geom, st_setsrid(st_makepoint($2, $3), 4326)) as is_inside
from orders o
join conditions c on c.order_id = o.id
join zone_versions z on z.zone_id = c.zone_id
where o.person_id = $1 and upper_inf(z.during) and upper_inf(c.during)
"""


class Naive:
    """Runs in a thread of its own, as paho's loop does."""

    def __init__(self, broker_url: tuple[str, int, str, str], database: str) -> None:
        self.host, self.port, self.user, self.password = broker_url
        self.database, self.done, self.began = database, 0, 0.0
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self.thread.start()
        self.ready.wait(20)

    def stop(self) -> None:
        self.client.disconnect()
        self.thread.join(5)

    def _run(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.conn: asyncpg.Connection = self.loop.run_until_complete(db.connect(self.database))
        self.loop.run_until_complete(self.conn.execute(TABLE))
        self.client = Client(CallbackAPIVersion.VERSION2, client_id="bench-naive", clean_session=True)
        self.client.username_pw_set(self.user, self.password)
        self.client.on_connect = lambda client, *_: client.subscribe("em/v1/+/up", 1)
        self.client.on_subscribe = lambda *_: self.ready.set()
        self.client.on_message = self._hear
        self.client.connect(self.host, self.port)
        self.client.loop_forever()
        self.loop.run_until_complete(self.conn.close())

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.began = self.began or time.perf_counter()
        self.loop.run_until_complete(self._take(message.topic.split("/")[2], json.loads(message.payload)))
        self.done += 1

    async def _take(self, serial: str, said: dict[str, float]) -> None:
        person = await self.conn.fetchval(
            INSERT,
            serial,
            from_us(int(said["taken_us"])),
            said["lon"],
            said["lat"],
            said.get("accuracy_m"),
            said.get("speed_mps"),
            said.get("course_deg"),
            said.get("battery"),
        )
        await self.conn.fetch(COVERS, person, said["lon"], said["lat"])
