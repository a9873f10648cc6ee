"""Sealed bytes ↔ what psychologists wrote: the only place that opens their compartment's values."""

import json
from dataclasses import asdict
from typing import Any, Final

from core import compartments
from core.model import PersonId, UserId
from core.sealing import Keys
from inmates.psychology.model import Basis, Draft, Note, NoteId, Score, Screening, ScreeningId

NAME: Final = "psychology"
"""Of the compartment and its keys."""


def result(
    keys: Keys, draft: Draft, *, version: int, wording: str, score: Score, ident: ScreeningId
) -> bytes:
    content = {"draft": asdict(draft), "version": version, "wording": wording, "score": asdict(score)}
    text = json.dumps(content, ensure_ascii=False)
    return compartments.seal(keys, NAME, text, place=f"psychology_screenings:{ident}:result")


def screening(keys: Keys, row: Any) -> Screening | None:
    """None: sealed with a key that is not here."""
    place = f"psychology_screenings:{row.id}:result"
    text = compartments.unseal(keys, NAME, row.result, place=place)
    if text is None:
        return None
    content: dict[str, Any] = json.loads(text)
    said, scored = content["draft"], content["score"]
    draft = Draft(
        said["screen"],
        said["language"],
        tuple(said["answers"]),
        Basis(said["basis"]),
        said["basis_note"],
    )
    score = Score(
        scored["total"],
        scored["band"],
        tuple(scored["missing"]),
        tuple(scored["alarming"]),
        tuple(scored["unasked"]),
    )
    return Screening(
        ScreeningId(row.id),
        PersonId(row.person_id),
        row.taken_at,
        UserId(row.taken_by),
        draft,
        content["version"],
        content["wording"],
        score,
    )


def words(keys: Keys, text: str, *, ident: NoteId) -> bytes:
    return compartments.seal(keys, NAME, text, place=f"psychology_notes:{ident}:text")


def note(keys: Keys, row: Any) -> Note:
    text = compartments.unseal(keys, NAME, row.text, place=f"psychology_notes:{row.id}:text")
    replaces = None if row.replaces is None else NoteId(row.replaces)
    return Note(NoteId(row.id), PersonId(row.person_id), row.made_at, UserId(row.made_by), text, replaces)
