"""HTML pages: one Jinja2 environment that speaks the reader's language and escapes everything."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from core import citations, http, i18n

HELP: Final = "help.page."
"""Pages that explain themselves, by the first word of their address."""


class Pages:
    """`render(request, "alerts.html", alerts=…)`; in templates: `t`, `language`, `languages`, `caller`,
    `path`, `moment(at)`, `day(on)`, `clock(at)`, `number(x)`, `cited(article)`."""

    def __init__(self, folders: Sequence[Path], texts: i18n.Texts) -> None:
        self.texts = texts
        pages = (key.removeprefix(HELP) for key in texts.catalogues[i18n.DEFAULT] if key.startswith(HELP))
        self.helped = frozenset(pages)
        self.environment = Environment(
            loader=FileSystemLoader(folders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(
        self, connection: HTTPConnection, name: str, *, status: int = 200, **values: Any
    ) -> HTMLResponse:
        spoken = http.language(connection)
        page = self.environment.get_template(name).render(
            self.shared(connection, spoken) | values | {"status": status}
        )
        return HTMLResponse(page, status, {"content-language": spoken, "vary": "cookie, accept-language"})

    def shared(self, connection: HTTPConnection, spoken: str) -> dict[str, Any]:
        return {
            "t": self.texts.speaker(spoken),
            "language": spoken,
            "languages": i18n.LANGUAGES,
            "caller": getattr(connection.state, "caller", None),
            "path": connection.url.path,
            "helped": self.helped,
            "is_training": connection.app.state.is_training,
            "moment": partial(_or_dash, partial(i18n.moment, spoken)),
            "day": partial(_or_dash, partial(i18n.day, spoken)),
            "clock": partial(_or_dash, i18n.clock),
            "number": partial(i18n.number, spoken),
            "cited": partial(citations.shown, self.texts.speaker(spoken)),
        }


def _or_dash(write: Any, value: datetime | date | None) -> str:
    """Not known is shown as a dash, never as an empty place."""
    return "—" if value is None else write(value)
