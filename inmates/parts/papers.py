"""A part on paper, for the hand of the person: the same content gives the same bytes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core import i18n
from core.paper import Paper
from inmates.parts.model import Part


def printed(part: Part, content: str | None, say: Callable[..., str], *, language: str, fonts: Path) -> bytes:
    """`content`: none where the keys on this machine do not open it; the paper says so."""
    said: dict[str, Any] = {"title": say("part.title"), "entries": []}
    if content:
        said = json.loads(content)
    paper = Paper(fonts, title=said["title"], made_at=part.made_at)
    paper.pairs(
        [
            *([(say("handover.person"), said["person"]["name"])] if content else []),
            (say("handover.number"), part.number),
            (say("handover.made_at"), i18n.moment(language, part.made_at)),
            (say("handover.made_by"), part.shown_as),
            (say("handover.digest"), part.digest),
        ]
    )
    if content is None:
        paper.text(say("health.sealed"))
    for entry in said["entries"]:
        paper.text(entry["title"], style="B")
        if entry["facts"]:
            paper.pairs([(name, value) for name, value in entry["facts"]])
    return paper.finished()
