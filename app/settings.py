"""Where a command finds the platform: the environment first, then the demo that runs in this clone."""

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path

import click

from app.private import place
from core.settings import Settings

RUN = "run.json"
DATABASE = "ejazo"
"""The name that our own clusters give it."""


def load() -> Settings:
    found = {**running(place.state()), **os.environ}
    if "EJAZO_DATABASE_URL" not in found:
        raise click.ClickException(
            "no database is named: set EJAZO_DATABASE_URL (and EJAZO_MQTT_URL), "
            "or start ./ejazo demo in another terminal of this clone"
        )
    return settings(found)


def settings(variables: Mapping[str, str]) -> Settings:
    known = {f"EJAZO_{name.upper()}": name for name in Settings.model_fields}
    found = {known[name]: value for name, value in variables.items() if name in known}
    return alone(Settings.model_validate(found))


def alone(found: Settings) -> Settings:
    """A training platform speaks with nobody outside: no other accounts, no pushes to telephones."""
    return found.model_copy(update={"providers": None, "push_contact": ""}) if found.training else found


def running(state: Path) -> dict[str, str]:
    """The variables of a running demo; nothing when none runs, even if one was killed and left its note."""
    return noted(state) if is_held(lock(state)) else {}


def noted(state: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((state / RUN).read_text("utf-8"))
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return {}
    return found


def lock(state: Path) -> Path:
    return state / "demo.lock"


def is_held(path: Path) -> bool:
    """The demo holds this lock as long as it lives."""
    try:
        with path.open("rb") as seen:
            fcntl.flock(seen, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return False
    return False
