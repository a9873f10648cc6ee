"""What the compartments' own routes say of parts."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from core import http
from inmates.parts import papers
from inmates.parts.model import Part, Released

PDF: Final = "application/pdf"
PRINTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}
}


class FilePart(BaseModel, from_attributes=True):
    id: int
    number: str
    digest: str
    made_at: datetime
    shown_as: str


class FileParts(BaseModel):
    parts: list[FilePart]


class ReleasedPart(FilePart):
    code: str = Field(description="Opens it; said once, and for the person alone")


def released(made: Released) -> ReleasedPart:
    return ReleasedPart(**FilePart.model_validate(made.part).model_dump(), code=made.code)


async def paper(request: Request, part: Part, content: str | None, *, fonts: Path) -> Response:
    language = http.language(request)
    say = request.app.state.texts.speaker(language)
    made = await asyncio.to_thread(papers.printed, part, content, say, language=language, fonts=fonts)
    shown = http.attached(f"part-{part.number}.pdf", way="inline")
    return Response(made, media_type=PDF, headers=shown)
