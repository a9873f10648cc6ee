"""Attaching files and reading them, over HTTP."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from core.kin import KinScope, Relative, allow_kin
from messaging.appeals.model import AppealId
from messaging.mobile import edge
from messaging.mobile.uploads.model import UploadId
from messaging.relatives.files import service
from messaging.relatives.files.store import Attached
from messaging.relatives.kinship.model import ClaimId

router = APIRouter(prefix="/v1", tags=["relatives"], route_class=edge.Once)


class File(BaseModel, from_attributes=True):
    id: int
    type: str
    length: int
    sha256: str
    """Of the original; of a picture the staff see a copy without place and device."""
    at: datetime


class Files(BaseModel, from_attributes=True):
    files: list[File]


@router.put("/my/appeals/{appeal_id}/files/{upload_id}", summary="Attach an upload to an appeal")
async def attach_to_appeal(
    appeal_id: http.Id,
    upload_id: http.Id,
    conn: edge.Conn,
    relative: Relative = allow_kin(KinScope.APPEALS_WRITE),
) -> Files:
    upload, appeal = UploadId(upload_id), AppealId(appeal_id)
    found = await service.attach_to_appeal(conn, relative, appeal=appeal, upload=upload)
    return Files(files=[File.model_validate(one) for one in found])


@router.put("/my/claims/{claim_id}/files/{upload_id}", summary="Attach proof to a claim of kinship")
async def attach_to_claim(
    claim_id: http.Id,
    upload_id: http.Id,
    conn: edge.Conn,
    relative: Relative = allow_kin(KinScope.KIN_WRITE),
) -> Files:
    upload, claim = UploadId(upload_id), ClaimId(claim_id)
    found = await service.attach_to_claim(conn, relative, claim=claim, upload=upload)
    return Files(files=[File.model_validate(one) for one in found])


@router.get("/register/appeals/{appeal_id}/files", summary="What is attached to an appeal")
async def list_appeal_files(
    appeal_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.APPEAL_READ)
) -> Files:
    found = await service.of_appeal(conn, caller, appeal=AppealId(appeal_id))
    return Files(files=[File.model_validate(one) for one in found])


@router.get("/register/appeals/{appeal_id}/files/{file_id}", summary="The bytes", response_class=Response)
async def read_appeal_file(
    appeal_id: http.Id,
    file_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    caller: Caller = allow(Permission.APPEAL_READ),
) -> Response:
    appeal, file = AppealId(appeal_id), UploadId(file_id)
    return _bytes(*await service.open_of_appeal(conn, keys, caller, appeal=appeal, file=file))


@router.get("/kinship/claims/{claim_id}/files/{proof_id}", summary="The bytes", response_class=Response)
async def read_claim_file(
    claim_id: http.Id,
    proof_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    caller: Caller = allow(Permission.KINSHIP_READ),
) -> Response:
    claim, file = ClaimId(claim_id), UploadId(proof_id)
    return _bytes(*await service.open_of_claim(conn, keys, caller, claim=claim, file=file))


def _bytes(found: Attached, content: bytes) -> Response:
    """To be saved, never shown within our pages."""
    headers = http.attached(f"file-{found.id}") | {"cache-control": "no-store"}
    return Response(content, media_type=found.type, headers=headers)
