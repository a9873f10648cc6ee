"""ejazo device: certificates of devices and of the broker from the local authority."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from app import settings
from core import clock, db
from core.errors import Refusal
from core.settings import Settings
from tracking.certificates import ending, folder, rules, service, store
from tracking.certificates.model import Issued

DEVICE_DAYS: Final = 730
BROKER_DAYS: Final = 397
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group
def command() -> None:
    """Enrol devices with certificates of their own, and revoke them; certify the broker."""


@command.command
@click.argument("serial")
@click.option("--days", default=DEVICE_DAYS, show_default=True, help="How long it holds.")
@click.option("--out", type=FOLDER, default=Path(), help="Where SERIAL.pem and SERIAL.key go.")
def enrol(serial: str, days: int, out: Path) -> None:
    """A certificate and key for a registered device; the key is kept nowhere else."""
    loaded = settings.load()
    now = clock.now()
    made = _run(loaded, lambda conn: service.enrol(conn, loaded.authority, serial=serial, days=days, now=now))
    _write(out, serial, made)


@command.command
@click.argument("serial")
@click.option("--why", required=True, help="For the audit: lost, stolen, out of service.")
def revoke(serial: str, why: str) -> None:
    """None of the device's certificates opens the broker any more, once it has read crl.pem anew."""
    loaded = settings.load()
    now = clock.now()
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
