"""What stands around a platform that runs, and how to mend it: broker, clock, disks, systemd's units."""

import ctypes
import json
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from app import doctor_certificates
from app.findings import Finding
from core.settings import Settings
from tracking.links import Address, Session, packets

PATIENCE_S: Final = 5
ROOM: Final = 0.05
"""Of a disk; below it PostgreSQL's next hours of WAL may not fit."""
ROOM_BYTES: Final = 3_000_000_000
FULL_BYTES: Final = 50_000_000
"""Less than three segments of WAL: PostgreSQL stops, or does not start."""
OFF: Final = timedelta(seconds=2)
"""Half of what a device's clock may be off before its reports are doubted."""
UNSYNCHRONISED: Final = 5
"""TIME_ERROR of adjtimex(2)."""
ACCEPTED, BAD_PASSWORD, NOT_AUTHORISED = 0, 4, 5


def findings(loaded: Settings) -> Iterator[Finding]:
    yield from broker(loaded.mqtt_url)
    yield from disks({loaded.state, loaded.archive, loaded.keys})
    yield from units()


def broker(url: str) -> Iterator[Finding]:
    """Each node is asked as a stranger to the worker's session, which it keeps."""
    session = Session.of(url, client_id="ejazo-doctor", topics=())
    for node in session.brokers:
        yield _node(session, node)


def _node(session: Session, node: Address) -> Finding:
    what, where = "broker", f"{node.host}:{node.port}"
    try:
        code, soon = _answer(session, node)
    except ssl.SSLError as why:
        return doctor_certificates.refused(where, why)
    except OSError as why:
        advice = (
            "start the broker (Mosquitto), and look at EJAZO_MQTT_URL; devices keep what they cannot send"
        )
        return Finding(what, f"{where}: {type(why).__name__}", advice)
    if code in {BAD_PASSWORD, NOT_AUTHORISED}:
        return Finding(what, f"{where} refuses us", "the password in EJAZO_MQTT_URL is not the broker's")
    if code != ACCEPTED:
        return Finding(what, f"{where} answers {code}", "is it an MQTT broker? look at EJAZO_MQTT_URL")
    return Finding(what, f"{where} answers", soon)


def _answer(session: Session, node: Address) -> tuple[int, str]:
    """The code of its CONNACK (-1: it speaks something else), and what is soon to be done."""
    with ExitStack() as closing:
        line, soon = closing.enter_context(socket.create_connection(node, PATIENCE_S)), ""
        if session.is_tls:
            wrapped = ssl.create_default_context().wrap_socket(line, server_hostname=node.host)
            line = secure = closing.enter_context(wrapped)
            ends = (secure.getpeercert() or {}).get("notAfter")
            soon = doctor_certificates.soon(ends if isinstance(ends, str) else None)
        line.sendall(
            packets.connect(session.client_id, session.user, session.password, keepalive_s=5, keeps=False)
        )
        said = line.recv(4)
        line.sendall(packets.DISCONNECT)
    return said[3] if said[:2] == b"\x20\x02" and len(said) == 4 else -1, soon


def clock(here: datetime, *, database: datetime, newest: datetime | None, is_installed: bool) -> Finding:
    """`newest`: the latest pulse on record; one from the future means that a clock was set back."""
    apart = database - here
    if abs(apart) > OFF:
        off = f"{apart.total_seconds():+.0f} s from the database's"
        return Finding("clock", off, "set both machines by NTP (chrony, systemd-timesyncd)")
    if newest is not None and newest - here > OFF:
        back = f"{(newest - here).total_seconds():.0f} s behind the last pulse on record"
        return Finding(
            "clock", back, "a clock was set back: set it by NTP; pulses and reports wait until then"
        )
    if is_installed and _is_adrift():
        return Finding("clock", "nobody sets it", "run chrony or systemd-timesyncd")
    return Finding("clock", "as the database's")


def _is_adrift() -> bool:
    """The kernel says so; where it says nothing, nobody is blamed."""
    if not sys.platform.startswith("linux"):
        return False
    room = ctypes.create_string_buffer(512)
    return int(ctypes.CDLL(None).adjtimex(room)) == UNSYNCHRONISED


def is_full(place: Path) -> bool:
    return shutil.disk_usage(nearest(place)).free < FULL_BYTES


def nearest(place: Path) -> Path:
    """The folder itself, or what is there of the way to it."""
    return next(path for path in (place.absolute(), *place.absolute().parents) if path.exists())


def disks(places: set[Path]) -> Iterator[Finding]:
    """Each disk once, by the first place on it."""
    seen = set()
    for place in sorted(places):
        near = nearest(place)
        if (disk := near.stat().st_dev) not in seen:
            seen.add(disk)
            yield room(near)


def room(near: Path) -> Finding:
    found = shutil.disk_usage(near)
    is_short = found.free < max(ROOM_BYTES, ROOM * found.total)
    advice = (
        "make room before it is full: ejazo archive moves days that are over, a backup that is gone holds the"
        " WAL (docs/runbooks/restore.md)"
    )
    said = f"{found.free / 1e9:.1f} GB ({found.free / found.total:.0%}) free for {near}"
    return Finding("platform's disk", said, advice if is_short else "")


def units() -> Iterator[Finding]:
    """Nothing where systemd has none of ours."""
    program = shutil.which("systemctl")
    if program is None:
        return
    said = subprocess.run(  # noqa: S603 - systemd's own program
        [program, "list-units", "ejazo-*", "--all", "--output=json"],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found = json.loads(said.stdout or "[]")
    except ValueError:
        return
    for one in found:
        is_bad = one["active"] == "failed" or one["load"] not in {"loaded", "masked"}
        advice = f"journalctl -u {one['unit']} -e says why; then systemctl restart {one['unit']}"
        yield Finding(one["unit"], f"{one['active']} ({one['sub']})", advice if is_bad else "")
