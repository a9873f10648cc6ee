"""Checking a bundle with nothing but the file itself: no network, no database, no word of ours to believe."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from core import archive, signing
from core.errors import Refusal
from core.ledger import keys as heads
from core.ledger import wire as heads_wire
from core.model import PersonId
from core.signing import NotGenuine
from geofence import policies
from geofence.evidence import signature
from geofence.evidence.model import Checked, Files, Finding, Judged, What
from geofence.evidence.rules import judging, naming, tree
from geofence.evidence.signature import Known
from geofence.evidence.wire import bundle, rows, terms, verdicts
from geofence.policies import Policies

APART = frozenset({bundle.MANIFEST, bundle.SIGNATURE})


def check(data: bytes, *, known: Known | None = None) -> Checked:
    """All that does not hold, each named; where everything holds, the verdicts told again."""
    held = archive.read(data)
    files = held.files
    findings = [Finding(What.CONTAINER, name) for name in held.broken]
    manifest = bundle.read(files.get(bundle.MANIFEST, b""))
    if not manifest:
        what = What.UNREADABLE if bundle.MANIFEST in files else What.FILE_MISSING
        return Checked((*findings, Finding(what, bundle.MANIFEST)), {})
    key, unsigned = _signed(files, known)
    findings += unsigned
    findings += _listed(files, manifest["files"])
    if not findings:
        findings += [*_summed(files, manifest), *_wrapped(data, files), *_led(manifest)]
    judged: tuple[Judged, ...] = ()
    if is_whole := not findings:
        judged, wrong = _judged(files, manifest)
        findings += wrong
    is_known = True if known is not None and key else None
    return Checked(tuple(findings), manifest, key, is_known, judged, is_judged=is_whole)


def _signed(files: Files, known: Known | None) -> tuple[str, list[Finding]]:
    """The id of the key that signed, by the keys given or else by the one in the file."""
    if bundle.SIGNATURE not in files:
        return "", [Finding(What.FILE_MISSING, bundle.SIGNATURE)]
    try:
        keys = signing.read_jwks(files.get(bundle.KEY, b"")) if known is None else known
        return signature.check(files[bundle.SIGNATURE], files[bundle.MANIFEST], keys), []
    except NotGenuine as why:
        if why.code == "unknown_key":
            return "", [Finding(What.KEY_UNKNOWN, bundle.SIGNATURE)]
        return "", [Finding(What.SIGNATURE, name) for name in (bundle.MANIFEST, bundle.SIGNATURE)]


def _listed(files: Files, listed: Mapping[str, Any]) -> Iterator[Finding]:
    """Each file against the manifest, and rows against whatever file beside it is still whole."""
    whole = {name for name, said in listed.items() if name in files and bundle.is_digest(said, files[name])}
    for name in sorted(listed.keys() - files.keys()):
        yield Finding(What.FILE_MISSING, name)
    for name in sorted(files.keys() - listed.keys() - APART):
        yield Finding(What.FILE_ADDED, name)
    for name in sorted((listed.keys() & files.keys()) - whole):
        yield from _changed(name, files, whole)


def _changed(name: str, files: Files, whole: set[str]) -> list[Finding]:
    try:
        found = _rows(name, files, whole)
    except rows.BadRow:
        found = []
    return found or [Finding(What.FILE_CHANGED, name)]


def _rows(name: str, files: Files, whole: set[str]) -> list[Finding]:
    if name == bundle.ROWS and bundle.PROOFS in whole:
        proofs = [line.split(b",")[3] for line in rows.lines(files[bundle.PROOFS])[1:]]
        leaves = [tree.leaf(one).hex().encode() for one in rows.lines(files[name])]
        return naming.named(name, proofs, leaves)
    if name in {bundle.TABLE, bundle.PROOFS} and bundle.ROWS in whole:
        expected, found = rows.lines(_derived(name, files)), rows.lines(files[name])
        if expected[:1] == found[:1]:  # the first line names the columns
            return naming.named(name, expected[1:], found[1:])
    return []


def _derived(name: str, files: Files) -> bytes:
    """A file that says what the rows say, made of them anew."""
    listed = rows.lines(files[bundle.ROWS])
    reports = [rows.read(one, PersonId(0)) for one in listed]
    return rows.table(reports) if name == bundle.TABLE else rows.proofs(listed, reports)


def _summed(files: Files, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """Tree and chains are those of the rows, and the files beside the rows say the same."""
    listed = rows.lines(files.get(bundle.ROWS, b""))
    for number, line in enumerate(listed, 1):
        try:
            rows.read(line, PersonId(0))
        except rows.BadRow:
            yield Finding(What.UNREADABLE, bundle.ROWS, number)
            return
    devices = [rows.read(line, PersonId(0)).device for line in listed]
    sums, said = bundle.sums(listed, devices), manifest["rows"]
    if (sums["count"], sums["root"]) != (said.get("count"), said.get("root")):
        yield Finding(What.TREE, bundle.ROWS)
    if sums["chains"] != said.get("chains"):
        yield Finding(What.CHAIN, bundle.ROWS)
    for name in (bundle.TABLE, bundle.PROOFS):
        if files.get(name) != _derived(name, files):
            yield Finding(What.FILE_CHANGED, name)


def _wrapped(data: bytes, files: Files) -> Iterator[Finding]:
    """Nothing hides between the files: the archive is exactly the one that they make."""
    first = (bundle.MANIFEST, bundle.SIGNATURE)
    made = archive.write({name: files[name] for name in (*first, *sorted(files.keys() - set(first)))})
    if made != data:
        pairs = enumerate(zip(made, data, strict=False))
        at = next((n for n, (a, b) in pairs if a != b), min(len(made), len(data)))
        yield Finding(What.CONTAINER, archive.entry_at(made, at), detail=str(at))


def _led(manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """The ledger's head that it names was signed by the key that the head names."""
    try:
        signed = bundle.head_of(manifest)
        holds = signed is None or heads.is_signed(signed, heads_wire.read(signed.body).key)
    except (ValueError, KeyError, TypeError, AttributeError):
        holds = False
    if not holds:
        yield Finding(What.SIGNATURE, bundle.MANIFEST, detail="ledger")


def _judged(files: Files, manifest: Mapping[str, Any]) -> tuple[tuple[Judged, ...], list[Finding]]:
    person, period = PersonId(manifest["person"]["id"]), manifest["period"]
    try:
        reports = [rows.read(line, person) for line in rows.lines(files[bundle.ROWS])]
        said = verdicts.read(files[bundle.VERDICTS], person)
        now = judging.told(
            terms.read_standing(files[bundle.BEGIN]),
            reports,
            terms.read_duty(files[bundle.TERMS], person),
            policies=_policies(files),
            since_us=period["since_us"],
            until_us=period["until_us"],
        )
    except (ValueError, KeyError, TypeError, Refusal, msgspec.MsgspecError) as why:
        return (), [Finding(What.UNREADABLE, bundle.VERDICTS, detail=f"{type(why).__name__}: {why}")]
    wrong = [
        *judging.otherwise(bundle.VERDICTS, said.told, now),
        *judging.misquoted(bundle.ROWS, said.recorded, reports),
    ]
    return tuple(judging.beside(said.recorded, now)), wrong


def _policies(files: Files) -> Policies:
    named = {name: text for name, text in files.items() if name.startswith(bundle.POLICIES)}
    read = [
        policies.read(name.removeprefix(bundle.POLICIES).removesuffix(".toml"), text.decode())
        for name, text in named.items()
    ]
    return Policies(tuple(sorted(read, key=lambda policy: policy.valid_from_us)))
