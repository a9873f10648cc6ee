"""Codes by the clock, recovery codes and waiting: golden cases and what holds for all."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.factors import rules
from core.factors.model import Second
from core.lockouts import rules as lockouts
from core.lockouts.rules import By, Counted

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""Of RFC 6238's appendix B."""
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(("at", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    moment = datetime.fromtimestamp(at, UTC)
    assert rules.fitting_step(SECRET, code, at=moment, after=0, drift=0) == at // 30


@given(drift=st.integers(-3, 3), used=st.integers(-3, 3))
@settings(max_examples=30)
def test_a_code_is_taken_near_its_time_and_only_after_the_last(drift: int, used: int) -> None:
    here = rules.step(NOW)
    code = pyotp.TOTP(SECRET).generate_otp(here + drift)
    found = rules.fitting_step(SECRET, code, at=NOW, after=here + used, drift=1)
    assert (found is not None) == (abs(drift) <= 1 and drift > used)


def test_recovery_codes_are_read_as_people_type_them() -> None:
    codes = rules.new_recovery_codes(10)
    assert len(set(codes)) == 10
    assert all(len(code) == 19 for code in codes)
    typed = codes[0].lower().replace("-", " ")
    assert rules.recovery_hash(1, typed) == rules.recovery_hash(1, codes[0])
    assert rules.recovery_hash(2, codes[0]) != rules.recovery_hash(1, codes[0])
    assert not rules.is_totp(rules.plain(codes[0]))
    assert rules.is_totp(rules.plain("123 456"))


@pytest.mark.parametrize(("minutes", "fresh"), [(None, False), (0, True), (10, True), (11, False)])
def test_what_was_shown_long_ago_is_not_fresh(minutes: int | None, fresh: bool) -> None:
    at = None if minutes is None else NOW - timedelta(minutes=minutes)
    second = Second(is_held=True, proved_at=at)
    assert rules.is_fresh(second, now=NOW, within=timedelta(minutes=10)) == fresh


@given(st.lists(st.integers(0, 3600), min_size=1, max_size=80))
@settings(max_examples=50)
def test_no_pattern_of_tries_gets_more_than_its_share(seconds: list[int]) -> None:
    """Within an hour: the free ones, then one a doubled wait, whose sum stays within the hour."""
    counted, begun, policy = Counted(), 0, lockouts.POLICY
    for second in sorted(seconds):
        now = NOW + timedelta(seconds=second)
        counted = lockouts.remembered(counted, now=now, policy=policy)
        if counted.opens_at is None or counted.opens_at <= now:
            counted, begun = lockouts.after(counted, By.FACTOR, now=now, policy=policy), begun + 1
    assert begun <= policy.free[By.FACTOR] + 13


def test_a_day_of_quiet_forgets() -> None:
    counted = Counted(99, NOW, NOW)
    assert lockouts.remembered(counted, now=NOW + timedelta(hours=23), policy=lockouts.POLICY) == counted
    assert lockouts.remembered(counted, now=NOW + timedelta(hours=24), policy=lockouts.POLICY) == Counted()
