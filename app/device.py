"""ejazo device: certificates of devices and of the broker from the local authority, and keys that seal."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from app import settings
from core import clock, db
from core.errors import Refusal
from core.sealing import Keys
from core.settings import Settings
from tracking.certificates import ending, folder, rules, service, store
from tracking.certificates.model import Issued
from tracking.seals import service as seals
from tracking.seals.model import Demand, Enrolled

DEVICE_DAYS: Final = 730
BROKER_DAYS: Final = 397
DEMAND = click.Choice([one.value for one in Demand])
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group
def command() -> None:
    """Enrol devices with certificates of their own, and revoke them; certify the broker."""


@command.command
@click.argument("serial")
@click.option("--days", default=DEVICE_DAYS, show_default=True, help="How long it holds.")
@click.option("--out", type=FOLDER, default=Path(), help="Where SERIAL.pem and SERIAL.key go.")
def enrol(serial: str, days: int, out: Path) -> None:
    """A certificate with its key, and a key that seals, for a registered device; each is shown this once."""
    loaded = settings.load()
    now = clock.now()
    made = _run(loaded, lambda conn: service.enrol(conn, loaded.authority, serial=serial, days=days, now=now))
    _write(out, serial, made)
    _seal(out, serial, _run(loaded, lambda conn: _enrolled(conn, loaded, serial, demand=None)))


@command.command
@click.argument("serial")
@click.option(
    "--demand", type=DEMAND, help="Whether plain messages are refused.  [default: the first key: yes]"
)
@click.option("--out", type=FOLDER, default=Path(), help="Where SERIAL.seal goes.")
def key(serial: str, demand: str | None, out: Path) -> None:
    """A key by which the device seals its messages; one that it has goes on for a week."""
    loaded = settings.load()
    wanted = Demand(demand) if demand else None
    _seal(out, serial, _run(loaded, lambda conn: _enrolled(conn, loaded, serial, demand=wanted)))


@command.command
@click.option("--demand", type=DEMAND, default=Demand.REQUIRED.value, show_default=True)
@click.option("--out", type=FOLDER, required=True, help="Where each SERIAL.seal goes.")
def keys(demand: str, out: Path) -> None:
    """A key for every registered device that never had one."""
    loaded = settings.load()
    made = _run(loaded, lambda conn: _everybody(conn, loaded, demand=Demand(demand)))
    for serial, one in made.items():
        _seal(out, serial, one, is_told=False)
    click.echo(f"{len(made)} keys in {out}")


@command.command
@click.argument("serial")
@click.argument("demand", type=DEMAND)
def demand(serial: str, demand: str) -> None:
    """Refuse plain messages of a device that has a key, or take them."""
    _run(settings.load(), lambda conn: _asked(conn, serial, demand=Demand(demand)))
    click.echo(f"{serial}: seals are {demand}")


@command.command
@click.argument("serial")
@click.option("--why", required=True, help="For the audit: lost, stolen, out of service.")
def revoke(serial: str, why: str) -> None:
    """None of the device's certificates opens the broker any more, once it has read crl.pem anew; its keys
    seal nothing from now on."""
    loaded = settings.load()
    now = clock.now()
    ended = _run(loaded, lambda conn: _ended(conn, serial, why=why))
    click.echo(f"{serial}: {ended} keys ended")
    count = _run(loaded, lambda conn: service.revoke(conn, loaded.authority, serial=serial, why=why, now=now))
    click.echo(
        f"{serial}: {count} revoked; let the broker read {loaded.authority / folder.REVOKED} anew, "
        "then end what is still open: ejazo device end"
    )


@command.command
@click.argument("host")
@click.option("--days", default=BROKER_DAYS, show_default=True, help="How long it holds.")
@click.option("--out", type=FOLDER, default=Path(), help="Where HOST.pem and HOST.key go.")
def broker(host: str, days: int, out: Path) -> None:
    """A certificate and key for the broker, under the name or address by which devices reach it."""
    authority = folder.authority(settings.load().authority, now=clock.now())
    _write(out, host, rules.issue_broker(authority, host, now=clock.now(), days=days))


@command.command
def renew() -> None:
    """Write the list of the revoked anew: once a month, from a timer."""
    loaded = settings.load()
    now = clock.now()
    _run(loaded, lambda conn: service.write_list(conn, loaded.authority, now=now))
    click.echo(str(loaded.authority / folder.REVOKED))


@command.command
def end() -> None:
    """Close what revoked devices still have open; after the broker has read crl.pem anew."""
    loaded = settings.load()
    shut_out = _run(loaded, lambda conn: store.shut_out(conn, now=clock.now()))
    try:
        count = ending.end(loaded.mqtt_url, shut_out)
    except OSError as why:
        raise click.ClickException(f"the broker does not answer: {why}") from why
    click.echo(f"{count} of {len(shut_out)} names taken")


@command.command(name="list")
def show() -> None:
    """Every certificate: device, number, until when, whether revoked."""
    for one in _run(settings.load(), store.listed):
        state = f"revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else "in force"
        click.echo(f"{one.serial:<24}{one.number:040x}  until {one.ends_at:%Y-%m-%d}  {state}")


def _write(out: Path, name: str, made: Issued) -> None:
    out.mkdir(parents=True, exist_ok=True)
    folder.write(out / f"{name}.pem", made.certificate, mode=0o644)
    folder.write(out / f"{name}.key", made.key, mode=0o600)
    click.echo(f"{out / name}.pem and .key, until {made.ends_at:%Y-%m-%d}")


def _seal(out: Path, serial: str, made: Enrolled, *, is_told: bool = True) -> None:
    """For the device, or the simulator; the platform's own copy is sealed."""
    out.mkdir(parents=True, exist_ok=True)
    said = {"serial": serial, "number": made.number, "key": made.key.hex()}
    folder.write(out / f"{serial}.seal", json.dumps(said).encode(), mode=0o600)
    if is_told:
        click.echo(f"{out / serial}.seal, key {made.number}")


async def _enrolled(
    conn: AsyncConnection, loaded: Settings, serial: str, *, demand: Demand | None
) -> Enrolled:
    device = await service.named(conn, serial)
    return await seals.enrol(conn, Keys(loaded.keys), device=device, demand=demand, now=clock.now())


async def _everybody(conn: AsyncConnection, loaded: Settings, *, demand: Demand) -> dict[str, Enrolled]:
    sealing, now = Keys(loaded.keys), clock.now()
    return {
        serial: await seals.enrol(conn, sealing, device=device, demand=demand, now=now)
        for device, serial in await seals.keyless(conn)
    }


async def _asked(conn: AsyncConnection, serial: str, *, demand: Demand) -> None:
    await seals.ask(conn, device=await service.named(conn, serial), demand=demand)


async def _ended(conn: AsyncConnection, serial: str, *, why: str) -> int:
    return await seals.end(conn, device=await service.named(conn, serial), why=why, now=clock.now())


def _run(loaded: Settings, deed: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
    try:
        return asyncio.run(_in_transaction(loaded.database_url, deed))
    except Refusal as refusal:
        raise click.ClickException(refusal.code) from refusal


async def _in_transaction(url: str, deed: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
    engine = db.engine(url)
    try:
        async with db.transaction(engine) as conn:
            return await deed(conn)
    finally:
        await engine.dispose()
