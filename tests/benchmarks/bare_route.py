"""The peer: the same framework and the same body, and a route that keeps nothing, or one row."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from multiprocessing import get_context

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from messaging.relatives.letters.forms import NewAppeal
from platform_running import free_port


class Answer(BaseModel):
    id: int
    number: str
    content_sha256: str


def application(database: str | None) -> FastAPI:
    """With a database: one insert and its commit, over a pool."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool = await asyncpg.create_pool(database) if database else None
        yield

    app, count = FastAPI(lifespan=lifespan), 0

    @app.post("/appeals", status_code=201)
    async def submit(said: NewAppeal) -> Answer:
        nonlocal count
        count += 1
        digest = sha256(said.body.encode()).hexdigest()
        if app.state.pool is not None:
            await app.state.pool.execute("insert into bare values ($1, $2)", said.client_id, said.body)
        return Answer(id=count, number=f"M-1700-2026-{count:06}", content_sha256=digest)

    return app


def _serve(port: int, database: str | None) -> None:
    uvicorn.run(application(database), port=port, log_level="error", access_log=False)


class BareRoute:
    """In a process of its own."""

    def __init__(self, database: str | None = None) -> None:
        self.port = free_port()
        self.child = get_context("spawn").Process(target=_serve, args=(self.port, database))
        self.child.start()

    def end(self) -> None:
        self.child.terminate()
        self.child.join()
