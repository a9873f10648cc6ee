"""What the receipt of an appeal opens: state, clock, and what was said to the applicant."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from messaging.appeals import service
from messaging.appeals.model import Entry
from messaging.receipts.model import Standing, Step

STEPS: Final = {
    "register": "registered",
    "take": "taken",
    "ask": "asked",
    "study": "studied",
    "extend": "extended",
    "forward": "forwarded",
    "pass_on": "forwarded",
    "answer": "answered",
    "answer_joined": "answered",
    "leave": "left",
}
"""What the applicant is shown of a course; the texts are under `receipt.step`."""


async def standing(conn: AsyncConnection, number: str) -> Standing | None:
    """A view of `messaging.receipts.service`: whoever asks has proved the code."""
    found = await service.numbered(conn, number)
    if found is None:
        return None
    now = clock.now()
    return Standing(
        number,
        found.standing.state,
        found.standing.registered_on,
        found.standing.due_on,
        is_overdue=found.standing.is_overdue(now),
        steps=[
            Step(one.at.astimezone(clock.HERE).date(), STEPS[one.command])
            for one in found.entries
            if one.command in STEPS
        ],
        answers=[text for one in found.entries if (text := _said(one))],
    )


def _said(entry: Entry) -> str:
    is_answer = entry.command in {"answer", "answer_joined"}
    return str(entry.values.get("text") or "") if is_answer else ""
