"""The browser of tests and benchmarks: the system's Chromium, or the one ./ejazo unpacked."""

import os
import shutil
from typing import Any

QUIET = (  # on a closed network Chromium's own errands would only be refused, many at a time
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
FAKE = ("--use-fake-device-for-media-stream",)
"""A microphone that beeps: tests speak into it."""


def launch() -> dict[str, Any]:
    """Arguments of playwright's `chromium.launch`. Root and an unpacked program can have no sandbox."""
    unpacked = os.environ.get("EJAZO_CHROMIUM")
    found = unpacked or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        raise AssertionError("Chromium is missing: ./ejazo test installs it")
    sandbox = ["--no-sandbox"] if unpacked or os.geteuid() == 0 else []
    return {"executable_path": found, "args": [*QUIET, *FAKE, *sandbox]}
