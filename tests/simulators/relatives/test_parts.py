"""The same seed writes the same parts, a line breaks where it shall, and what differs is counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from hashlib import sha256
from random import Random

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.appeals import rules
from messaging.appeals.model import ANONYMOUS, Draft, Kind
from messaging.mobile.uploads import rules as uploads
from messaging.relatives.accounts.rules import phone
from simulators.relatives import counting, parts
from simulators.relatives.counting import Registered, Stored
from simulators.relatives.ledger import Ledger, Sent
from simulators.relatives.line import NAME, Line
from simulators.relatives.model import Attachment, Cut, Letter, Where

AT_MS = 1_764_200_000_000


@settings(max_examples=20)
@given(st.integers(1, 50), st.integers(0, 400))
def test_a_part_follows_from_its_seed_and_is_one_that_the_platform_takes(seed: int, index: int) -> None:
    made = parts.part(seed, index, count=500, at_ms=AT_MS)
    assert made == parts.part(seed, index, count=500, at_ms=AT_MS)
    assert made.letters != parts.part(seed + 1, index, count=500, at_ms=AT_MS).letters
    assert phone(made.phone) == made.phone
    for letter in made.letters:
        assert (letter.client_id.version, letter.client_id.int >> 80) == (7, AT_MS)
        draft = Draft(letter.client_id, Kind(letter.kind), ANONYMOUS, letter.subject, letter.body)
        assert rules.digest(draft) == parts.digest(letter)
        assert all(uploads.look(one.content, one.type).fault is None for one in letter.attachments)


@asynccontextmanager
async def heard() -> AsyncIterator[tuple[str, list[bytes], asyncio.Event]]:
    """A server that answers nobody, what each connection said, and whether the last one has gone."""
    said: list[bytes] = []
    gone = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        said.append(await reader.read(5))
        writer.write(b"HTTP/1.1 201 ")
        with suppress(ConnectionError):  # who cuts a line with our answer unread is heard as a reset
            while await reader.read(100):
                pass
        assert head.startswith(b"POST /there?x=1 HTTP/1.1\r\n")
        writer.close()
        gone.set()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", said, gone


@pytest.mark.parametrize(
    ("cut", "heard_of_it"),
    [(Cut(Where.BODY, 3), b"hel"), (Cut(Where.UNHEARD), b"hello"), (Cut(Where.UNREAD), b"hello")],
)
async def test_a_line_is_cut_where_it_shall_be(cut: Cut, heard_of_it: bytes) -> None:
    async with heard() as (url, said, gone), httpx.AsyncClient(transport=Line(2), base_url=url) as http:
        with pytest.raises(httpx.ReadError):
            await http.post("/there", params={"x": 1}, content=b"hello", extensions={NAME: cut})
        await asyncio.wait_for(gone.wait(), 60)
    assert said == [heard_of_it]


def scene() -> tuple[Ledger, Registered, Stored]:
    random = Random("scene")
    file = Attachment(parts.uuid7(AT_MS, random), "text/plain", b"salom", ())
    letter = Letter(parts.uuid7(AT_MS, random), "ariza", "Namuna", "matn", (), (file,), is_forgetful=False)
    ledger = Ledger({7})
    ledger.sent[letter.client_id] = Sent(letter, 7, 1, "M-1700-2026-000001", {file.client_id: 3})
    ledger.uploaded[file.client_id] = file
    row = Registered(letter.client_id, 1, "M-1700-2026-000001", 7, parts.digest(letter))
    digest = sha256(b"salom").hexdigest()
    return ledger, row, Stored(file.client_id, digest, digest, is_whole=True, appeal=1)


def test_what_differs_between_ledger_and_register_has_a_name() -> None:
    ledger, row, file = scene()
    other = parts.uuid7(AT_MS, Random("other"))

    def faults(rows: list[Registered], files: list[Stored]) -> set[str]:
        found = counting.compare(ledger, rows, files)
        assert (found.appeals, found.files) == (1, 1)
        return {name for name, which in found.faults.items() if which}

    assert faults([row], [file]) == set()
    assert faults([], [file]) == {"lost"}
    assert faults([row, replace(row, client_id=other, id=2, number="M-2")], [file]) == {"doubled", "unknown"}
    assert faults([replace(row, digest="0" * 64)], [file]) == {"altered"}
    assert faults([replace(row, account=8)], [file]) == {"altered"}
    assert faults([row], []) == {"files_lost"}
    assert faults([row], [file, file]) == {"files_doubled"}
    for broken in ({"digest": "0"}, {"told": "0"}, {"is_whole": False}):
        assert faults([row], [replace(file, **broken)]) == {"files_altered"}  # type: ignore[arg-type]
    for elsewhere in (None, 2):
        assert faults([row], [replace(file, appeal=elsewhere)]) == {"files_elsewhere"}


def test_an_answer_that_changes_is_seen() -> None:
    ledger, row, _ = scene()
    [sent] = ledger.sent.values()
    ledger.acknowledged(sent.letter, 7, {"id": 1, "number": row.number})
    assert ledger.wrong == []
    ledger.acknowledged(sent.letter, 7, {"id": 2, "number": "M-1700-2026-000002"})
    assert len(ledger.wrong) == 1
