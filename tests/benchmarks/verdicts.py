"""False exits, and true ones missed, of the usual rules and of ours: on recorded and on invented lives.

`ejazo bench verdicts [--data FOLDER] [--json FILE]`: FOLDER holds other recordings of the same format. A true
exit or entry is seen at the first fix at or after it, within half an hour, at which the rule says so;
"already" counts those of which it said so before as well."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.extend(str(folder) for folder in Path(__file__).parents[1:3])

import invented
import rates
from benchmarks import report
from geofence import policies
from judges import OUT, Rule, cap, circle_clears, fold, in_a_row, naive
from rates import Delays
from recordings import RADII, Recordings, Track

NAIVE, OURS = "naive point in polygon", f"ours ({policies.known()[-1].id})"
MARGIN_M = 50.0
MOST_P90_S = 240.0
MORE_MISSES = 0.01
LETS_GO_S = 300.0
"""How long after a true exit an answer may still be "outside" without being a new false one."""


def rules() -> dict[str, Rule]:
    first, *_, last = policies.known()
    return {
        NAIVE: naive,
        "accuracy at most 50 m": cap(50.0),
        "accuracy at most 100 m": cap(100.0),
        "circle must clear the border": circle_clears,
        "three in a row": in_a_row(3),
        f"first policy ({first.id})": fold(first),
        OURS: fold(last),
    }


@dataclass(frozen=True, slots=True)
class Row:
    """What one rule made of the recordings."""

    false: rates.Counts
    seen: dict[str, Delays]
    """`exit`, `enter`; with `, sure`: at that very fix; with ` + 50 m`: the zones drawn with a margin."""


def row(rule: Rule, recordings: Recordings) -> Row:
    seen: dict[str, Delays] = {}
    for name, margin in (("", 0.0), (" + 50 m", MARGIN_M)):
        tracks, crossings = recordings.crossings({"WALKING"}, margin_m=margin)
        said = rates.judged(rule, tracks)
        for event in ("exit", "enter"):
            for kind, signs in (
                ("", {phone: one.answer for phone, one in said.items()}),
                (", sure", {phone: one.sure for phone, one in said.items()}),
            ):
                seen[event + name + kind] = rates.delays(signs, tracks, crossings, event=event)
    return Row(rates.false_exits(rule, recordings.still.values()), seen)


def show(rows: Mapping[str, Row], recordings: Recordings) -> None:
    print(f"{len(recordings.still)} recordings of phones lying still, {recordings.still_hours:.0f} hours")
    print(f"{'false exits, home radius':34}" + "".join(f"{f'{r:.0f} m':>18}" for r in RADII))
    for name, one in rows.items():
        cells = (_counted(int(n.sum()), rates.count_interval(n)) for n in one.false.T)
        print(f"  {name:32}" + "".join(f"{cell:>18}" for cell in cells))
    for what in rows[NAIVE].seen:
        print(f"\nwalking, {what}: missed of {len(rows[NAIVE].seen[what].seconds)}; median, p90 (s); already")
        for name, one in rows.items():
            print(f"  {name:32}{_delays(one.seen[what])}")


def show_invented(every: Mapping[str, Rule]) -> None:
    hours = invented.HOURS * sum(invented.PACES.values())
    stays = [kind for kind in invented.KINDS if not kind.startswith("breach")]
    leaves = [kind for kind in invented.KINDS if kind.startswith("breach")]
    print(f"\ninvented lives, {hours:.0f} hours of each kind, a home of 50 m")
    print(f"{'false exits (true ones seen)':34}" + "".join(f"{kind:>13}" for kind in (*stays, *leaves)))
    made = {kind: [(life, life.track) for life in invented.lives(kind)] for kind in invented.KINDS}
    for name, rule in every.items():
        cells = [_false_and_seen(rule, made[kind]) for kind in made]
        print(f"  {name:32}" + "".join(f"{cell:>13}" for cell in cells))


def _false_and_seen(rule: Rule, made: list[tuple[invented.Life, Track]]) -> str:
    false, seen, true = 0, 0, 0
    for life, track in made:
        answer = rule(track).answer
        if life.out_s is None:
            false += int(rates.exits(answer)[0])
            continue
        begin, end = life.out_s
        away = (life.t >= begin) & (life.t <= end)
        true += 1
        seen += bool(np.any(answer[away, 0] == OUT))
        false += int(rates.exits(answer[(life.t < begin) | (life.t > end + LETS_GO_S)])[0])
    return f"{false} ({seen}/{true})" if true else str(false)


def _counted(count: int, interval: tuple[float, float]) -> str:
    return f"{count} [{interval[0]:.0f}-{interval[1]:.0f}]"


def _delays(found: Delays) -> str:
    missed = _counted(found.missed, rates.missed_interval(found))
    low, high = rates.late_interval(found, 0.9)
    late = f"{found.late(0.9):.0f} [{low:.0f}-{high:.0f}]"
    return f"{missed:>14}{found.late(0.5):8.0f}{late:>16}{found.already:10}"


def ratios(rows: Mapping[str, Row]) -> list[report.Row]:
    """No false exit, and no missed one, counts as half of one: a ratio needs a divisor."""
    theirs, ours = rows[NAIVE], rows[OURS]
    found: list[report.Row] = []
    for n, radius in enumerate(RADII):
        naively, mine = int(theirs.false[:, n].sum()), int(ours.false[:, n].sum())
        counts = {"naive": naively, "ours": mine, "interval": rates.count_interval(ours.false[:, n])}
        if radius == RADII[-1]:
            none = float(mine == 0)
            found.append(report.Row(f"false exits R={radius:.0f} m: none", none, 1.0, 1.0, counts))
        else:
            name = f"false exits R={radius:.0f} m: naive / ours"
            found.append(report.Row(name, naively / max(mine, 0.5), 33.3, 100.0, counts))
    p90 = ours.seen["exit"].late(0.9)
    figures = {event: _figures(one) for event, one in ours.seen.items()}
    found.append(report.Row("walking exits p90: 240 s / ours", MOST_P90_S / max(p90, 1.0), 1.0, 1.3, figures))
    missed = ours.seen["exit"].missed
    allowed = theirs.seen["exit"].missed + MORE_MISSES * len(ours.seen["exit"].seconds)
    figures = {event: _figures(one) for event, one in theirs.seen.items()}
    name = "misses: (naive + 1 %) allowed / ours"
    found.append(report.Row(name, allowed / max(missed, 0.5), 1.0, 1.0, figures))
    return found


def _figures(found: Delays) -> dict[str, float]:
    return {
        "of": len(found.seconds),
        "missed": found.missed,
        "median_s": found.late(0.5),
        "p90_s": found.late(0.9),
        "already": found.already,
    }


def main() -> None:
    asked = argparse.ArgumentParser(prog="ejazo bench verdicts")
    asked.add_argument("--data", type=Path, help="a folder with mobilitynet_*")
    asked.add_argument("--json", type=Path, help="write the ratios there")
    options = asked.parse_args()
    recordings, every = Recordings(options.data), rules()
    if not recordings.is_there:
        sys.exit("no recordings: name their folder with --data")
    rows = {name: row(rule, recordings) for name, rule in every.items()}
    show(rows, recordings)
    show_invented(every)
    report.finish(ratios(rows), options.json)


if __name__ == "__main__":
    main()
