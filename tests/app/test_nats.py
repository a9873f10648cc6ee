"""One NATS node: whom it admits, what they may say and hear, and that it counts the shards as we do."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from app.private import broker
from app.private.nats import Nats
from app.private.process import ServiceError
from tracking import sharding

WAIT_S = 20
SHARDS = 7
REFUSED = 0x80


@pytest.fixture(scope="module")
def nats(home: Path) -> Iterator[Nats]:
    made = Nats(home / "nats-one", nodes=1, shards=SHARDS).start()
    yield made
    made.stop()


class Peer:
    """An MQTT 3.1.1 client whose answers can be waited for."""

    def __init__(self, nats: Nats, user: str) -> None:
        nats.enrol(user)
        self.heard, self.codes = queue.Queue[tuple[str, bytes]](), queue.Queue[int]()
        connected = threading.Event()
        self.mqtt = Client(CallbackAPIVersion.VERSION2, client_id=f"test-{user}")
        self.mqtt.username_pw_set(user, nats.password(user))
        self.mqtt.on_connect = lambda *_: connected.set()
        self.mqtt.on_message = self._hear
        self.mqtt.on_subscribe = lambda _c, _u, _mid, codes, _p: self.codes.put(codes[0].value)
        self.mqtt.connect(broker.HOST, nats.ports[0])
        self.mqtt.loop_start()
        assert connected.wait(WAIT_S)

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.heard.put((message.topic, message.payload))

    def subscribe(self, topic: str) -> int:
        self.mqtt.subscribe(topic, qos=1)
        return self.codes.get(timeout=WAIT_S)

    def publish(self, topic: str, payload: bytes = b"x") -> None:
        self.mqtt.publish(topic, payload, qos=1).wait_for_publish(WAIT_S)

    def hears(self) -> tuple[str, bytes]:
        return self.heard.get(timeout=WAIT_S)


@contextmanager
def peers(nats: Nats, *users: str) -> Iterator[list[Peer]]:
    made = [Peer(nats, user) for user in users]
    yield made
    for one in made:
        one.mqtt.disconnect()
        one.mqtt.loop_stop()


def test_the_server_puts_each_device_where_we_expect_it(nats: Nats) -> None:
    serials = [f"EM-{n}" for n in range(100)] + ["Z", "a_b-C", "0" * 64]
    with peers(nats, "ingest", "gateway") as (ingest, gateway):
        ingest.subscribe("p/+/em/v1/+/up")
        ingest.subscribe("p/+/em/v1/+/past")
        for serial in serials:
            for way in ("up", "past"):
                gateway.publish(f"em/v1/{serial}/{way}")
        heard = {ingest.hears()[0] for _ in range(2 * len(serials))}
    shards = {s: sharding.shard_of(s, SHARDS) for s in serials}
    assert heard == {f"p/{shards[s]}/em/v1/{s}/{way}" for s in serials for way in ("up", "past")}


def test_a_phone_counts_by_user_and_device(nats: Nats) -> None:
    with peers(nats, "ingest", "gateway") as (ingest, gateway):
        ingest.subscribe("p/+/owntracks/+/+")
        gateway.publish("owntracks/somebody/phone")
        shard = sharding.shard_of("somebody/phone", SHARDS)
        assert ingest.hears()[0] == f"p/{shard}/owntracks/somebody/phone"


def test_a_worker_hears_its_own_shard_alone(nats: Nats) -> None:
    inside, outside = (
        next(f"W-{n}" for n in range(999) if (sharding.shard_of(f"W-{n}", SHARDS) == 2) is wanted)
        for wanted in (True, False)
    )
    with peers(nats, "ingest", "gateway") as (ingest, gateway):
        ingest.subscribe("p/2/em/v1/+/up")
        for serial in (outside, inside):
            gateway.publish(f"em/v1/{serial}/up", serial.encode())
        assert ingest.hears() == (f"p/2/em/v1/{inside}/up", inside.encode())


def test_who_names_a_shard_himself_is_put_into_the_right_one(nats: Nats) -> None:
    wrong = (sharding.shard_of("EJ-1", SHARDS) + 1) % SHARDS
    with peers(nats, "ingest", "EJ-1") as (ingest, device):
        ingest.subscribe("p/+/em/v1/+/up")
        device.publish(f"p/{wrong}/em/v1/EJ-1/up", b"forged")
        assert ingest.hears() == (f"p/{sharding.shard_of('EJ-1', SHARDS)}/em/v1/EJ-1/up", b"forged")


def test_a_device_speaks_for_itself_alone(nats: Nats) -> None:
    with peers(nats, "ingest", "EJ-1") as (ingest, device):
        ingest.subscribe("p/+/em/v1/+/up")
        for topic in (
            "em/v1/EJ-2/up",
            "em/v1/EJ-1/down",
            "em/v1/EJ-2/past",
            "owntracks/EJ-2/phone",
            "em/v1/EJ-1/up",
        ):
            device.publish(topic, topic.encode())
        assert ingest.hears()[1] == b"em/v1/EJ-1/up"


def test_a_device_hears_its_own_orders_alone(nats: Nats) -> None:
    with peers(nats, "ingest", "EJ-3") as (ingest, device):
        assert device.subscribe("em/v1/+/down") == REFUSED
        assert device.subscribe("p/+/em/v1/+/up") == REFUSED
        assert device.subscribe("em/v1/EJ-3/down") == 1
        for serial in ("EJ-4", "EJ-3"):
            ingest.publish(f"em/v1/{serial}/down", serial.encode())
        assert device.hears() == ("em/v1/EJ-3/down", b"EJ-3")


def test_the_worker_does_not_speak_as_a_device(nats: Nats) -> None:
    with peers(nats, "ingest", "gateway") as (ingest, gateway):
        ingest.subscribe("p/+/em/v1/+/up")
        ingest.publish("em/v1/EJ-1/up", b"forged")
        gateway.publish("em/v1/EJ-1/up", b"true")
        assert ingest.hears()[1] == b"true"


@pytest.mark.parametrize(("user", "word"), [("", ""), ("ingest", ""), ("EJ-1", "guess"), ("nobody", "x")])
def test_strangers_stay_outside(nats: Nats, user: str, word: str) -> None:
    nats.enrol("EJ-1")
    assert not broker.admits(nats.ports[0], user, word)


def test_a_serial_with_a_dot_is_no_users_name(nats: Nats) -> None:
    with pytest.raises(ServiceError, match="cannot carry"):
        nats.enrol("EM.1")


def test_a_dot_in_a_topic_ends_the_connection_or_counts_as_we_count_it(nats: Nats) -> None:
    """Servers before 2.10 do the first, later ones the second."""
    with peers(nats, "ingest", "gateway") as (ingest, gateway):
        ingest.subscribe("p/+/em/v1/+/up")
        gateway.mqtt.on_disconnect = lambda *_: ingest.heard.put(("gone", b""))
        gateway.mqtt.publish("em/v1/EM.1/up", b"x", qos=1)
        assert ingest.hears()[0] in {"gone", f"p/{sharding.shard_of('EM.1', SHARDS)}/em/v1/EM.1/up"}


def test_the_node_runs_as_an_ordinary_user(nats: Nats) -> None:
    (node,) = nats.nodes
    assert node.child is not None
    assert Path(f"/proc/{node.child.pid}").stat().st_uid != 0


def test_passwords_and_address_outlive_kill_9(home: Path) -> None:
    own = Nats(home / "nats-own", nodes=1).start()
    before = own.url("EJ-9")
    own.nodes[0].kill()
    own.start()
    assert own.url("EJ-9") == before
    assert broker.admits(own.ports[0], "EJ-9", own.password("EJ-9"))
    own.stop()
