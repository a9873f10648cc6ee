"""Admitting many people at once, each as `moving.admit` would; what can have happened was decided before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Caller, Permission
from core.model import PersonId
from inmates.custody.model import Admitting, EpisodeKind, Movement
from inmates.custody.rules import admission as asking
from inmates.custody.rules import movements as rules
from inmates.custody.store import many as store


async def admit(
    conn: AsyncConnection,
    caller: Caller,
    *,
    new: Sequence[Admitting],
    history: Mapping[PersonId, Sequence[Movement]],
    detail: Mapping[str, Any],
) -> None:
    """`history`: all movements of these people, the new ones too; `detail` goes into each audit row."""
    episodes = await store.add_episodes(conn, [_row(one) | {"made_by": caller.user} for one in new])
    steps = [
        (one.person, replace(movement, episode_id=episode))
        for one, episode in zip(new, episodes, strict=True)
        for movement in one.movements
    ]
    made = await store.add(conn, steps, by=caller.user)
    folded = {one.person: rules.stays(rules.fold(history[one.person])) for one in new}
    await store.write_stays(conn, folded)
    asked = [
        (one.person, episode, one.movements[0].at, asking.known_already(one.commitment, one.movements[0].at))
        for one, episode in zip(new, episodes, strict=True)
        if one.kind is EpisodeKind.CUSTODY
    ]
    await store.ask(conn, asked, by=caller.user)
    deeds = [
        (person, {"movement": ident, "kind": step.kind, "replaces": None, **detail})
        for ident, (person, step) in zip(made, steps, strict=True)
    ]
    action = Permission.CUSTODY_WRITE
    await audit.record_many(conn, caller.user, action=action, subject_kind="person", deeds=deeds)


def _row(one: Admitting) -> dict[str, object]:
    return {
        "person_id": one.person,
        "kind": one.kind,
        "act_number": one.commitment.act_number,
        "authority": one.commitment.authority,
        "act_on": one.commitment.act_on,
        "valid_until": one.commitment.valid_until,
        "reasons": one.commitment.reasons,
    }
