"""What officers tell a device, from a card or from the file: as the protocol of the moment has it."""

from datetime import timedelta
from typing import Any, ClassVar

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.auth import Caller
from core.errors import Conflict
from core.model import PersonId
from geofence import protocols
from tracking import desk as devices
from tracking.store import tracks


class DeviceMissing(Conflict):
    """The person wears nothing now: there is nobody to tell."""

    code: ClassVar[str] = "device_missing"


async def tell(conn: AsyncConnection, caller: Caller, *, person: PersonId, kind: str, text: str = "") -> int:
    """The number of the command to what the person wears now; the caller is known to see them."""
    now = clock.now()
    worn = await tracks.device_of(conn, person, at=now)
    if worn is None:
        raise DeviceMissing
    told = protocols.at(protocols.known(), now).messages[kind]
    return await devices.command(
        conn,
        caller,
        device=worn.id,
        kind=str(kind),
        body=_body(kind, told, text),
        expires_at=now + told.expires,
    )


def _body(kind: str, told: protocols.Message, text: str) -> dict[str, Any]:
    if kind == "text":
        return {"text": text.strip()}
    body: dict[str, Any] = {} if told.seconds is None else {"seconds": told.seconds}
    return body if told.lasts is None else body | {"lasts_s": told.lasts // timedelta(seconds=1)}
