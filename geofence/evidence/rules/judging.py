"""Reports of a bundle folded again by its own rules, with the scalar definition and nothing else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from geofence.evidence.model import Finding, Judged, Recorded, What
from geofence.model import BreachKind, Standing
from geofence.policies import Policies
from geofence.rules import canonical, episodes, walk
from geofence.rules.duty import Duty
from geofence.rules.episodes import Episode, Name
from geofence.rules.lines import Match
from tracking.model import Report

OF_NO_REPORT = frozenset({BreachKind.SILENT, BreachKind.NO_LOCATION})
"""Absences: found by the platform's clock."""
OF_TWO = frozenset({BreachKind.TOO_NEAR, BreachKind.ESCORT_LOST})
"""Of two people; the other one's fixes are not given away."""
Mark = tuple[int, int, int]


def told(
    begin: Standing,
    reports: Sequence[Report],
    duty: Duty,
    *,
    policies: Policies,
    since_us: int,
    until_us: int,
) -> dict[Name, Episode]:
    """The verdicts of [since, until), as geofence.court tells them with the engine."""
    facts: list[walk.Fact] = [*reports, *duty.taken_off]
    due = [fact for fact in facts if fact.taken_us < until_us and _is_new(begin, fact)]
    _, changes = walk.walk(
        begin, sorted(due, key=walk.mark), duty.terms, policies=policies, until_us=until_us - 1
    )
    found = episodes.told(changes, begin)
    return {name: e for name, e in found.items() if e.closed_us is None or e.closed_us >= since_us}


def _is_new(begin: Standing, fact: walk.Fact) -> bool:
    return begin.last is None or walk.mark(fact) > begin.last


def beside(recorded: Iterable[Recorded], now: Mapping[Name, Episode]) -> list[Judged]:
    """Each verdict on record, and each that is told now and not on record."""
    listed = list(recorded)
    names = {one.episode.name for one in listed if not one.episode.is_annulled}
    found = [Judged(one.episode, one.id, _match(one, now.get(one.episode.name))) for one in listed]
    found += [Judged(e, None, Match.NOT_ON_RECORD) for name, e in now.items() if name not in names]
    return sorted(found, key=lambda one: (one.episode.opened_us, str(one.episode.kind)))


def _match(one: Recorded, now: Episode | None) -> str:
    if one.episode.kind in OF_NO_REPORT | OF_TWO:
        return Match.NOT_FOLDED
    if one.episode.is_annulled:
        return Match.ANNULLED
    if now is None:
        return Match.UNTELLABLE if one.match == Match.UNTELLABLE else Match.NOT_TOLD
    is_same = canonical.encode(one.episode.content) == canonical.encode(now.content)
    return Match.IDENTICAL if is_same else Match.DIFFERENT


def otherwise(file: str, said: Iterable[Episode], now: Mapping[Name, Episode]) -> Iterator[Finding]:
    """Where the bundle says of itself that something is told, and it is not, or other."""
    then = {episode.name: episode for episode in said}
    for name in sorted(then.keys() | now.keys(), key=lambda n: (n[3], str(n[1]), n[2])):
        one, other = then.get(name), now.get(name)
        if one is None or other is None or canonical.encode(one.content) != canonical.encode(other.content):
            yield Finding(What.TOLD_OTHERWISE, file, detail=f"{name[1]} {name[3]}")


def misquoted(file: str, recorded: Iterable[Recorded], reports: Sequence[Report]) -> Iterator[Finding]:
    """Verdicts that cite a report which stands here with other content than when they were made."""
    held: dict[Mark, tuple[int, Report]] = {
        (r.device, r.sequence, r.taken_us): (n, r) for n, r in enumerate(reports, 1)
    }
    for one in recorded:
        if one.episode.is_annulled:
            continue
        for device, sequence, taken_us, digest in _cited(one):
            found = held.get((device, sequence, taken_us))
            if found is None or digest is None:
                continue
            row, report = found
            if canonical.digest(canonical.report(report)) != digest:
                yield Finding(What.CITED_OTHERWISE, file, row, detail=str(one.id))


def _cited(one: Recorded) -> Iterator[tuple[int, int, int, str | None]]:
    for side in ("opening", "closing"):
        yield from one.cites.get(side, ())
