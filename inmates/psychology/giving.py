"""The psychologist's part of a person's own file: screens with their results, without working notes. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core import i18n
from inmates.parts.model import Entry, Gathered
from inmates.psychology.model import Screen, Screening


def gathered(
    taken: Sequence[Screening],
    unreadable: int,
    *,
    screens: Mapping[str, Screen],
    say: Callable[..., str],
    language: str,
) -> Gathered:
    entries = [_entry(one, screens.get(one.draft.screen), say, language) for one in taken]
    if unreadable:
        entries.append(Entry(say("part.unreadable", count=unreadable)))
    entries.append(Entry(say("part.notes_stay")))
    return Gathered(say("part.of.psychology"), [_data(one) for one in taken], entries)


def _entry(one: Screening, screen: Screen | None, say: Callable[..., str], language: str) -> Entry:
    wording = screen.wordings.get(language) if screen else None
    title = wording.title if wording else one.draft.screen
    facts = [(say("psychology.taken"), i18n.moment(language, one.taken_at))]
    if one.score.total is not None:
        facts.append((say("psychology.sum"), str(one.score.total)))
    if one.score.band:
        facts.append((say("psychology.band_head"), say(f"psychology.band.{one.score.band}")))
    said = " ".join("–" if answer is None else str(answer) for answer in one.draft.answers)
    return Entry(title, [*facts, (say("psychology.answers"), said)])


def _data(one: Screening) -> dict[str, Any]:
    return {
        "screen": one.draft.screen,
        "version": one.version,
        "language": one.draft.language,
        "taken_at": one.taken_at.isoformat(),
        "answers": list(one.draft.answers),
        "total": one.score.total,
        "band": one.score.band,
    }
