"""What every client needs first: sessions, who am I, texts in my language, and whether the platform lives."""

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import literal, select

from core import http, sessions, sign_in
from core.auth import PUBLIC, Caller, Permission, allow
from core.i18n import LANGUAGES
from core.passwords import LONGEST

router = APIRouter(tags=["core"])


class Credentials(BaseModel):
    login: str = Field(max_length=100)
    password: str = Field(max_length=LONGEST)


class Language(BaseModel):
    language: str = Field(examples=["uz-Latn"])


class Me(BaseModel):
    login: str
    role: str
    shown_as: str
    language: str
    permissions: list[str]


@router.post("/v1/sessions", status_code=204, summary="Sign in: sets the session cookie")
async def start_session(
    given: Credentials, request: Request, response: Response, _caller: Caller | None = allow(PUBLIC)
) -> None:
    secret = await sign_in.sign_in(
        request.app.state.engine,
        request.app.state.attempts,
        login=given.login,
        password=given.password,
        origin=sessions.Origin.of(request),
    )
    sessions.give(response, secret, secure=request.app.state.secure)


@router.delete("/v1/sessions/current", status_code=204, summary="Sign out: ends this session")
async def end_session(
    request: Request, response: Response, conn: http.Conn, caller: Caller = allow(Permission.SESSION_PROVE)
) -> None:
    await sign_in.sign_out(conn, caller)
    sessions.take_back(response, secure=request.app.state.secure)


@router.get("/v1/me", summary="Who is signed in, and what they may do")
async def read_me(caller: Caller = allow(Permission.ME_READ)) -> Me:
    return Me(
        login=caller.login,
        role=caller.role,
        shown_as=caller.shown_as,
        language=caller.language,
        permissions=sorted(p for p in Permission if caller.may(p)),
    )


@router.put("/v1/language", status_code=204, summary="Choose the language")
async def choose_language(
    given: Language,
    request: Request,
    response: Response,
    conn: http.Conn,
    caller: Caller | None = allow(PUBLIC),
) -> None:
    await speak(conn, caller, language=given.language)
    remember(response, given.language, secure=request.app.state.secure)


async def speak(conn: Any, caller: Caller | None, *, language: str) -> None:
    if language not in LANGUAGES:
        raise sign_in.UnknownLanguage
    if caller:
        await sign_in.speak(conn, caller, language=language)


def remember(response: Response, language: str, *, secure: bool) -> None:
    response.set_cookie(
        http.LANGUAGE_COOKIE,
        language,
        max_age=31_536_000,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


@router.get("/v1/texts", summary="Every text of the screens in the reader's language")
async def read_texts(request: Request, _caller: Caller | None = allow(PUBLIC)) -> dict[str, Any]:
    """Keys to sentences; a plural is an object by CLDR category, chosen by `count`."""
    spoken = http.language(request)
    return {"language": spoken, "texts": request.app.state.texts.catalogues[spoken]}


@router.get("/healthz", summary="Whether the API answers and reaches its database")
async def health(conn: http.Conn, _caller: Caller | None = allow(PUBLIC)) -> dict[str, str]:
    await conn.execute(select(literal(1)))
    return {"status": "ok"}
