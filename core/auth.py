"""Who asks and what that role may do: one table of permissions, one guard for every route and socket."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.requests import HTTPConnection

from core import basic, clock, sessions
from core.errors import NotAllowed, NotSignedIn
from core.model import UserId


class Role(StrEnum):
    OFFICER = "officer"
    """Probation: the people of a caseload."""
    ADMINISTRATOR = "administrator"
    """Runs the platform; reads no compartment."""
    REGISTRAR = "registrar"
    """The special unit of an institution: identity, custody, sentences, orders."""
    UNIT_HEAD = "unit_head"
    PSYCHOLOGIST = "psychologist"
    DOCTOR = "doctor"
    TEACHER = "teacher"
    ACCOUNTANT = "accountant"
    OVERSIGHT = "oversight"
    """Sees everybody, changes nothing but its own tasks, its register of complaints about staff and what lies
    at the central desk of appeals."""
    PROVIDER = "provider"
    """A learning platform: sends and reads its own statements, sees nobody's file."""
    OMBUDSMAN = "ombudsman"
    """Empties the Ombudsman's box; sees nothing else, and nobody else sees it."""
    PROSECUTOR = "prosecutor"
    CENTRAL = "central"
    """The central administration's desk for protected appeals."""
    LAWYER = "lawyer"
    """A lawyer with a box for sealed letters of clients."""


class Permission(StrEnum):
    """scope:verb, also the action in the audit."""

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
    OVERSIGHT_READ = "oversight:read"
    OVERSIGHT_WRITE = "oversight:write"
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
    OVERVIEW_READ = "overview:read"
    DEVICE_READ = "device:read"
    DEVICE_COMMAND = "device:command"
    ALERT_READ = "alert:read"
    ALERT_ANSWER = "alert:answer"
    SHIFT_READ = "shift:read"
    SHIFT_WRITE = "shift:write"
    ZONE_READ = "zone:read"
    ZONE_WRITE = "zone:write"
    CONDITION_WRITE = "condition:write"
    ABSENCE_WRITE = "absence:write"
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
    "map", "track", "nearby", "evidence", "device", "alert", "shift", "zone", "condition", "absence"
)
EVERYBODY: Final = _of("me", "task") | {Permission.PERSON_READ, Permission.CONSEQUENCE_READ}
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
ADMINISTRATORS_ONLY: Final = frozenset(
    {Permission.ZONE_WRITE, Permission.CONDITION_WRITE, Permission.ABSENCE_WRITE}
)
GRANTS: Final[dict[Role, frozenset[Permission]]] = {
    Role.OFFICER: EVERYBODY
    | (MONITORING - ADMINISTRATORS_ONLY)
    | RECORDS
    | _of("order", "fitting", "duty")
    | HANDLING
    | KINSHIP
    | {Permission.FLAG_DECIDE},
    Role.ADMINISTRATOR: frozenset(Permission)
    - COMPARTMENTS
    - OVERSEEN
    - BOXES
    - APPEALS
    - KINSHIP
    - _of("statement")
    - {Permission.PAYROLL_WRITE},  # a named accountant approves what is paid
    Role.REGISTRAR: EVERYBODY
    | RECORDS
    | HANDLING
    | KINSHIP
    | _of("person", "custody", "entitlement", "sentence", "order", "fitting", "duty"),
    Role.UNIT_HEAD: EVERYBODY
    | RECORDS
    | APPEALS
    | KINSHIP
    | _of("conduct", "entitlement", "custody", "flag", "work", "duty"),
    Role.PSYCHOLOGIST: EVERYBODY | RECORDS | _of("psychology", "flag", "duty"),
    Role.DOCTOR: EVERYBODY
    | _of("health")
    | HANDLING  # the medical channel
    | {Permission.CUSTODY_READ, Permission.DUTY_READ, Permission.DUTY_WRITE},
    Role.TEACHER: EVERYBODY | _of("education"),
    Role.ACCOUNTANT: EVERYBODY
    | _of("work", "payroll")
    | {Permission.PERSON_IMPORT},  # files of writs; each kind of file asks for its own permission besides
    Role.OVERSIGHT: EVERYBODY
    | RECORDS
    | OVERSEEN
    | APPEALS
    | _of("payroll", verb=":read")
    | _of("overview"),  # figures of the service, of nobody in particular
    Role.PROVIDER: _of("statement"),
    **dict.fromkeys((Role.OMBUDSMAN, Role.PROSECUTOR, Role.CENTRAL, Role.LAWYER), BOXES | _of("me")),
}
PUBLIC: Final = None
"""`allow(PUBLIC)`: nobody needs to be signed in."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


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

    def may(self, permission: Permission) -> bool:
        return permission in GRANTS[self.role]


class WrongOrigin(NotAllowed):
    """A page of another site speaks through the user's browser (ADR-0010)."""

    code = "wrong_origin"


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
    return Caller(UserId(found.user_id), found.login, role, found.shown_as, found.language, found.token_hash)


async def _platform(connection: HTTPConnection) -> Caller | None:
    found = await basic.provider(connection)
    if not found:
        return None
    return Caller(
        UserId(found.user_id), found.login, Role.PROVIDER, found.shown_as, found.language, session=b""
    )


@dataclass(frozen=True, slots=True)
class Guard:
    """The dependency behind `allow`; the architecture test looks for it on every route."""

    permission: Permission | None

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
        return caller


def allow(permission: Permission | None) -> Any:
    """`caller: Caller = allow(Permission.ZONE_READ)` or `allow(PUBLIC)`: every route and socket says one."""
    return Depends(Guard(permission))


def same_origin(connection: HTTPConnection) -> None:
    """Changes and sockets are accepted from our own pages only, whatever cookies a browser adds."""
    if connection.scope["type"] == "http" and connection.scope["method"] in SAFE_METHODS:
        return
    origin = urlsplit(connection.headers.get("origin", ""))
    secure: bool = connection.app.state.secure
    if origin.netloc != connection.headers.get("host") or (secure and origin.scheme != "https"):
        raise WrongOrigin
