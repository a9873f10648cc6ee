"""How a page is answered: a template with its values, and what all doors share."""

from pathlib import Path

from fastapi import Request
from starlette.responses import Response

from core import http
from core.errors import Refusal

TEMPLATES = Path(__file__).parent / "templates"


def inside(path: str) -> str:
    """Where to go next: one of our own pages, whatever the address said."""
    own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if own and not any(ord(sign) < 33 for sign in path) else "/"


def page(request: Request, name: str, *, status: int = 200, **values: object) -> Response:
    answer: Response = request.app.state.pages.render(request, name, status=status, **values)
    return answer


def phone_page(
    request: Request,
    name: str,
    *,
    failed: str | None = None,
    refused: Refusal | None = None,
    status: int = 200,
    **values: object,
) -> Response:
    """A page with a telephone and a code: what was wrong with them in words, and how long to wait."""
    said = request.app.state.texts.say(http.language(request), failed) if failed else None
    if refused is not None:
        said, status = http.title(request, refused.code, refused.values), refused.status
    answer = page(request, name, status=status, failed=said, **values)
    if refused is not None and status == 429:
        answer.headers["retry-after"] = str(refused.values["count"])
    return answer
