"""The worker folds people again: something unknown happened before what is folded already (ADR-0008)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import asyncpg
import numpy as np

from core.bus import Row
from core.model import PersonId
from geofence import replay
from geofence.model import Standing
from geofence.rules.duty import Duty
from geofence.store import handing, seats, standings
from geofence.supervision import RECENT_US, Kept, Supervision
from tracking.fixes import Fixes
from tracking.model import DeviceEvent

FEW: Final = 20
"""So many late people of a batch are folded again at once."""


async def fold(
    conn: asyncpg.Connection, held: Supervision, begun: Mapping[PersonId, int], *, now_us: int
) -> list[Row]:
    """These people, each from before the moment at which something unknown happened."""
    if not begun:
        return []
    waiting = await handing.release(conn, begun)  # what came for them before is not folded either
    begun = {person: min(at_us, waiting.get(person, at_us)) for person, at_us in begun.items()}
    held.waiting.difference_update(begun)  # in place: `-=` with keys makes a new set of all who wait
    unknown = [person for person in begun if person not in held.duties]
    bound = {person: held.duties[person] for person in begun if person in held.duties}
    bound |= await replay.duties(conn, unknown)
    begins = await replay.beginnings(conn, bound, begun)
    await seats.void(conn, begun)  # what is written down of them may be complete up to a later receipt
    held.voided.update(begun)
    return await refold(conn, held, begins, bound, now_us=now_us)


async def refold(
    conn: asyncpg.Connection,
    held: Supervision,
    begins: Mapping[PersonId, Standing],
    bound: Mapping[PersonId, Duty],
    *,
    now_us: int,
) -> list[Row]:
    if not begins:
        return []
    folded = await replay.refold(conn, begins, bound, now_us=now_us)
    for person, standing in folded.standings.items():
        held.seat(person, bound[person], standing)
        held.keep_until(person, begins[person].at_us)
    return folded.rows


async def at_once(
    conn: asyncpg.Connection, held: Supervision, begun: Mapping[PersonId, int], *, now_us: int
) -> dict[PersonId, int]:
    """Whom to fold again at once: a few who are minutes late, and whom we do not know yet. The others wait
    until all of their reports have come: history rings no siren."""
    soon = [p for p, at_us in begun.items() if p in held.duties and at_us >= now_us - RECENT_US][:FEW]
    now = {p for p in begun if p not in held.duties} | set(soon)
    waits = {p: at_us for p, at_us in begun.items() if p not in now}
    await handing.hand(conn, waits, now_us=now_us)
    held.waiting.update(waits)
    return {p: begun[p] for p in now}


async def forget_passed(conn: asyncpg.Connection, held: Supervision, people: Sequence[PersonId]) -> None:
    """Their clock was put back: checkpoints from after their last report hold moments that are to come."""
    void = {}
    for person in people:
        at_us, known = held.board.at_us(person), held.kept.get(person, Kept([0])).as_of_us
        if known[-1] == 0 or known[-1] > at_us:  # 0: what is stored is not known
            void[person] = at_us
            held.kept[person] = Kept([at for at in known if at <= at_us] or [0])
    if void:
        await standings.forget(conn, void)


def earliest(late: Iterable[PersonId], fixes: Fixes, events: Sequence[DeviceEvent]) -> dict[PersonId, int]:
    """When the first of each person's new reports was made."""
    people = set(late)
    if not people:
        return {}
    rows = np.flatnonzero(np.isin(fixes.person, list(people)))
    told = list(zip(fixes.person[rows].tolist(), fixes.taken_us[rows].tolist(), strict=True))
    told += [(event.person, event.taken_us) for event in events if event.person in people]
    found: dict[PersonId, int] = {}
    for person, taken_us in told:
        found[PersonId(person)] = min(taken_us, found.get(PersonId(person), taken_us))
    return found


def overtaken(held: Supervision, by_us: int) -> dict[PersonId, int]:
    """Whose device was taken off by a moment, and before something that is folded already."""
    due = held.due_off(by_us)
    return {off.person: off.taken_us for off in due if held.board.at_us(off.person) >= off.taken_us}
