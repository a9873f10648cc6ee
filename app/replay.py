"""ejazo replay: a time of a person folded again, by the rules of then, of now, or of a draft."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg
import click

from app import officer, replay_text, settings
from core import clock, db
from core.model import PersonId
from geofence import drafts, hearing, policies, reading, trial
from geofence import replay as folding
from geofence.drafts import Draft
from geofence.hearing import Hearing
from geofence.store import record
from geofence.trial import Trial

RULES = re.compile(r"then|now|draft:(?P<draft>[\w-]+)")
FOLDER = Path("drafts")


@dataclass(frozen=True, slots=True)
class Asked:
    """Microseconds, [since, until)."""

    person: PersonId
    since_us: int
    until_us: int
    rules: str

    def __str__(self) -> str:
        period = f"{replay_text.local(self.since_us)} to {replay_text.local(self.until_us)} (Tashkent)"
        return f"person {self.person}, {period}, rules: {self.rules}"


@click.command
@click.option("--person", type=click.IntRange(1), required=True, help="The person's number in the database.")
@click.option("--from", "since", type=officer.Moment(), required=True, help="Local time: 2026-06-01T22:00.")
@click.option("--to", "until", type=officer.Moment(), required=True, help="Up to, but not including.")
@click.option("--rules", default="then", show_default=True, help="then, now, or draft:NAME.")
@click.option(
    "--drafts",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=FOLDER,
    envvar="EJAZO_DRAFTS",
    show_default=True,
    help="Where NAME.toml (values of a policy) and NAME.json (zones and hours) are.",
)
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write it here too.")
@officer.named
def command(
    *,
    login: str,
    why: str,
    person: int,
    since: datetime,
    until: datetime,
    rules: str,
    folder: Path,
    file: Path | None,
) -> None:
    """Judge stored reports again. By the rules of then, every byte must be as it is on record, or the exit
    status is 1; by others, the output is what would have been otherwise."""
    match = RULES.fullmatch(rules)
    if match is None:
        raise click.BadParameter("then, now or draft:NAME", param_hint="--rules")
    heard_us = clock.now_us() - folding.PATIENCE_US  # reports of the last moments are still on their way
    asked = Asked(PersonId(person), clock.to_us(since), min(clock.to_us(until), heard_us), rules)
    draft = load(folder, match["draft"]) if match["draft"] else None
    found, names = asyncio.run(run(settings.load().database_url, login, asked=asked, why=why, draft=draft))
    click.echo(f"{asked}\n{replay_text.text(found, names)}")
    if file:
        told = {"asked": str(asked), **replay_text.plain(found)}
        file.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", "utf-8")
    sys.exit(0 if isinstance(found, Trial) or found.is_identical else 1)


def load(folder: Path, name: str) -> Draft:
    """The draft from NAME.toml, NAME.json, or both."""
    texts = {}
    for ending in ("toml", "json"):
        path = folder / f"{name}.{ending}"
        texts[ending] = path.read_text("utf-8") if path.is_file() else None
    if not any(texts.values()):
        raise click.ClickException(f"there is neither {name}.toml nor {name}.json in {folder}")
    with officer.refusals():
        base = policies.valid_at(clock.now_us())
        return drafts.read(f"draft:{name}", policy=texts["toml"], conditions=texts["json"], base=base)


async def run(
    url: str, login: str, *, asked: Asked, why: str, draft: Draft | None
) -> tuple[Hearing | Trial, dict[int, str]]:
    """Records the reading first, whatever comes of it; gives what was found and the names of the zones."""
    with officer.refusals():
        await admit(url, login, asked=asked, why=why)
        async with snapshot(url) as conn:
            return await _found(conn, asked, draft), await record.called(conn, asked.person)


async def admit(url: str, login: str, *, asked: Asked, why: str) -> None:
    engine = db.engine(url)
    try:
        async with db.transaction(engine) as conn:
            await reading.replayed(
                conn,
                await officer.caller(conn, login),
                person=asked.person,
                since=clock.from_us(asked.since_us),
                until=clock.from_us(asked.until_us),
                rules=asked.rules,
                why=why,
            )
    finally:
        await engine.dispose()


@asynccontextmanager
async def snapshot(url: str) -> AsyncIterator[asyncpg.Connection]:
    """The worker goes on writing; all that is compared is of one moment, and nothing can be changed."""
    conn = await db.connect(url)
    try:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            yield conn
    finally:
        await conn.close()


async def _found(conn: asyncpg.Connection, asked: Asked, draft: Draft | None) -> Hearing | Trial:
    period = {"since_us": asked.since_us, "until_us": asked.until_us}
    if asked.rules == "then":
        return await hearing.hear(conn, asked.person, **period)
    rules = trial.of_now(clock.now_us()) if draft is None else await trial.of_draft(conn, draft)
    return await trial.attempt(conn, asked.person, rules=rules, **period)
