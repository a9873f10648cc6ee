"""What a drill found, as one table: a line a fault, zeros where all is well."""

from collections.abc import Sequence
from dataclasses import dataclass

HEAD = ("fault", "sent", "breaches", "lost", "doubled", "altered", "missed", "recovered after", "blind")


@dataclass(frozen=True, slots=True)
class Row:
    fault: str
    skipped: str = ""
    """Why it was not struck."""
    sent: int = 0
    true: int = 0
    lost: int = 0
    doubled: int = 0
    altered: int = 0
    missed: int = 0
    recovered_s: float | None = None
    """From the end of the cause until reports are stored, requests answered and the keeper beats."""
    blind_s: float = 0.0
    """What the platform wrote down of not having listened."""
    wrong: str = ""
    """Whatever else must not be."""

    @property
    def is_good(self) -> bool:
        counted = self.lost + self.doubled + self.altered + self.missed
        return bool(self.skipped) or not (counted or self.wrong or self.recovered_s is None)

    def cells(self) -> tuple[str, ...]:
        if self.skipped:
            return (self.fault, *("–",) * 6, f"not struck: {self.skipped}", "–")
        after = "never" if self.recovered_s is None else f"{self.recovered_s:.1f} s"
        counts = (self.sent, self.true, self.lost, self.doubled, self.altered, self.missed)
        return (self.fault, *(f"{n:,}" for n in counts), after, f"{self.blind_s:.0f} s")


def text(rows: Sequence[Row]) -> str:
    """In the form of Markdown, as it stands in the documents."""
    table = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(HEAD))]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |" for line in table
    ]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join([*lines, *(f"{row.fault}: {row.wrong}" for row in rows if row.wrong)])
