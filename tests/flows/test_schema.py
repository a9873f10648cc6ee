"""The API keeps its own description: whatever it is asked, its answer is one that the schema knows.

EJAZO_FUZZ=200 asks that often a route, and everything at the edges of its schema besides; the suite asks a
few times, always the same. EJAZO_FUZZ_TOLD names a file for the counts by status and the API's memory."""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS

import callers
from app.private.postgres import Cluster
from conftest import TEMPLATE
from core import db, sessions
from core.auth import GRANTS, Role
from core.kin import KinScope
from core.model import RelativeId
from files import everything, posting
from platform_running import Platform
from related import signed_in
from simulators.relatives.handset import uuid7
from ways import Way, house, ways

pytestmark = pytest.mark.slow
SCHEMA = schemathesis.openapi.from_dict(house().openapi())
WAYS = {(way.method, way.path): way for way in ways(house())}
KEPT = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    ]
)
SIGN_OUT = "/v1/sessions/current"
STREAM = "/v1/my/events"
"""It has no end."""
EXAMPLES = int(os.environ.get("EJAZO_FUZZ", "0"))
TOLD = os.environ.get("EJAZO_FUZZ_TOLD", "")
FEW = 3
SAMPLED = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A running API whose database holds one of everything."""

    url: str
    ids: dict[str, int]
    secrets: dict[Role, str]
    token: str
    """Of a relative."""
    api: psutil.Process
    statuses: Counter[str] = field(default_factory=Counter)
    memory_mb: list[float] = field(default_factory=list)
    """Every so many questions."""

    def headers(self, way: Way) -> dict[str, str]:
        if not isinstance(way.guards[0], KinScope):
            return {"origin": self.url}
        return {"authorization": f"Bearer {self.token}", "idempotency-key": str(uuid7())}

    def cookies(self, way: Way) -> dict[str, str]:
        """Of somebody who may come this way."""
        permission = way.guards[0]
        if isinstance(permission, KinScope):
            return {}
        may = [role for role in self.secrets if permission is None or permission in GRANTS[role]]
        return {sessions.COOKIE: self.secrets[may[0]]}


@pytest.fixture(scope="module")
def asked(cluster: Cluster, home: Path) -> Iterator[Asked]:
    cluster.sql(f"create database asked template {TEMPLATE} strategy file_copy")
    logs = home / "asked"
    logs.mkdir(exist_ok=True)
    platform = Platform(cluster.url("asked"), "mqtt://127.0.0.1:1", logs)
    ids, secrets, token = asyncio.run(fill(cluster.url("asked")))
    platform.start("api")
    made = Asked(platform.url, ids, secrets, token, psutil.Process(platform.children["api"].pid))
    yield made
    if TOLD:
        Path(TOLD).write_text(json.dumps({"mb": made.memory_mb, **made.statuses}), "utf-8")
    platform.stop()
    cluster.sql("drop database asked with (force)")


async def fill(url: str) -> tuple[dict[str, int], dict[Role, str], str]:
    engine = db.engine(url)
    ids, secrets = await everything(engine), {}
    for role in sorted(Role, key=lambda role: role is not Role.ADMINISTRATOR):
        who = await callers.user(engine, f"ask-{role}", role=role)
        await posting(engine, who, ids["institution_id"])
        secrets[role] = await callers.session(engine, who)
    made = await signed_in(engine, RelativeId(ids["relative_id"]))
    await engine.dispose()
    return ids, secrets, made.access


@SCHEMA.exclude(path=[SIGN_OUT, STREAM]).parametrize()
@settings(
    max_examples=EXAMPLES or FEW,
    derandomize=not EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate] if EXAMPLES else [Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_the_schema_knows(case: Any, asked: Asked) -> None:
    way = WAYS[case.operation.method.upper(), case.operation.path]
    for name in case.path_parameters or {}:
        if name in asked.ids:  # a thing that is there: numbers by chance never are
            case.path_parameters[name] = asked.ids[name]
    answer = case.call(base_url=asked.url, headers=asked.headers(way), cookies=asked.cookies(way))
    asked.statuses[str(answer.status_code)] += 1
    if asked.statuses.total() % SAMPLED == 1:
        asked.memory_mb.append(asked.api.memory_info().rss / 2**20)
    case.validate_response(answer, checks=KEPT)
