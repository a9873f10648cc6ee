"""What a benchmark says at its end: rows of ratios, printed as a table and written as JSON."""

import json
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import click

Figure = float | int | str | dict[str, Any] | list[Any] | tuple[Any, ...] | None
"""Those that are more than one value stand in the JSON file only."""


@dataclass(frozen=True, slots=True)
class Row:
    """How many times better we are than the named peer, and how much it has to be."""

    name: str
    ratio: float | None
    """Bigger is better; None: there is no peer, or `why` tells what is missing."""
    least: float | None = None
    aim: float | None = None
    figures: dict[str, Figure] = field(default_factory=dict)
    """Counts and measures that stand beside the ratio."""
    why: str = ""
    """Why there is no ratio."""

    @property
    def verdict(self) -> str:
        if self.ratio is None:
            return self.why or ("a figure" if self.least is None else "NOT MEASURED")
        if self.least is None:
            return "for comparison"
        if self.ratio < self.least:
            return "BELOW THE LEAST"
        return "aim reached" if self.aim is None or self.ratio >= self.aim else "least reached"

    def as_json(self) -> dict[str, Figure]:
        row: dict[str, Figure] = {"name": self.name, "ratio": _short(self.ratio)}
        row |= {"least": self.least, "aim": self.aim}
        return row | {name: _short(value) for name, value in self.figures.items()} | self._reason()

    def _reason(self) -> dict[str, Figure]:
        return {"why": self.why} if self.why else {}


def _short(value: Figure) -> Figure:
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(rows: Sequence[Row]) -> str:
    """One line a row: ratio, least, aim, whether they are reached, and the figures."""
    wide = max((len(row.name) for row in rows), default=0)
    lines = [f"{'':{wide}}  {'ratio':>8} {'least':>7} {'aim':>7}"]
    for row in rows:
        numbers = f"{_number(row.ratio):>8} {_number(row.least):>7} {_number(row.aim):>7}"
        single = {name: value for name, value in row.figures.items() if isinstance(value, float | int | str)}
        beside = ", ".join(f"{name} {_shown(value)}" for name, value in single.items())
        lines.append(f"{row.name:{wide}}  {numbers}  {row.verdict:15}  {beside}".rstrip())
    return "\n".join(lines)


def _shown(value: float | str) -> str:
    if isinstance(value, float):
        return _number(value)
    return f"{value:,}" if isinstance(value, int) else value


def write(rows: Sequence[Row], file: Path | None) -> None:
    """The rows as a JSON list, if a file is asked for."""
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps([row.as_json() for row in rows], indent=1, ensure_ascii=False) + "\n")


def arguments() -> tuple[list[str], Path | None]:
    """The command's words without `--json FILE`, and that file."""
    words = sys.argv[1:]
    if "--json" not in words:
        return words, None
    at = words.index("--json")
    if at + 1 == len(words):
        raise click.UsageError("--json needs a file")
    return words[:at] + words[at + 2 :], Path(words[at + 1])


def finish(rows: Sequence[Row], file: Path | None) -> None:
    """Print the table, write the file."""
    click.echo("\n" + table(rows))
    write(rows, file)


def machine(packages: Iterable[str] = ()) -> str:
    """Processor, cores, caches, Python and packages: what a figure means nothing without."""
    versions = [f"{name} {found}" for name in packages if (found := version(name))]
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    caches = ", ".join(_caches()) or "caches unknown"
    return (
        f"{_processor()}, {os.cpu_count()} cores, {caches}, load {load}; "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        + ", ".join(versions)
    )


def version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _caches() -> list[str]:
    """Data caches of the first core, as Linux describes them."""
    found = []
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind, level, size = ((folder / name).read_text("ascii").strip() for name in ("type", "level", "size"))
        if kind != "Instruction":
            found.append(f"L{level} {size}")
    return found
