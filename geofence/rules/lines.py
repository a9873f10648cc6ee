"""The record beside what the fold tells of the same time: line by line the same bytes, or where not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from geofence.rules import canonical
from geofence.rules.episodes import Episode, Name


class Match(StrEnum):
    IDENTICAL = "identical"
    DIFFERENT = "different"
    NOT_TOLD = "not told"  # on record, and the reports do not amount to it
    NOT_ON_RECORD = "not on record"  # the reports amount to it
    UNTELLABLE = "untellable"  # its reports are not kept any more
    ANNULLED = "annulled"  # on record as what never was, and not told either
    NOT_FOLDED = "not folded"  # silence and lost places: found by the worker's clock, not by any report


AS_IT_SHOULD_BE = frozenset({Match.IDENTICAL, Match.ANNULLED, Match.NOT_FOLDED})


@dataclass(frozen=True, slots=True)
class Line:
    match: Match
    recorded: Episode | None = None
    told: Episode | None = None

    @property
    def shown(self) -> Episode:
        episode = self.recorded or self.told
        if episode is None:
            raise ValueError(self)
        return episode

    @property
    def differences(self) -> list[tuple[str, Any, Any]]:
        """(field, as recorded, as told)."""
        if self.match is not Match.DIFFERENT or self.recorded is None or self.told is None:
            return []
        return canonical.differences(self.recorded.content, self.told.content)


def beside(
    recorded: Iterable[Episode], told: Mapping[Name, Episode], *, vanished: Iterable[Episode]
) -> list[Line]:
    """Oldest first. `vanished`: what the fold would have to tell if it were so."""
    never = {episode.name for episode in vanished}
    lines, seen = [], set[Name]()
    for episode in recorded:
        seen.add(episode.name)
        lines.append(_line(episode, told.get(episode.name), is_refuted=episode.name in never))
    lines += [Line(Match.NOT_ON_RECORD, None, e) for name, e in told.items() if name not in seen]
    return sorted(lines, key=lambda line: (line.shown.opened_us, str(line.shown.kind), line.shown.subject))


def _line(recorded: Episode, told: Episode | None, *, is_refuted: bool) -> Line:
    if told is None:
        if recorded.is_annulled:
            return Line(Match.ANNULLED, recorded)
        return Line(Match.NOT_TOLD if is_refuted else Match.UNTELLABLE, recorded)
    if recorded.is_annulled:
        return Line(Match.NOT_ON_RECORD, recorded, told)
    is_same = canonical.encode(recorded.content) == canonical.encode(told.content)
    return Line(Match.IDENTICAL if is_same else Match.DIFFERENT, recorded, told)
