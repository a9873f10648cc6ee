"""Boxes over HTTP: putting letters in is for everybody, emptying one for its addressee alone."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, UploadFile
from pydantic import BaseModel, Field, StringConstraints

from core import http
from core.auth import PUBLIC, Caller, Permission, allow
from core.errors import Invalid
from core.fields import WITHOUT_NUL, RowId
from core.model import UserId
from messaging.receipts import wire as receipts
from messaging.sealed import emptying, rules, service, wire
from messaging.sealed.model import Box, BoxKind, Export, Letter, LetterId, Sealed, Shown

router = APIRouter(prefix="/v1/boxes", tags=["boxes"])

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=WITHOUT_NUL)]
Holder = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Of a lawyer's box")]


class NoSuchBox(Invalid):
    code = "no_such_box"


class Key(BaseModel, from_attributes=True):
    fingerprint: str
    sealing: str
    valid_from: date
    valid_to: date
    signed: str
    endorsement: str | None
    ceremony: str


class BoxShown(BaseModel):
    box: BoxKind
    holder: int | None
    name: str | None
    """Of a lawyer."""
    key: Key | None
    """None: nothing can be sealed to it today."""
    opened_at: datetime | None
    open_by: date | None


class Boxes(BaseModel):
    boxes: list[BoxShown]


class OpeningShown(BaseModel):
    position: int
    signed: str
    digests: list[str]
    """Of the letters taken out, smallest first: a receipt's `sha256` is among them."""


class Openings(BaseModel):
    openings: list[OpeningShown]


class Put(BaseModel):
    number: str
    registered_on: date
    due_on: date
    sha256: str
    signed: str
    """The receipt (JWS)."""


class LetterShown(BaseModel, from_attributes=True):
    id: int
    number: str
    fingerprint: str
    received_on: date
    due_on: date
    bucket: int
    files: int
    is_opened: bool
    answered_on: date | None


class Letters(BaseModel):
    letters: list[LetterShown]
    after: int | None


class LetterSealed(BaseModel):
    id: int
    number: str
    fingerprint: str
    received_on: date
    digest: str
    message: str
    """Base64, as `files`."""
    files: list[str]


class Exported(BaseModel):
    box: str
    previous: str
    """What the record of this opening has to name as the one before."""
    letters: list[LetterSealed]


class KeyPublic(BaseModel):
    """As `ejazo box keys` writes it."""

    signed: Text
    endorsement: Text | None = None


class KeyMade(KeyPublic):
    ceremony: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=WITHOUT_NUL)]


class OpeningMade(BaseModel):
    signed: Text
    letters: Annotated[list[RowId], Field(max_length=emptying.EXPORTED)]


class Answer(BaseModel):
    message: Annotated[str, Field(max_length=400_000, pattern=r"^[A-Za-z0-9+/]*={0,2}$")]


class Made(BaseModel):
    id: int


@router.get("", summary="All boxes, and the public keys to seal to")
async def list_boxes(conn: http.Conn, _caller: Caller | None = allow(PUBLIC)) -> Boxes:
    return Boxes(boxes=[shown(one) for one in await service.shown(conn)])


@router.get("/openings", summary="When a box was opened, signed, newest first, for everybody to check")
async def list_openings(
    conn: http.Conn,
    box: BoxKind,
    holder: Holder = None,
    most: Annotated[int, Query(ge=1, le=service.MOST)] = 20,
    _caller: Caller | None = allow(PUBLIC),
) -> Openings:
    found = await service.openings(conn, boxed(box, holder), most=most)
    return Openings(
        openings=[
            OpeningShown(position=one.position, signed=one.signed, digests=[d.hex() for d in one.digests])
            for one in found
        ]
    )


@router.post("/letters", status_code=201, summary="Put in a letter that was sealed on the sender's device")
async def put_letter(  # noqa: PLR0917 - the fields of the form
    conn: http.Conn,
    keys: http.Sealing,
    box: Annotated[BoxKind, Form()],
    fingerprint: Annotated[str, Form(pattern=r"^[0-9]{40}$")],
    token: Annotated[str, Form(pattern=r"^[0-9a-f]{64}$")],
    message: Annotated[UploadFile, File()],
    files: Annotated[list[UploadFile], File(max_length=rules.MOST_FILES)] = [],  # noqa: B006 - FastAPI's default
    holder: Annotated[int | None, Form(ge=1, le=2**63 - 1)] = None,
    _caller: Caller | None = allow(PUBLIC),
) -> Put:
    parts = [await one.read() for one in (message, *files)]
    sealed = Sealed(boxed(box, holder), fingerprint, bytes.fromhex(token), parts[0], parts[1:])
    slip = await service.submit(conn, keys, sealed)
    said = receipts.content(slip.receipt)
    return Put(signed=slip.signed, **{name: said[name] for name in Put.model_fields if name in said})


@router.get("/own/letters", summary="What lies in the caller's own box")
async def list_letters(
    conn: http.Conn,
    after: http.After = None,
    most: Annotated[int, Query(ge=1, le=emptying.MOST)] = 50,
    caller: Caller = allow(Permission.BOX_READ),
) -> Letters:
    start = LetterId(after) if after else None
    page, more = await emptying.listed(conn, caller, after=start, most=most)
    return Letters(letters=[listed(one) for one in page], after=more)


@router.get("/own/export", summary="Letters not yet taken out, for the offline machine")
async def export_letters(conn: http.Conn, caller: Caller = allow(Permission.BOX_READ)) -> Exported:
    return exported(await emptying.exported(conn, caller))


@router.get("/own/letters/{letter_id}", summary="One letter, as it was sealed")
async def read_letter(
    letter_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.BOX_READ)
) -> LetterSealed:
    letter, held = await emptying.taken(conn, caller, letter=LetterId(letter_id))
    return sealed(letter, held.message, held.files)


@router.post("/own/keys", status_code=201, summary="Register a public key of the caller's box")
async def register_key(said: KeyMade, conn: http.Conn, caller: Caller = allow(Permission.BOX_WRITE)) -> Made:
    made = await emptying.register(
        conn, caller, signed=said.signed, endorsement=said.endorsement, ceremony=said.ceremony
    )
    return Made(id=made)


@router.post("/own/openings", status_code=201, summary="Post the signed record of an opening")
async def post_opening(
    said: OpeningMade, conn: http.Conn, caller: Caller = allow(Permission.BOX_WRITE)
) -> Made:
    out = [LetterId(one) for one in said.letters]
    return Made(id=await emptying.post_opening(conn, caller, signed=said.signed, taken_out=out))


@router.post("/own/letters/{letter_id}/answers", status_code=204, summary="Answer, sealed to the sender")
async def answer_letter(
    letter_id: http.Id, said: Answer, conn: http.Conn, caller: Caller = allow(Permission.BOX_WRITE)
) -> None:
    try:
        message = wire.unpacked(said.message)
    except ValueError:
        raise emptying.RecordUnfit from None
    await emptying.answer(conn, caller, letter=LetterId(letter_id), message=message)


def boxed(kind: BoxKind, holder: int | None) -> Box:
    if (kind is BoxKind.LAWYER) != (holder is not None):
        raise NoSuchBox
    return Box(kind, UserId(holder) if holder else None)


def shown(one: Shown) -> BoxShown:
    key = one.key and Key(
        fingerprint=one.key.fingerprint,
        sealing=one.key.sealing.hex(),
        valid_from=one.key.valid_from,
        valid_to=one.key.valid_to,
        signed=one.key.signed,
        endorsement=one.key.endorsement,
        ceremony=one.key.ceremony,
    )
    return BoxShown(
        box=one.box.kind,
        holder=one.box.holder,
        name=one.name,
        key=key,
        opened_at=one.opened_at,
        open_by=one.open_by,
    )


def listed(one: Letter) -> LetterShown:
    return LetterShown(
        id=one.id,
        number=one.number,
        fingerprint=one.fingerprint,
        received_on=one.received_on,
        due_on=one.due_on,
        bucket=one.bucket,
        files=one.files,
        is_opened=one.opening is not None,
        answered_on=one.answered_on,
    )


def sealed(one: Letter, message: bytes, files: Sequence[bytes]) -> LetterSealed:
    return LetterSealed(
        id=one.id,
        number=one.number,
        fingerprint=one.fingerprint,
        received_on=one.received_on,
        digest=one.digest.hex(),
        message=wire.packed(message),
        files=[wire.packed(file) for file in files],
    )


def exported(found: Export) -> Exported:
    return Exported(
        box=found.box.name,
        previous=found.previous.hex(),
        letters=[sealed(letter, held.message, held.files) for letter, held in found.letters],
    )
