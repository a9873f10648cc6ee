"""Statements as platforms send them: JSON, checked against xAPI 1.0.3, and what we read out of it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any, Final
from uuid import UUID, uuid4

from core.errors import Refusal
from inmates.education.statements import parts, rules, shapes
from inmates.education.statements.model import Account, Statement
from inmates.education.statements.shapes import refuse

VERSION: Final = "1.0.3"
KEYS: Final = frozenset(
    {
        "id",
        "actor",
        "verb",
        "object",
        "result",
        "context",
        "timestamp",
        "stored",
        "authority",
        "version",
        "attachments",
    }
)
GIVEN_BY_US: Final = frozenset({"stored", "authority"})
DEEPEST: Final = 60
"""Levels of lists and objects."""


class NotJson(Refusal):
    code = "xapi_not_json"
    status = 400


class NoAttachments(Refusal):
    """We keep none; a statement that has some would lose them silently."""

    code = "xapi_no_attachments"
    status = 400


def read(body: bytes) -> Any:
    """The JSON of a request; NaN and numbers without end are none."""
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        raise NotJson from None
    _refuse_depth(found, DEEPEST)
    return found


def _finite(spelt: str) -> float:
    value = float(spelt)
    if not isfinite(value):
        raise ValueError(spelt)
    return value


def _refuse_depth(value: Any, left: int) -> None:
    if not left:
        raise NotJson
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_depth(inner, left - 1)


def parse(raw: Any, *, now: datetime, place: str = "statement") -> Statement:
    """BadStatement says where it breaks the specification."""
    content = shapes.thing(raw, place, known=KEYS, needed=("actor", "verb", "object"))
    if "attachments" in content:
        raise NoAttachments
    parts.body(content, place)
    shapes.each(
        content,
        place,
        {"id": shapes.uuid, "stored": shapes.timestamp, "authority": parts.authority, "version": _version},
    )
    given = content.get("timestamp")
    at = shapes.moment(given, f"{place}.timestamp") if given else now
    uuid = UUID(content["id"]) if "id" in content else uuid4()
    kept = {key: value for key, value in parts.listed(content).items() if key not in GIVEN_BY_US}
    return _statement(uuid, kept | {"id": str(uuid), "version": content.get("version", "1.0.0")}, at)


def _version(value: Any, place: str) -> None:
    if not isinstance(value, str) or not (value == "1.0" or value.startswith("1.0.")) or len(value) > 10:
        raise refuse(place, "unknown_version")


def _statement(uuid: UUID, content: dict[str, Any], at: datetime) -> Statement:
    thing, verb = content["object"], content["verb"]["id"]
    kind = thing.get("objectType", "Activity")
    voids = verb == rules.VOIDED
    if voids and kind != "StatementRef":
        raise refuse("statement.object", "voids_no_statement")
    return Statement(
        uuid=uuid,
        actor=actor(content["actor"]),
        verb=verb,
        activity=thing["id"] if kind == "Activity" else None,
        refers=UUID(thing["id"]) if kind == "StatementRef" else None,
        voids=voids,
        registration=_registration(content),
        happened_at=at,
        meaning=rules.meaning(content) if kind == "Activity" else None,
        digest=digest({key: value for key, value in content.items() if key != "version"}),
        content=content,
    )


def _registration(content: Mapping[str, Any]) -> UUID | None:
    given = content.get("context", {}).get("registration")
    return UUID(given) if given else None


def actor(who: Mapping[str, Any]) -> str:
    """SHA-256 of the one property that identifies an agent or group; of an unnamed group, its members."""
    for name in parts.IDENTIFIERS:
        if name in who:
            value = who[name].lower() if name == "mbox_sha1sum" else who[name]
            return digest({name: value})
    return digest({"member": who["member"]})


def account(found: Account) -> str:
    """As `actor` says it of an agent with this account."""
    return digest({"account": {"homePage": found.home_page, "name": found.name}})


def account_of(content: Mapping[str, Any]) -> Account | None:
    found = content["actor"].get("account")
    return Account(found["homePage"], found["name"]) if found else None


def agent(given: str) -> str:
    """The question `agent=…` as an actor's digest."""
    who = read(given.encode("utf-8", "replace"))
    parts.actor(who, "agent")
    return actor(who)


def digest(value: Any) -> str:
    return hashlib.sha256(dumped(value).encode()).hexdigest()


def dumped(value: Any) -> str:
    """One spelling, ASCII: any text at all passes through the database unharmed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
