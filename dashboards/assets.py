"""Our own files and the listed files of others: nothing is loaded from elsewhere."""

from pathlib import Path
from typing import ClassVar

from fastapi import APIRouter, FastAPI
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

router = APIRouter(tags=["pages"], include_in_schema=False)


class PublicFiles(StaticFiles):
    """Files that everybody may read; browsers ask each time whether they changed."""

    guard: ClassVar[Guard] = Guard(PUBLIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["cache-control"] = "no-cache"
        return answer


@router.get("/vendor/{name:path}")
async def vendored(name: str, _caller: Caller | None = allow(PUBLIC)) -> FileResponse:
    path = VENDOR / VENDORED.get(name, "missing")
    if not path.is_file():
        raise NotFound
    return FileResponse(path, headers={"cache-control": "no-cache"})


def fonts() -> Path:
    """The first folder that holds it; whoever prints says what is missing."""
    return next((folder for folder in FONTS if (folder / "DejaVuSans.ttf").is_file()), FONTS[0])


def mount(app: FastAPI) -> None:
    app.include_router(router)
    app.mount("/static", PublicFiles(directory=STATIC, check_dir=False))
