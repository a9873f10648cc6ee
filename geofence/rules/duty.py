"""What binds a person, and what of it had happened by a moment: under other facts a checkpoint is void."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from core.times import from_us
from geofence.model import Hours, TakenOff, Term, Terms


@dataclass(frozen=True, slots=True)
class Duty:
    """Everything but reports that a person's fold depends on."""

    terms: Terms = ()
    taken_off: tuple[TakenOff, ...] = ()

    def past(self, as_of_us: int) -> bytes:
        """A digest of all that can have had effect up to a moment. Two duties with the same past differ only
        in what is still to come; so a standing of that moment holds under both."""
        terms = [_term(term, as_of_us) for term in self.terms if term.since_us <= as_of_us]
        offs = [(o.device, o.taken_us, o.is_bare) for o in self.taken_off if o.taken_us <= as_of_us]
        return blake2b(msgspec.msgpack.encode((terms, offs)), digest_size=16).digest()


def _term(term: Term, as_of_us: int) -> tuple[Any, ...]:
    """Zone versions are never edited: their number stands for the shape."""
    absences = [(a.since_us, _end(a.until_us, as_of_us)) for a in term.absences if a.since_us <= as_of_us]
    return (
        term.condition,
        term.order,
        term.zone,
        term.zone_version,
        term.kind,
        term.since_us,
        _end(term.until_us, as_of_us),
        absences,
        _hours(term.hours, as_of_us),
    )


def _end(until_us: int | None, as_of_us: int) -> int | None:
    return until_us if until_us is not None and until_us <= as_of_us else None


def _hours(hours: Hours, as_of_us: int) -> tuple[Any, ...]:
    """Single days to come have decided nothing yet."""
    today = from_us(as_of_us).astimezone(ZoneInfo(hours.tz)).date()
    days = [(day.on, day.windows) for day in hours.exceptions if day.on <= today]
    return hours.tz, [(w.weekday, w.starts, w.ends) for w in hours.weekly], days
