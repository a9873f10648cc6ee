"""Waking a device: on, off, and the key that a browser subscribes with."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from core import http
from core.kin import KinScope, Relative, allow_kin
from messaging.mobile import edge
from messaging.mobile.push import rules, service, store

router = APIRouter(prefix="/v1/my/push", tags=["relatives"], route_class=edge.Once)


class Push(BaseModel):
    key: str | None
    """`applicationServerKey` of this platform; None: it wakes nobody."""
    is_on: bool
    """For this device."""


class Subscription(BaseModel):
    """As a browser's `PushSubscription` says it; its keys are for contents, which we never send."""

    model_config = ConfigDict(extra="ignore")

    endpoint: Annotated[str, Field(max_length=rules.LONGEST_ADDRESS)]


@router.get("", summary="Whether this device is woken, and the platform's key")
async def read_push(
    request: Request, conn: edge.Conn, relative: Relative = allow_kin(KinScope.ACCOUNT)
) -> Push:
    return Push(key=request.app.state.push_key, is_on=await store.is_on(conn, relative.handset))


@router.put("", status_code=204, summary="Wake this device when something is new; nothing else is said")
async def turn_push_on(
    said: Subscription, conn: edge.Conn, keys: http.Sealing, relative: Relative = allow_kin(KinScope.ACCOUNT)
) -> None:
    await service.subscribe(conn, keys, relative, endpoint=said.endpoint)


@router.delete("", status_code=204, summary="Wake this device no more")
async def turn_push_off(conn: edge.Conn, relative: Relative = allow_kin(KinScope.ACCOUNT)) -> None:
    await service.drop(conn, relative)
