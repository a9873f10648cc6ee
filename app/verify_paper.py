"""ejazo verify paper: whether a signed decision holds, by its file alone; what is broken is named."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from app import settings
from core import i18n, signing
from core.i18n import Texts
from core.pkcs7 import verifiers
from core.sealing import Keys
from core.signed import checking, service
from core.signed.checking import Checked, Fault
from core.signing import NotGenuine

Say = Callable[..., str]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--keys",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Public keys as /v1/paper-keys gave them; the keys of this machine unless given.",
)
@click.option(
    "--trust",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of authorities that you trust (*.pem, *.crt, *.cer); those in the file unless given.",
)
@click.option("--language", type=click.Choice(list(i18n.LANGUAGES)), default="en", help="Of the answer.")
def paper(file: Path, *, keys: Path | None, trust: Path | None, language: str) -> None:
    """Check the FILE of a signed decision; exit code 1: it does not hold, or nobody has signed."""
    texts, known = i18n.load(), _known(keys)
    found = checking.checked(file.read_bytes(), known, trust=verifiers.read(trust) if trust else None)
    for line in told(found, texts, language=language, is_compared=trust is not None):
        click.echo(line)
    raise SystemExit(0 if found.signatures and not found.faults else 1)


def _known(file: Path | None) -> dict[str, bytes]:
    """No keys in the file: the statement is by nobody known."""
    if file is None:
        return service.statements(Keys(settings.load().keys)).published()
    try:
        return signing.read_jwks(file.read_bytes())
    except NotGenuine:
        return {}


def told(found: Checked, texts: Texts, *, language: str, is_compared: bool) -> list[str]:
    """What a broken file says of itself is not repeated: it may be anything."""
    say = texts.speaker(language)
    if found.faults:
        return [f"{one.file}: {_fault(one, texts, language)}" for one in found.faults]
    lines = [_decision(found.record, say, language)] if found.record else []
    lines += [_signature(one, say) for one in found.signatures]
    if not found.signatures:
        return [*lines, say("signed.nobody")]
    return [*lines, say("signed.whole"), say("signed.compared" if is_compared else "signed.not_compared")]


def _decision(record: Mapping[str, Any], say: Say, language: str) -> str:
    made_up = f"{say('training.word')}: " if record.get("training") else ""
    what, at = say(f"signed.kind.{record['kind']}"), datetime.fromisoformat(record["decided_at"])
    return f"{made_up}{what}, {record['number']}, {i18n.moment(language, at)}"


def _signature(one: Mapping[str, Any], say: Say) -> str:
    return say(
        "signed.line",
        who=one["shown_as"],
        name=one["name"],
        at=datetime.fromisoformat(one["signed_at"]),
        certificate=one["certificate"],
        checked=say(f"signed.check.{one['checked_by']}"),
    )


def _fault(one: Fault, texts: Texts, language: str) -> str:
    key = f"signed.fault.{one.code}"
    return texts.say(language, key if texts.has(key) else f"problems.{one.code}")
