"""tus 1.0.0: creation, HEAD, PATCH with checksum, expiration, termination; and what became of a file."""

from contextlib import suppress
from datetime import datetime
from email.utils import format_datetime
from typing import Annotated, Final

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from core import http
from core.kin import KinScope, Relative, allow_kin, allow_programs
from messaging.mobile import edge
from messaging.mobile.uploads import rules, service
from messaging.mobile.uploads.model import Fault, State, Upload, UploadId

router = APIRouter(prefix="/v1/my/uploads", tags=["relatives"], route_class=edge.Once)
Said = Annotated[str, Header()]
RESUMABLE: Final = {"tus-resumable": rules.VERSION}
ABLE: Final = RESUMABLE | {
    "tus-version": rules.VERSION,
    "tus-extension": "creation,checksum,expiration,termination",
    "tus-max-size": str(rules.LONGEST),
    "tus-checksum-algorithm": "sha256",
}


class File(BaseModel):
    id: int
    client_id: str
    type: str
    length: int
    received: int
    state: State
    fault: Fault | None
    sha256: str | None
    ends_at: datetime


@router.options("", status_code=204, summary="What of tus is spoken here")
async def describe_uploads(answer: Response, _nobody: None = allow_programs()) -> None:
    answer.headers.update(ABLE)


@router.post("", status_code=201, summary="Announce a file: its length, type and id", response_class=Response)
async def begin_upload(
    conn: edge.Conn,
    *,
    tus_resumable: Said = "",
    upload_length: Said = "",
    upload_metadata: Said = "",
    relative: Relative = allow_kin(KinScope.ACCOUNT),
) -> Response:
    rules.version(tus_resumable)
    length = rules.length(upload_length)
    declared, client_id = rules.metadata(upload_metadata)
    made = await service.begin(conn, relative, length=length, declared=declared, client_id=client_id)
    found = await service.read(conn, relative, upload=made)
    return Response(status_code=201, headers=_headers(found) | {"location": f"{router.prefix}/{made}"})


@router.head("/{upload_id}", summary="How much is here", response_class=Response)
async def head_upload(
    upload_id: http.Id,
    conn: edge.Conn,
    tus_resumable: Said = "",
    relative: Relative = allow_kin(KinScope.ACCOUNT),
) -> Response:
    rules.version(tus_resumable)
    found = await service.read(conn, relative, upload=UploadId(upload_id))
    return Response(status_code=200, headers=_headers(found))


@router.patch("/{upload_id}", status_code=204, summary="The next bytes; whatever arrives is kept")
async def send_part(
    upload_id: http.Id,
    request: Request,
    *,
    tus_resumable: Said = "",
    upload_offset: Said = "",
    upload_checksum: Said = "",
    relative: Relative = allow_kin(KinScope.ACCOUNT),
) -> Response:
    rules.version(tus_resumable)
    ident, at = UploadId(upload_id), rules.number(upload_offset)
    if upload_checksum:
        await _checked(request, relative, ident, at=at, checksum=upload_checksum)
    else:
        await _streamed(request, relative, ident, at=at)
    state = request.app.state
    found = await service.finish(state.engine, state.keys, relative, upload=ident, scanner=state.scanner)
    return Response(status_code=204, headers=_headers(found))


@router.delete("/{upload_id}", status_code=204, summary="Not needed")
async def drop_upload(
    upload_id: http.Id, conn: edge.Conn, relative: Relative = allow_kin(KinScope.ACCOUNT)
) -> Response:
    await service.drop(conn, relative, upload=UploadId(upload_id))
    return Response(status_code=204, headers=RESUMABLE)


@router.get("/{upload_id}", summary="What became of a file")
async def read_upload(
    upload_id: http.Id, request: Request, relative: Relative = allow_kin(KinScope.ACCOUNT)
) -> File:
    """Looked at now, if the scanner was away when it came."""
    state, ident = request.app.state, UploadId(upload_id)
    found = await service.finish(state.engine, state.keys, relative, upload=ident, scanner=state.scanner)
    return File(
        id=found.id,
        client_id=found.client_id,
        type=found.declared,
        length=found.length,
        received=found.received,
        state=found.state,
        fault=found.fault,
        sha256=found.digest,
        ends_at=found.ends_at,
    )


async def _checked(request: Request, relative: Relative, ident: UploadId, *, at: int, checksum: str) -> None:
    """All of the part or nothing of it."""
    part = await request.body()
    rules.checksum(checksum, part)
    await service.append(
        request.app.state.engine, request.app.state.keys, relative, upload=ident, at=at, part=part
    )


async def _streamed(request: Request, relative: Relative, ident: UploadId, *, at: int) -> None:
    """Some at a time; where the network is cut, what came is kept, and HEAD says how much that was."""
    engine, keys, held = request.app.state.engine, request.app.state.keys, bytearray()
    await service.append(engine, keys, relative, upload=ident, at=at, part=b"")
    with suppress(ClientDisconnect):  # nobody hears the answer then; HEAD will tell
        async for chunk in request.stream():
            held += chunk
            if len(held) >= rules.PART:
                await service.append(engine, keys, relative, upload=ident, at=at, part=bytes(held))
                at += len(held)
                held.clear()
    await service.append(engine, keys, relative, upload=ident, at=at, part=bytes(held))


def _headers(found: Upload) -> dict[str, str]:
    return RESUMABLE | {
        "upload-offset": str(found.received),
        "upload-length": str(found.length),
        "upload-expires": format_datetime(found.ends_at, usegmt=True),
        "cache-control": "no-store",
    }
