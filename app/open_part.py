"""ejazo open-part: what a doctor or psychologist gave into a person's own file, opened by its code."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import click

from app import officer
from inmates.parts import rules


@click.command(name="open-part")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--number", help="Of the part, where the file holds several.")
@click.option("--code", prompt="Code", hide_input=True, help="Asked for, unless given.")
def command(file: Path, *, number: str | None, code: str) -> None:
    """Open a sealed part of FILE (an export or certified copy, as JSON), without network or database."""
    part = chosen(parts(file), number)
    with officer.refusals():
        text = rules.opened(b64decode(part["content"]), number=part["number"], code=code)
    if rules.digest(text) != part["digest"]:
        raise click.ClickException("it opens, but is not what the file says it is")
    click.echo(text)


def parts(file: Path) -> list[dict[str, Any]]:
    """Of an export, or of the content of a certified copy."""
    try:
        found = json.loads(file.read_bytes())
        inner = json.loads(found["content"]) if isinstance(found.get("content"), str) else found
        return list(inner["sealed_parts"])
    except (ValueError, KeyError, AttributeError, TypeError):
        raise click.ClickException("this is no file of a person with sealed parts") from None


def chosen(held: list[dict[str, Any]], number: str | None) -> dict[str, Any]:
    wanted = [part for part in held if number in {None, part["number"]}]
    if len(wanted) != 1:
        known = ", ".join(f"{part['number']} ({part['compartment']})" for part in held) or "none"
        raise click.ClickException(f"say which by --number: {known}")
    return wanted[0]
