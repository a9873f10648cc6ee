"""A real broker behind TLS: whom a certificate lets in, as whom, and until when."""

import asyncio
import signal
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy.ext.asyncio import AsyncEngine

import files
from app.private import process
from app.private.broker import HOST, Broker, admits
from core import clock
from tracking.certificates import ending, folder, rules, service, store
from tracking.certificates.model import Issued, NothingToRevoke, UnfitSerial, UnknownDevice
from tracking.tables import devices

WAIT_S = 10
MINE, OTHER = "EJ-1", "EJ-2"


async def enrolled(engine: AsyncEngine, place: Path, serial: str) -> Issued:
    async with engine.begin() as conn:
        return await service.enrol(conn, place, serial=serial, days=30, now=clock.now())


async def revoke(engine: AsyncEngine, place: Path, serial: str) -> None:
    async with engine.begin() as conn:
        await service.revoke(conn, place, serial=serial, why="lost", now=clock.now())


def keep(made: Issued, place: Path, name: str) -> tuple[Path, Path]:
    found = place / f"{name}.pem", place / f"{name}.key"
    for path, content in zip(found, (made.certificate, made.key), strict=True):
        folder.write(path, content, mode=0o600)
        process.give(path, process.owner())
    return found


def context(place: Path, own: tuple[Path, Path] | None) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=place / folder.CERTIFICATE)
    if own:
        made.load_cert_chain(*own)
    return made


@contextmanager
def connected(broker: Broker, given: ssl.SSLContext) -> Iterator[tuple[mqtt.Client, list[int]]]:
    codes: list[int] = []
    link = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="", protocol=mqtt.MQTTv5)
    link.tls_set_context(given)
    link.on_publish = lambda _c, _u, _mid, code, _p: codes.append(code.value)
    link.connect(HOST, broker.tls_port)
    link.loop_start()
    yield link, codes
    link.disconnect()
    link.loop_stop()


def says(broker: Broker, given: ssl.SSLContext, topic: str) -> int:
    """The broker's answer to one message: 0 and 16 are yes; 16 says that nobody listens."""
    with connected(broker, given) as (link, codes):
        link.publish(topic, b"x", qos=1).wait_for_publish(WAIT_S)
        return codes[0]


def is_refused(broker: Broker, given: ssl.SSLContext) -> bool:
    """TLS 1.3 tells a client of a refused certificate with its first reading."""
    try:
        with (
            socket.create_connection((HOST, broker.tls_port), timeout=WAIT_S) as plain,
            given.wrap_socket(plain, server_hostname=HOST) as line,
        ):
            line.sendall(b"\x10\x0c\0\4MQTT\4\2\0\5\0\0")
            return line.recv(4) != b"\x20\x02\0\0"
    except (ssl.SSLError, ConnectionError):
        return True


@pytest.fixture
async def place(engine: AsyncEngine, home: Path) -> Path:
    """A folder of an authority as `ejazo device` writes it, which the broker's user may read."""
    made = home / f"authority-{next(files.numbers)}"
    for serial in (MINE, OTHER):
        await files.row(engine, devices, serial=serial, model="test", protocol="ejazo")
        keep(await enrolled(engine, made, serial), made, serial)
    keep(
        rules.issue_broker(folder.authority(made, now=clock.now()), HOST, now=clock.now(), days=9),
        made,
        "broker",
    )
    made.chmod(0o711)
    return made


@pytest.fixture
def broker(home: Path, place: Path) -> Iterator[Broker]:
    made = Broker(home / f"mq-tls-{place.name}", authority=place).start()
    yield made
    made.stop()


async def test_a_device_speaks_as_its_certificate_says_until_it_is_revoked(
    engine: AsyncEngine, broker: Broker, place: Path
) -> None:
    mine = context(place, (place / f"{MINE}.pem", place / f"{MINE}.key"))
    other = context(place, (place / f"{OTHER}.pem", place / f"{OTHER}.key"))
    ask = asyncio.to_thread
    assert await ask(says, broker, mine, f"em/v1/{MINE}/up") in {0, 16}
    assert await ask(says, broker, mine, f"em/v1/{OTHER}/up") == 0x87
    assert await ask(says, broker, mine, f"em/v1/{MINE}/down") == 0x87
    with connected(broker, mine) as (early, _), connected(broker, other) as (innocent, _):
        ended = threading.Event()
        early.on_disconnect = lambda *_: ended.set()
        early.publish(f"em/v1/{MINE}/up", b"x", qos=1).wait_for_publish(WAIT_S)
        innocent.publish(f"em/v1/{OTHER}/up", b"x", qos=1).wait_for_publish(WAIT_S)
        await revoke(engine, place, MINE)
        assert broker.child is not None
        broker.child.send_signal(signal.SIGHUP)
        for _ in range(100):
            if "Reloading config" in broker.log.read_text("utf-8", "replace"):
                break
            await asyncio.sleep(0.05)
        assert await ask(is_refused, broker, mine)
        assert early.is_connected(), "what was open stays open by itself"
        async with engine.begin() as conn:
            shut_out = await store.shut_out(conn, now=clock.now())
        assert shut_out == [MINE]
        assert await ask(ending.end, broker.url("ingest"), shut_out) == 1
        assert await ask(ended.wait, WAIT_S), "and is ended by whoever takes the name"
        assert innocent.is_connected()
    assert not await ask(is_refused, broker, other), "the others go on"
    renewed = keep(await enrolled(engine, place, MINE), place, "renewed")
    assert not await ask(is_refused, broker, context(place, renewed)), "a new one opens"


def weak(made: ssl.SSLContext) -> ssl.SSLContext:
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    return made


async def test_without_a_certificate_of_ours_or_with_old_tls_nobody_comes_in(
    broker: Broker, place: Path, tmp_path: Path
) -> None:
    own = place / f"{MINE}.pem", place / f"{MINE}.key"
    foreign = rules.new_authority(folder.NAME, now=clock.now())
    forged = keep(rules.issue_device(foreign, MINE, now=clock.now(), days=9), tmp_path, MINE)
    refused: dict[str, Any] = {
        "none": context(place, None),
        "of another authority": context(place, forged),
        "old TLS": weak(context(place, own)),
        "the broker's own": context(place, (place / "broker.pem", place / "broker.key")),
    }
    came_in = [
        name for name, given in refused.items() if not await asyncio.to_thread(is_refused, broker, given)
    ]
    assert not came_in
    assert not admits(broker.tls_port, "ingest", broker.password("ingest")), "no plain MQTT at this door"


@pytest.mark.parametrize("serial", ["ingest", "gateway", "+", "#", "a/b", "", "x" * 64, "EJ 1", "-x"])
def test_no_certificate_bears_a_name_that_is_another_or_many(serial: str) -> None:
    with pytest.raises(UnfitSerial):
        rules.fit(serial)


async def test_only_registered_devices_are_enrolled_and_only_enrolled_ones_revoked(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    with pytest.raises(UnknownDevice):
        await enrolled(engine, tmp_path, "EJ-404")
    await files.row(engine, devices, serial="EJ-3", model="test", protocol="ejazo")
    with pytest.raises(NothingToRevoke):
        await revoke(engine, tmp_path, "EJ-3")


def test_the_key_of_the_authority_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder.authority(tmp_path / "new", now=clock.now())
    assert (tmp_path / "new" / folder.KEY).stat().st_mode & 0o777 == 0o600
