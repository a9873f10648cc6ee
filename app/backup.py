"""ejazo backup: base copies of the database and its WAL as it is written, beside the archive's files."""

import json
import os
import signal
import subprocess
import time
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from app import backups, settings
from app.backups import STAMP, Folder
from app.private import place, process
from app.private.process import ServiceError
from core import clock
from core.settings import Settings

SLOT: Final = "ejazo_backup"
"""The server keeps what the receiver has not got yet."""
LOOK_S: Final = 10.0


@click.command()
@click.option("--to", "to", type=click.Path(path_type=Path), required=True, help="On another machine's disk.")
@click.option(
    "--every", type=float, help="Go on: the WAL as it is written, and a base copy after so many hours."
)
def command(to: Path, every: float | None) -> None:
    """Copy database and archive; with --every also whatever is written from then on."""
    loaded, folder = settings.load(), Folder(to.resolve())
    folder.make()
    try:
        if every is None:
            tell(once(loaded, folder))
        else:
            go_on(loaded, folder, every_s=every * 3600)
    except ServiceError as why:
        raise click.ClickException(str(why)) from why


def go_on(loaded: Settings, folder: Folder, *, every_s: float) -> None:
    """Until somebody ends it; a receiver that ended is started again."""
    due = 0.0
    with ExitStack() as ending:
        child: subprocess.Popen[bytes] | None = None
        ending.callback(lambda: process.end(child, signal.SIGINT))
        while True:
            if child is None or child.poll() is not None:
                child = receiver(loaded.owner, folder)
            if time.monotonic() >= due:
                tell(once(loaded, folder))
                due = time.monotonic() + every_s
            backups.copy_new(loaded.archive.glob("*.parquet"), folder.archive)
            time.sleep(LOOK_S)


def receiver(url: str, folder: Folder) -> subprocess.Popen[bytes]:
    """Writes and flushes each record as the server sends it; the slot survives both."""
    backups.run("pg_receivewal", "-d", url, "--create-slot", "--if-not-exists", "-S", SLOT)
    told = backups.argv("pg_receivewal", "-d", url, "-D", folder.wal, "-S", SLOT, "--synchronous")
    with (folder.root / "receiver.log").open("ab") as log:
        return process.launch(told, log, who=None, env=place.environment(backups.tools()))


def once(loaded: Settings, folder: Folder) -> Path:
    """A base copy, compared with its manifest; then what is too old goes."""
    began = clock.now()
    path = folder.bases / began.strftime(STAMP)
    backups.run(
        "pg_basebackup",
        *("-d", loaded.owner, "-D", path, "-X", "stream", "-c", "fast"),
        *("--manifest-checksums", "SHA256"),
    )
    backups.run("pg_verifybackup", path)
    backups.copy_new(loaded.archive.glob("*.parquet"), folder.archive)
    _note(path, loaded, began)
    backups.forget(folder, since=backups.horizon(clock.today()))
    return path


def _note(path: Path, loaded: Settings, began: datetime) -> None:
    """Last: a base without a note is not complete. Names of keys and settings, never what is in them."""
    label = (path / "backup_label").read_text("utf-8")
    said = {
        "began": began.isoformat(),
        "ended": clock.now().isoformat(),
        "wal": label.partition("(file ")[2].partition(")")[0],
        "archive": sorted(file.name for file in loaded.archive.glob("*.parquet")),
        "keys": sorted(file.name for file in loaded.keys.glob("*.key")),
        "settings": sorted(name for name in os.environ if name.startswith("EJAZO_")),
    }
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(said, indent=1), "utf-8")
    draft.rename(path.with_suffix(".json"))


def tell(path: Path) -> None:
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    click.echo(f"{path}: {size:,} bytes, compared with its manifest; keys are not in it: keep them apart")
