"""Our own files and the listed files of others, packed for the way: nothing is loaded from elsewhere."""

import gzip
import os
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path
from typing import ClassVar, Final

from fastapi import APIRouter, FastAPI, Request
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from core.auth import PUBLIC, Caller, Guard, allow
from core.errors import NotFound

HERE = Path(__file__).parent
STATIC = HERE / "static"
VENDOR = HERE / "web/node_modules"
INTER = "@fontsource-variable/inter/files"
VENDORED = {
    "maplibre-gl.mjs": "maplibre-gl/dist/maplibre-gl.mjs",
    "maplibre-gl-worker.mjs": "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
    "leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet.css": "leaflet/dist/leaflet.css",
    "lean-qr.mjs": "lean-qr/nano.mjs",
    "libsodium-sumo.mjs": "libsodium-sumo/dist/modules-sumo-esm/libsodium-sumo.mjs",
    "libsodium-wrappers.mjs": "libsodium-wrappers-sumo/dist/modules-sumo-esm/libsodium-wrappers.mjs",
    **{
        f"inter-{script}-wght-normal.woff2": f"{INTER}/inter-{script}-wght-normal.woff2"
        for script in ("latin", "cyrillic", "cyrillic-ext")
    },
}
"""Name under /vendor/ → file of a package in dashboards/web."""
FONTS = (VENDOR / "dejavu-fonts-ttf/ttf", Path("/usr/share/fonts/truetype/dejavu"))
"""Where the typeface of printed papers may lie: the locked package, or the system's."""
PACKED: Final = frozenset({".js", ".mjs", ".css", ".svg", ".geojson"})
"""Text shrinks to a quarter; these files hold no secret that its length could tell."""

router = APIRouter(tags=["pages"], include_in_schema=False)


class PublicFiles(StaticFiles):
    """Files that everybody may read; browsers ask each time whether they changed."""

    guard: ClassVar[Guard] = Guard(PUBLIC)

    def file_response(
        self,
        full_path: "os.PathLike[str] | str",
        stat_result: os.stat_result,  # noqa: ARG002 - starlette's
        scope: Scope,
        status_code: int = 200,  # noqa: ARG002 - of a folder's own 404 page, which we have not
    ) -> Response:
        return served(Path(full_path), Headers(scope=scope))


@router.get("/vendor/{name:path}")
async def vendored(request: Request, name: str, _caller: Caller | None = allow(PUBLIC)) -> Response:
    path = VENDOR / VENDORED.get(name, "missing")
    if not path.is_file():
        raise NotFound
    return served(path, request.headers)


def served(path: Path, asked: Headers) -> Response:
    """The file, packed if the browser can unpack it, or word that it has not changed."""
    stat = path.stat()
    is_packed = path.suffix in PACKED and "gzip" in asked.get("accept-encoding", "")
    mark = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}{"-gz" if is_packed else ""}"'
    headers = {"cache-control": "no-cache", "etag": mark, "vary": "accept-encoding"}
    if asked.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    if not is_packed:
        return FileResponse(path, headers=headers)
    kind = guess_type(path.name)[0] or "text/plain"
    packed = shrunk(path, stat.st_mtime_ns)
    return Response(packed, headers=headers | {"content-encoding": "gzip"}, media_type=kind)


@lru_cache(maxsize=256)
def shrunk(path: Path, _changed_ns: int) -> bytes:
    """Once a version of a file."""
    return gzip.compress(path.read_bytes(), mtime=0)


def fonts() -> Path:
    """The first folder that holds it; whoever prints says what is missing."""
    return next((folder for folder in FONTS if (folder / "DejaVuSans.ttf").is_file()), FONTS[0])


def mount(app: FastAPI) -> None:
    app.include_router(router)
    app.mount("/static", PublicFiles(directory=STATIC, check_dir=False))
