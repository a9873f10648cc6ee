"""Dated rules: which hold on a day, what is refused, and that a set once used is found again."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from core import db, rule_sets, statutes

RULE = """
[[rule]]
key = "{key}"
value = "{value}"
article = "1"
source = "a test"
valid_from = {since}
"""


def written(folder: Path, *rules: str) -> statutes.Statute:
    (folder / "tested.toml").write_text("".join(rules), "utf-8")
    return statutes.load("tested", folder)


def rule(value: str, since: str, until: str | None = None, *, key: str = "share") -> str:
    end = f"valid_to = {until}\n" if until else ""
    return RULE.format(key=key, value=value, since=since) + end


def test_a_rule_holds_from_its_first_day_to_before_its_last(tmp_path: Path) -> None:
    found = written(tmp_path, rule("1/2", "2020-01-01", "2024-03-01"), rule("2/3", "2024-03-01"))
    assert found.on(date(2024, 2, 29)).fraction("share") == Fraction(1, 2)
    assert found.on(date(2024, 3, 1)).fraction("share") == Fraction(2, 3)
    with pytest.raises(statutes.NoRule):
        found.on(date(2019, 12, 31)).fraction("share")


@pytest.mark.parametrize(
    "rules",
    [
        (rule("1", "2020-01-01"), rule("2", "2021-01-01")),
        (rule("1", "2020-01-01", "2020-01-01"),),
        (rule("", "2020-01-01"),),
        (rule("1", "2020-01-01").replace('source = "a test"\n', ""),),
    ],
)
def test_what_cannot_be_law_is_refused(tmp_path: Path, rules: tuple[str, ...]) -> None:
    with pytest.raises(statutes.BadStatute):
        written(tmp_path, *rules)


@given(st.lists(st.sampled_from(["a.x", "a.y", "b"]), unique=True), st.dates())
def test_a_set_reads_back_as_itself(keys: list[str], day: date) -> None:
    rules = [statutes.Rule(key, "1", "art", "src", day, None, "") for key in keys]
    made = statutes.Statute("s", rules).on(day)
    again = statutes.loaded(statutes.dumped(made))
    assert again == made
    assert again.digest == made.digest


def test_keys_under_a_prefix(tmp_path: Path) -> None:
    found = written(
        tmp_path, rule("1", "2020-01-01", key="visits.short"), rule("2", "2020-01-01", key="visit")
    )
    assert list(found.on(date(2020, 1, 1)).under("visits")) == ["short"]


@pytest.mark.parametrize("path", sorted(statutes.FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_statute_can_be_read(path: Path) -> None:
    assert statutes.load(path.stem).rules


async def test_a_set_that_decided_is_kept_as_it_was(engine: AsyncEngine, tmp_path: Path) -> None:
    used = written(tmp_path, rule("1/2", "2020-01-01")).on(date(2026, 1, 1))
    async with db.transaction(engine) as conn:
        digest = await rule_sets.keep(conn, used)
        assert await rule_sets.keep(conn, used) == digest
    written(tmp_path, rule("3/4", "2020-01-01"))
    async with db.transaction(engine) as conn:
        assert await rule_sets.kept(conn, digest) == used
        assert await rule_sets.kept(conn, "unknown") is None


def test_an_edited_file_holds_at_once(tmp_path: Path) -> None:
    """It is parsed once, and again when it is another one."""
    first = written(tmp_path, rule("10", "2020-01-01"))
    assert first is statutes.load("tested", tmp_path)
    assert written(tmp_path, rule("12", "2020-01-01")).on(date(2026, 1, 1)).whole("share") == 12
