"""Whose addresses are spoken to, and when a device that could not be woken is tried again. Pure."""

import tomllib
from collections.abc import Collection
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from core.errors import Invalid

SERVICES: Final = Path(__file__).parent / "services.toml"
QUIET: Final = timedelta(seconds=5)
"""A device that is awake has read what is new by then, and is left in peace."""
LEASE: Final = timedelta(minutes=1)
"""So long nobody else tries what somebody tries."""
FIRST: Final = timedelta(seconds=15)
LONGEST: Final = timedelta(hours=6)
LONGEST_ADDRESS: Final = 2_000


class PushUnknown(Invalid):
    """Not an address of a push service that we speak to."""

    code = "push_service_unknown"


@cache
def services() -> frozenset[str]:
    return frozenset(tomllib.loads(SERVICES.read_text("utf-8"))["hosts"])


def endpoint(text: str, hosts: Collection[str]) -> str:
    """An address as a browser gives it: https, no port, no user."""
    try:
        parts = urlsplit(text)
        is_plain = parts.port is None and parts.username is None and parts.password is None
    except ValueError:
        raise PushUnknown from None
    is_short = text.isascii() and text.isprintable() and len(text) <= LONGEST_ADDRESS
    is_safe = is_short and is_plain and parts.scheme == "https"
    if not is_safe or not any(_fits(one, parts.netloc) for one in hosts):
        raise PushUnknown
    return text


def pause(failures: int, asked_s: int | None) -> timedelta:
    """As long as the service asks; else twice as long each time."""
    times: int = 2 ** min(failures, 20)
    own = min(FIRST * times, LONGEST)
    return own if asked_s is None else min(max(own, timedelta(seconds=asked_s)), LONGEST)


def _fits(known: str, host: str) -> bool:
    if known.startswith("*."):
        return host.endswith(known[1:]) and host != known[1:]
    return host == known
