"""A decision on paper, with who signed it and how; without a signature it says so."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from core import i18n
from core.paper import Paper
from core.signed import wire
from core.signed.model import Level, Sheet, Signature

Say = Callable[..., str]


def printed(sheet: Sheet, say: Say, *, language: str, fonts: Path) -> bytes:
    """A4. Where the law forces a signature and it is missing, every page is marked as a draft."""
    at = datetime.fromisoformat(sheet.record["decided_at"])
    is_draft = sheet.demand.level is Level.FORCED and not sheet.is_signed
    draft = say("signed.draft_mark") if is_draft else ""
    paper = Paper(fonts, title=say(f"signed.kind.{sheet.kind.name}"), made_at=at, draft=draft)
    paper.pairs([(say("signed.decided_at"), i18n.moment(language, at)), *_rows(sheet, say)])
    paper.text(say("signed.signatures"), size=11, style="B")
    if sheet.is_changed:
        paper.text(say("signed.changed"), style="B")
    for one in sheet.signatures:
        paper.pairs(_signature(one, say, language))
    if not sheet.is_signed:
        paper.text(say(f"signed.missing.{sheet.demand.level}", article=sheet.demand.article), style="B")
        if sheet.demand.level is not Level.FORCED:
            paper.text(say("signed.by_hand"))
    paper.text(say("signed.sha256", digest=sheet.digest), size=7)
    return paper.finished()


def _rows(sheet: Sheet, say: Say) -> list[tuple[str, str]]:
    return [
        (say(f"signed.field.{name}"), say(value) if is_key else value)
        for name, value, is_key in wire.rows(sheet.record, sheet.kind.codes)
    ]


def _signature(one: Signature, say: Say, language: str) -> list[tuple[str, str]]:
    by = say(f"signed.check.{one.checked_by}")
    return [
        (say("signed.by"), f"{one.shown_as} ({one.name})" if one.name else one.shown_as),
        (say("signed.at"), i18n.moment(language, one.signed_at)),
        (say("signed.certificate"), one.certificate),
        (say("signed.checked"), f"{i18n.moment(language, one.checked_at)}, {by}"),
    ]
