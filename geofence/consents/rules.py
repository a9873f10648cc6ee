"""What may be said after what was said: nobody gives twice, nobody withdraws what is not given. Pure."""

from datetime import date
from typing import ClassVar

from core.errors import Conflict, Invalid
from geofence.consents.model import Consent, Word


class ConsentStands(Conflict):
    """It is given already, or withdrawn already."""

    code: ClassVar[str] = "consent_stands"


class ConsentUndocumented(Invalid):
    code: ClassVar[str] = "consent_undocumented"


class ConsentNotYet(Invalid):
    """Said tomorrow, or before what was said last."""

    code: ClassVar[str] = "consent_not_yet"


def checked(before: Consent, word: Word, *, document: str, on: date, today: date) -> str:
    """The document's words, trimmed."""
    if (word is Word.GIVEN) == before.stands:
        raise ConsentStands
    if not document.strip():
        raise ConsentUndocumented
    if not before.said[-1].on <= on <= today:
        raise ConsentNotYet
    return document.strip()
