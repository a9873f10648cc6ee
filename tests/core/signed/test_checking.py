"""A file of proof holds by itself, whoever checks it; one flipped bit is found, and its file is named."""

import json
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Select, select

import authorities
from app import verify
from authorities import Authority
from core import archive, clock, signing
from core.model import UserId
from core.pkcs7 import rules
from core.pkcs7.model import Trust
from core.signed import checking, wire
from core.signed.model import HERE, SERVER, Decided, Demand, Kind, Level, Sheet, Signature

SEED = bytes(range(32))
KEYS = {signing.key_id(signing.public(SEED)): signing.public(SEED)}
CENTRE = Authority()
MINE = CENTRE.issue()
MADE = clock.now()
SAID = {"measure": "reprimand", "ground": "Koʻrilgan; нусха", "days": None}
DECIDED = Decided(MADE, UserId(7), SAID, {"person": "Namunayev Namuna"})
CONTENT = wire.written("conduct_decision", 3, DECIDED)
PKCS7 = MINE.sign(CONTENT, is_detached=True)
FOREIGN = Authority("Begona").issue().sign(CONTENT, is_detached=True)
"""Both made at `MADE`: minutes later they prove nothing."""
TRUST = Trust([CENTRE.certificate], [CENTRE.crl()])


async def nowhere(*_: object) -> Decided:
    return DECIDED


def none(_: object) -> Select[tuple[int]]:
    return select(1)


def bundle(*, by: str = HERE, pkcs7: bytes = PKCS7, content: bytes = CONTENT) -> bytes:
    found = rules.signer(PKCS7, CONTENT, trust=TRUST, now=MADE)
    named = (found.name, found.certificate, found.signed_at, MADE)
    one = Signature(UserId(7), "Head", *named, by, pkcs7, (1, 2))
    kind = Kind("conduct_decision", nowhere, none, {"measure": "conduct.measure"})
    demand = Demand(Level.ASKED, "1", "")
    sheet = Sheet(
        kind, 3, DECIDED, content, wire.read(CONTENT), wire.digest(content), demand, [one], is_changed=False
    )
    assert found.grounds is not None
    grounds = {"authorities/a.cer": found.grounds.anchors[0].public_bytes(Encoding.DER)}
    grounds |= {"lists/a.crl": found.grounds.lists[0].public_bytes(Encoding.DER)}
    return wire.bundle(sheet, grounds, SEED)


WHOLE = bundle()
FILES = archive.read(WHOLE).files


def faults(data: bytes, *, trust: Trust | None = None) -> set[tuple[str, str]]:
    return {(one.code, one.file) for one in checking.checked(data, KEYS, trust=trust).faults}


def test_a_whole_file_says_what_was_decided_and_who_signed() -> None:
    found = checking.checked(WHOLE, KEYS)
    assert found.faults == []
    assert found.record["said"]["measure"] == "reprimand"
    assert found.signatures[0]["name"] == "SINOV NAMUNA"
    assert bundle() == WHOLE
    assert faults(WHOLE, trust=Trust([CENTRE.certificate], [])) == set()


@given(at=st.integers(0, len(WHOLE) - 1), bit=st.integers(0, 7))
def test_one_flipped_bit_is_found_and_named(at: int, bit: int) -> None:
    data = bytearray(WHOLE)
    data[at] ^= 1 << bit
    found = faults(bytes(data))
    assert found
    where = archive.entry_at(WHOLE, at)
    inside = next((e for e in FILES if e == where), None)
    begins = WHOLE.index(FILES[inside]) if inside else len(WHOLE)
    if inside and at >= begins:
        assert inside in {file for _, file in found}


def test_each_broken_part_is_named() -> None:
    for name, content in FILES.items():
        changed = content[:-1] + bytes([content[-1] ^ 1])
        found = faults(archive.write({**FILES, name: changed}))
        assert name in {file for _, file in found}, name
    less = {name: content for name, content in FILES.items() if name != "signatures/1.p7s"}
    assert ("missing", "signatures/1.p7s") in faults(archive.write(less))
    assert ("added", "note.txt") in faults(archive.write({**FILES, "note.txt": b"x"}))
    assert {code for code, _ in faults(b"no archive")} >= {"statement_form"}


def test_a_signature_is_judged_again_whatever_the_platform_states() -> None:
    """The platform's own key signs around a decision that the human never signed."""
    other = CONTENT.replace(b"reprimand", b"disciplinary_cell")
    assert faults(bundle(content=other)) == {("signature_content", "signatures/1.p7s")}
    assert faults(bundle(pkcs7=FOREIGN)) == {("certificate_untrusted", "signatures/1.p7s")}
    elsewhere = Trust([Authority("Begona").certificate], [])
    assert faults(WHOLE, trust=elsewhere) == {("certificate_untrusted", "signatures/1.p7s")}


def test_a_later_revocation_undoes_no_signature_and_the_server_is_taken_at_its_word() -> None:
    assert faults(bundle(by=SERVER, pkcs7=b"a national algorithm")) == set()
    late = replace(DECIDED, at=MADE - timedelta(days=900))
    assert wire.read(wire.written("x", 1, late))["decided_at"] < wire.read(CONTENT)["decided_at"]


def test_another_platform_states_nothing() -> None:
    found = checking.checked(WHOLE, {})
    assert [(one.code, one.file) for one in found.faults] == [("statement_unknown_key", "statement.jws")]


def test_the_command_answers_without_us(tmp_path: Path) -> None:
    whole, broken, keys = tmp_path / "proof.zip", tmp_path / "broken.zip", tmp_path / "keys.json"
    whole.write_bytes(WHOLE)
    broken.write_bytes(
        archive.write({**FILES, "decision.json": FILES["decision.json"].replace(b"reprimand", b"warning")})
    )
    keys.write_text(json.dumps(signing.as_jwks(KEYS)))
    trust = authorities.keep(tmp_path / "trust", [CENTRE])
    args = ["paper", str(whole), "--keys", str(keys)]
    done = CliRunner().invoke(verify.command, [*args, "--trust", str(trust)])
    assert done.exit_code == 0, done.output
    assert "Decision about an incident, 3" in done.output
    assert "SINOV NAMUNA" in done.output
    assert "that you gave" in done.output
    assert "--trust" in CliRunner().invoke(verify.command, args).output
    done = CliRunner().invoke(verify.command, ["paper", str(broken), "--keys", str(keys)])
    assert done.exit_code == 1
    assert "decision.json: It was changed" in done.output
    assert "signatures/1.p7s: Something else was signed." in done.output
    broken.write_bytes(archive.write({**FILES, "decision.json": FILES["decision.json"].replace(b"T", b"T9")}))
    done = CliRunner().invoke(verify.command, ["paper", str(broken), "--keys", str(keys)])
    assert "decision.json: It was changed" in done.output, done.exception


def test_openssl_agrees(tmp_path: Path) -> None:
    """The parts are ordinary: any program that knows CMS checks them."""
    pem = CENTRE.certificate.public_bytes(Encoding.PEM)
    for name, content in (("d", CONTENT), ("s", PKCS7), ("ca.pem", pem)):
        (tmp_path / name).write_bytes(content)
    asked = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "s", "-content", "d"]
    for content, good in ((CONTENT, True), (CONTENT + b" ", False)):
        (tmp_path / "d").write_bytes(content)
        done = subprocess.run(
            [*asked, "-CAfile", "ca.pem", "-purpose", "any", "-out", "o"],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        assert (done.returncode == 0) is good, done.stderr


@pytest.mark.parametrize("change", [{"names": {"person": "X"}}, {"v": 2}])
def test_only_names_may_be_others_later(change: dict[str, object]) -> None:
    kept = wire.read(CONTENT)
    assert wire.is_same(kept, kept | change)
    assert wire.is_same(kept, kept | {"said": SAID | {"more": 1}})
    assert not wire.is_same(kept, kept | {"said": SAID | {"measure": "none"}})
    assert not wire.is_same(kept, kept | {"decided_by": 8})
