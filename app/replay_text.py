"""What `ejazo replay` prints: one line a breach, in plain words and local time."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from core import clock
from geofence import engine
from geofence.breaches import OF_TWO
from geofence.hearing import Heard, Hearing
from geofence.rules.episodes import Episode
from geofence.store.queue import ZONE_KINDS
from geofence.trial import Trial

Names = Mapping[int, str]
"""Of the zones, by their conditions."""
SHOWN = 20
"""Fields that differ, of one breach."""


def text(found: Hearing | Trial, names: Names) -> str:
    return "\n".join(_hearing(found, names) if isinstance(found, Hearing) else _trial(found, names))


def plain(found: Hearing | Trial) -> dict[str, Any]:
    """For programs."""
    return _plain_hearing(found) if isinstance(found, Hearing) else _plain_trial(found)


def local(us: int) -> str:
    return f"{clock.from_us(us).astimezone(clock.HERE):%Y-%m-%d %H:%M:%S}"


def span(episode: Episode) -> str:
    end = "open" if episode.closed_us is None else local(episode.closed_us)
    return f"{local(episode.opened_us)} – {end}"


def words(episode: Episode, names: Names) -> str:
    kind = str(episode.kind).replace("_", " ")
    if episode.kind in OF_TWO:
        return f"{kind} (relation {episode.subject})"
    if episode.kind not in ZONE_KINDS:
        return f"{kind} of device {episode.subject}"
    return f"{kind}, “{names.get(episode.subject, '?')}” (condition {episode.subject})"


def _hearing(found: Hearing, names: Names) -> Iterator[str]:
    finding = found.finding
    begin = f"the checkpoint of {local(finding.begin_us)}" if finding.begin_us else "the first report"
    yield f"folded {len(finding.reports)} reports, from {begin} on, by engine {engine.version()}"
    for heard in found.heard:
        number = f"breach {heard.breach}: " if heard.breach else ""
        yield f"{heard.line.match:<14}{number}{words(heard.line.shown, names)}, {span(heard.line.shown)}"
        yield from (f"{'':<14}{line}" for line in _reasons(heard))
    for device, ranges in found.absent.items():
        numbers = ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in ranges)
        yield f"note: reports {numbers} of device {device} were answered for and are not stored"
    recorded, told = found.digests
    counts = Counter(str(one.line.match) for one in found.heard)
    yield ", ".join(f"{n} {match}" for match, n in sorted(counts.items())) or "no breaches"
    yield f"on record: {recorded}\ntold now:  {told}"
    yield "IDENTICAL" if found.is_identical else "NOT IDENTICAL"


def _reasons(heard: Heard) -> Iterator[str]:
    differences = heard.line.differences
    yield from (f"{name}: recorded {old!r}, told {new!r}" for name, old, new in differences[:SHOWN])
    if len(differences) > SHOWN:
        yield f"and {len(differences) - SHOWN} more"
    for one in heard.inputs:
        device, sequence, taken_us = one.report
        yield f"input {one.state}: report {sequence} of device {device}, taken {local(taken_us)}"
    if (differences or heard.inputs) and heard.engine != engine.version():
        yield f"recorded by engine {heard.engine or 'unknown'}"


def _trial(found: Trial, names: Names) -> Iterator[str]:
    between = found.contrast
    yield f"folded {found.reports} reports from {local(found.begin_us)} on, by the rules of then and by these"
    for episode in between.appear:
        yield f"would appear  {words(episode, names)}, {span(episode)}"
    for episode in between.vanish:
        yield f"would vanish  {words(episode, names)}, {span(episode)}"
    for before, after in between.move:
        yield f"would move    {words(after, names)}, {span(after)} instead of {span(before)}"
    moved = f"{len(between.appear)} would appear, {len(between.vanish)} vanish, {len(between.move)} move"
    yield f"{moved}; {len(between.same)} stay as they are"


def _plain_hearing(found: Hearing) -> dict[str, Any]:
    recorded, told = found.digests
    return {
        "engine": engine.version(),
        "begin_us": found.finding.begin_us,
        "reports": len(found.finding.reports),
        "is_identical": found.is_identical,
        "recorded": recorded,
        "told": told,
        "breaches": [_plain_heard(heard) for heard in found.heard],
        "absent": {str(device): ranges for device, ranges in found.absent.items()},
    }


def _plain_heard(heard: Heard) -> dict[str, Any]:
    recorded, told = heard.line.recorded, heard.line.told
    return {
        "breach": heard.breach,
        "match": heard.line.match,
        "engine": heard.engine,
        "recorded": recorded.content if recorded else None,
        "told": told.content if told else None,
        "differences": [[name, old, new] for name, old, new in heard.line.differences],
        "inputs": [[*one.report, one.state] for one in heard.inputs],
    }


def _plain_trial(found: Trial) -> dict[str, Any]:
    between = found.contrast
    return {
        "begin_us": found.begin_us,
        "reports": found.reports,
        "appear": [episode.content for episode in between.appear],
        "vanish": [episode.content for episode in between.vanish],
        "move": [{"before": a.content, "after": b.content} for a, b in between.move],
        "same": len(between.same),
    }
