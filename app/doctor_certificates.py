"""Certificates that have ended or soon will: the authority's, the broker's, the devices', and the list."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import asyncpg
from cryptography import x509

from app.findings import Finding
from core import clock
from tracking.certificates.folder import CERTIFICATE, REVOKED

SOON: Final = timedelta(days=30)
NOT_YET, ENDED, STRANGERS, OTHER_NAME = 9, 10, {18, 19, 20, 21}, {62, 64}
"""OpenSSL's numbers (X509_V_ERR_…) of what is wrong with a certificate."""
RENEW: Final = "make another (ejazo device broker HOST), then let the broker read it anew (SIGHUP)"

# Devices whose last certificate, not revoked, has ended or will soon: how many of each.
_ENDING: Final = """
select count(*) filter (where last <= $1), count(*) filter (where last > $1)
from (
    select c.device_id, max(c.ends_at) as last
    from device_certificates c
    where not exists (select from certificate_revocations r where r.number = c.number)
    group by c.device_id
) d
where last <= $2
"""


def of_folder(folder: Path) -> Iterator[Finding]:
    """The list of the revoked (one that has ended shuts every device out), and each certificate beside it."""
    if (folder / REVOKED).exists():
        listed = x509.load_pem_x509_crl((folder / REVOKED).read_bytes())
        yield _revoked(len(listed), listed.next_update_utc)
    for file in sorted(folder.glob("*.pem")):
        if file.name != REVOKED:
            ends_at = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
            yield _ending(file, ends_at)


def _revoked(count: int, ends_at: datetime | None) -> Finding:
    soon = ends_at is not None and ends_at - clock.now() < SOON
    said = f"{count}, listed until {ends_at:%Y-%m-%d}"
    return Finding("revoked devices", said, "run ejazo device renew" if soon else "")


def _ending(file: Path, ends_at: datetime) -> Finding:
    what, left = f"certificate {file.name}", ends_at - clock.now()
    said = f"{'ended on' if left < timedelta(0) else 'until'} {ends_at:%Y-%m-%d}"
    if left > SOON:
        return Finding(what, said)
    if file.name == CERTIFICATE:
        advice = (
            f"every certificate ends with it: move {file.parent} away, then certify broker and devices anew"
        )
        return Finding(what, said, advice)
    return Finding(what, said, RENEW)


async def of_devices(conn: asyncpg.Connection) -> Finding:
    ((ended, soon),) = await conn.fetch(_ENDING, clock.now(), clock.now() + SOON)
    said = f"{ended} ended, {soon} end within {SOON.days} days"
    advice = (
        "ejazo device list says which; ejazo device enrol SERIAL makes another, to be carried to the device"
    )
    return Finding("device certificates", said, advice if ended or soon else "")


def refused(where: str, why: ssl.SSLError) -> Finding:
    """What TLS says of the broker's own certificate."""
    code = getattr(why, "verify_code", 0)
    if code == ENDED:
        return Finding("broker", f"{where}: its certificate has ended", RENEW)
    if code == NOT_YET:
        return Finding(
            "broker", f"{where}: its certificate holds not yet", "look at the clocks of both machines"
        )
    if code in STRANGERS:
        advice = "put its authority's ca.pem among those this machine trusts, or name it in SSL_CERT_FILE"
        return Finding("broker", f"{where}: nobody we trust made its certificate", advice)
    if code in OTHER_NAME:
        advice = (
            "EJAZO_MQTT_URL must name it as its certificate does, or the certificate be made for this name"
        )
        return Finding("broker", f"{where}: its certificate is for another name", advice)
    return Finding("broker", f"{where}: {why.reason}", "look at the broker's certificate and who issued it")


def soon(ends: str | None) -> str:
    """Advice before it is too late; `ends` as `getpeercert` writes it."""
    if ends is None:
        return ""
    ends_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
    return f"its certificate ends on {ends_at:%Y-%m-%d}: {RENEW}" if ends_at - clock.now() < SOON else ""
