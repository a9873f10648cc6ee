"""The tabs of a person's file: one module, one template and one permission each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from core import clock
from core.auth import Caller, Permission
from dashboards.pages import page
from inmates.model import Person


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    """`record.tab.<name>` in the catalogues; `/people/<id>/<name>` is its page."""
    permission: Permission


TABS: Final[tuple[Tab, ...]] = (
    Tab("timeline", Permission.PERSON_READ),
    Tab("identity", Permission.PERSON_READ),
    Tab("custody", Permission.CUSTODY_READ),
    Tab("sentence", Permission.SENTENCE_READ),
    Tab("entitlements", Permission.ENTITLEMENT_READ),
    Tab("supervision", Permission.ORDER_READ),
    Tab("rules", Permission.RULE_READ),
    Tab("own", Permission.ORDER_READ),
    Tab("relatives", Permission.KINSHIP_READ),
    Tab("conduct", Permission.CONDUCT_READ),
    Tab("education", Permission.EDUCATION_READ),
    Tab("work", Permission.WORK_READ),
    Tab("health", Permission.HEALTH_READ),
    Tab("psychology", Permission.PSYCHOLOGY_READ),
    Tab("rights", Permission.DUTY_READ),
    Tab("appeals", Permission.APPEAL_READ),
    Tab("flags", Permission.FLAG_READ),
    Tab("evidence", Permission.EVIDENCE_READ),
    Tab("handover", Permission.PERSON_EXPORT),
)
"""In the order in which they are shown, behind the overview."""


def tabs_of(caller: Caller) -> list[str]:
    return [tab.name for tab in TABS if caller.may(tab.permission)]


def tab_page(
    request: Request,
    caller: Caller,
    name: str,
    *,
    person: Person,
    status: int = 200,
    template: str = "",
    **values: object,
) -> Response:
    """`record-<name>.html`, or another page under the same tab, in the frame of the person's file."""
    frame = {"tabs": tabs_of(caller), "tab": name, "person": person, "glass": caller.only is not None}
    return page(request, f"record-{template or name}.html", status=status, **frame, **values)


def wall(at: datetime) -> str:
    """A moment as a form's field wants it: as the clock on the wall here shows it."""
    return at.astimezone(clock.HERE).strftime("%Y-%m-%dT%H:%M")


def back(person: int, tab: str, more: str = "") -> Response:
    """To the tab again, after a form; `more`: a query or a fragment."""
    return RedirectResponse(f"/people/{person}/{tab}{more}", 303)
