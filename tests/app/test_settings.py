"""Where commands find the platform: the environment, then a demo that really runs."""

import json
from pathlib import Path

import click
import pytest

from app import settings
from app.demo import alone

NOTE = {"EJAZO_DATABASE_URL": "postgresql://demo", "EJAZO_MQTT_URL": "mqtt://demo", "address": "http://demo/"}


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("EJAZO_DATABASE_URL", "EJAZO_MQTT_URL", "EJAZO_GATEWAY_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EJAZO_STATE", str(tmp_path))
    (tmp_path / settings.RUN).write_text(json.dumps(NOTE))
    return tmp_path


def test_a_running_demo_is_found(state: Path) -> None:
    with alone(state):
        assert settings.load().database_url == "postgresql://demo"


def test_the_environment_comes_first(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EJAZO_DATABASE_URL", "postgresql://real")
    with alone(state):
        assert settings.load().database_url == "postgresql://real"


def test_the_note_of_a_killed_demo_is_not_believed(state: Path) -> None:
    assert (state / settings.RUN).exists()
    with pytest.raises(click.ClickException, match="ejazo demo"):
        settings.load()


def test_a_second_demo_says_where_the_first_one_is(state: Path) -> None:
    with alone(state), pytest.raises(click.ClickException, match="http://demo/"), alone(state):
        pass


def test_a_gateway_without_an_address_of_its_own_uses_the_workers() -> None:
    assert settings.settings(NOTE).gateway == "mqtt://demo"
    assert settings.settings({**NOTE, "EJAZO_GATEWAY_URL": "mqtt://gate"}).gateway == "mqtt://gate"
