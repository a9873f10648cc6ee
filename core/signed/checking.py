"""Whether a file of proof holds: pure, by bytes alone. What is broken is named by its file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509

from core import archive, signing
from core.archive import Files
from core.errors import Refusal
from core.pkcs7 import rules
from core.pkcs7.model import Trust
from core.signed import wire
from core.signed.model import HERE
from core.signing import NotGenuine


@dataclass(frozen=True, slots=True)
class Fault:
    code: str
    file: str


@dataclass(frozen=True, slots=True)
class Checked:
    record: Mapping[str, Any]
    """The decision; empty: it cannot be read."""
    signatures: Sequence[Mapping[str, Any]]
    """As the platform states them."""
    faults: Sequence[Fault]


def checked(data: bytes, keys: Mapping[str, bytes], *, trust: Trust | None = None) -> Checked:
    """`keys`: public ones of the platform. `trust`: whose authorities count; none: those in the file, which
    shows that it fits together, not who vouches for it."""
    held = archive.read(data)
    files = held.files
    faults = [Fault("archive", name) for name in held.broken] + list(_wrapped(data, files))
    said, doubts = _statement(files, keys)
    faults += doubts
    if said:
        faults += _changed(files, said["files"])
    faults += _judged(files, said.get("signatures", ()), trust)
    return Checked(_record(files), said.get("signatures", ()), list(dict.fromkeys(faults)))


def _wrapped(data: bytes, files: Files) -> Iterator[Fault]:
    """Nothing hides between the files: the archive is exactly the one that they make."""
    made = archive.write(wire.ordered(files))
    if made != data:
        pairs = enumerate(zip(made, data, strict=False))
        at = next((n for n, (a, b) in pairs if a != b), min(len(made), len(data)))
        yield Fault("archive", archive.entry_at(made, at))


def _statement(files: Files, keys: Mapping[str, bytes]) -> tuple[dict[str, Any], list[Fault]]:
    try:
        text = files.get(wire.STATEMENT, b"").decode("ascii", "replace")
        return signing.checked(text, keys, kind=wire.KIND), []
    except NotGenuine as wrong:
        return {}, [Fault(f"statement_{wrong.code}", wire.STATEMENT)]


def _changed(files: Files, stated: Mapping[str, str]) -> Iterator[Fault]:
    for name, digest in stated.items():
        if name not in files:
            yield Fault("missing", name)
        elif wire.digest(files[name]) != digest:
            yield Fault("changed", name)
    for name in files.keys() - stated.keys() - {wire.STATEMENT}:
        yield Fault("added", name)


def _judged(files: Files, stated: Sequence[Mapping[str, Any]], trust: Trust | None) -> Iterator[Fault]:
    """As of the moment at which the platform received it. What E-IMZO's server judged is its word."""
    try:
        grounds = _grounds(files)
    except rules.UNREADABLE:
        yield Fault("unreadable", wire.AUTHORITIES)
        return
    used = Trust(trust.anchors, grounds.lists) if trust else grounds
    content = files.get(wire.DECISION, b"")
    for one in stated:
        if one["checked_by"] != HERE or one["file"] not in files:
            continue
        at = datetime.fromisoformat(one["checked_at"])
        try:
            found = rules.signer(files[one["file"]], content, trust=used, now=at)
        except Refusal as refusal:
            yield Fault(refusal.code, one["file"])
            continue
        if (found.name, found.certificate) != (one["name"], one["certificate"]):
            yield Fault("signer_other", one["file"])


def _grounds(files: Files) -> Trust:
    """One of `rules.UNREADABLE`: what lies there is none."""
    anchors = [x509.load_der_x509_certificate(files[n]) for n in files if n.startswith(wire.AUTHORITIES)]
    return Trust(anchors, [x509.load_der_x509_crl(files[n]) for n in files if n.startswith(wire.LISTS)])


def _record(files: Files) -> dict[str, Any]:
    try:
        found = wire.read(files[wire.DECISION])
    except (KeyError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
