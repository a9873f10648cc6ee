"""ejazo keys: which keys there are, and a new one for what is sealed or signed from now on."""

import click

from app import settings
from core.sealing import Keys


@click.group()
def command() -> None:
    """The keys that seal and sign; no command shows one."""


@command.command("list")
def listing() -> None:
    """Names and numbers; the highest number is the one in use."""
    for name, numbers in sorted(found(Keys(settings.load().keys)).items()):
        click.echo(f"{name:<24}{', '.join(map(str, sorted(numbers)))}")


@command.command
@click.argument("name")
def rotate(name: str) -> None:
    """A new key under this NAME. Older ones stay: what they sealed is append-only, and opens by them."""
    keys = Keys(settings.load().keys)
    if name not in found(keys):
        raise click.ClickException(f"there is no key called {name}: see ejazo keys list")
    if name.endswith("-index"):
        raise click.ClickException("a blind index finds only what was written by its one key")
    click.echo(f"{name}-{keys.add(name)} is in use; copy the folder of keys to where it is kept apart")


def found(keys: Keys) -> dict[str, set[int]]:
    names: dict[str, set[int]] = {}
    for file in keys.folder.glob("*-*.key"):
        name, _, number = file.stem.rpartition("-")
        if number.isdecimal():
            names.setdefault(name, set()).add(int(number))
    return names
