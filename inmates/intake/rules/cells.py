"""Reading a row's cells; whatever is wrong is noted with its column, so that all of it is said at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Final

from core import sheets
from core.clock import HERE
from core.errors import Refusal
from inmates.intake.model import Note, Outcome, State

EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2199, 12, 31)
ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
HERE_WRITTEN: Final = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})(?: года?| y(?:\.|il)?)?")
HOUR: Final = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")
MOST_SUM: Final = 10**12
LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Cells:
    """One row under its headings. A cell that cannot be read is noted and stands for nothing."""

    given: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    """By field: what offices write → the value."""
    notes: list[Note] = field(default_factory=list)

    def text(self, name: str, *, longest: int = LONGEST) -> str:
        given = self.given.get(name, "").strip()
        if len(given) > longest:
            self.note(name, "too_long")
        return given

    def needed(self, name: str, *, longest: int = LONGEST) -> str:
        given = self.text(name, longest=longest)
        if not given:
            self.note(name, "missing")
        return given

    def word(self, name: str, *, otherwise: str = "") -> str:
        """One of the values that are possible; `otherwise` where nothing stands there."""
        given = self.text(name)
        found = self.words[name].get(sheets.folded(given)) if given else otherwise
        if found is None:
            self.note(name, "unknown_value")
        elif not found:
            self.note(name, "missing")
        return found or ""

    def day(self, name: str) -> date | None:
        given = self.text(name)
        found = day_of(given)
        if given and found is None:
            self.note(name, "not_a_date")
        return found

    def needed_day(self, name: str) -> date:
        """Some day where there is none: it is noted."""
        if not self.text(name):
            self.note(name, "missing")
        return self.day(name) or EARLIEST

    def moment(self, name: str) -> datetime | None:
        """Day and hour as the clock on the wall here showed them: an hour is no guess of ours."""
        given = self.text(name)
        found = moment_of(given)
        if given and found is None:
            self.note(name, "not_a_moment")
        return found

    def money(self, name: str) -> int | None:
        given = self.text(name)
        digits = re.sub(r"[\s'’]", "", given).removesuffix(",00").removesuffix(".00")
        if not given:
            return None
        if not re.fullmatch(r"[0-9]{1,13}", digits) or not 0 < int(digits) <= MOST_SUM:
            self.note(name, "not_a_number")
            return None
        return int(digits)

    def note(self, name: str, code: str) -> None:
        self.notes.append(Note(name, code))

    def refused(self, refusal: Refusal, columns: Mapping[str, str]) -> None:
        """By a rule of the topic; `columns`: where its code points to."""
        self.notes.append(of_refusal(refusal, columns))


def of_refusal(refusal: Refusal, columns: Mapping[str, str]) -> Note:
    return Note(columns.get(refusal.code, ""), refusal.code, refusal.values)


def wrong(row: int, notes: Sequence[Note]) -> Outcome:
    return Outcome(row, State.WRONG, None, tuple(notes))


def day_of(text: str) -> date | None:
    """2026-03-01, 01.03.2026 or 1/3/2026; none: no such day."""
    iso, here = ISO.fullmatch(text.removesuffix("T00:00")), HERE_WRITTEN.fullmatch(text)
    parts = iso.groups() if iso else here.groups()[::-1] if here else None
    try:
        found = date(*map(int, parts)) if parts else None
    except ValueError:
        return None
    return found if found and EARLIEST <= found <= LATEST else None


def moment_of(text: str) -> datetime | None:
    """A day, a blank or a T, and an hour; an offset is heard where there is one."""
    day, _, hour = text.replace("T", " ").partition(" ")
    found = day_of(day)
    if found is None or not hour.strip():
        return None
    if clock := HOUR.fullmatch(hour.strip()):
        try:
            return datetime.combine(found, time(int(clock[1]), int(clock[2])), HERE).astimezone(UTC)
        except ValueError:
            return None
    try:
        said = datetime.fromisoformat(f"{found.isoformat()}T{hour.strip()}")
    except ValueError:
        return None
    return said.astimezone(UTC) if said.tzinfo else None
