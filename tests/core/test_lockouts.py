"""Guessing is slowed by account and by address, outlives a restart, and locks no officer out from afar."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from callers import PASSWORD, user
from core import clock, sign_in
from core.attempts import Attempts, TooManyAttempts
from core.lockouts.rules import POLICY, By
from core.sessions import Origin

WRONG = "no"
HOME, AFAR = "10.0.0.1", "203.0.113.9"


async def tries(
    engine: AsyncEngine, at: datetime, *, login: str = "officer", address: str, password: str = WRONG
) -> str:
    """Each with a memory of its own: as after a restart, or of another process."""
    try:
        await sign_in.sign_in(
            engine, Attempts(), login=login, password=password, origin=Origin(address), now=lambda: at
        )
    except TooManyAttempts:
        return "wait"
    except sign_in.WrongLogin:
        return "wrong"
    return "in"


async def test_many_addresses_guess_one_account_no_faster(engine: AsyncEngine) -> None:
    await user(engine)
    now = clock.now()
    said = [await tries(engine, now, address=f"203.0.113.{n}") for n in range(POLICY.free[By.ACCOUNT] + 5)]
    assert said == ["wrong"] * (POLICY.free[By.ACCOUNT] + 1) + ["wait"] * 4
    later = now + timedelta(seconds=2)
    assert await tries(engine, later, address="203.0.113.200") == "wrong"
    assert await tries(engine, later, address="203.0.113.201") == "wait"


async def test_one_address_guesses_many_accounts_no_faster(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(POLICY.free, By.ADDRESS, 3)  # type: ignore[arg-type]
    now = clock.now()
    said = [await tries(engine, now, login=f"a{n}", address=AFAR) for n in range(6)]
    assert said == ["wrong"] * 4 + ["wait"] * 2


async def test_an_officer_signs_in_from_the_usual_place_while_others_guess(engine: AsyncEngine) -> None:
    await user(engine)
    now = clock.now()
    assert await tries(engine, now, address=HOME, password=PASSWORD) == "in"
    for n in range(POLICY.free[By.ACCOUNT] + 1):
        await tries(engine, now, address=f"203.0.113.{n}")
    assert await tries(engine, now, address=AFAR, password=PASSWORD) == "wait"
    assert await tries(engine, now, address=HOME, password=PASSWORD) == "in"
    assert await tries(engine, now, address=AFAR, password=PASSWORD) == "wait", (
        "her success frees nobody else"
    )
