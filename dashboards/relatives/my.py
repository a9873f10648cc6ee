"""The relatives' web app: one page, its service worker and its manifest. It is a client of their API."""

import json
from base64 import b64encode
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
SEALING = ("libsodium-wrappers.mjs", "libsodium-sumo.mjs")
"""Fetched when somebody writes a sealed letter, and kept from then on."""
IMPORTS = json.dumps({"imports": {"libsodium-sumo": "/vendor/libsodium-sumo.mjs"}})
"""Where the library finds its other half; the page carries exactly these bytes."""
POLICY = http.policy(
    script_src=f"'self' 'wasm-unsafe-eval' 'sha256-{b64encode(sha256(IMPORTS.encode()).digest()).decode()}'",
    media_src="'self' blob:",
)
MAY = "camera=(), geolocation=(), microphone=(self)"
"""A letter may be spoken."""


@router.get("")
async def app_page(request: Request, _caller: Caller | None = allow(PUBLIC)) -> Response:
    return _shell(request)


@router.get("/signed-in")
async def signed_in_page(request: Request, _caller: Caller | None = allow(PUBLIC)) -> Response:
    """Where signing in leads back to: the app reads the code from its address."""
    return _shell(request)


@router.get("/worker.js")
async def worker(request: Request, _caller: Caller | None = allow(PUBLIC)) -> Response:
    version, files, later = _files()
    answer = page(request, "my-worker.js", version=version, files=files, later=later)
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
    spelled = json.dumps(words, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    answer = page(request, "my.html", words=spelled, imports=IMPORTS)  # six bytes a letter, were it ASCII
    answer.headers["content-security-policy"] = POLICY
    answer.headers["permissions-policy"] = MAY
    return answer


@cache
def _files() -> tuple[str, list[str], list[str]]:
    """A name for this state of the app, what it needs without a network, and what it may need later."""
    own = [STATIC / name for name in OWN] + sorted((STATIC / "my").iterdir())
    others = [VENDOR / VENDORED[name] for name in (QR, *SEALING)]
    sealing = STATIC / "seal.js"
    digest = sha256(b"".join(path.read_bytes() for path in [*own, sealing, *others]))
    files = [f"/static/{path.relative_to(STATIC).as_posix()}" for path in own]
    later = ["/static/seal.js", *(f"/vendor/{name}" for name in SEALING)]
    return digest.hexdigest()[:16], [*files, f"/vendor/{QR}"], later
