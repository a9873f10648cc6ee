"""What a page may offer a caller: commands that can be given now, colleagues, ready-made answers; export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Caller, Permission
from core.errors import Refusal
from core.model import UserId
from messaging.appeals import acting, rules, service, store
from messaging.appeals.dossiers import Dossier
from messaging.appeals.guards import GUARDS, Case
from messaging.appeals.model import AppealId, Deed, Side
from messaging.appeals.store import Reader, people, reading
from messaging.appeals.store.reading import Line, Wanted

BY_STANDING: Final = frozenset(GUARDS) - {
    "within_extension",
    "may_be_left",
    "not_to_accused",
    "fit_desk",
    "same_applicant",
}
"""Guards that look at no value: what they refuse is not even offered."""
RARE: Final = frozenset(
    {
        "pass_on",
        "study",
        "propose_extension",
        "propose_leaving",
        "join",
        "mark_duplicate",
        "unjoin",
        "withdraw",
        "ask_withdrawal",
        "allow_withdrawal",
    }
)
"""Pages fold them away together."""
MOST: Final = 10_000
"""Lines of one export."""


@dataclass(frozen=True, slots=True)
class Offer:
    commands: frozenset[str]
    handlers: Mapping[UserId, str]

    @property
    def has_rare(self) -> bool:
        return bool(self.commands & RARE)


async def offered(conn: AsyncConnection, caller: Caller, dossier: Dossier) -> Offer:
    lacks = await acting.lacks_signature(conn, dossier)
    case = Case(dossier.appeal, dossier.standing, dossier.law, lacks_signature=lacks)
    found = frozenset(
        row.command
        for row in rules.commands(case, Side.STAFF)
        if row.permission is not None
        and caller.may(row.permission)
        and rules.is_at_desk(case.standing, caller.role, command=row.command)
        and not _is_refused(case, row.command, caller, row.guards)
    )
    return Offer(found, await _handlers(conn, caller, dossier) if "assign" in found else {})


def _is_refused(case: Case, command: str, caller: Caller, guards: Sequence[str]) -> bool:
    deed = Deed(command, Side.STAFF, case.standing.received_at, {}, caller.user)
    try:
        for name in guards:
            if name in BY_STANDING:
                GUARDS[name](case, deed)
    except Refusal:
        return True
    return False


async def _handlers(conn: AsyncConnection, caller: Caller, dossier: Dossier) -> dict[UserId, str]:
    """Whoever sees the appeal too: never somebody accused."""
    at, standing = service.reader(caller).at, dossier.standing
    known = await people.colleagues(conn, standing.institution, at=at)
    found = {}
    for user, (role, name) in known.items():
        if await store.one(conn, dossier.appeal.id, reader=Reader(user, role, at)) is not None:
            found[user] = name
    return found


async def numbered(conn: AsyncConnection, caller: Caller, number: str) -> AppealId | None:
    """Of those that the caller sees."""
    lines = await store.page(conn, service.reader(caller), Wanted(words=number), after=None, most=20)
    return next((one.appeal.id for one in lines if one.appeal.number == number.strip().upper()), None)


async def exported(conn: AsyncConnection, caller: Caller, wanted: Wanted) -> list[Line]:
    """What the caller sees, and the fact that it was taken along."""
    lines = await reading.page(conn, service.reader(caller), wanted, after=None, most=MOST)
    detail = {"rows": len(lines)}
    await audit.record(
        conn, caller.user, action=Permission.APPEAL_READ, subject_kind="appeals", detail=detail
    )
    return lines
