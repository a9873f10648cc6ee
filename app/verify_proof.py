"""ejazo verify proof: checks a proof with nothing but the file itself."""

import json
from pathlib import Path

import click

from core.ledger import proofs
from core.ledger.proofs import Proven, WrongProof


@click.command
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--key", help="The public key, in hex, that you trust; else it is only told.")
def proof(file: Path, key: str | None) -> None:
    """Check a proof of `ejazo ledger prove` or `ejazo ledger consistency`; exit status 1 if it fails."""
    try:
        proven = proofs.check(json.loads(file.read_text("utf-8")))
    except (WrongProof, ValueError) as why:
        raise click.ClickException(f"the proof fails: {why}") from why
    if key and bytes.fromhex(key) != proven.head.key:
        raise click.ClickException(f"another key signed it: {proven.head.key.hex()}")
    click.echo(_told(proven))


def _told(proven: Proven) -> str:
    head = f"head {proven.head.number} of {proven.head.at.isoformat()}, key {proven.head.key.hex()}"
    if proven.older:
        return f"head {proven.older.number} is the beginning of {head}"
    return f"{proven.stream}: the row of {len(proven.row)} bytes is under {head}"
