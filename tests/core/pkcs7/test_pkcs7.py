"""People's signatures against authorities of our own: a good one, and each way in which one does not hold."""

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

import authorities
from authorities import NOBODY, SOMEBODY, Authority, Person
from core import clock
from core.errors import Refusal
from core.pkcs7 import model, rules, wire
from core.pkcs7.model import Signer, Trust
from core.pkcs7.verifiers import Here, Server

CONTENT = "Qaror № 7: нусха".encode()
ROOT = Authority("Ildiz")
CENTRE = Authority("Markaz", above=ROOT)
FOREIGN = Authority("Begona")
SIGNER = CENTRE.issue(tin="300000000")
WEAK = rsa.generate_private_key(65537, 1024)  # noqa: S505 - it is refused
TRUST = Trust([ROOT.certificate], [ROOT.crl(), CENTRE.crl()])
MADE = clock.now()
GOOD = SIGNER.sign(CONTENT)
"""Signed at `MADE`: minutes later it proves nothing."""


def check(pkcs7: bytes, content: bytes = CONTENT, *, trust: Trust = TRUST) -> Signer:
    return rules.signer(pkcs7, content, trust=trust, now=clock.now())


def check_good(changed: bytes) -> Signer:
    return rules.signer(changed, CONTENT, trust=TRUST, now=MADE)


@pytest.mark.parametrize("is_detached", [True, False])
def test_a_good_signature_names_its_signer(is_detached: bool) -> None:
    found = check(SIGNER.sign(CONTENT, is_detached=is_detached))
    assert (found.pinfl, found.tin) == (NOBODY, "300000000")
    assert found.certificate == f"CN=Markaz/{SIGNER.certificate.serial_number:x}"
    by_rsa = ROOT.issue(SOMEBODY, key=rsa.generate_private_key(65537, 2048))
    assert check(by_rsa.sign(CONTENT, is_detached=is_detached)).pinfl == SOMEBODY


def revoked() -> tuple[Person, Trust]:
    one = CENTRE.issue()
    anew = Authority("Markaz", above=ROOT, key=CENTRE.key, revoked=[one.certificate.serial_number])
    return one, Trust([ROOT.certificate], [ROOT.crl(), anew.crl()])


def revoked_above() -> tuple[Person, Trust]:
    anew = Authority("Ildiz", key=ROOT.key, revoked=[CENTRE.certificate.serial_number])
    return SIGNER, Trust([ROOT.certificate], [anew.crl(), CENTRE.crl()])


def old_list() -> tuple[Person, Trust]:
    anew = Authority("Markaz", above=ROOT, key=CENTRE.key, listed_at=clock.now() - timedelta(days=3))
    return SIGNER, Trust([ROOT.certificate], [ROOT.crl(), anew.crl()])


def as_authority() -> tuple[Person, Trust]:
    return Person(CENTRE.key, CENTRE.certificate, ROOT), TRUST


CASES: list[tuple[Callable[[], tuple[Person, Trust]], type[Refusal]]] = [
    (lambda: (CENTRE.issue(ends=timedelta(days=-1)), TRUST), model.CertificateExpired),
    (revoked, model.CertificateRevoked),
    (revoked_above, model.CertificateRevoked),
    (lambda: (FOREIGN.issue(), TRUST), model.CertificateUntrusted),
    (as_authority, model.CertificateUntrusted),
    (lambda: (SIGNER, Trust([ROOT.certificate], [ROOT.crl()])), model.RevocationUnknown),
    (old_list, model.RevocationUnknown),
    (lambda: (CENTRE.issue(None), TRUST), model.SignerUnnamed),
    (lambda: (CENTRE.issue("12345"), TRUST), model.SignerUnnamed),
    (lambda: (CENTRE.issue(key=WEAK), TRUST), model.SignatureAlgorithm),
]


@pytest.mark.parametrize(("who", "refusal"), CASES)
def test_whose_signature_does_not_hold(
    who: Callable[[], tuple[Person, Trust]], refusal: type[Refusal]
) -> None:
    person, trust = who()
    with pytest.raises(refusal):
        check(person.sign(CONTENT), trust=trust)


@pytest.mark.parametrize("is_detached", [True, False])
def test_another_content_another_key_another_time(is_detached: bool) -> None:
    with pytest.raises(model.SignatureContent):
        check(SIGNER.sign(CONTENT + b"!", is_detached=is_detached))
    with pytest.raises(model.SignatureWrong):
        check(SIGNER.sign(CONTENT, is_detached=is_detached, by=FOREIGN.key))
    late = clock.now() + timedelta(minutes=6)
    with pytest.raises(model.SignatureTime):
        rules.signer(SIGNER.sign(CONTENT), CONTENT, trust=TRUST, now=late)
    for wrong in (b"", b"0", b"\x30\x80", GOOD[:-1], bytes(70_000)):
        with pytest.raises(model.SignatureUnreadable):
            check(wrong)
    with pytest.raises(model.SignatureUnreadable):
        wire.plain("no base64!")


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@settings(max_examples=150)
@given(st.integers(0, 8 * len(GOOD) - 1))
def test_one_bit_makes_it_nobody_else_s_and_nothing_else(bit: int) -> None:
    """Whatever is changed: refused, or the same signer of the same content."""
    wrong = bytearray(GOOD)
    wrong[bit // 8] ^= 1 << bit % 8
    try:
        found = check_good(bytes(wrong))
    except Refusal:
        return
    assert found.pinfl == NOBODY
    assert found.certificate == check_good(GOOD).certificate


def test_each_bit_of_content_digest_and_signature_is_covered() -> None:
    for at in (GOOD.index(CONTENT) + 3, len(GOOD) - 5):
        wrong = bytearray(GOOD)
        wrong[at] ^= 1
        with pytest.raises((model.SignatureContent, model.SignatureWrong)):
            check_good(bytes(wrong))


async def test_a_folder_is_read_as_it_is_now(tmp_path: Path) -> None:
    here = Here(authorities.keep(tmp_path / "trust", [ROOT, CENTRE]))
    assert (await here.signer(GOOD, CONTENT, now=MADE)).pinfl == NOBODY
    anew = Authority("Markaz", above=ROOT, key=CENTRE.key, revoked=[SIGNER.certificate.serial_number])
    authorities.keep(here.folder, [ROOT, anew])
    with pytest.raises(model.CertificateRevoked):
        await here.signer(GOOD, CONTENT, now=MADE)


def said(**changes: Any) -> dict[str, Any]:
    """As E-IMZO-SERVER answers."""
    one = {
        "signingTime": clock.now().astimezone(clock.HERE).strftime("%Y-%m-%d %H:%M:%S"),
        "certificate": [
            {"subjectInfo": {"1.2.860.3.16.1.2": NOBODY}, "issuerName": "CN=TestCA", "serialNumber": "2a"}
        ],
        "verified": True,
        "certificateVerified": True,
        "certificateValidAtSigningTime": True,
    }
    return {"status": 1, "pkcs7Info": {"signers": [one | changes]}}


SERVER_CASES: list[tuple[Any, type[Refusal]]] = [
    ({"verified": False}, model.SignatureWrong),
    ({"certificateVerified": False}, model.CertificateUntrusted),
    ({"exception": "no way"}, model.CertificateUntrusted),
    ({"certificateValidAtSigningTime": False}, model.CertificateExpired),
    ({"revokedStatusInfo": {"reason": "lost"}}, model.CertificateRevoked),
    ({"signingTime": "2022-09-27 11:17:53"}, model.SignatureTime),
    ({"certificate": []}, model.SignatureUnreadable),
]


async def test_the_national_server_is_asked_and_all_of_its_words_count() -> None:
    asked: list[tuple[str, bytes, str]] = []
    detached = SIGNER.sign(CONTENT, is_detached=True)
    answer: list[Any] = [said()]

    def serve(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, request.content, request.headers["host"]))
        if answer[0] is None:
            return httpx.Response(500)
        if request.content == base64.b64encode(detached):
            return httpx.Response(200, json={"status": 0, "message": "no document"})
        if request.url.path.endswith("attached") and answer[0]["status"]:
            info = answer[0]["pkcs7Info"] | {"documentBase64": base64.b64encode(CONTENT).decode()}
            return httpx.Response(200, json=answer[0] | {"pkcs7Info": info})
        return httpx.Response(200, json=answer[0])

    server = Server("http://127.0.0.1:8080", "ejazo.test", httpx.MockTransport(serve))
    for pkcs7 in (GOOD, detached):
        found = await server.signer(pkcs7, CONTENT, now=clock.now())
        assert (found.pinfl, found.certificate) == (NOBODY, "CN=TestCA/2a")
    both = base64.b64encode(CONTENT) + b"|" + base64.b64encode(detached)
    assert asked == [
        ("/backend/pkcs7/verify/attached", base64.b64encode(GOOD), "ejazo.test"),
        ("/backend/pkcs7/verify/attached", base64.b64encode(detached), "ejazo.test"),
        ("/backend/pkcs7/verify/detached", both, "ejazo.test"),
    ]
    with pytest.raises(model.SignatureContent):
        await server.signer(GOOD, b"other", now=MADE)
    for changes, refusal in SERVER_CASES:
        answer[0] = said(**changes)
        with pytest.raises(refusal):
            await server.signer(GOOD, CONTENT, now=MADE)
    for wrong, refusal in (({"status": 0}, model.SignatureUnreadable), (None, model.VerifierAway)):
        answer[0] = wrong
        with pytest.raises(refusal):
            await server.signer(GOOD, CONTENT, now=MADE)
