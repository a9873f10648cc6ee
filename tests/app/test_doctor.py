"""The doctor tells what is there, what is missing and what the logs complain of."""

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from app import doctor, doctor_neighbours, doctor_platform
from app.private import nats, place, postgres
from app.private.broker import Broker, free_port
from core import clock

UNITS = """[{"unit":"ejazo-api.service","load":"loaded","active":"failed","sub":"failed"},
{"unit":"ejazo-watch.service","load":"loaded","active":"active","sub":"running"}]"""


class Disk(NamedTuple):
    total: float
    used: float
    free: float


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EJAZO_STATE", str(tmp_path))
    return tmp_path


def test_it_names_the_versions_it_found(state: Path) -> None:
    said = CliRunner().invoke(doctor.command).output
    newest = next(postgres.installations())
    assert f"{postgres.version(newest)} in {newest}" in said
    assert "Mosquitto" in said
    assert str(nats.program()) in said
    assert "does not run" in said
    assert str(place.socket_folder(state / "pg")) in said


def test_a_complaint_in_a_log_is_shown(state: Path) -> None:
    (state / "log").mkdir()
    (state / "log/api.log").write_text("all is well\nFATAL: no space left on device\n")
    (state / "log/watch.log").write_text("all is well\n")
    said = CliRunner().invoke(doctor.command).output
    assert "no space left" in said
    assert "make room" in said
    assert "watch.log" not in said


def test_what_is_missing_comes_with_advice(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state.exists()
    monkeypatch.setattr(postgres, "installations", lambda: iter(()))
    result = CliRunner().invoke(doctor.command)
    assert result.exit_code == 1
    assert "run ./ejazo demo once" in result.output


def test_data_of_another_version_is_explained(state: Path) -> None:
    (state / "pg/data").mkdir(parents=True)
    (state / "pg/data/PG_VERSION").write_text("9")
    assert "made by PostgreSQL 9" in CliRunner().invoke(doctor.command).output


def advised(url: str) -> list[str]:
    return [one.advice for one in doctor_neighbours.broker(url)]


def test_a_broker_that_is_away_or_refuses_us_is_told_from_one_that_answers(
    broker: Broker,
) -> None:
    good = broker.url("ingest")
    assert advised(good) == [""]
    wrong = good.replace(urlsplit(good).password or "", "wrong")
    assert "password" in advised(wrong)[0]
    assert "start the broker" in advised(f"mqtt://127.0.0.1:{free_port()}")[0]
    nodes = good.replace(f":{broker.port}", f":{broker.port},127.0.0.1:{free_port()}")
    assert [bool(said) for said in advised(nodes)] == [False, True]


def test_a_clock_that_is_off_is_found() -> None:
    now = clock.now()

    def said(database: float = 0.0, pulse: float = -1.0) -> str:
        there, newest = now + timedelta(seconds=database), now + timedelta(seconds=pulse)
        return doctor_neighbours.clock(now, database=there, newest=newest, is_installed=False).advice

    assert not said()
    assert "NTP" in said(database=-30)
    assert "set back" in said(pulse=60)


def test_a_disk_that_is_nearly_full_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, is_bad in ((200e9, False), (40e9, True), (2e9, True)):
        monkeypatch.setattr(doctor_neighbours.shutil, "disk_usage", lambda _, free=free: Disk(1e12, 0, free))
        (found,) = doctor_neighbours.disks({tmp_path, tmp_path / "not yet"})
        assert bool(found.advice) == is_bad


def test_a_database_that_is_away_for_want_of_room_is_told_from_one_that_is_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = ConnectionRefusedError()
    assert "start the database" in doctor_platform.away(why, tmp_path).advice
    monkeypatch.setattr(doctor_neighbours.shutil, "disk_usage", lambda _: Disk(1e9, 1e9, 4e6))
    assert "make room" in doctor_platform.away(why, tmp_path / "not yet").advice


def test_a_unit_that_failed_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """systemd itself is the outside world."""
    program = tmp_path / "systemctl"
    program.write_text(f"#!/bin/sh\ncat <<'E'\n{UNITS}\nE\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    failed, good = doctor_neighbours.units()
    assert "journalctl -u ejazo-api.service" in failed.advice
    assert not good.advice
