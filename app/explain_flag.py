"""ejazo explain flag: the signed contributions of an early-warning flag, and what humans made of it."""

import asyncio
from collections.abc import Callable, Iterator

import click

from app import officer, settings
from core import db, i18n
from core.auth import Permission
from core.errors import NotAllowed
from inmates.flags import service
from inmates.flags.model import Decision, Evaluation, FlagId
from inmates.flags.service import Shown

Say = Callable[..., str]


@click.command("flag")
@click.argument("number", type=click.IntRange(1))
@click.option("--language", type=click.Choice(list(i18n.LANGUAGES)), help="Your own unless given.")
@officer.named
def command(number: int, *, language: str | None, login: str, why: str) -> None:
    """The contributions of early-warning flag NUMBER, what would lower it, and what was decided."""
    url = settings.load().database_url
    found, spoken = asyncio.run(view(url, login, flag=FlagId(number), why=why))
    for line in told(found, i18n.load().speaker(language or spoken)):
        click.echo(line)


async def view(url: str, login: str, *, flag: FlagId, why: str) -> tuple[Shown, str]:
    """What was read, and the reader's language; the reading is recorded with its reason."""
    engine = db.engine(url)
    try:
        with officer.refusals():
            async with db.transaction(engine) as conn:
                caller = await officer.caller(conn, login)
                if not caller.may(Permission.FLAG_READ):
                    raise NotAllowed
                return await service.read_one(conn, caller, flag=flag, why=why), caller.language
    finally:
        await engine.dispose()


def told(shown: Shown, t: Say) -> Iterator[str]:
    flag, found = shown.flag, shown.flag.evaluation
    yield t("flag.score", score=found.score, threshold=flag.threshold)
    yield t("flag.model", model=flag.model, version=flag.version, digest=flag.digest)
    if not flag.is_calibrated:
        yield t("flag.uncalibrated")
    yield f"{t('flag.evaluated', on=found.on)}; {t('flag.expires', at=flag.expires_at)}"
    yield from sums(found, t)
    for way in found.lowers:
        when = t("flag.lower_on", by=way.by, on=way.on) if way.on else t("flag.lower_more", by=way.by)
        yield f"        {t(f'flag.input.{way.input}')}: {when}"
    yield decided(shown.decision, t) if shown.decision else t("flag.waits")


def sums(found: Evaluation, t: Say) -> Iterator[str]:
    for one in found.contributions:
        days = ", ".join(map(str, one.days)) or "—"
        yield f"  {one.points:+4}  {t(f'flag.input.{one.input}')}: {one.counted} × {one.each:+} ({days})"
    for missing in found.missing:
        yield f"     —  {t(f'flag.input.{missing}')}: {t('flag.unknown')}"
    total = sum(one.points for one in found.contributions)
    yield f"  {total:+4}  {t('flag.sum')} ({t('flag.coverage', percent=found.coverage)})"


def decided(decision: Decision, t: Say) -> str:
    verb = t("flag.agreed" if decision.agrees else "flag.overridden")
    asked = "; ".join(t(f"flag.effect.{one}") for one in decision.effects)
    return f"{decision.name}, {verb}: {decision.reason}" + (f" ({asked})" if asked else "")
