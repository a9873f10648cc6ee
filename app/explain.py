"""ejazo explain: why a figure of the record is what it is, line by line."""

import asyncio
import re
from collections.abc import Iterator
from datetime import date, datetime

import click

from app import explain_flag, officer, settings
from core import db, i18n
from core.auth import Permission
from core.errors import NotAllowed, Refusal
from core.model import PersonId
from inmates.sentences import service
from inmates.sentences.derivation import Reckoning
from inmates.sentences.service import View
from inmates.sentences.wording import Wording

DIGEST = re.compile(r"[0-9a-f]{64}")


class RuleSet(click.ParamType[date | str]):
    """A day, or the digest of a rule set that was kept."""

    name = "day or digest"

    def convert(
        self, value: date | str, param: click.Parameter | None, ctx: click.Context | None
    ) -> date | str:
        if isinstance(value, date) or DIGEST.fullmatch(value):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is neither a day such as 2022-06-01 nor a digest", param, ctx)


@click.group()
def command() -> None:
    """Say why a figure of the record is what it is."""


command.add_command(explain_flag.command)


@command.command()
@click.argument("person", type=click.IntRange(1))
@click.option("--rules", type=RuleSet(), help="By the law of this day, or by a kept rule set.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="As of this day instead of today.")
@click.option("--language", type=click.Choice(list(i18n.LANGUAGES)), help="Your own unless given.")
@officer.named
def sentence(
    person: int, *, rules: date | str | None, on: datetime | None, language: str | None, login: str, why: str
) -> None:
    """The computation of a PERSON's sentence (the number in the database)."""
    url, day = settings.load().database_url, on.date() if on else None
    found, spoken = asyncio.run(view(url, login, person=PersonId(person), rules=rules, on=day, why=why))
    for line in told(found, Wording(i18n.load(), language or spoken)):
        click.echo(line)


async def view(
    url: str, login: str, *, person: PersonId, rules: date | str | None, on: date | None, why: str
) -> tuple[View, str]:
    """What was read, and the reader's language; the reading is recorded with its reason."""
    engine = db.engine(url)
    try:
        with officer.refusals():
            async with db.transaction(engine) as conn:
                caller = await officer.caller(conn, login)
                if not caller.may(Permission.SENTENCE_READ):
                    raise NotAllowed
                found = await service.read(conn, caller, person=person, by=rules, on=on, why=why)
                return found, caller.language
    finally:
        await engine.dispose()


def told(found: View, words: Wording) -> Iterator[str]:
    outcome = found.outcome
    yield f"{found.person.surname} {found.person.given_name}, {found.person.number}"
    yield words.say("sentences.digest", digest=outcome.law.rules.digest)
    if outcome.refusal:
        yield f"{words.say('sentences.refused')} {_said(outcome.refusal, words)}"
    for one in outcome.computed.sentences if outcome.computed else ():
        yield ""
        yield from steps(one, words)
    if outcome.computed and not outcome.computed.sentences:
        yield words.say("sentences.none")


def steps(found: Reckoning, words: Wording) -> Iterator[str]:
    for number, line in enumerate(words.lines(found.steps), 1):
        yield f"{number:>3}. {line.what}"
        yield f"     {line.sum}"
        if line.article:
            mark = "" if line.reviewed_by else f" ({words.say('sentences.unreviewed')})"
            yield f"     [{line.article}] {line.source}{mark}"
    for doubt in found.doubts:
        yield f"  !  {words.say(f'sentences.doubt.{doubt}')}"


def _said(refusal: Refusal, words: Wording) -> str:
    return words.say(f"problems.{refusal.code}", **refusal.values)
