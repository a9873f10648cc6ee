"""Where a backup keeps what, which base copy serves a moment, and what may go (docs/runbooks/restore.md)."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from app.private import place, postgres
from app.private.process import ServiceError
from core import statutes
from core.calendar import months_after

STAMP: Final = "%Y%m%dT%H%M%SZ"
PARTIAL: Final = ".partial"


@dataclass(frozen=True, slots=True)
class Folder:
    """`base/<stamp>` and its note `base/<stamp>.json`, which is written last; `wal`; `archive`."""

    root: Path

    @property
    def bases(self) -> Path:
        return self.root / "base"

    @property
    def wal(self) -> Path:
        return self.root / "wal"

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    def make(self) -> None:
        for folder in (self.bases, self.wal, self.archive):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def whole(self) -> list["Base"]:
        """Complete ones, the oldest first."""
        return sorted((_base(note) for note in self.bases.glob("*.json")), key=lambda base: base.ended)


@dataclass(frozen=True, slots=True)
class Base:
    path: Path
    began: datetime
    ended: datetime
    """No earlier moment can be reached from it."""
    note: dict[str, Any]


def _base(note: Path) -> Base:
    said = json.loads(note.read_text("utf-8"))
    ended = datetime.fromisoformat(said["ended"])
    return Base(note.with_suffix(""), datetime.fromisoformat(said["began"]), ended, said)


def chosen(bases: Sequence[Base], at: datetime | None) -> Base | None:
    """The newest one from which the moment can be reached; none: the newest."""
    able = [base for base in bases if at is None or base.ended <= at]
    return able[-1] if able else None


def horizon(today: date) -> datetime:
    """As far back as the law wants to be able to go."""
    months = statutes.load("backups").on(today).whole("keep_months")
    since = months_after(today, -months)
    return datetime(since.year, since.month, since.day, tzinfo=UTC)


def too_old(bases: Sequence[Base], *, since: datetime) -> list[Base]:
    """Every moment from `since` on can be reached without them."""
    before = [base for base in bases if base.ended <= since]
    return before[:-1]


def forget(folder: Folder, *, since: datetime) -> int:
    """Bases that are too old, and the WAL that only they need; how many bases."""
    old = too_old(folder.whole(), since=since)
    for base in old:
        base.path.with_suffix(".json").unlink()
        shutil.rmtree(base.path)
    if old and (kept := folder.whole()):
        run("pg_archivecleanup", folder.wal, kept[0].note["wal"])
    return len(old)


def tools() -> Path:
    """The folder of PostgreSQL's programs."""
    found = next(postgres.installations(), None)
    if found is None:
        raise ServiceError("no PostgreSQL with PostGIS is installed: run ./ejazo doctor")
    return found


def argv(tool: str, *args: str | Path) -> list[str]:
    return [str(tools() / tool), *map(str, args)]


def run(tool: str, *args: str | Path) -> str:
    """ServiceError with the tool's own words if it fails."""
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own tools
        argv(tool, *args), env=place.environment(tools()), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ServiceError(f"{tool}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def copy_new(files: Iterable[Path], into: Path) -> int:
    """Files whose names say their content: what is there is the same; each whole or not at all."""
    count = 0
    for file in files:
        if not (into / file.name).exists():
            draft = into / f".{file.name}.new"
            shutil.copyfile(file, draft)
            with draft.open("rb") as written:
                os.fsync(written.fileno())
            draft.rename(into / file.name)
            count += 1
    return count
