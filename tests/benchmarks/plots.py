"""The pictures of the geofence benchmark: who takes how long on each workload, and cost against zones."""

from collections import defaultdict
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.contending import AbsentError
from benchmarks.report import Row
from benchmarks.scale import ASSIGNED, SHARED

OURS = "E-jazo"
SECTIONS = ("W1", "W2", "W3", "100k")


def draw(rows: Sequence[Row], file: Path, machine: str) -> None:
    """Both pictures side by side, as far as their rows were measured."""
    try:
        import_module("matplotlib").use("Agg")
        plot = import_module("matplotlib.pyplot")
    except ImportError as missing:
        raise AbsentError(f"not installed: {missing.name}") from missing
    figure, (left, right) = plot.subplots(1, 2, figsize=(16, 8), width_ratios=(3, 2), layout="constrained")
    _bars(left, rows)
    _scale(right, rows)
    figure.supxlabel(machine, fontsize=7, color="#666666")
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110)
    plot.close(figure)


def _bars(axes: Any, rows: Sequence[Row]) -> None:
    """Nanoseconds a fix, one bar a contender, grouped by workload; logarithmic."""
    groups: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows:
        section, _, peer = row.name.partition(" vs ")
        ours, theirs = row.figures.get("ours_ns"), row.figures.get("peer_ns")
        if section in SECTIONS and isinstance(ours, float) and isinstance(theirs, float):
            groups[section] |= {OURS: ours, peer: theirs}
    labels, place = [], 0
    for section, each in groups.items():
        for name, ns in each.items():
            axes.barh(place, ns, color="#1a6e5c" if name == OURS else "#b9b9b9")
            times = "" if name == OURS else f"  ({ns / each[OURS]:,.0f}×)"
            axes.text(ns * 1.1, place, f"{ns:,.0f} ns{times}", va="center", fontsize=8)
            labels.append((place, f"{section}  {name}"))
            place += 1
        place += 1
    axes.set(xscale="log", xlabel="nanoseconds a fix", title="Which zones cover which fixes")
    axes.set_yticks([at for at, _ in labels], [label for _, label in labels], fontsize=8)
    axes.margins(x=0.25)
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)


def _scale(axes: Any, rows: Sequence[Row]) -> None:
    """Nanoseconds a fix against the number of zones."""
    for start, colour in ((SHARED, "#1a6e5c"), (ASSIGNED, "#b4602d")):
        row = next((row for row in rows if row.name.startswith(start)), None)
        if row is not None:
            points = [
                (int(name.removeprefix("zones_").removesuffix("_ns")), ns)
                for name, ns in row.figures.items()
                if name.startswith("zones_")
            ]
            axes.plot(*zip(*points, strict=True), marker="o", color=colour, label=start)
    axes.set(xscale="log", xlabel="zones", ylabel="nanoseconds a fix", title="Cost of a fix by zones")
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.get_legend_handles_labels()[1]:
        axes.legend(frameon=False)
