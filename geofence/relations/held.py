"""A pair with all that its fold depends on, and many pairs folded together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from core.model import PersonId
from geofence.engine import proximity as engine
from geofence.model import Change, TakenOff
from geofence.relations.model import Basis, Pair, Relation
from geofence.rules import proximity, walk


@dataclass(slots=True)
class Held:
    """One pair, as the worker remembers it."""

    relation: Relation
    offs: tuple[TakenOff, ...]
    """When nothing was, or will be, on one of the two any more; oldest first."""
    pair: Pair
    kept_us: int = 0
    """As of when the last checkpoint is."""

    @property
    def people(self) -> tuple[PersonId, PersonId]:
        return self.relation.person, self.relation.other

    def past(self, as_of_us: int) -> bytes:
        """A digest of all but fixes that can have had effect up to a moment."""
        r = self.relation
        until_us = r.until_us if r.until_us is not None and r.until_us <= as_of_us else None
        offs = [(o.person, o.device, o.taken_us) for o in self.offs if o.taken_us <= as_of_us]
        given = (r.person, r.other, str(r.kind), r.distance_m, r.since_us, until_us, offs)
        return blake2b(msgspec.msgpack.encode(given), digest_size=16).digest()

    def due(self, facts: Iterable[walk.Fact], *, now_us: int) -> list[walk.Fact]:
        """What matters of these facts, with the devices taken off by now (or by the last of them) that are
        not folded yet; in the order of the fold."""
        mine = [fact for fact in facts if proximity.matters(self.relation, fact)]
        horizon_us = max([now_us, *(fact.taken_us for fact in mine)])
        offs = [off for off in self.offs if off.taken_us <= horizon_us and self.is_new(off)]
        return sorted([*mine, *offs], key=walk.mark)

    def is_new(self, fact: walk.Fact) -> bool:
        return self.pair.last is None or walk.mark(fact) > self.pair.last

    def ends_by(self, until_us: int) -> bool:
        """The relation ends, and its end has not been passed."""
        end_us = self.relation.until_us
        return end_us is not None and self.pair.passed_us < end_us <= until_us


Task = tuple[Held, Sequence[walk.Fact]]
"""A pair, and the facts to fold into it."""


def fold(tasks: Sequence[Task], *, basis: Basis, until_us: int | None) -> list[Change]:
    """All meetings are measured together, then each pair is folded, and kept."""
    met = [
        meeting
        for one, facts in tasks
        for meeting in proximity.foreseen(one.pair, facts, one.relation, basis=basis)
    ]
    looks = iter(engine.looks(met))
    changes: list[Change] = []
    for one, facts in tasks:
        one.pair, found = proximity.walk(
            one.pair,
            facts,
            one.relation,
            basis=basis,
            until_us=until_us,
            measure=lambda _met: next(looks),
        )
        changes += found
    return changes
