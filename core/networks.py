"""Networks of the service, as the operator's file names them: whose an address is, and where it lies."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import chain
from pathlib import Path
from typing import Any, Final

from starlette.requests import HTTPConnection

from core.geo import LonLat

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
UNKNOWN: Final = ""
"""What an address is called that lies in none of them."""
Block = IPv4Network | IPv6Network


class BadNetworks(ValueError):  # noqa: N818 - it names the file, not an event
    """A file that cannot be what an operator means: a name twice, a block twice, a place that is none."""


@dataclass(frozen=True, slots=True)
class Network:
    name: str
    """In the audit: it never changes."""
    place: LonLat
    blocks: tuple[Block, ...]


def read(file: Path | None) -> tuple[Network, ...]:
    """No file: nothing is named, and no sign-in says where it came from."""
    if file is None:
        return ()
    said = tomllib.loads(file.read_text("utf-8"))
    found = tuple(_network(one) for one in said.get("network", []))
    _refuse_doubles([one.name for one in found])
    _refuse_doubles([str(block) for one in found for block in one.blocks])
    return found


def named(networks: Sequence[Network], address: str) -> str:
    """The name of the narrowest block that holds the address."""
    try:
        host = _plain(ip_address(address))
    except ValueError:
        return UNKNOWN
    held = chain.from_iterable(
        ((block.prefixlen, one.name) for block in one.blocks if host in block) for one in networks
    )
    return max(held, default=(0, UNKNOWN))[1]


def address(connection: HTTPConnection) -> str:
    """Whence somebody speaks."""
    return connection.client.host if connection.client else ""


def places(networks: Sequence[Network]) -> dict[str, LonLat]:
    return {one.name: one.place for one in networks}


def _plain(host: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 address that came over IPv6 is what it was."""
    return host.ipv4_mapped or host if isinstance(host, IPv6Address) else host


def _network(said: Mapping[str, Any]) -> Network:
    name, place = str(said.get("name", "")), LonLat(float(said.get("lon", 999)), float(said.get("lat", 999)))
    if not NAME.fullmatch(name):
        raise BadNetworks(f"{name!r} is no name")
    if not (abs(place.lon) <= 180 and abs(place.lat) <= 90):
        raise BadNetworks(f"{name} lies nowhere")
    blocks = tuple(ip_network(block) for block in said.get("blocks", []))
    if not blocks:
        raise BadNetworks(f"{name} has no blocks")
    return Network(name, place, blocks)


def _refuse_doubles(said: Sequence[str]) -> None:
    for one in said:
        if said.count(one) > 1:
            raise BadNetworks(f"{one} stands there twice")
