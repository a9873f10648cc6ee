"""The relatives' web app: one page, its service worker and its manifest. It is a client of their API."""

from functools import cache
from hashlib import sha256

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from core import http, i18n
from core.auth import PUBLIC, Caller, allow
from dashboards.assets import STATIC, VENDOR, VENDORED
from dashboards.pages import page

router = APIRouter(prefix="/my", tags=["pages"], include_in_schema=False)

OWN = ("ground.css", "type.css", "texts.js", "icon.svg")
"""Of the desk's files, those that the app uses as well."""
QR = "lean-qr.mjs"


@router.get("")
async def app_page(request: Request, _caller: Caller | None = allow(PUBLIC)) -> Response:
    return _shell(request)


@router.get("/signed-in")
async def signed_in_page(request: Request, _caller: Caller | None = allow(PUBLIC)) -> Response:
    """Where signing in leads back to: the app reads the code from its address."""
    return _shell(request)


@router.get("/worker.js")
async def worker(request: Request, _caller: Caller | None = allow(PUBLIC)) -> Response:
    version, files = _files()
    answer = page(request, "my-worker.js", version=version, files=files)
    answer.headers["content-type"] = "text/javascript"
    answer.headers["service-worker-allowed"] = "/my"
    return answer


@router.get("/manifest.webmanifest")
async def manifest(request: Request, _caller: Caller | None = allow(PUBLIC)) -> Response:
    spoken = http.language(request)
    texts: i18n.Texts = request.app.state.texts
    said = {
        "name": texts.say(spoken, "my.name"),
        "short_name": "E-murojaat",
        "lang": spoken,
        "id": "/my",
        "start_url": "/my",
        "scope": "/my",
        "display": "standalone",
        "background_color": "#f4f2ec",
        "theme_color": "#0b6570",
        "icons": [{"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml"}],
    }
    return JSONResponse(said, media_type="application/manifest+json")


def _shell(request: Request) -> Response:
    spoken = http.language(request)
    catalogue = request.app.state.texts.catalogues[spoken]
    words = {key: text for key, text in catalogue.items() if key.startswith("my.")}
    return page(request, "my.html", words=words)


@cache
def _files() -> tuple[str, list[str]]:
    """What the app needs without a network, and a name for this state of it."""
    own = [STATIC / name for name in OWN] + sorted((STATIC / "my").iterdir())
    digest = sha256(b"".join(path.read_bytes() for path in [*own, VENDOR / VENDORED[QR]]))
    files = [f"/static/{path.relative_to(STATIC).as_posix()}" for path in own]
    return digest.hexdigest()[:16], [*files, f"/vendor/{QR}"]
