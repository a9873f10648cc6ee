"""Who asks and what that role may do: one table of permissions, one guard for every route and socket."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from fastapi import Depends
from starlette.requests import HTTPConnection

from core import basic, clock, sessions
from core.errors import NotAllowed, NotSignedIn
from core.factors import proof
from core.factors.model import NONE, Second
from core.model import UserId
from core.origin import same_origin
from core.roles import Role as Role  # noqa: PLC0414 - of this module's face


class Permission(StrEnum):
    """scope:verb, also the action in the audit."""

    SESSION_PROVE = "session:prove"
    """What a session may do that has not shown its second factor yet: show it, or end."""
    FACTOR_READ = "factor:read"
    FACTOR_WRITE = "factor:write"
    ACCESS_READ = "access:read"
    ACCESS_WRITE = "access:write"
    ME_READ = "me:read"
    ME_WRITE = "me:write"
    MAP_READ = "map:read"
    PERSON_READ = "person:read"
    PERSON_WRITE = "person:write"
    PERSON_MERGE = "person:merge"
    PERSON_EXPORT = "person:export"
    PERSON_IMPORT = "person:import"
    TASK_READ = "task:read"
    TASK_WRITE = "task:write"
    CUSTODY_READ = "custody:read"
    CUSTODY_WRITE = "custody:write"
    ENTITLEMENT_READ = "entitlement:read"
    ENTITLEMENT_WRITE = "entitlement:write"
    SENTENCE_READ = "sentence:read"
    SENTENCE_WRITE = "sentence:write"
    CONDUCT_READ = "conduct:read"
    CONDUCT_WRITE = "conduct:write"
    EDUCATION_READ = "education:read"
    EDUCATION_WRITE = "education:write"
    STATEMENT_READ = "statement:read"
    STATEMENT_WRITE = "statement:write"
    WORK_READ = "work:read"
    WORK_WRITE = "work:write"
    PAYROLL_READ = "payroll:read"
    PAYROLL_WRITE = "payroll:write"
    CONSEQUENCE_READ = "consequence:read"
    HEALTH_READ = "health:read"
    HEALTH_WRITE = "health:write"
    PSYCHOLOGY_READ = "psychology:read"
    PSYCHOLOGY_WRITE = "psychology:write"
    FLAG_READ = "flag:read"
    FLAG_DECIDE = "flag:decide"
    DUTY_READ = "duty:read"
    DUTY_WRITE = "duty:write"
    VETTING_READ = "vetting:read"
    VETTING_WRITE = "vetting:write"
    GLASS_READ = "glass:read"
    GLASS_BREAK = "glass:break"
    OVERSIGHT_READ = "oversight:read"
    OVERSIGHT_WRITE = "oversight:write"
    BOND_READ = "bond:read"
    BOND_WRITE = "bond:write"
    KINSHIP_READ = "kinship:read"
    KINSHIP_WRITE = "kinship:write"
    ORDER_READ = "order:read"
    ORDER_WRITE = "order:write"
    FITTING_WRITE = "fitting:write"
    TRACK_READ = "track:read"
    NEARBY_SEARCH = "nearby:search"
    EVIDENCE_READ = "evidence:read"
    EVIDENCE_EXPORT = "evidence:export"
    TRACK_EXPORT = "track:export"
    DEVICE_READ = "device:read"
    DEVICE_COMMAND = "device:command"
    ALERT_READ = "alert:read"
    ALERT_ANSWER = "alert:answer"
    SHIFT_READ = "shift:read"
    SHIFT_WRITE = "shift:write"
    EXERCISE_ASK = "exercise:ask"  # a surprise; who leads names what happens
    EXERCISE_LEAD = "exercise:lead"
    FIGURE_READ = "figure:read"
    FIGURE_PUBLISH = "figure:publish"
    ZONE_READ = "zone:read"
    ZONE_WRITE = "zone:write"
    CONDITION_WRITE = "condition:write"
    ABSENCE_WRITE = "absence:write"
    CALL_READ = "call:read"
    CALL_WRITE = "call:write"
    CALL_JOIN = "call:join"
    RULE_READ = "rule:read"
    RULE_WRITE = "rule:write"
    RULE_PUBLISH = "rule:publish"
    """Of zones and hours that somebody else has proposed."""
    BOX_READ = "box:read"
    BOX_WRITE = "box:write"
    APPEAL_READ = "appeal:read"
    APPEAL_WRITE = "appeal:write"
    APPEAL_HEAD = "appeal:head"
    """The second pair of eyes: extends a term, leaves an appeal without consideration, assigns."""


def _of(*scopes: str, verb: str = "") -> frozenset[Permission]:
    """All permissions of these scopes, or those with one verb."""
    return frozenset(p for p in Permission if p.split(":")[0] in scopes and p.endswith(verb))


MONITORING: Final = _of(
    "map", "track", "nearby", "evidence", "device", "alert", "shift", "zone", "condition", "absence", "rule"
)
EVERYBODY: Final = _of("session", "factor", "me", "task", "bond") | {
    Permission.PERSON_READ,
    Permission.CONSEQUENCE_READ,
}
"""Of those who work with people."""
COMPARTMENTS: Final = _of("health", "psychology")
"""For one profession each, and nobody else: not the administrator either."""
RECORDS: Final = _of(
    "custody",
    "entitlement",
    "sentence",
    "conduct",
    "education",
    "work",
    "duty",
    "order",
    "flag",
    verb=":read",
)
OVERSEEN: Final = _of("oversight")
"""For oversight alone: an administrator may be the one complained about, or sit beside them (ADR-0027)."""
BOXES: Final = _of("box")
"""For addressees alone, each with one box of their own; there is no way around it (ADR-0034)."""
APPEALS: Final = _of("appeal")
"""Not for the administrator, who keeps the platform running and reads nobody's complaint."""
HANDLING: Final = APPEALS - {Permission.APPEAL_HEAD}
KINSHIP: Final = _of("kinship")
"""Of those at hand, who know the person: claims of relatives, consent, visits asked for, advice. Not for the
administrator, who need not know who loves whom."""
AT_HAND: Final = KINSHIP | (_of("call") - {Permission.CALL_JOIN})  # they hear nothing; a lawyer joins
GLASS: Final = _of("glass")
"""Of those who come to people in an emergency: a file that is not theirs, read for a while (ADR-0047)."""
BEFORE_ENROLMENT: Final = _of("session", "factor", "me")
"""What is open to whoever must have a second factor and has none yet."""
ADMINISTRATORS_ONLY: Final = _of("condition", "absence") | {Permission.ZONE_WRITE}
GRANTS: Final[dict[Role, frozenset[Permission]]] = {
    Role.OFFICER: EVERYBODY
    | (MONITORING - ADMINISTRATORS_ONLY)
    | (RECORDS | HANDLING | KINSHIP | GLASS)
    | _of("order", "fitting", "duty")
    | {Permission.FLAG_DECIDE, Permission.EXERCISE_ASK},
    Role.ADMINISTRATOR: frozenset(Permission)
    - (COMPARTMENTS | OVERSEEN | BOXES | APPEALS | KINSHIP | GLASS)
    - _of("statement", "call")
    - {Permission.PAYROLL_WRITE},  # a named accountant approves what is paid
    Role.REGISTRAR: EVERYBODY
    | (RECORDS | HANDLING | AT_HAND)
    | _of("person", "custody", "entitlement", "sentence", "order", "fitting", "duty"),
    Role.UNIT_HEAD: EVERYBODY
    | (RECORDS | APPEALS | AT_HAND)
    | _of("conduct", "entitlement", "custody", "flag", "work", "duty", "vetting")
    | {Permission.FIGURE_READ, Permission.ALERT_READ},  # the ladder of alerts leads to them
    Role.PSYCHOLOGIST: EVERYBODY | RECORDS | _of("psychology", "flag", "duty"),
    Role.DOCTOR: EVERYBODY
    | _of("health")
    | HANDLING  # the medical channel
    | GLASS
    | {Permission.CUSTODY_READ, Permission.DUTY_READ, Permission.DUTY_WRITE},
    Role.TEACHER: EVERYBODY | _of("education"),
    Role.ACCOUNTANT: EVERYBODY
    | _of("work", "payroll")
    | {Permission.PERSON_IMPORT},  # files of writs; each kind of file asks for its own permission besides
    Role.OVERSIGHT: EVERYBODY
    | (RECORDS | OVERSEEN | APPEALS)
    | _of("figure", "vetting")
    | _of("payroll", "glass", verb=":read"),
    Role.PROVIDER: _of("statement"),
    **dict.fromkeys((Role.OMBUDSMAN, Role.PROSECUTOR, Role.CENTRAL), BOXES | BEFORE_ENROLMENT),
    Role.LAWYER: BOXES | BEFORE_ENROLMENT | {Permission.CALL_JOIN},
}
GRAVE: Final = (_of("access") | ADMINISTRATORS_ONLY) | {
    Permission.RULE_PUBLISH,
    Permission.PERSON_EXPORT,
    Permission.PERSON_MERGE,
    Permission.EVIDENCE_EXPORT,
    Permission.TRACK_EXPORT,
    Permission.GLASS_BREAK,
    Permission.VETTING_WRITE,
}
"""Deeds that want a second factor shown a moment ago, of whoever has one (ADR-0030). Where only some deeds of
a permission are grave, their routes say `allow_fresh`."""
BEFORE_PROOF: Final = _of("session")
PUBLIC: Final = None
"""`allow(PUBLIC)`: nobody needs to be signed in."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in user of one request."""

    user: UserId
    login: str
    role: Role
    shown_as: str
    language: str
    session: bytes
    """SHA-256 of the cookie: names the session, opens none; empty: there is no session."""
    second: Second = NONE
    only: frozenset[Permission] | None = None
    """Of somebody's file that is open to them by broken glass alone; none: whatever their role may."""

    def may(self, permission: Permission) -> bool:
        return permission in GRANTS[self.role] and (self.only is None or permission in self.only)


async def identify(connection: HTTPConnection) -> Caller | None:
    """The owner of the session cookie, or the learning platform whose password came along; short
    transactions of their own, so that sockets hold none."""
    connection.state.caller = None
    if basic.is_apart(connection):
        connection.state.caller = await _platform(connection)
    else:
        connection.state.caller = await _owner(connection)
    caller: Caller | None = connection.state.caller
    return caller


async def _owner(connection: HTTPConnection) -> Caller | None:
    token = sessions.token(connection.cookies, secure=connection.app.state.secure)
    if not token:
        return None
    async with connection.app.state.engine.begin() as conn:
        found = await sessions.find(conn, token, now=clock.now())
    if not found:
        return None
    role = Role(found.role)
    who = UserId(found.user_id), found.login, role, found.shown_as, found.language
    return Caller(*who, found.token_hash, found.second)


async def _platform(connection: HTTPConnection) -> Caller | None:
    found = await basic.provider(connection)
    if not found:
        return None
    return Caller(UserId(found.user_id), found.login, Role.PROVIDER, found.shown_as, found.language, b"")


@dataclass(frozen=True, slots=True)
class Guard:
    """The dependency behind `allow`; the architecture test looks for it on every route."""

    permission: Permission | None
    is_grave: bool = False

    async def __call__(
        self,
        connection: HTTPConnection,
        caller: Caller | None = Depends(identify),
    ) -> Caller | None:
        if not basic.is_apart(connection):
            same_origin(connection)
        if self.permission is PUBLIC:
            return caller
        if caller is None:
            raise NotSignedIn
        if not caller.may(self.permission):
            raise NotAllowed
        proven(caller, self.permission)
        if self.is_grave or self.permission in GRAVE:
            freshly_proven(caller)
        return caller


def allow(permission: Permission | None) -> Any:
    """`caller: Caller = allow(Permission.ZONE_READ)` or `allow(PUBLIC)`: every route and socket says one."""
    return Depends(Guard(permission))


def allow_fresh(permission: Permission) -> Any:
    """`allow`, for a grave deed of a permission that is not always grave."""
    return Depends(Guard(permission, is_grave=True))


def proven(caller: Caller, permission: Permission) -> None:
    """Whoever holds a second factor has shown it, and whoever must hold one does."""
    if permission not in BEFORE_PROOF:
        proof.shown(caller.second)
    if permission not in BEFORE_ENROLMENT:
        proof.held(caller.second)


def freshly_proven(caller: Caller) -> None:
    proof.fresh(caller.second, now=clock.now())
