"""The browser of tests and benchmarks: the system's Chromium, or the one ./ejazo unpacked."""

import os
import shutil
from typing import Any

from app.private import place

QUIET = (  # on a closed network Chromium's own errands would only be refused, many at a time
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


def program() -> str:
    own = place.unpacked() / "usr/lib/chromium/chromium"
    found = shutil.which("chromium") or shutil.which("google-chrome") or (str(own) if own.exists() else None)
    if found is None:
        raise AssertionError("Chromium is missing: ./ejazo test installs it")
    return found


def launch() -> dict[str, Any]:
    """Arguments of playwright's `chromium.launch`. Root and an unpacked program can have no sandbox."""
    found = program()
    unpacked = found.startswith(str(place.unpacked()))
    sandbox = () if os.geteuid() and not unpacked else ("--no-sandbox",)
    return {"executable_path": found, "args": [*QUIET, *sandbox]}
