"""The private broker: whom it admits, what they may say and hear, and what it keeps."""

import os
import queue
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from app.private import broker as broker_module
from app.private.broker import Broker, hashed
from app.private.process import ServiceError

WAIT_S = 10
NOT_AUTHORIZED = 0x87


class Client:
    """An MQTT 5 client whose answers can be waited for."""

    def __init__(self, url: str, name: str, *, lasting: bool = False) -> None:
        address = urlsplit(url)
        self.heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.codes: queue.Queue[int] = queue.Queue()
        self.connected = threading.Event()
        self.mqtt = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv5)
        self.mqtt.username_pw_set(address.username, address.password)
        self.mqtt.on_connect = lambda *_: self.connected.set()
        self.mqtt.on_publish = lambda _c, _u, _mid, code, _p: self.codes.put(code.value)
        self.mqtt.on_subscribe = lambda _c, _u, _mid, codes, _p: self.codes.put(codes[0].value)
        self.mqtt.on_message = lambda _c, _u, message: self.heard.put((message.topic, message.payload))
        wishes = Properties(PacketTypes.CONNECT)
        wishes.SessionExpiryInterval = 3600 if lasting else 0
        self.mqtt.connect(
            address.hostname or "", address.port or 0, clean_start=not lasting, properties=wishes
        )
        self.mqtt.loop_start()
        assert self.connected.wait(WAIT_S)

    def publish(self, topic: str, payload: bytes) -> int:
        self.mqtt.publish(topic, payload, qos=1)
        return self.codes.get(timeout=WAIT_S)

    def subscribe(self, topic: str) -> int:
        self.mqtt.subscribe(topic, qos=1)
        return self.codes.get(timeout=WAIT_S)

    def close(self) -> None:
        self.mqtt.disconnect()
        self.mqtt.loop_stop()


@contextmanager
def client(broker: Broker, user: str, *, lasting: bool = False) -> Iterator[Client]:
    made = Client(broker.url(user), f"test-{user}", lasting=lasting)
    yield made
    made.close()


@pytest.fixture
def own(home: Path) -> Iterator[Broker]:
    made = Broker(home / "mq-own").start()
    yield made
    made.stop()


def test_a_device_speaks_for_itself_alone(broker: Broker) -> None:
    with client(broker, "ingest") as ingest, client(broker, "EJ-1") as device:
        ingest.subscribe("em/v1/+/up")
        ingest.subscribe("em/v1/+/past")
        assert device.publish("em/v1/EJ-1/up", b"own") in {0, 0x10}
        assert device.publish("em/v1/EJ-2/up", b"foreign") == NOT_AUTHORIZED
        assert device.publish("em/v1/EJ-2/past", b"foreign") == NOT_AUTHORIZED
        assert device.publish("em/v1/EJ-1/past", b"memory") in {0, 0x10}
        assert device.publish("em/v1/EJ-1/down", b"its own orders") == NOT_AUTHORIZED
        assert device.publish("em/v1/EJ-1/up", b"last") in {0, 0x10}
        heard = [ingest.heard.get(timeout=WAIT_S) for _ in range(3)]
    assert heard == [
        ("em/v1/EJ-1/up", b"own"), ("em/v1/EJ-1/past", b"memory"), ("em/v1/EJ-1/up", b"last")
    ]  # fmt: skip


def test_a_device_hears_its_own_orders_alone(broker: Broker) -> None:
    with client(broker, "ingest") as ingest, client(broker, "EJ-3") as device:
        device.subscribe("em/v1/+/down")
        for serial in ("EJ-4", "EJ-3"):
            ingest.publish(f"em/v1/{serial}/down", serial.encode())
        assert device.heard.get(timeout=WAIT_S) == ("em/v1/EJ-3/down", b"EJ-3")


def test_a_gateway_speaks_for_many_but_gives_no_orders(broker: Broker) -> None:
    with client(broker, "ingest") as ingest, client(broker, "gateway") as gateway:
        ingest.subscribe("em/v1/+/up")
        ingest.subscribe("owntracks/+/+")
        assert gateway.publish("em/v1/EJ-7/up", b"7") == 0
        assert gateway.publish("owntracks/somebody/phone", b"8") == 0
        assert gateway.publish("em/v1/EJ-7/down", b"!") == NOT_AUTHORIZED
        assert {ingest.heard.get(timeout=WAIT_S)[1] for _ in range(2)} == {b"7", b"8"}


def test_the_worker_does_not_speak_as_a_device(broker: Broker) -> None:
    with client(broker, "ingest") as ingest:
        assert ingest.publish("em/v1/EJ-1/up", b"forged") == NOT_AUTHORIZED


@pytest.mark.parametrize(("user", "password"), [("", ""), ("ingest", ""), ("EJ-1", "guess"), ("nobody", "x")])
def test_strangers_stay_outside(broker: Broker, user: str, password: str) -> None:
    broker.enrol("EJ-1")
    assert not broker.admits(user, password)


def test_what_was_acknowledged_waits_for_an_absent_worker(own: Broker) -> None:
    """Also with far more messages than Mosquitto would queue by default."""
    with client(own, "ingest", lasting=True) as ingest:
        ingest.subscribe("em/v1/+/up")
    with client(own, "gateway") as gateway:
        for number in range(3000):
            gateway.mqtt.publish("em/v1/EJ-1/up", b"%d" % number, qos=1)
        assert {gateway.codes.get(timeout=WAIT_S) for _ in range(3000)} == {0}
    own.stop()
    own.start()
    with client(own, "ingest", lasting=True) as ingest:
        heard = [int(ingest.heard.get(timeout=WAIT_S)[1]) for _ in range(3000)]
    assert heard == list(range(3000))


def test_passwords_and_address_outlive_kill_9(own: Broker) -> None:
    assert own.child is not None
    before = own.url("EJ-9")
    os.kill(own.child.pid, signal.SIGKILL)
    own.child.wait()
    own.start()
    assert own.url("EJ-9") == before


def test_a_port_that_its_clients_know_is_not_exchanged_for_another(own: Broker) -> None:
    own.stop()
    with socket.create_server(("127.0.0.1", own.port)), pytest.raises(ServiceError, match="in use"):
        own.start()


def test_a_port_that_is_taken_meanwhile_is_exchanged(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        ports = iter((taken, 0))
        real = broker_module.free_port
        monkeypatch.setattr(broker_module, "free_port", lambda: next(ports) or real())
        made = Broker(home / "mq-taken").start()
        made.stop()
    assert made.port != taken


def test_many_devices_are_enrolled_at_once(own: Broker) -> None:
    own.enrol(*(f"MANY-{n}" for n in range(2000)))
    assert own.admits("MANY-0", own.password("MANY-0"))


def test_a_password_is_never_stored_as_such(own: Broker) -> None:
    stored = (own.home / "passwords").read_text()
    assert own.password("ingest") not in stored
    assert hashed("same") != hashed("same")


def test_the_broker_runs_as_an_ordinary_user(broker: Broker) -> None:
    assert broker.child is not None
    assert Path(f"/proc/{broker.child.pid}").stat().st_uid != 0
