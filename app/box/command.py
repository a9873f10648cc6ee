"""The commands of ejazo box: keys, open, answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from app.box import opening
from app.box.opening import CannotOpen, Pair
from core import clock, i18n
from messaging.sealed import rules

SHORTEST: Final = 14
"""Characters of a passphrase: it stands between a stolen stick and every letter."""
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW = click.Path(exists=False, path_type=Path)
PASSPHRASE = click.option(
    "--passphrase", prompt=True, hide_input=True, envvar="EJAZO_PASSPHRASE", help="Asked for where not given."
)


@click.group()
def command() -> None:
    """Empty a sealed box: for the addressee's own machine, which needs no network and no database."""


@command.command()
@click.argument("box")
@click.option("--out", type=NEW, required=True, help="The private file; beside it, .public.json.")
@click.option(
    "--endorsed-by", type=FILE, help="The private file before this one: it vouches for the new key."
)
@PASSPHRASE
def keys(box: str, *, out: Path, endorsed_by: Path | None, passphrase: str) -> None:
    """Make the keys of a BOX: ombudsman, prosecutor, central or lawyer-NUMBER."""
    if len(passphrase) < SHORTEST:
        raise click.BadParameter(f"at least {SHORTEST} characters", param_hint="--passphrase")
    with said():
        before = held(endorsed_by, passphrase) if endorsed_by else None
    made = opening.pair(box)
    write(out, opening.locked(made, passphrase))
    public = opening.announced(made, since=clock.today(), endorsed_by=before)
    write(out.with_suffix(".public.json"), json.dumps(public, indent=1))
    click.echo(f"fingerprint {rules.grouped(made.fingerprint)}")


@command.command("open")
@click.argument("export", type=FILE)
@click.option("--key", type=FILE, required=True, help="The private file.")
@click.option("--out", type=NEW, required=True, help="A new folder for what is read.")
@click.option("--by", required=True, help="Who opens, and who stands by: it goes into the record.")
@PASSPHRASE
def open_(export: Path, *, key: Path, out: Path, by: str, passphrase: str) -> None:
    """Open all letters of an EXPORT, and write the signed record of it (opening.json) to post back."""
    content = json.loads(export.read_text("utf-8"))
    with said():
        pair = held(key, passphrase)
        opened = [opening.letter(one, pair) for one in content["letters"]]
    out.mkdir(mode=0o700, parents=True)
    for one in opened:
        folder = out / one.number
        folder.mkdir(mode=0o700)
        write(
            folder / "letter.json", json.dumps(dict(one.said) | {"id": one.id}, ensure_ascii=False, indent=1)
        )
        for name, file in one.files.items():
            (folder / name).write_bytes(file)
    record = opening.record(content, pair, by=by, at=clock.now())
    write(out / "opening.json", json.dumps(record, indent=1))
    click.echo(f"{len(opened)} letters opened; post {out / 'opening.json'}")


@command.command()
@click.argument("letter", type=FILE)
@click.option("--text", type=FILE, required=True, help="The answer.")
@click.option("--out", type=NEW, required=True, help="The sealed answer, to be posted.")
def answer(letter: Path, *, text: Path, out: Path) -> None:
    """Seal an answer to the sender of a LETTER (letter.json): only their code opens it."""
    said_there: dict[str, Any] = json.loads(letter.read_text("utf-8"))
    write(out, json.dumps({"message": opening.answered(said_there, text.read_text("utf-8"))}))


def held(file: Path, passphrase: str) -> Pair:
    return opening.unlocked(file.read_text("utf-8"), passphrase)


def write(path: Path, text: str) -> None:
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text, "utf-8")


@contextmanager
def said() -> Iterator[None]:
    """A foreseeable no ends the command with its sentence."""
    try:
        yield
    except CannotOpen as wrong:
        raise click.ClickException(i18n.load().say("en", f"box.cannot.{wrong.code}")) from wrong
