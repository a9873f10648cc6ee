"""Where a command finds the platform: the environment first, then the demo that runs in this clone."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import click

from app.private import place
from core.settings import Settings

RUN = "run.json"


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
    return Settings.model_validate({known[name]: value for name, value in variables.items() if name in known})


def running(state: Path) -> dict[str, str]:
    """The variables of a running demo; nothing when none runs."""
    try:
        noted: dict[str, str] = json.loads((state / RUN).read_text("utf-8"))
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return {}
    return noted
