"""A Chromium for browser tests, wherever this machine has one."""

import os
import shutil
from pathlib import Path
from typing import Any

from app.private import place

NAMES = ("chromium", "google-chrome", "chromium-browser")


def program() -> Path | None:
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    own = place.unpacked() / "usr/lib/chromium/chromium"
    return own if own.exists() else None


def options() -> dict[str, Any]:
    """For Playwright's `launch`: Chromium's sandbox needs an ordinary user and an installed helper."""
    found = program()
    if found is None:
        raise FileNotFoundError("Chromium is not installed: ./ejazo test installs it")
    bare = os.geteuid() == 0 or found.is_relative_to(place.unpacked())
    return {
        "executable_path": str(found),
        "args": ["--no-sandbox"] if bare else [],
        "env": place.environment(found) or dict(os.environ),
    }
