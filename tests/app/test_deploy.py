"""Files for installations: right by their schemas, and the same as what the tests run on."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from sqlalchemy.engine import make_url

from app.cli import COMMANDS
from app.private import broker, nats, place
from app.private.postgres import API, ROLE, WORKER
from app.settings import settings

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.*"))
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]


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
        text = unit.read_text().replace("/usr/sbin/nats-server", "/bin/true")
        copy.write_text(text.replace("/opt/ejazo/.venv/bin/python", "/bin/true"))
    found = subprocess.run(
        ["systemd-analyze", "verify", *copies], capture_output=True, text=True, check=False
    )
    assert not [line for line in found.stderr.splitlines() if "ejazo-" in line]


def test_each_unit_starts_a_command_that_exists() -> None:
    ours = [unit.read_text() for unit in SERVICES if unit.stem != "ejazo-nats"]
    started = {re.search(r"^ExecStart=.* -m app (\S+)", text, re.MULTILINE) for text in ours}
    assert {match[1] for match in started if match} == {
        "api",
        "ingest",
        "watch",
        "migrate",
        "backup",
        "restore",
        "device",
    }
    assert all(started)


def variables(*files: str) -> dict[str, str]:
    lines = [line for file in files for line in (DEPLOY / file).read_text().splitlines()]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_example_names_only_settings_that_exist() -> None:
    named = variables("ejazo.env.example", "owner.env.example")
    known = {f"EJAZO_{name.upper()}" for name in settings(named).model_dump()}
    assert set(named) <= known
    assert json.loads(settings(named).model_dump_json())["secure_cookies"] is True


def test_each_process_comes_with_the_role_that_is_tested() -> None:
    """The owner's address is where it is needed only: neither the API nor a worker can read it."""
    said = [
        variables(*files)["EJAZO_DATABASE_URL"] for files in (("ejazo.env.example",), ("api.env.example",))
    ]
    assert [make_url(url).username for url in said] == [WORKER, API]
    assert make_url(variables("owner.env.example")["EJAZO_OWNER_URL"]).username == ROLE
    privy = {unit.stem for unit in SERVICES if "owner.env" in unit.read_text()}
    assert privy == {"ejazo-migrate", "ejazo-backup"}
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert [name for name, one in services.items() if "owner.env" in one.get("env_file", [])] == ["migrate"]
    for file in ("roles.sql", "database.sh"):
        assert {"ejazo_api", "ejazo_worker"} <= set(
            re.findall(r"ejazo_\w+", (DEPLOY / file).read_text().replace("ejazo_%s", "ejazo_api"))
        )


def test_an_installations_broker_is_the_one_that_is_tested() -> None:
    assert (DEPLOY / "broker.access").read_text() == broker.ACCESS
    placed = ("listener", "password_file", "acl_file", "persistence_location")
    tested = {line for line in broker.SETTINGS.splitlines() if not line.startswith(placed)}
    lines = (DEPLOY / "broker.conf").read_text().splitlines()
    assert {line for line in lines if not line.startswith(("#", *placed))} == tested


def test_an_installations_door_for_devices_is_the_one_that_is_tested() -> None:
    placed = ("listener", "cafile", "crlfile", "certfile", "keyfile")
    written = lines((DEPLOY / "broker-tls.conf").read_text(), placed)
    assert written == lines(broker.TLS_LISTENER, placed)


def test_an_installations_cluster_is_the_one_that_is_tested() -> None:
    placed = (
        "server_name",
        "listen",
        "http",
        "store_dir",
        "max_file_store",
        "name:",
        "authorization",
        "routes",
    )
    ours = nats.Nats(Path("/nowhere"), shards=4)
    tested = ours.settings(ours.nodes[0])
    assert lines(tested, placed) == lines((DEPLOY / "nats/nats.conf").read_text(), placed)


def lines(text: str, placed: tuple[str, ...]) -> list[str]:
    """What stands in a configuration, without what belongs to its place; in any order of its blocks."""
    stripped = (line.strip() for line in text.splitlines())
    return sorted(line for line in stripped if line and not line.startswith(("#", *placed)))


def test_an_installations_users_have_the_tested_rights() -> None:
    text = (DEPLOY / "nats/users.conf.example").read_text()
    users = [line.strip() for line in text.splitlines() if line.startswith("  {")]
    assert users == [nats.user(name, "CHANGE-ME") for name in ("ingest", "gateway", "EM-1001")]


def test_nats_itself_finds_nothing_wrong_with_the_example(tmp_path: Path) -> None:
    program = nats.program()
    assert program is not None
    shutil.copy(DEPLOY / "nats/nats.conf", tmp_path)
    shutil.copy(DEPLOY / "nats/users.conf.example", tmp_path / "users.conf")
    example = (DEPLOY / "nats/nats.env.example").read_text().splitlines()
    own = dict(line.split("=", 1) for line in example if not line.startswith("#"))
    asked = [program, "-t", "-c", tmp_path / "nats.conf"]
    around = {**os.environ, **(place.environment(program) or {}), **own}
    found = subprocess.run(asked, env=around, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
