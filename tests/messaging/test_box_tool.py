"""The offline machine and the sender's device: what is sealed opens whole, for one key, or not at all."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from app.box import command, opening, sealing
from app.box.opening import CannotOpen
from core import signing
from filed.boxes import PAIR
from messaging.receipts import rules as codes
from messaging.sealed import rules, wire

SECRET = "oqshom-7731"
PHOTO = b"\xff\xd8" + SECRET.encode() * 9000
MADE = sealing.letter(
    SECRET, f"{SECRET}: meni urishdi", to=PAIR.public, files=[(f"{SECRET}.jpg", "image/jpeg", PHOTO)]
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase costs a second and 256 MiB where it matters."""
    monkeypatch.setattr(opening, "OPS", 1)
    monkeypatch.setattr(opening, "MEMORY", 1 << 20)


def test_the_root_is_that_of_rfc_9162() -> None:
    """Leaves d0 d1 d2: H(1 | H(1 | H(0 d0) | H(0 d1)) | H(0 d2))."""

    def h(*parts: bytes) -> bytes:
        return sha256(b"".join(parts)).digest()

    d = sorted(h(bytes([n])) for n in range(3))
    pair = h(b"\1", h(b"\0", d[0]), h(b"\0", d[1]))
    assert rules.root([]) == h(b"")
    assert rules.root(d[::-1]) == h(b"\1", pair, h(b"\0", d[2]))


@settings(max_examples=40)
@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=9, unique=True), st.data())
def test_another_letter_gives_another_root(digests: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(digests) - 1))
    less = digests[:place] + digests[place + 1 :]
    assert (
        len({rules.root(digests), rules.root(less), rules.root([*digests, bytes(32)])}) == 3
        or bytes(32) in digests
    )
    assert rules.root(digests) == rules.root(digests[::-1])


@settings(max_examples=30)
@given(st.binary(max_size=5000))
def test_what_is_filled_up_comes_back_and_shows_no_length(plain: bytes) -> None:
    full = sealing.filled(plain, rules.MESSAGES)
    assert len(full) in rules.MESSAGES
    assert sealing.emptied(full) == plain


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 300_000])
def test_a_file_is_opened_whole_or_not_at_all(size: int) -> None:
    content = bytes(n % 251 for n in range(size))
    sealed, said = sealing.sealed_file(content)
    key = wire.unpacked(said["key"])
    assert rules.file_bucket(sealed) in rules.FILES
    assert opening.opened_file(sealed, key) == content
    step = rules.CHUNK + rules.TAG
    last = (len(sealed) - rules.HEADER - 1) // step * step + rules.HEADER
    for broken in (sealed[:-1], sealed[:last], sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(CannotOpen):
            opening.opened_file(broken, key)


def exported(made: sealing.Made = MADE, *, previous: bytes = rules.FIRST) -> dict[str, Any]:
    digest = rules.digest(made.message, made.files).hex()
    one = {"id": 7, "number": "M-1700-2026-123456789", "received_on": "2026-11-27", "digest": digest}
    sealed = {"message": wire.packed(made.message), "files": [wire.packed(file) for file in made.files]}
    return {"box": "ombudsman", "previous": previous.hex(), "letters": [one | sealed]}


def test_only_the_addressees_key_opens() -> None:
    [one] = exported()["letters"]
    opened = opening.letter(one, PAIR)
    assert (opened.said["subject"], opened.files) == (SECRET, {f"1-{SECRET}.jpg": PHOTO})
    with pytest.raises(CannotOpen, match="other_key"):
        opening.letter(one, opening.pair("ombudsman"))
    with pytest.raises(CannotOpen, match="changed"):
        opening.letter(one | {"files": []}, PAIR)


def test_a_senders_name_for_a_file_is_no_path() -> None:
    assert opening._safe("../../etc/passwd") == "_.._etc_passwd"
    assert opening._safe("...") == "file"


def test_an_answer_is_opened_by_the_code_alone() -> None:
    [one] = exported()["letters"]
    sealed = wire.unpacked(opening.answered(opening.letter(one, PAIR).said, "Tekshirdik."))
    assert rules.message_bucket(sealed) == rules.MESSAGES[0]
    assert sealing.answer(sealed, code=MADE.code)["body"] == "Tekshirdik."
    with pytest.raises(Exception, match="decrypt"):
        sealing.answer(sealed, code=codes.code(1))


def test_the_private_file_opens_by_its_passphrase_alone() -> None:
    text = opening.locked(PAIR, "uzun va tinch ibora")
    assert PAIR.sealing.hex() not in text
    assert opening.unlocked(text, "uzun va tinch ibora") == PAIR
    with pytest.raises(CannotOpen, match="passphrase"):
        opening.unlocked(text, "boshqa")


def test_the_offline_tool_from_keys_to_record(tmp_path: Path) -> None:
    run, env = CliRunner(), {"EJAZO_PASSPHRASE": "uzun va tinch ibora"}
    key = tmp_path / "box.key"
    done = run.invoke(command, ["keys", "ombudsman", "--out", str(key)], env=env)
    assert done.exit_code == 0, done.output
    public = json.loads((tmp_path / "box.public.json").read_text())
    made = sealing.letter("x", SECRET, to=wire.key(public["signed"]).sealing)
    (tmp_path / "box.json").write_text(json.dumps(exported(made)))
    opens = [
        "open",
        str(tmp_path / "box.json"),
        "--key",
        str(key),
        "--out",
        str(tmp_path / "read"),
        "--by",
        "N. N.",
    ]
    done = run.invoke(command, opens, env=env)
    assert done.exit_code == 0, done.output
    read = tmp_path / "read/M-1700-2026-123456789/letter.json"
    assert json.loads(read.read_text())["body"] == SECRET
    record = json.loads((tmp_path / "read/opening.json").read_text())
    said = wire.record(record["signed"], by=signers(wire.key(public["signed"]).signing))
    assert (said.count, said.by, record["letters"]) == (1, "N. N.", [7])
    (tmp_path / "text").write_text("Javob")
    out = tmp_path / "answer.json"
    done = run.invoke(command, ["answer", str(read), "--text", str(tmp_path / "text"), "--out", str(out)])
    sealed = wire.unpacked(json.loads(out.read_text())["message"])
    assert sealing.answer(sealed, code=made.code)["body"] == "Javob"
    assert run.invoke(command, opens, env={"EJAZO_PASSPHRASE": "boshqa ibora bu"}).exit_code == 1


def signers(*keys: bytes) -> dict[str, bytes]:
    return {signing.key_id(key): key for key in keys}
