"""Over HTTP: whether a device's messages are sealed, and what its seals told."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow
from core.model import DeviceId
from tracking.seals import service
from tracking.seals.model import Break, Demand

router = APIRouter()


class Key(BaseModel, from_attributes=True):
    number: int
    made_at: datetime
    ends_at: datetime | None = Field(description="Null: no end is set")


class BreakOut(BaseModel, from_attributes=True):
    kind: Break
    way: str = Field(description="On which the message came: up, past")
    key: int = Field(description="The key that the message claims; 0: none")
    received_at: datetime
    first: int | None = Field(description="The first counter it is about; null: the seal is not genuine")
    last: int | None
    count: int


class Seals(BaseModel, from_attributes=True):
    demand: Demand | None = Field(description="Null: the device has no key, nothing it says is authenticated")
    keys: list[Key]
    breaks: list[BreakOut] = Field(description="The newest 50")


@router.get("/v1/devices/{device_id}/seals", summary="A device's keys and what broke its chain")
async def read_seals(
    device_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.DEVICE_READ)
) -> Seals:
    return Seals.model_validate(await service.read(conn, caller, device=DeviceId(device_id)))
