"""Every way into the application: routes of included routers, mounts and sockets, found by a walk."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount

from core.auth import Guard, Permission
from core.kin import KinGuard, KinScope, OpenGuard


@dataclass(frozen=True, slots=True)
class Way:
    """One method of one path, or a socket, or a mount."""

    method: str
    path: str
    guards: tuple[Permission | KinScope | None, ...]

    @property
    def ends_session(self) -> bool:
        return self.path in {"/sign-out", "/v1/sessions/current"}

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def ways(app: FastAPI) -> Iterator[Way]:
    for found in iter_route_contexts(app.routes):
        route: Any = found.original_route
        if isinstance(route, Mount):
            guard = getattr(route.app, "guard", None)
            yield Way("MOUNT", route.path, (guard.permission,) if guard else ())
            continue
        dependant = getattr(found, "dependant", None)
        guards = tuple(guards_of(dependant)) if dependant else ()
        for method in found.methods or {"SOCKET"} if isinstance(route, APIRoute) else {"SOCKET"}:
            yield Way(method, str(found.path), guards)


def guards_of(dependant: Any) -> Iterator[Permission | KinScope | None]:
    for inner in dependant.dependencies:
        if isinstance(inner.call, Guard | OpenGuard):
            yield inner.call.permission
        if isinstance(inner.call, KinGuard):
            yield inner.call.scope
        yield from guards_of(inner)
