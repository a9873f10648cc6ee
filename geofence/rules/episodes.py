"""Breaches as whole episodes: what a fold tells, compared with what is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.model import PersonId
from geofence.model import BreachKind, Change, Edge, Standing
from geofence.rules import canonical

Name = tuple[PersonId, BreachKind, int, int]
"""Person, kind, subject and opening moment: what makes a breach the same breach."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One breach from its beginning to its end, if it has one."""

    person: PersonId
    kind: BreachKind
    subject: int
    opened_us: int
    opening: dict[str, Any] | None = None
    """None: opened before what is looked at."""
    closed_us: int | None = None
    closing: dict[str, Any] | None = None
    is_annulled: bool = False

    @property
    def name(self) -> Name:
        return self.person, self.kind, self.subject, self.opened_us

    @property
    def content(self) -> dict[str, Any]:
        """All that the verdict says, and nothing of how it came to be stored."""
        return {
            "kind": str(self.kind),
            "subject": self.subject,
            "opened_us": self.opened_us,
            "closed_us": self.closed_us,
            "opening": self.opening,
            "closing": self.closing,
        }


@dataclass(frozen=True, slots=True)
class Differences:
    """What would have to change in the database, so that it says what the fold says."""

    missing: list[Episode]
    """The fold has them, the database does not, or no more."""
    vanished: list[Episode]
    """The database has them; they never were."""
    ended: list[Episode]
    """Open in the database, over in the fold."""
    corrected: list[Episode]
    """Over in both, at another moment."""
    reopened: list[Episode]
    """Over in the database, open in the fold."""
    restated: list[Episode]
    """In both, but resting on other evidence."""

    def __bool__(self) -> bool:
        of_time = (self.missing, self.vanished, self.ended, self.corrected, self.reopened)
        return any(of_time) or bool(self.restated)


def told(changes: Iterable[Change], begin: Standing | None = None) -> dict[Name, Episode]:
    """What these changes amount to, and what was open in the standing they begin from."""
    found = {episode.name: episode for episode in open_in(begin)} if begin else {}
    for c in changes:
        name = (c.person, c.kind, c.subject, c.opened_us)
        known = found.get(name, Episode(*name))
        if c.edge is Edge.OPENED:
            found[name] = Episode(*name, opening=known.opening or c.evidence)
        else:
            found[name] = replace(known, closed_us=c.at_us, closing=c.evidence)
    return found


def open_in(standing: Standing) -> list[Episode]:
    """The breaches that a standing carries on."""
    by_zones = [b.breach for b in standing.beliefs if b.breach]
    by_devices = [
        Episode(standing.person, sign.kind, worn.device, sign.opened_us)
        for worn in standing.worn
        for sign in worn.signs
        if sign.opened_us is not None
    ]
    return [Episode(standing.person, b.kind, b.subject, b.opened_us) for b in by_zones] + by_devices


def compared(
    found: Mapping[Name, Episode], stored: Iterable[Episode], *, begins: Mapping[PersonId, int]
) -> Differences:
    """`begins`: the moment from which each person was folded; what was over by then is out of question."""
    kept = {episode.name: episode for episode in stored}
    missing = [e for name, e in found.items() if name not in kept or kept[name].is_annulled]
    vanished = [e for name, e in kept.items() if name not in found and _is_told(e, begins[e.person])]
    both = [(e, kept[name]) for name, e in found.items() if name in kept and not kept[name].is_annulled]
    changed = [(e, old) for e, old in both if e.closed_us != old.closed_us]
    return Differences(
        missing,
        vanished,
        ended=[e for e, old in changed if old.closed_us is None],
        corrected=[e for e, old in changed if None not in (e.closed_us, old.closed_us)],
        reopened=[e for e, _ in changed if e.closed_us is None],
        restated=[e for e, old in both if _rests_on_others(e, old)],
    )


def written(listed: Iterable[Episode]) -> bytes:
    """The canonical bytes of what is told of a time: one line a breach, in the order of their beginnings."""
    ordered = sorted(listed, key=lambda e: (e.opened_us, str(e.kind), e.subject))
    return b"\n".join(canonical.encode(episode.content) for episode in ordered)


def _rests_on_others(told: Episode, stored: Episode) -> bool:
    """Where the fold does not tell the opening, because it begins later, what is stored stands."""
    if told.opening is not None and canonical.encode(told.opening) != canonical.encode(stored.opening):
        return True
    if told.closed_us is None or told.closed_us != stored.closed_us:
        return False
    return canonical.encode(told.closing) != canonical.encode(stored.closing)


def _is_told(stored: Episode, begin_us: int) -> bool:
    """A fold from `begin_us` on would tell of it, if it were so."""
    is_over = stored.closed_us is not None and stored.closed_us <= begin_us
    return not stored.is_annulled and (stored.opened_us > begin_us or not is_over)
