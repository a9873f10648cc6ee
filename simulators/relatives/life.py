"""What one relative does in a play, from signing in to reading what came of it."""

from functools import partial
from typing import Final
from uuid import UUID

from simulators.relatives.ledger import Ledger, Sent
from simulators.relatives.model import Part
from simulators.relatives.news import News
from simulators.relatives.outbox import PATH, Outbox
from simulators.relatives.phone import Phone

DRAFTS: Final = "/v1/my/drafts"
JSON: Final = "application/json"


async def live(phone: Phone, part: Part, ledger: Ledger) -> None:
    """The telephone is signed in."""
    account = (await phone.asked(partial(phone.handset.get, "/v1/my/account"))).json()["id"]
    ledger.accounts.add(account)
    news, outbox = News(phone), Outbox(phone, ledger, account)
    await news.read()
    draft = await _draft(phone, part.draft) if part.draft else None
    sent = []
    for letter in part.letters:
        before = news.cursor
        sent.append(await outbox.send(letter))
        await news.wait(before)
        await phone.renew_over_a_bad_line()
        await news.read()
    for one in sent:
        await _read(phone, ledger, one)
    _heard(news, ledger, sent, draft)


async def _draft(phone: Phone, client_id: UUID) -> int:
    """Written, changed by its version, thrown away: a tombstone is left."""
    said = {"client_id": str(client_id), "body": "namuna"}
    made = await phone.asked(partial(phone.handset.post, DRAFTS, said, key=str(client_id)))
    made.raise_for_status()
    path, tag = f"{DRAFTS}/{made.json()['id']}", made.headers["etag"]
    edit = b'{"body": "namuna 2"}'
    await phone.asked(partial(phone.handset.send, "PUT", path, content=edit, if_match=tag, content_type=JSON))
    await phone.asked(partial(phone.handset.send, "DELETE", path))
    return int(made.json()["id"])


async def _read(phone: Phone, ledger: Ledger, sent: Sent) -> None:
    """What was handed in, word for word; asked again, nothing is sent again."""
    path = f"{PATH}/{sent.id}"
    answer = await phone.asked(partial(phone.handset.get, path))
    if answer.json().get("body") != sent.letter.body:
        ledger.wrong.append(f"{sent.number}: read and not the same")
    tag = answer.headers["etag"]
    again = await phone.asked(partial(phone.handset.get, path, if_none_match=tag))
    phone.tries["not modified"] += again.status_code == 304


def _heard(news: News, ledger: Ledger, sent: list[Sent], draft: int | None) -> None:
    """The feed spoke of everything, and of what is gone."""
    wanted = {("appeal", one.id): False for one in sent}
    wanted |= {("upload", file): False for one in sent for file in one.files.values()}
    wanted |= {("draft", draft): True} if draft is not None else {}
    for thing, is_gone in wanted.items():
        if news.known.get(thing) != is_gone:
            ledger.wrong.append(f"{thing[0]} {thing[1]}: the feed did not speak of it")
