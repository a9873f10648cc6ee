"""The doctor names a certificate that has ended, soon will, or is not the broker's, and says what to do."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

import files
from app import doctor_certificates, doctor_neighbours
from app.findings import Finding
from app.private import broker, place
from app.private.broker import HOST, free_port
from core import clock
from tracking.certificates import folder, rules, service
from tracking.certificates.model import Authority
from tracking.tables import devices

LISTENS = """listener {port} {host}
certfile {folder}/broker.pem
keyfile {folder}/broker.key
allow_anonymous true
user root
"""


def certified(home: Path, parent: Authority, *, name: str = HOST, days: int = 300, made: int = 0) -> None:
    """A broker's certificate of so many days, made so many days ago."""
    now = clock.now() - timedelta(days=made)
    issued = rules.issue_broker(parent, name, now=now, days=days)
    (home / "broker.pem").write_bytes(issued.certificate)
    (home / "broker.key").write_bytes(issued.key)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Trusted on this machine."""
    made = rules.new_authority("Namuna", now=clock.now() - timedelta(days=400))
    (tmp_path / "trusted.crt").write_bytes(made.certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.crt"))
    return made


@contextmanager
def listening(home: Path) -> Iterator[str]:
    """A real broker behind TLS with what lies there."""
    port, program = free_port(), broker.program()
    assert program
    (home / "settings").write_text(LISTENS.format(port=port, host=HOST, folder=home))
    with (home / "log").open("wb") as log:
        child = subprocess.Popen(
            [program, "-c", home / "settings"], stderr=log, stdout=log, env=place.environment(program)
        )
    try:
        for _ in range(100):
            if "opening ipv4 listen socket" in (home / "log").read_text().lower():
                break
            time.sleep(0.05)
        yield f"mqtts://{HOST}:{port}"
    finally:
        child.terminate()
        child.wait()


def said(home: Path) -> Finding:
    with listening(home) as url:
        (found,) = doctor_neighbours.broker(url)
    return found


def test_a_broker_with_a_good_certificate_answers(tmp_path: Path, authority: Authority) -> None:
    certified(tmp_path, authority)
    assert not said(tmp_path).advice


def test_an_expired_certificate_is_called_so(tmp_path: Path, authority: Authority) -> None:
    certified(tmp_path, authority, days=10, made=20)
    found = said(tmp_path)
    assert "ended" in found.found
    assert "ejazo device broker" in found.advice


def test_one_that_ends_soon_is_told_before(tmp_path: Path, authority: Authority) -> None:
    certified(tmp_path, authority, days=10)
    found = said(tmp_path)
    assert "answers" in found.found
    assert "ejazo device broker" in found.advice


def test_a_strangers_certificate_and_another_name_are_told_apart(
    tmp_path: Path, authority: Authority
) -> None:
    certified(tmp_path, authority, name="broker.example")
    assert "another name" in said(tmp_path).found
    certified(tmp_path, rules.new_authority("Begona", now=clock.now()))
    assert "SSL_CERT_FILE" in said(tmp_path).advice


def test_what_lies_in_the_authoritys_folder_is_looked_at(tmp_path: Path) -> None:
    own = folder.authority(tmp_path, now=clock.now() - timedelta(days=3640))
    certified(tmp_path, own, days=10, made=20)
    found = {one.what: one for one in doctor_certificates.of_folder(tmp_path)}
    assert "every certificate ends with it" in found["certificate ca.pem"].advice
    assert "ended on" in found["certificate broker.pem"].found
    assert [one.advice for one in doctor_certificates.of_folder(tmp_path / "nowhere")] == []


async def test_devices_whose_certificates_end_are_counted(
    engine: AsyncEngine, conn: asyncpg.Connection, tmp_path: Path
) -> None:
    assert not (await doctor_certificates.of_devices(conn)).advice
    for number, days in enumerate((300, 10, 20)):
        serial = f"EJ-{number}"
        await files.row(engine, devices, serial=serial, model="namuna", protocol="ejazo")
        made = clock.now() - timedelta(days=15)
        async with engine.begin() as given:
            await service.enrol(given, tmp_path, serial=serial, days=days, now=made)
    found = await doctor_certificates.of_devices(conn)
    assert found.found == "1 ended, 1 end within 30 days"
    assert "ejazo device enrol" in found.advice
