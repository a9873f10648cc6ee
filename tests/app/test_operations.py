"""Readiness, numbers for Prometheus, and what the doctor says of a platform that runs."""

import re
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
import yaml
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncEngine

import files
from app import doctor_certificates, doctor_platform, metrics, standing
from app.http import application
from app.private.broker import free_port
from callers import browser
from core import clock, heartbeat
from core.auth import Role
from core.settings import Settings
from filed import tasks
from tracking.certificates import folder, rules

PROMETHEUS = Path(__file__).parents[2] / "deploy/prometheus"


async def test_ready_means_a_schema_at_least_as_new_as_the_code(
    app: FastAPI, conn: asyncpg.Connection
) -> None:
    said = []
    for revision in (standing.newest_revision(), "9999", "0001"):
        await conn.execute("update alembic_version set version_num = $1", revision)
        async with browser(app) as visitor:
            answer = await visitor.get("/readyz")
        said.append((answer.status_code, answer.json()["status"]))
    assert said == [(200, "ok"), (200, "ok"), (503, "schema")]


def value(name: str, **labels: str) -> float | None:
    return metrics.REGISTRY.get_sample_value(name, labels)


async def test_the_keeper_shows_what_waits(engine: AsyncEngine, conn: asyncpg.Connection) -> None:
    now = clock.now()
    await heartbeat.beat(conn, "ingest", now=now - timedelta(seconds=90))
    whom = await files.person(engine)
    await tasks.task(engine, whom, Role.OFFICER)
    found = await standing.ask(conn, now=now + timedelta(hours=1))
    standing.show(found, now=now)
    assert value("ejazo_pulse_age_seconds", part="ingest") == pytest.approx(90)
    assert (value("ejazo_tasks_overdue"), found.late_tasks) == (1, 1)
    assert value("ejazo_alerts_open", severity="1") == 0


async def test_answers_are_counted_without_their_paths(database: str) -> None:
    app = application(Settings(database_url=database, metrics_port=free_port()))
    before = value("ejazo_http_requests_total", method="GET", status="4xx") or 0
    async with browser(app) as visitor:
        await visitor.get("/v1/people/4711")
    await app.state.engine.dispose()
    assert value("ejazo_http_requests_total", method="GET", status="4xx") == before + 1
    port = free_port()
    metrics.serve(port)
    async with AsyncClient() as gatherer:
        said = (await gatherer.get(f"http://127.0.0.1:{port}/metrics")).text
    assert "ejazo_http_requests_total" in said
    assert "people" not in said


def test_every_rule_asks_for_a_number_that_there_is() -> None:
    groups = yaml.safe_load((PROMETHEUS / "rules.yml").read_text())["groups"]
    asked = {
        name for group in groups for rule in group["rules"] for name in re.findall(r"ejazo_\w+", rule["expr"])
    }
    known = {
        sample
        for metric in metrics.REGISTRY.collect()
        for sample in (metric.name, f"{metric.name}_total", f"{metric.name}_bucket")
    }
    assert asked
    assert asked <= known
    assert yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["rule_files"] == ["rules.yml"]


async def doctor(database: str, **said: object) -> dict[str, str]:
    """What → advice."""
    loaded = Settings.model_validate({"database_url": database, **said})
    return {one.what: one.advice for one in await doctor_platform._asked(loaded)}


async def test_the_doctor_says_how_to_mend_it(database: str, conn: asyncpg.Connection) -> None:
    assert "ejazo ingest" in (await doctor(database))["workers"]
    await heartbeat.beat(conn, "ingest", now=clock.now() - timedelta(minutes=1))
    await heartbeat.beat(conn, "watch", now=clock.now())
    said = await doctor(database, secure_cookies=True)
    assert said["pulse of ingest"].startswith("start ejazo ingest")
    assert (said["pulse of watch"], said["schema"], said["second factor"]) == ("", "", "")
    await conn.execute(
        "insert into users (login, password_hash, role, shown_as) values ('a', '', 'doctor', 'A')"
    )
    assert (await doctor(database, secure_cookies=True))["second factor"] == "run ejazo factors demand doctor"
    await conn.execute("update alembic_version set version_num = '0001'")
    assert (await doctor(database))["schema"] == "run ./ejazo migrate"


async def test_the_doctor_finds_a_database_that_is_not_there(tmp_path: Path) -> None:
    said = await doctor(f"postgresql:///nowhere?host={tmp_path}")
    assert "start the database" in said["database"]


def test_the_doctor_looks_at_keys_and_the_list_of_the_revoked(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert not next(doctor_platform.keys(tmp_path, is_needed=False)).advice
    assert "kept apart" in next(doctor_platform.keys(tmp_path, is_needed=True)).advice
    (tmp_path / "identity-1.key").touch()
    assert "chmod 700" in next(doctor_platform.keys(tmp_path, is_needed=True)).advice
    tmp_path.chmod(0o700)
    assert not next(doctor_platform.keys(tmp_path, is_needed=True)).advice
    assert not list(doctor_certificates.of_folder(tmp_path))
    own = folder.authority(tmp_path, now=clock.now())
    for days, advice in ((400, ""), (9, "run ejazo device renew")):
        folder.write(
            tmp_path / folder.REVOKED, rules.revocations(own, [], now=clock.now(), days=days), mode=0o644
        )
        assert next(doctor_certificates.of_folder(tmp_path)).advice == advice
