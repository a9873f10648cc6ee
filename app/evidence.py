"""ejazo evidence: a bundle for a court, made here, and checked anywhere."""

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path

import click

from app import evidence_text, officer, settings
from core import clock, db, i18n, signing
from core.model import PersonId
from core.sealing import Keys
from core.signing import NotGenuine
from geofence.evidence import checking, signature
from geofence.evidence.model import Asked
from geofence.model import BreachId

LANGUAGE = click.option("--language", type=click.Choice(list(i18n.LANGUAGES)), help="Your own unless given.")


@click.group()
def command() -> None:
    """Make evidence for a court, and check it without network or database."""


@command.command()
@click.option("--person", type=click.IntRange(1), required=True, help="The person's number in the database.")
@click.option("--from", "since", type=officer.Moment(), required=True, help="Local time: 2026-06-01T22:00.")
@click.option("--to", "until", type=officer.Moment(), required=True, help="Up to, but not including.")
@click.option("--act", required=True, help="The number of the act that asks for it.")
@click.option("--breach", type=click.IntRange(1), help="The breach that it is about.")
@click.option("--out", "file", type=click.Path(path_type=Path, dir_okay=False), required=True)
@LANGUAGE
@officer.named
def export(
    *,
    person: int,
    since: datetime,
    until: datetime,
    act: str,
    breach: int | None,
    file: Path,
    language: str | None,
    login: str,
    why: str,
) -> None:
    """Write reports, rules, verdicts and proofs of a time into one signed file."""
    about = BreachId(breach) if breach else None
    asked = Asked(PersonId(person), clock.to_us(since), clock.to_us(until), act, why, about)
    made = asyncio.run(run(login, asked=asked, language=language))
    file.write_bytes(made)
    click.echo(f"{file}: {len(made):,} bytes")


async def run(login: str, *, asked: Asked, language: str | None) -> bytes:
    from dashboards import assets  # noqa: PLC0415 - `verify` starts without them
    from geofence.evidence import service  # noqa: PLC0415

    held = settings.load()
    engine = db.engine(held.database_url)
    try:
        with officer.refusals():
            async with db.transaction(engine) as conn:
                caller = await officer.caller(conn, login)
            async with db.transaction(engine) as conn:
                paper = service.Paper(i18n.load(), assets.fonts(), language or caller.language)
                made = await service.export(conn, caller, asked=asked, keys=Keys(held.keys), paper=paper)
                return made.content
    finally:
        await engine.dispose()


@command.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--keys",
    "published",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The published keys, as /v1/evidence/keys and `evidence keys` give them.",
)
@LANGUAGE
def verify(file: Path, *, published: Path | None, language: str | None) -> None:
    """Say what in FILE holds and what does not; the exit status is 1 if anything does not, and 3 if it is
    from a training platform and about nobody."""
    try:
        known = signing.read_jwks(published.read_bytes()) if published else None
    except NotGenuine as why:
        raise click.BadParameter("no JWK set of Ed25519 keys", param_hint="--keys") from why
    checked = checking.check(file.read_bytes(), known=known)
    spoken = language or checked.manifest.get("made", {}).get("language", i18n.DEFAULT)
    for line in evidence_text.text(checked, i18n.load().speaker(spoken), name=file.name, language=spoken):
        click.echo(line)
    sys.exit(1 if not checked.holds else 3 if checked.is_training else 0)


@command.command("keys")
def print_keys() -> None:
    """Print the public keys, to be published and kept beside bundles."""
    published = signature.published(Keys(settings.load().keys))
    click.echo(json.dumps(signing.as_jwks(published), indent=1, sort_keys=True))
