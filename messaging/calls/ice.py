"""STUN and TURN servers of an installation, as its operator's file has them; without one there are none."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from messaging.calls.model import Ice, Server


def read(file: Path | None) -> Ice:
    """Secrets lie in files of their own, beside it."""
    if file is None:
        return Ice()
    said = tomllib.loads(file.read_text("utf-8"))
    made = [_server(one, file.parent) for one in said.get("server", [])]
    return Ice(made, is_relay_only=bool(said.get("relay_only", False)))


def _server(said: Mapping[str, Any], folder: Path) -> Server:
    secret = said.get("secret_file")
    return Server(tuple(said["urls"]), (folder / secret).read_text("utf-8").strip() if secret else "")
