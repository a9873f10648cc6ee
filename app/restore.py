"""ejazo restore: a backup becomes a running database in an empty place, and says what is missing."""

import asyncio
import shutil
import time
from datetime import datetime
from io import StringIO
from pathlib import Path

import click
from alembic.script import ScriptDirectory

from app import backups, ledger, migrate, settings
from app.backups import PARTIAL, Base, Folder
from app.ledger import read_heads
from app.private import postgres, process
from app.private.postgres import Cluster
from app.private.process import ServiceError
from core.ledger import heads as chains
from core.ledger.model import Verdict
from core.settings import Settings

PATIENCE_S = 6 * 3600.0
"""A day's WAL takes its time."""


class Moment(click.ParamType[datetime]):
    name = "time"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time such as 2026-11-27T12:00:00+05:00", param, ctx)
        if found.tzinfo is None:
            self.fail("say the offset from UTC as well", param, ctx)
        return found


@click.command()
@click.option("--from", "source", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--into", type=click.Path(path_type=Path), required=True, help="An empty or new folder.")
@click.option("--at", type=Moment(), help="As it was then; else everything there is.")
@click.option("--keys", type=click.Path(exists=True, path_type=Path), help="The folder of keys, kept apart.")
@click.option("--heads", type=click.Path(exists=True, path_type=Path), help="A witness's heads to compare.")
@click.option("--verify", is_flag=True, help="Then recompute the ledger; exit status 1 if it is broken.")
def command(
    source: Path, into: Path, at: datetime | None, keys: Path | None, heads: Path | None, *, verify: bool
) -> None:
    """Restore into an empty place, start it there, and check it."""
    try:
        cluster = start(Folder(source.resolve()), into.resolve(), at=at)
    except ServiceError as why:
        raise click.ClickException(str(why)) from why
    try:
        _check(Folder(source.resolve()), into.resolve(), cluster, keys, heads, verify=verify)
    finally:
        cluster.stop()


def _check(
    folder: Folder, into: Path, cluster: Cluster, keys: Path | None, heads: Path | None, *, verify: bool
) -> None:
    for line in missing(folder, into, cluster, keys):
        click.echo(f"MISSING {line}")
    if verify:
        verdict = checked(cluster, keys or into / "keys", into / "archive", heads)
        ledger.say(verdict, took=0)
    click.echo(f"restored; start it with EJAZO_DATABASE_URL={cluster.url(settings.DATABASE)}")


def start(folder: Folder, into: Path, *, at: datetime | None = None) -> Cluster:
    """The recovered server, promoted and running; nothing of the backup is changed."""
    base = backups.chosen(folder.whole(), at)
    if base is None:
        raise ServiceError(f"no base copy in {folder.bases} reaches back to {at or 'any moment'}")
    if into.exists() and any(into.iterdir()):
        raise ServiceError(f"{into} is not empty")
    backups.run("pg_verifybackup", base.path)
    began, cluster = time.monotonic(), Cluster(into / "pg")
    _lay_out(folder, base, into, cluster)
    _recover(cluster, into / "wal", at)
    postgres_s, postgres.START_S = postgres.START_S, PATIENCE_S  # type: ignore[assignment]
    try:
        cluster.start()
    finally:
        postgres.START_S = postgres_s
    _point_to(cluster, into / "archive")
    click.echo(f"from {base.path.name}, running after {time.monotonic() - began:.1f} s")
    return cluster


def _lay_out(folder: Folder, base: Base, into: Path, cluster: Cluster) -> None:
    process.folder(into, cluster.owner)
    process.folder(cluster.home, cluster.owner)
    shutil.copytree(base.path, cluster.data)
    shutil.copytree(folder.archive, into / "archive")
    (into / "wal").mkdir()
    for file in folder.wal.iterdir():
        name = file.name.removesuffix(PARTIAL)
        if not (file.name.endswith(PARTIAL) and (folder.wal / name).exists()):
            shutil.copyfile(file, into / "wal" / name)
    for path in (into, *into.rglob("*")):
        process.give(path, cluster.owner)
    cluster.data.chmod(0o700)


def _recover(cluster: Cluster, wal: Path, at: datetime | None) -> None:
    lines = [f'restore_command = \'cp "{wal}/%f" "%p"\'', "hot_standby = off"]
    if at:
        lines += [f"recovery_target_time = '{at.isoformat()}'", "recovery_target_action = 'promote'"]
    with (cluster.data / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
    process.keep(cluster.data / "recovery.signal", "", cluster.owner)


def _point_to(cluster: Cluster, archive: Path) -> None:
    """Files lie elsewhere now; their names are their digests."""
    moved = f"update archived_days set file = '{archive}/' || regexp_replace(file, '^.*/', '')"  # noqa: S608
    cluster.sql(moved, settings.DATABASE)


def missing(folder: Folder, into: Path, cluster: Cluster, keys: Path | None) -> list[str]:
    """What a backup of the database alone does not bring back."""
    newest = folder.whole()[-1]
    noted = cluster.sql("select file from archived_days", settings.DATABASE).splitlines()
    found = [f"file {name}" for name in noted if not Path(name).exists()]
    held = keys or into / "keys"
    found += [f"key {name}" for name in newest.note["keys"] if not (held / name).exists()]
    if (schema := cluster.sql("select version_num from alembic_version", settings.DATABASE)) != head():
        found.append(f"migrations from {schema} to {head()}: run ./ejazo migrate")
    return found


def head() -> str:
    script = ScriptDirectory.from_config(migrate.config("postgresql:///nowhere", StringIO()))
    return script.get_current_head() or ""


def checked(cluster: Cluster, keys: Path, archive: Path, heads: Path | None) -> Verdict:
    """The ledger over what was restored; with a witness's heads also that none of them is missing."""
    loaded = Settings(database_url=cluster.url(settings.DATABASE), keys=keys, archive=archive)
    witnessed = chains.witnessed(read_heads(heads)) if heads else {}
    return asyncio.run(ledger.everything(loaded, (), witnessed))
