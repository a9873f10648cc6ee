"""What a screen says: its sum or why there is none, what is urgent, when it is due, what others learn."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from inmates.psychology.model import Answers, Contact, Note, Score, Screen, Screening


def is_possible(screen: Screen, answers: Answers) -> bool:
    """One answer an item, each one of those offered or none."""
    return len(answers) == screen.items and all(a is None or a in screen.values for a in answers)


def score(screen: Screen, answers: Answers) -> Score:
    """Abstains where an answer is missing: a sum over the others would look better than the person is."""
    missing = tuple(n for n, answer in enumerate(answers, 1) if answer is None)
    total = None if missing else sum(answer for answer in answers if answer is not None)
    asked = {s: answers[s.item - 1] for s in screen.safety}
    return Score(
        total,
        None if total is None else band(screen, total),
        missing,
        tuple(s.item for s, answer in asked.items() if answer is not None and answer >= s.least),
        tuple(s.item for s, answer in asked.items() if answer is None),
    )


def band(screen: Screen, total: int) -> str:
    return max((b for b in screen.bands if b.least <= total), key=lambda b: b.least).code


def due_again(screen: Screen, scored: Score, *, taken_at: datetime) -> datetime:
    days = {b.code: b.repeat_days for b in screen.bands}
    return taken_at + timedelta(days=days[scored.band] if scored.band else screen.abstained_days)


def series(screenings: Iterable[Screening]) -> dict[str, list[Screening]]:
    """Of each screen, oldest first."""
    found: dict[str, list[Screening]] = {}
    for one in sorted(screenings, key=lambda one: (one.taken_at, one.id)):
        found.setdefault(one.draft.screen, []).append(one)
    return found


def contact(
    screenings: Collection[Screening], screens: Mapping[str, Screen], *, at: datetime
) -> tuple[Contact, datetime] | None:
    """By the last word of each screen that is not too old: needed if one says so, and since when it has been
    known. None: no screen says anything about today."""
    said = [one for one in screenings if one.taken_at <= at and _speaks(one, screens, at)]
    last = [taken[-1] for taken in series(said).values()]
    urgent = [one for one in last if _needs(one, screens[one.draft.screen])]
    if not last:
        return None
    needed = Contact.NEEDED if urgent else Contact.NOT_NEEDED
    return needed, max(one.taken_at for one in urgent or last)


def _speaks(one: Screening, screens: Mapping[str, Screen], at: datetime) -> bool:
    screen = screens.get(one.draft.screen)
    if screen is None or at - one.taken_at > timedelta(days=screen.valid_days):
        return False
    return one.score.total is not None or bool(one.score.alarming)


def _needs(one: Screening, screen: Screen) -> bool:
    total = one.score.total
    return bool(one.score.alarming) or (total is not None and total >= screen.contact_from)


def standing(notes: Collection[Note]) -> list[Note]:
    """Those that no correction replaced, newest first."""
    replaced = {note.replaces for note in notes if note.replaces is not None}
    left = (note for note in notes if note.id not in replaced)
    return sorted(left, key=lambda note: (note.made_at, note.id), reverse=True)
