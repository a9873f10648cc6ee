"""What one set of rules tells of a time, against what another tells: what appears, vanishes, moves."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from geofence.model import BreachKind
from geofence.rules.episodes import Episode

Pair = tuple[Episode, Episode]
FOREVER_US = 2**62


@dataclass(frozen=True, slots=True)
class Contrast:
    same: list[Episode]
    """Begin and end at the same moments, by whatever evidence."""
    appear: list[Episode]
    vanish: list[Episode]
    move: list[Pair]
    """Begin or end at another moment: (before, after)."""


def contrast(before: Iterable[Episode], after: Iterable[Episode]) -> Contrast:
    """Breaches are the same breach if they begin at the same moment, or else if their times overlap."""
    old, new = _by_subject(before), _by_subject(after)
    found = Contrast([], [], [], [])
    for key in sorted(old.keys() | new.keys()):
        pairs = _pairs(old[key], new[key])
        found.same.extend(b for a, b in pairs if a.closed_us == b.closed_us and a.opened_us == b.opened_us)
        found.move.extend(
            (a, b) for a, b in pairs if (a.opened_us, a.closed_us) != (b.opened_us, b.closed_us)
        )
        found.vanish.extend(e for e in old[key] if e not in [a for a, _ in pairs])
        found.appear.extend(e for e in new[key] if e not in [b for _, b in pairs])
    return found


def _by_subject(told: Iterable[Episode]) -> dict[tuple[BreachKind, int], list[Episode]]:
    found: dict[tuple[BreachKind, int], list[Episode]] = defaultdict(list)
    for episode in sorted(told, key=lambda e: e.opened_us):
        found[episode.kind, episode.subject].append(episode)
    return found


def _pairs(old: list[Episode], new: list[Episode]) -> list[Pair]:
    """Each with at most one; those that begin together first."""
    begins = {episode.opened_us: episode for episode in new}
    pairs = [(episode, begins[episode.opened_us]) for episode in old if episode.opened_us in begins]
    left = [e for e in old if e.opened_us not in begins]
    free = [e for e in new if e.opened_us not in {a.opened_us for a, _ in pairs}]
    for episode in left:
        other = next((e for e in free if _overlap(episode, e)), None)
        if other is not None:
            free.remove(other)
            pairs.append((episode, other))
    return pairs


def _overlap(one: Episode, other: Episode) -> bool:
    return _begins_before_the_end(one, other) and _begins_before_the_end(other, one)


def _begins_before_the_end(one: Episode, other: Episode) -> bool:
    return one.opened_us <= (FOREVER_US if other.closed_us is None else other.closed_us)
