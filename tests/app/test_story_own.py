"""The demo's supervised person: the telephone that is printed opens a page with something to do on it."""

from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from app import seed, story_own
from core import db
from core.model import PersonId
from core.own import Supervised
from core.sealing import Keys
from dashboards.own import service as page
from inmates.supervision.kinds import ObligationKind
from messaging.own import service, store
from messaging.relatives.accounts import rules
from simulators import stage

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
PEOPLE = 60


async def test_the_printed_telephone_opens_a_page_with_duties(
    database: str, conn: asyncpg.Connection, engine: AsyncEngine, tmp_path: Path
) -> None:
    keys = Keys(tmp_path)
    await seed.write(conn, people=PEOPLE, seed=1, now=NOW, staged=stage.staged)
    await story_own.write(database, keys, people=PEOPLE)
    blind = keys.blind(service.COMPARTMENT, f"phone:{rules.phone(story_own.PHONE)}")
    async with db.transaction(engine) as reading:
        opened = await store.opens(reading, blind)
        assert opened is not None
        home = await page.home(reading, Supervised(PersonId(opened[1]), b""))
    assert [one.condition.kind for one in home.bounds] == ["curfew"]
    assert ObligationKind.HOME_HOURS in {one.obligation.duty.kind for one in home.duties}
    assert home.device is not None


def test_a_small_city_has_no_such_actor() -> None:
    assert stage.plays(story_own.ROLE, 8) is None
    assert story_own.number(8) == "DEMO-00001"
    assert story_own.number(10) == "DEMO-00010"
