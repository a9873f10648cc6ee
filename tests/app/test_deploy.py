"""Files for installations: right by their schemas, and the same as what the tests run on."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from app.cli import COMMANDS
from app.private import broker
from app.settings import settings

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def checked(path: Path) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).parent / "check-jsonschema"
    return subprocess.run(
        [tool, "--builtin-schema", "vendor.compose-spec", path], capture_output=True, text=True, check=False
    )


def test_the_compose_file_follows_its_specification(tmp_path: Path) -> None:
    good = checked(DEPLOY / "compose.yaml")
    assert good.returncode == 0, good.stdout
    wrong = tmp_path / "compose.yaml"
    wrong.write_text((DEPLOY / "compose.yaml").read_text().replace("depends_on:", "depend_on:"))
    assert checked(wrong).returncode != 0


def test_every_container_has_its_image_and_its_command() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    stages = set(re.findall(r"^FROM \S+ AS (\w+)$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE))
    assert {one["build"]["target"] for one in services.values()} == stages
    assert {part for one in services.values() for part in one.get("command", [])} <= set(COMMANDS)


def test_the_units_are_valid(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    copies = [tmp_path / unit.name for unit in UNITS]
    for unit, copy in zip(UNITS, copies, strict=True):
        copy.write_text(unit.read_text().replace("/opt/ejazo/.venv/bin/python", "/bin/true"))
    found = subprocess.run(
        ["systemd-analyze", "verify", *copies], capture_output=True, text=True, check=False
    )
    assert not [line for line in found.stderr.splitlines() if "ejazo-" in line]


def test_each_unit_starts_a_command_that_exists() -> None:
    started = {re.search(r"-m app (\S+)$", unit.read_text(), re.MULTILINE) for unit in UNITS}
    assert {match[1] for match in started if match} == {"api", "ingest", "watch", "migrate"}
    assert all(started)


def test_the_example_names_only_settings_that_exist() -> None:
    lines = (DEPLOY / "ejazo.env.example").read_text().splitlines()
    named = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    known = {f"EJAZO_{name.upper()}" for name in settings(named).model_dump()}
    assert set(named) <= known
    assert json.loads(settings(named).model_dump_json())["secure_cookies"] is True


def test_an_installations_broker_is_the_one_that_is_tested() -> None:
    assert (DEPLOY / "broker.access").read_text() == broker.ACCESS
    placed = ("listener", "password_file", "acl_file", "persistence_location")
    tested = {line for line in broker.SETTINGS.splitlines() if not line.startswith(placed)}
    lines = (DEPLOY / "broker.conf").read_text().splitlines()
    assert {line for line in lines if not line.startswith(("#", *placed))} == tested
