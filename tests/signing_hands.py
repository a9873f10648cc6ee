"""People of the platform with keys of an authority of our own, and a decision that waits to be signed."""

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from httpx import AsyncClient, Response

import authorities
import callers
import files
from authorities import NOBODY, SOMEBODY, Authority, Person
from core.auth import Role
from core.federation import model
from core.federation.service import Abroad
from core.model import PersonId, UserId
from filed.conduct import sanction

FILE = """
[[provider]]
name = "eimzo"
title = "E-IMZO"
kind = "eimzo"
trust = "trust"
client_key = "AB"
"""
CENTRE = Authority()
MINE, OTHER = CENTRE.issue(NOBODY), CENTRE.issue(SOMEBODY)
FORM = re.compile(r'data-content="([^"]+)"')
SHOWN = re.compile(r'name="shown" value="([0-9a-f]{64})"')


def set_up(app: FastAPI, folder: Path, *, centre: Authority = CENTRE) -> None:
    authorities.keep(folder / "trust", [centre])
    (folder / "providers.toml").write_text(FILE)
    app.state.abroad = Abroad(model.providers(folder / "providers.toml"))


async def link(app: FastAPI, **people: str) -> None:
    """PINFLs by login, as an administrator says them."""
    engine = app.state.engine
    chief = await callers.session(engine, await callers.user(engine, "chief", role=Role.ADMINISTRATOR))
    async with callers.browser(app, chief) as visitor:
        for login, pinfl in people.items():
            given = {"login": login, "provider": "eimzo", "subject": pinfl}
            assert (await visitor.post("/v1/identities", json=given)).status_code == 201


@dataclass
class Decision:
    """A sanction that the head of a unit has decided, and two heads who see it: the other decides nothing."""

    app: FastAPI
    person: PersonId
    by: UserId
    sanction: int
    head: AsyncClient
    other: AsyncClient

    @property
    def path(self) -> str:
        return f"/sanctions/{self.sanction}/paper"

    async def sign(
        self, hand: Person, *, visitor: AsyncClient | None = None, instead: bytes = b""
    ) -> Response:
        return await sign(visitor or self.head, self.path, hand, instead=instead)


async def sign(visitor: AsyncClient, path: str, hand: Person, *, instead: bytes = b"") -> Response:
    """What the page of this paper shows, or something else; by the page's form."""
    page = (await visitor.get(path)).text
    made = hand.sign(instead or base64.b64decode(FORM.findall(page)[0]), is_detached=True)
    signature = base64.b64encode(made).decode()
    return await visitor.post(path, data={"shown": SHOWN.findall(page)[0], "signature": signature})


async def decided(app: FastAPI, folder: Path) -> Decision:
    """Both have keys."""
    engine, here = app.state.engine, await files.institution(app.state.engine)
    whom = await files.person(engine, "Namunayev")
    await files.stay(engine, whom, here)
    heads = [await callers.user(engine, login, role=Role.UNIT_HEAD) for login in ("head", "other")]
    for who in heads:
        await files.posting(engine, who, here)
    set_up(app, folder)
    await link(app, head=NOBODY, other=SOMEBODY)
    made = await sanction(engine, whom, heads[0])
    browsers = [callers.browser(app, await callers.session(engine, who)) for who in heads]
    return Decision(app, whom, heads[0], made, *browsers)
