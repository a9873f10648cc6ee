"""What waits for a telephone is printed once, without its number."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI

from app import texts
from callers import browser
from core.settings import Settings
from simulators.relatives.handset import Handset

PHONE = "+998909995566"


async def test_a_code_is_printed_once_without_the_number(
    app: FastAPI, database: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with browser(app) as http:
        handset = Handset(http)
        await http.post("/v1/oauth/authorize", data=handset.wanted | {"phone": PHONE})
    loaded = Settings(database_url=database, keys=home / "keys")
    assert await texts.run(loaded) == 1
    said = capsys.readouterr().out
    assert re.fullmatch(r"…66: .*[0-9]{6}.*\n", said, re.DOTALL)
    assert "909995566" not in said
    assert await texts.run(loaded) == 0
