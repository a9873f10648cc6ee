"""Something was wrong with a zone, a rule, a device or our own program: which verdicts rest on it?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Caller, Permission
from core.errors import NotAllowed
from geofence.store import recall as store
from geofence.store.recall import Period, Touched
from geofence.zones import ReasonMissing
from inmates import service as people

ALWAYS: Final = Period()


class Thing(StrEnum):
    ZONE = "zone"
    RULE = "rule"
    DEVICE_LOT = "device_lot"
    FIRMWARE = "firmware"
    ENGINE = "engine"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Wanted:
    thing: Thing
    name: str
    """Of a zone and a rule (one version of a condition) their number."""
    version: int | None = None
    """Of a zone; None: all of them."""
    period: Period = ALWAYS


@dataclass(frozen=True, slots=True)
class Recalled:
    verdicts: Sequence[Touched]
    uncited: int
    """Verdicts of the same time that do not say what made them: nobody knows whether they belong here."""

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """(kind, outcome, how many); an annulled one counts as annulled, an unanswered one by its state."""
        found = Counter((one.kind, fate(one)) for one in self.verdicts)
        return sorted((kind, outcome, n) for (kind, outcome), n in found.items())


def fate(one: Touched) -> str:
    """What became of it: an officer's outcome, or that there is none yet."""
    if one.annulled_at is not None:
        return "annulled"
    return one.outcome or one.state or "no alert"


async def recall(conn: AsyncConnection, caller: Caller, *, wanted: Wanted, why: str) -> Recalled:
    """Among the caller's people; that it was asked is recorded, and why."""
    if not caller.may(Permission.ALERT_READ):
        raise NotAllowed
    if not why.strip():
        raise ReasonMissing
    scope = people.within(caller)
    verdicts = await store.touched(conn, scope, by=_touching(wanted), period=wanted.period)
    named = wanted.name if wanted.version is None else f"{wanted.name} version {wanted.version}"
    await audit.record(
        conn,
        caller.user,
        action="verdict:recall",
        subject_kind=wanted.thing,
        subject=int(wanted.name) if wanted.thing in {Thing.ZONE, Thing.RULE} else None,
        why=why.strip(),
        detail={"named": named, "found": len(verdicts)},
    )
    return Recalled(verdicts, await store.uncited(conn, scope, period=wanted.period))


def _touching(wanted: Wanted) -> store.Touching:
    match wanted.thing:
        case Thing.ZONE:
            return store.by_zone(int(wanted.name), wanted.version)
        case Thing.RULE:
            return store.by_rule(int(wanted.name))
        case Thing.DEVICE_LOT:
            return store.by_lot(wanted.name)
        case Thing.FIRMWARE:
            return store.by_firmware(wanted.name)
        case Thing.ENGINE:
            return store.by_engine(wanted.name)
        case Thing.POLICY:
            return store.by_policy(wanted.name)
