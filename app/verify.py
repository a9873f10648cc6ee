"""ejazo verify: whether a paper of the platform is genuine, without asking the platform."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from app import settings, verify_paper, verify_proof
from core import i18n, signing
from core.sealing import Keys
from core.signing import NotGenuine
from messaging.receipts import service, wire
from messaging.receipts.model import Receipt

LONGEST_PATH: Final = 4096


@click.group()
def command() -> None:
    """Check a paper of the platform; exit code 0: genuine, 1: not."""


command.add_command(verify_proof.proof)
command.add_command(verify_paper.paper)


@command.command()
@click.argument("receipt")
@click.option(
    "--keys",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Public keys as /v1/receipt-keys gave them; the keys of this machine unless given.",
)
@click.option(
    "--content",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What was handed in: is it what the receipt is for?",
)
@click.option("--language", type=click.Choice(list(i18n.LANGUAGES)), default="en", help="Of the answer.")
def receipt(receipt: str, *, keys: Path | None, content: Path | None, language: str) -> None:
    """Check a RECEIPT: its signed text (from the QR code), or a file that holds it."""
    say = i18n.load().speaker(language)
    try:
        found = wire.checked(wire.found(read(receipt)), public(keys))
    except NotGenuine as wrong:
        click.echo(say(f"receipt.doubt.{wrong.code}"))
        raise SystemExit(1) from wrong
    for line in told(found, say):
        click.echo(line)
    if content is not None:
        same = wire.matches(found, content.read_bytes())
        click.echo(say("receipt.same_content" if same else "receipt.other_content"))
        raise SystemExit(0 if same else 1)


def read(given: str) -> str:
    """A file where there is one of this name, else the text itself."""
    path = Path(given)
    if len(given) <= LONGEST_PATH and "\0" not in given and "." in given and is_file(path):
        return path.read_text("utf-8", errors="replace")
    return given


def is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a signed text is too long for a name
        return False


def public(file: Path | None) -> dict[str, bytes]:
    if file is None:
        return service.signer(Keys(settings.load().keys)).published()
    return signing.read_jwks(file.read_bytes())


def told(found: Receipt, say: Callable[..., str]) -> list[str]:
    return [
        say("receipt.genuine"),
        say("receipt.line.number", number=found.number),
        say("receipt.line.registered", on=found.registered_at or found.registered_on),
        say("receipt.line.due", on=found.due_on),
        say("receipt.line.regime", regime=found.regime),
        say("receipt.line.content", digest=found.content.hex()),
    ]
