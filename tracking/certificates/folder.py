"""Where the authority lies: `ca.pem` and `crl.pem` for the broker, `ca.key` for nobody else."""

import os
from datetime import datetime
from pathlib import Path
from typing import Final

from tracking.certificates import rules
from tracking.certificates.model import Authority

NAME: Final = "E-jazo devices"
CERTIFICATE: Final = "ca.pem"
KEY: Final = "ca.key"
REVOKED: Final = "crl.pem"


def authority(folder: Path, *, now: datetime) -> Authority:
    """The one that is there, or a new one."""
    if not (folder / KEY).exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = rules.new_authority(NAME, now=now)
        write(folder / CERTIFICATE, made.certificate, mode=0o644)
        write(folder / KEY, made.key, mode=0o600)
    return Authority((folder / CERTIFICATE).read_bytes(), (folder / KEY).read_bytes())


def write(path: Path, content: bytes, *, mode: int) -> None:
    """Whole or not at all, and never wider open than this."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:  # noqa: PTH123 - with a mode
        file.write(content)
    new.rename(path)
