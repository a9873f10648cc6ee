"""The doctor tells what is there, what is missing and what the logs complain of."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from app import doctor
from app.private import nats, place, postgres


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
