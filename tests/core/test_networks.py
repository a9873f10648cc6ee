"""Which network an address lies in, by the operator's file, and files that cannot be meant."""

from pathlib import Path

import pytest

from core import networks
from core.geo import LonLat

FILE = """
[[network]]
name = "service"
blocks = ["10.0.0.0/8"]
lon = 69.28
lat = 41.31

[[network]]
name = "nukus"
blocks = ["10.7.0.0/16", "2001:db8:7::/48"]
lon = 59.61
lat = 42.46
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "networks.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("10.1.2.3", "service"),
        ("10.7.2.3", "nukus"),
        ("::ffff:10.7.2.3", "nukus"),
        ("2001:db8:7::5", "nukus"),
        ("2001:db8:8::5", networks.UNKNOWN),
        ("203.0.113.5", networks.UNKNOWN),
        ("", networks.UNKNOWN),
        ("testclient", networks.UNKNOWN),
    ],
)
def test_the_narrowest_block_names_the_network(tmp_path: Path, address: str, name: str) -> None:
    assert networks.named(networks.read(written(tmp_path, FILE)), address) == name


def test_a_network_lies_somewhere(tmp_path: Path) -> None:
    known = networks.read(written(tmp_path, FILE))
    assert networks.places(known)["nukus"] == LonLat(59.61, 42.46)
    assert networks.read(None) == ()


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('"nukus"', '"service"'),
        ('"10.7.0.0/16"', '"10.0.0.0/8"'),
        ('"nukus"', '"Nukus office"'),
        ("lon = 59.61\n", ""),
        ("lat = 42.46", "lat = 142.46"),
        ("lat = 42.46", "lat = nan"),
        ('["10.0.0.0/8"]', "[]"),
        ('"10.0.0.0/8"', '"10.0.0.1/8"'),
    ],
)
def test_what_cannot_be_meant_is_no_file(tmp_path: Path, was: str, becomes: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        networks.read(written(tmp_path, FILE.replace(was, becomes)))
