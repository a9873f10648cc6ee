"""Verdicts as JSON: what is on record, what was told when the bundle was made, and what each rests on."""

import json
from typing import Any, NamedTuple

from core.model import PersonId
from geofence.evidence.model import Material, Recorded
from geofence.evidence.wire.terms import pretty
from geofence.model import BreachId, BreachKind
from geofence.rules import canonical, episodes
from geofence.rules.episodes import Episode


class Verdicts(NamedTuple):
    recorded: list[Recorded]
    told: list[Episode]


def write(material: Material) -> bytes:
    recorded = [_recorded(one) for one in material.recorded]
    told = [_plain(episode) for episode in material.told]
    absent = {str(device): [list(pair) for pair in ranges] for device, ranges in material.absent.items()}
    return pretty({"recorded": recorded, "told": told, "digest": digest(material.told), "absent": absent})


def digest(told: list[Episode] | tuple[Episode, ...] | Any) -> str:
    """As `ejazo replay` prints it."""
    return canonical.digest(episodes.written(told), canonical.LONG)


def read(content: bytes, person: PersonId) -> Verdicts:
    said = json.loads(content)
    recorded = [
        Recorded(
            None if one["breach"] is None else BreachId(one["breach"]),
            _episode(one["verdict"], person, is_annulled=one["is_annulled"]),
            one["match"],
            one["engine"],
            one["cites"],
        )
        for one in said["recorded"]
    ]
    return Verdicts(recorded, [_episode(one, person) for one in said["told"]])


def _recorded(one: Recorded) -> dict[str, Any]:
    return {
        "breach": one.id,
        "verdict": _plain(one.episode),
        "is_annulled": one.episode.is_annulled,
        "match": one.match,
        "engine": one.engine,
        "cites": dict(one.cites),
    }


def _plain(episode: Episode) -> Any:
    """With the numbers written as the canonical text writes them."""
    return json.loads(canonical.encode(episode.content))


def _episode(said: dict[str, Any], person: PersonId, *, is_annulled: bool = False) -> Episode:
    name = (person, BreachKind(said["kind"]), said["subject"], said["opened_us"])
    return Episode(*name, said["opening"], said["closed_us"], said["closing"], is_annulled)
