"""Uploads a file over a line that is cut at any byte, and goes on where the platform says it is."""

import base64
from functools import partial
from hashlib import sha256
from typing import Final

from httpx import Response

from simulators.relatives.ledger import Ledger
from simulators.relatives.model import Attachment, Cut, Where
from simulators.relatives.phone import Phone

PATH: Final = "/v1/my/uploads"
VERSION: Final = "1.0.0"
BYTES: Final = "application/offset+octet-stream"


async def upload(phone: Phone, ledger: Ledger, file: Attachment) -> int:
    """Its id, when every byte is acknowledged and the platform's digest is ours."""
    path = await _begin(phone, file)
    acknowledged = 0
    for share in file.steps:
        at = await _offset(phone, path)
        acknowledged = _not_back(ledger, file, acknowledged, at)
        left = file.content[at:]
        if len(left) > 1:
            cut = Cut(Where.BODY, max(1, int(share * (len(left) - 1))))
            await phone.lose(partial(_patch, phone, path, left, at=at, cut=cut))
    await _rest(phone, ledger, file, path, acknowledged=acknowledged)
    said = (await phone.asked(partial(phone.handset.get, path))).json()
    if (said["state"], said["sha256"]) != ("kept", sha256(file.content).hexdigest()):
        ledger.wrong.append(f"upload {said['id']}: {said['state']}, or other bytes")
    ledger.uploaded[file.client_id] = file
    return int(said["id"])


async def _begin(phone: Phone, file: Attachment) -> str:
    said = {"filetype": file.type, "client_id": str(file.client_id)}
    meta = ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in said.items())
    ask = partial(
        phone.handset.post,
        PATH,
        key=str(file.client_id),
        tus_resumable=VERSION,
        upload_length=str(len(file.content)),
        upload_metadata=meta,
    )
    answer = await phone.asked(ask)
    answer.raise_for_status()
    return answer.headers["location"]


async def _rest(phone: Phone, ledger: Ledger, file: Attachment, path: str, *, acknowledged: int) -> None:
    """What a cut part left may still be on its way: then the platform is elsewhere, and is asked again."""
    while True:
        at = await _offset(phone, path)
        acknowledged = _not_back(ledger, file, acknowledged, at)
        if at == len(file.content):
            return
        left = file.content[at:]
        answer = await phone.asked(partial(_patch, phone, path, left, at=at))
        if answer.status_code not in {204, 409}:
            answer.raise_for_status()


async def _patch(phone: Phone, path: str, left: bytes, *, at: int, cut: Cut | None = None) -> Response:
    return await phone.handset.send(
        "PATCH", path, content=left, cut=cut, tus_resumable=VERSION, upload_offset=str(at), content_type=BYTES
    )


async def _offset(phone: Phone, path: str) -> int:
    phone.tries["pieces"] += 1
    answer = await phone.asked(partial(phone.handset.send, "HEAD", path, tus_resumable=VERSION))
    answer.raise_for_status()
    return int(answer.headers["upload-offset"])


def _not_back(ledger: Ledger, file: Attachment, before: int, now: int) -> int:
    """What was once acknowledged stays."""
    if now < before:
        ledger.wrong.append(f"{file.client_id}: {before - now} acknowledged bytes are gone")
    return max(before, now)
