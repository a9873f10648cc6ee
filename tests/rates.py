"""How often a rule is wrong: exits that never were, and crossings seen late or never; with intervals."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from judges import I1, IN, OUT, Rule, Said
from recordings import SECOND_US, Crossing, Track

F8 = NDArray[np.float64]
Counts = NDArray[np.int64]
PATIENCE_S = 1800.0
DRAWS = 2000
NEVER = np.inf


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds from each true crossing to the first fix at or after it at which the rule says so."""

    seconds: F8
    """NEVER: not within half an hour."""
    recording: list[str]
    already: int
    """Of those seen, how many the rule put on that side just before the crossing too: its answer was right,
    but it did not see the person cross."""

    @property
    def missed(self) -> int:
        return int(np.sum(np.isinf(self.seconds)))

    def late(self, share: float) -> float:
        """Of those seen at all."""
        seen = self.seconds[np.isfinite(self.seconds)]
        return float(np.quantile(seen, share)) if len(seen) else 0.0


def exits(answer: I1) -> Counts:
    """How often a rule changed to OUT, zone by zone."""
    before = np.vstack([np.full((1, answer.shape[1]), IN, np.int8), answer[:-1]])
    return np.sum((answer == OUT) & (before == IN), axis=0)


def false_exits(rule: Rule, still: Iterable[Track]) -> Counts:
    """Recordings by homes."""
    return np.array([exits(rule(track).answer) for track in still])


def judged(rule: Rule, tracks: Mapping[str, Track]) -> dict[str, Said]:
    return {name: rule(track) for name, track in tracks.items()}


def delays(
    said: Mapping[str, I1], tracks: Mapping[str, Track], crossings: Iterable[Crossing], *, event: str
) -> Delays:
    wanted = OUT if event == "exit" else IN
    seconds, recording, already = [], [], 0
    for crossing in crossings:
        if crossing.event == event:
            times = (tracks[crossing.phone].fixes.taken_us - crossing.at_us) / SECOND_US
            right = said[crossing.phone][:, crossing.zone] == wanted
            seen = times[right & (times >= 0.0) & (times <= PATIENCE_S)]
            seconds.append(float(seen[0]) if len(seen) else NEVER)
            already += bool(len(seen)) and bool(np.any(right[times < 0.0][-1:]))
            recording.append(crossing.phone)
    return Delays(np.array(seconds), recording, already)


def count_interval(by_recording: Counts) -> tuple[float, float]:
    """95 %, by drawing recordings again and again with replacement; of none at all, by the rule of three."""
    if not by_recording.any():
        return 0.0, 3.0
    chance = np.random.default_rng(1)
    drawn = chance.integers(len(by_recording), size=(DRAWS, len(by_recording)))
    low, high = np.quantile(by_recording[drawn].sum(axis=1), [0.025, 0.975])
    return float(low), float(high)


def missed_interval(found: Delays) -> tuple[float, float]:
    names = sorted(set(found.recording))
    missed = dict.fromkeys(names, 0)
    for name, seconds in zip(found.recording, found.seconds, strict=True):
        missed[name] += int(np.isinf(seconds))
    return count_interval(np.array(list(missed.values()), dtype=np.int64))


def late_interval(found: Delays, share: float) -> tuple[float, float]:
    """Of a quantile of the delays, drawing recordings."""
    names = sorted(set(found.recording))
    of = [found.seconds[np.array(found.recording) == name] for name in names]
    chance = np.random.default_rng(2)
    values = []
    for drawn in chance.integers(len(of), size=(DRAWS // 4, len(of))):
        seconds = np.concatenate([of[n] for n in drawn])
        seen = seconds[np.isfinite(seconds)]
        values.append(np.quantile(seen, share) if len(seen) else 0.0)
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
