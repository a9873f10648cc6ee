"""The browser of tests and benchmarks: the system's Chromium, or the one ./ejazo unpacked."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from playwright._impl._driver import compute_driver_executable
from playwright.async_api import Browser, async_playwright, expect

from app.private.process import end, ends_with_parent

QUIET = (  # on a closed network Chromium's own errands would only be refused, many at a time
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
FAKE = ("--use-fake-device-for-media-stream",)
"""A microphone that beeps: tests speak into it."""
PATIENCE_MS = 20_000
"""A page that is slow beside other work is not wrong."""
expect.set_options(timeout=PATIENCE_MS)


def launch() -> dict[str, Any]:
    """Arguments of playwright's `chromium.launch`. Root and an unpacked program can have no sandbox."""
    unpacked = os.environ.get("EJAZO_CHROMIUM")
    found = unpacked or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        raise AssertionError("Chromium is missing: ./ejazo test installs it")
    sandbox = ["--no-sandbox"] if unpacked or os.geteuid() == 0 else []
    return {"executable_path": found, "args": [*QUIET, *FAKE, *sandbox]}


@contextmanager
def served(note: Path) -> Iterator[str]:
    """One Chromium for many tests, at the address given: starting it takes longer than most of them."""
    asked = launch()
    note.write_text(json.dumps({"executablePath": asked["executable_path"], "args": asked["args"]}))
    served = ("launch-server", "--browser", "chromium", "--config", note)
    child = subprocess.Popen(
        [*compute_driver_executable(), *served],
        stdout=subprocess.PIPE,
        preexec_fn=ends_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one prctl call, no Python locks
    )
    assert child.stdout is not None
    yield child.stdout.readline().decode().strip()
    end(child, signal.SIGTERM)
    child.stdout.close()


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Browser]:
    """Contexts that a test leaves open end with it."""
    async with async_playwright() as driver:
        browser = await driver.chromium.connect(address)
        yield browser
        await browser.close()
