"""Every way into the application: routes of included routers, mounts and sockets, found by a walk."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount

from app.http import application
from core.auth import Guard, Permission
from core.kin import KinGuard, KinScope, OpenGuard
from core.own import OwnGuard, OwnScope
from core.seats import SeatGuard
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Way:
    """One method of one path, or a socket, or a mount."""

    method: str
    path: str
    guards: tuple[Permission | KinScope | OwnScope | str | None, ...]
    is_grave: bool = False
    """It wants a second factor shown a moment ago, whatever else its permission is for."""

    @property
    def ends_session(self) -> bool:
        return self.path in {"/sign-out", "/v1/sessions/current"}

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@cache
def house() -> FastAPI:
    """Every route, built once; whoever asks it furnishes it first."""
    return application(Settings(database_url="postgresql:///nowhere"))


def ways(app: FastAPI) -> Iterator[Way]:
    for found in iter_route_contexts(app.routes):
        route: Any = found.original_route
        if isinstance(route, Mount):
            guard = getattr(route.app, "guard", None)
            yield Way("MOUNT", route.path, (guard.permission,) if guard else ())
            continue
        dependant = getattr(found, "dependant", None)
        guards = tuple(guards_of(dependant)) if dependant else ()
        grave = bool(dependant) and any(True for _ in grave_guards(dependant))
        for method in found.methods or {"SOCKET"} if isinstance(route, APIRoute) else {"SOCKET"}:
            yield Way(method, str(found.path), guards, grave)


def guards_of(dependant: Any) -> Iterator[Permission | KinScope | OwnScope | str | None]:
    for inner in dependant.dependencies:
        if isinstance(inner.call, Guard | OpenGuard):
            yield inner.call.permission
        if isinstance(inner.call, KinGuard | OwnGuard | SeatGuard):
            yield inner.call.scope
        yield from guards_of(inner)


def grave_guards(dependant: Any) -> Iterator[Guard]:
    for inner in dependant.dependencies:
        if isinstance(inner.call, Guard) and inner.call.is_grave:
            yield inner.call
        yield from grave_guards(inner)
