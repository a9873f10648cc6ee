"""Identity over HTTP: finding, entering, reading and correcting people, duplicates and merges."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from inmates.api import Person
from inmates.identity import finding, merging, service
from inmates.identity.model import DocumentKind, Doubt, Ground, MergeId, Reason
from inmates.identity.model import Identity as Described

router = APIRouter(prefix="/v1", tags=["people"])

Name = Annotated[str, StringConstraints(max_length=100, strip_whitespace=True)]
Identifier = Annotated[str, StringConstraints(max_length=40, strip_whitespace=True)]
Why = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True)]


class People(BaseModel, from_attributes=True):
    people: list[Person]
    total: int
    is_counted: bool
    """False: there are more than `total`."""
    after: int | None


class Identity(BaseModel):
    model_config = ConfigDict(from_attributes=True, extra="forbid")

    surname: Name = ""
    given_name: Name = ""
    patronymic: Name = ""
    surname_cyrl: Name = ""
    given_name_cyrl: Name = ""
    patronymic_cyrl: Name = ""
    sex: Literal["m", "f"]
    born_on: date
    birth_place: Annotated[str, StringConstraints(max_length=200)] = ""
    citizenship: Annotated[str, StringConstraints(max_length=2)] = ""
    pinfl: Identifier | None = None
    document_kind: DocumentKind | None = None
    document: Identifier | None = None
    pcn: Identifier | None = None

    def described(self) -> Described:
        return Described(**self.model_dump())


class Draft(Identity):
    number: Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)]

    def described(self) -> Described:
        return Described(**self.model_dump(exclude={"number"}))


class Correction(Identity):
    ground: Literal[Ground.CHANGED, Ground.CORRECTED]
    why: Why

    def described(self) -> Described:
        return Described(**self.model_dump(exclude={"ground", "why"}))


class Duplicate(BaseModel, from_attributes=True):
    person: Person
    reasons: list[Reason]


class Likely(BaseModel, from_attributes=True):
    duplicates: list[Duplicate]
    elsewhere: int
    """Files with the same identifier that the caller may not see."""


class Entered(BaseModel, from_attributes=True):
    person: int
    version: int
    doubts: list[Doubt]
    likely: Likely


class Merge(BaseModel, from_attributes=True):
    id: int
    survivor_id: int
    absorbed_id: int
    why: str
    made_at: datetime
    made_by: int
    undone_at: datetime | None
    undone_by: int | None
    undone_why: str | None


class Shown(BaseModel, from_attributes=True):
    person: Person
    version: int
    identity: Identity
    doubts: list[Doubt]
    merges: list[Merge]


class Version(BaseModel, from_attributes=True):
    version: int
    ground: Ground
    why: str
    identity: Identity
    made_at: datetime
    made_by: int | None


class Versions(BaseModel):
    versions: list[Version]


class Wanted(BaseModel):
    survivor_id: Annotated[int, Field(ge=1, le=2**63 - 1)]
    absorbed_id: Annotated[int, Field(ge=1, le=2**63 - 1)]
    why: Why


class Undoing(BaseModel):
    why: Why


class Made(BaseModel):
    id: int


@router.get("/people", summary="People the caller may see, by name; `search` finds them by any spelling")
async def list_people(
    conn: http.Conn,
    keys: http.Sealing,
    *,
    search: Annotated[str, Query(max_length=100)] = "",
    after: http.After = None,
    most: Annotated[int, Query(ge=1, le=finding.MOST)] = 100,
    caller: Caller = allow(Permission.PERSON_READ),
) -> People:
    start = PersonId(after) if after else None
    found = await finding.search(conn, keys, caller, words=search, after=start, most=most)
    return People.model_validate(found)


@router.post("/people", status_code=201, summary="A new person; the answer offers likely duplicates")
async def enter_person(
    draft: Draft, conn: http.Conn, keys: http.Sealing, caller: Caller = allow(Permission.PERSON_WRITE)
) -> Entered:
    return Entered.model_validate(
        await service.enter(conn, keys, caller, number=draft.number, identity=draft.described())
    )


@router.post("/duplicates", summary="Who may be this human already? Nothing is entered")
async def check_duplicates(
    identity: Identity, conn: http.Conn, keys: http.Sealing, caller: Caller = allow(Permission.PERSON_WRITE)
) -> Likely:
    return Likely.model_validate(await finding.check(conn, keys, caller, identity=identity.described()))


@router.get("/people/{person_id}/identity", summary="Who this is, as documents give it; recorded")
async def read_identity(
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    answer: Response,
    caller: Caller = allow(Permission.PERSON_READ),
) -> Shown:
    shown = await service.read(conn, keys, caller, person=PersonId(person_id))
    http.tagged(answer, shown.version)
    return Shown.model_validate(shown)


@router.put("/people/{person_id}/identity", summary="A new version of an identity")
async def correct_identity(
    person_id: http.Id,
    said: Correction,
    *,
    seen: http.Expected,
    conn: http.Conn,
    keys: http.Sealing,
    answer: Response,
    caller: Caller = allow(Permission.PERSON_WRITE),
) -> Entered:
    made = await service.correct(
        conn,
        keys,
        caller,
        person=PersonId(person_id),
        identity=said.described(),
        ground=said.ground,
        why=said.why,
        seen=seen,
    )
    http.tagged(answer, made.version)
    return Entered.model_validate(made)


@router.get("/people/{person_id}/identity/versions", summary="Every version of an identity; recorded")
async def list_versions(
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.PERSON_READ),
) -> Versions:
    found = await service.history(conn, keys, caller, person=PersonId(person_id))
    return Versions(versions=[Version.model_validate(version) for version in found])


@router.get("/people/{person_id}/duplicates", summary="Files that may be of the same human; recorded")
async def list_duplicates(
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.PERSON_MERGE),
) -> Likely:
    return Likely.model_validate(await merging.likely(conn, keys, caller, person=PersonId(person_id)))


@router.post("/merges", status_code=201, summary="Two files are of one human: the absorbed leads on")
async def merge_people(
    wanted: Wanted, conn: http.Conn, caller: Caller = allow(Permission.PERSON_MERGE)
) -> Made:
    both = {"survivor": PersonId(wanted.survivor_id), "absorbed": PersonId(wanted.absorbed_id)}
    return Made(id=await merging.merge(conn, caller, **both, why=wanted.why))


@router.post("/merges/{merge_id}/undo", status_code=204, summary="They are two after all")
async def undo_merge(
    merge_id: http.Id, said: Undoing, conn: http.Conn, caller: Caller = allow(Permission.PERSON_MERGE)
) -> None:
    await merging.undo(conn, caller, merge=MergeId(merge_id), why=said.why)
