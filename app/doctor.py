"""ejazo doctor: what this machine has, what it lacks, and what the logs say."""

import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from app import doctor_certificates, doctor_platform, settings
from app.findings import Finding
from app.private import broker, nats, place, postgres, process
from app.private.broker import HOST
from app.supervisor import readers

ROOM_BYTES = 3_000_000_000
HTTP_PORT = 8000
MEANT = {
    "no space left on device": "a disk is full: make room, then everything goes on by itself",
    "diskfullerror": "the database's disk is full: make room, then everything goes on by itself",
    "address already in use": "another program has this port: end it, or choose another port",
    "certificate has expired": doctor_certificates.RENEW,
    "password authentication failed": "the password in EJAZO_DATABASE_URL is not the role's",
}
"""Sayings of PostgreSQL, the broker, TLS and our own processes."""
WORRIES = ("error", "fatal", "panic", "traceback", "refused", "denied")


@click.command()
def command() -> None:
    """Explain what this machine has, what it lacks, and what the logs say."""
    findings = [*machine(), *services(), *running(place.state()), *doctor_platform.findings()]
    for one in findings:
        click.echo(f"  {'ok' if not one.advice else '!!'}  {one.what:<20}{one.found}")
        if one.advice:
            click.echo(f"      {'':<20}→ {one.advice}")
    for log in worrying(place.state()):
        click.echo(f"\n{log} ends:\n{process.tail(log)}")
        for advice in meant(process.tail(log)):
            click.echo(f"→ {advice}")
    if any(one.advice for one in findings):
        raise SystemExit(1)


def machine() -> Iterator[Finding]:
    yield Finding("system", f"{_release()}, {platform.machine()}, {os.cpu_count()} cores")
    yield Finding("Python", f"{platform.python_version()} in {sys.prefix}")
    yield _room()
    yield _locale()
    packages = place.ROOT / "dashboards/web/node_modules/.synced"
    yield Finding("web packages", "installed") if packages.exists() else _missing("web packages")


def services() -> Iterator[Finding]:
    yield _postgres()
    yield _mosquitto()
    yield Finding("NATS", str(nats.program() or "none (only for tests, and past one machine)"))
    own = place.unpacked() / "usr/lib/chromium/chromium"
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or (own if own.exists() else None)
    yield Finding("Chromium", str(chromium or "none (only tests and benchmarks need it)"))
    who = process.owner()
    if who is not None:
        reads = readers(place.ROOT, Path(sys.executable)) is not None
        reader = "platform too" if reads else "the platform as root: that user cannot read this clone"
        yield Finding("services run as", f"user {who.uid} (started by root), {reader}")
    folder = place.socket_folder(place.state() / "pg")
    yield Finding("socket", f"{folder} ({len(os.fsencode(folder))} of {place.LONGEST_SOCKET_FOLDER} bytes)")


def running(state: Path) -> Iterator[Finding]:
    noted = settings.running(state)
    if noted:
        yield Finding("demo", f"runs at {noted.get('address', '?')}, its files are in {state}")
    elif settings.is_held(settings.lock(state)):
        yield Finding("demo", f"is starting or ending, its files are in {state}")
    else:
        yield Finding("demo", "does not run")
        yield _port(HTTP_PORT)
    for name in ("EJAZO_DATABASE_URL", "EJAZO_MQTT_URL"):
        if name in os.environ:
            yield Finding(name, "set: this server is used, no private one is started")


def worrying(state: Path) -> list[Path]:
    """Logs whose last lines hold a complaint."""
    logs = [state / "pg/postgres.log", state / "mq/broker.log", *sorted(state.glob("log/*.log"))]
    setup = place.var() / "setup.log"
    return [log for log in (*logs, setup) if log.exists() and _complains(process.tail(log).lower())]


def meant(text: str) -> list[str]:
    """What is to be done about a line that we know."""
    return [advice for said, advice in MEANT.items() if said in text.lower()]


def _complains(text: str) -> bool:
    return any(word in text for word in WORRIES)


def _release() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        return f"{platform.system()} {platform.release()}"


def _room() -> Finding:
    near = next(p for p in (place.var(), *place.var().parents) if p.exists())
    free = shutil.disk_usage(near).free
    short = free < ROOM_BYTES
    return Finding(
        "disk", f"{free / 1e9:.1f} GB free for {near}", "set EJAZO_VAR to a larger disk" if short else ""
    )


def _locale() -> Finding:
    said = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout  # noqa: S607
    good = "c.utf" in said.lower()
    return Finding(
        "locale", "C.UTF-8" if good else "no C.UTF-8", "" if good else "install the package libc-bin"
    )


def _missing(what: str) -> Finding:
    return Finding(what, "missing", "run ./ejazo demo once: it installs or unpacks what is missing")


def _postgres() -> Finding:
    found = list(postgres.installations())
    if not found:
        return _missing("PostgreSQL+PostGIS")
    versions = ", ".join(f"{postgres.version(folder)} in {folder}" for folder in found)
    try:
        postgres.Cluster(place.state() / "pg")
    except process.ServiceError as why:
        return Finding("PostgreSQL+PostGIS", versions, f"{why}; or remove {place.state()} and start anew")
    return Finding("PostgreSQL+PostGIS", versions)


def _mosquitto() -> Finding:
    found = broker.program()
    if found is None:
        return _missing("Mosquitto")
    said = subprocess.run(  # noqa: S603 - the program we start as well
        [found, "-h"], env=place.environment(found), capture_output=True, text=True, check=False
    )
    return Finding("Mosquitto", f"{said.stdout.splitlines()[0].split()[-1]} in {found}")


def _port(port: int) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return Finding("port", f"{port} is taken: the demo will take another one")
    return Finding("port", f"{port} is free")
