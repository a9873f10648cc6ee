"""Whatever is done to a bundle is found, and the file and the row of it are named."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bundles
from core import archive, signing
from core.ledger import keys as heads
from core.ledger import wire
from core.ledger.model import Head, Signed
from geofence.evidence import checking, service, signature
from geofence.evidence.model import Files, Finding, What
from geofence.evidence.wire import bundle, rows, terms

WHOLE = archive.read(bundles.bundle()).files
ROW_FILES = (bundle.ROWS, bundle.TABLE, bundle.PROOFS)


def found(data: bytes) -> tuple[Finding, ...]:
    return checking.check(data, known=bundles.KEYS).findings


def refound(name: str, content: bytes | None) -> set[tuple[What, str, int | None]]:
    """With one file otherwise, the archive made anew around it."""
    files = {n: c for n, c in WHOLE.items() if n != name}
    order = {n: content if n == name else files[n] for n in WHOLE}
    given_ = {n: c for n, c in order.items() if c is not None}
    return {(f.what, f.file, f.row) for f in found(archive.write(given_))}


def test_a_whole_bundle_holds_and_is_told_again() -> None:
    checked = checking.check(bundles.bundle(), known=bundles.KEYS)
    assert checked.holds
    assert checked.is_known
    assert {one.match for one in checked.judged} == {"identical"}
    assert {one.episode.kind for one in checked.judged} == {"inclusion_left", "curfew", "strap"}


def test_the_same_material_is_the_same_file() -> None:
    assert service.packed(bundles.material(), bundles.SEED, paper=bundles.paper())[0] == bundles.bundle()


@settings(max_examples=60)
@given(at=st.integers(0, len(bundles.bundle()) - 1), bit=st.integers(0, 7))
def test_one_flipped_bit_is_named(at: int, bit: int) -> None:
    data = bytearray(bundles.bundle())
    data[at] ^= 1 << bit
    findings = found(bytes(data))
    assert findings
    for name, content in WHOLE.items():
        begins = bundles.bundle().find(content)
        if begins <= at < begins + len(content):
            assert name in {finding.file for finding in findings}
            if name in ROW_FILES and content[: at - begins].count(b"\n") >= (name != bundle.ROWS):
                number = content[: at - begins].count(b"\n") + (name == bundle.ROWS)
                assert number in {finding.row for finding in findings}


@st.composite
def disturbed(draw: st.DrawFn) -> tuple[str, bytes, set[tuple[What, int]]]:
    """A file of rows with one row otherwise, and what must be said of it."""
    name = draw(st.sampled_from(ROW_FILES))
    first = 0 if name == bundle.ROWS else 1
    listed = rows.lines(WHOLE[name])
    at = draw(st.integers(first, len(listed) - 1))
    number = at + 1 - first
    deed = draw(st.sampled_from(["drop", "double", "swap", "edit", "truncate"]))
    match deed:
        case "drop":
            said = {(What.ROW_MISSING, number)}
            listed.pop(at)
        case "double":
            listed.insert(at, listed[at])
            said = {(What.ROW_ADDED, number), (What.ROW_ADDED, number + 1)}
        case "swap":
            other = at + 1 if at + 1 < len(listed) else at - 1
            listed[at], listed[other] = listed[other], listed[at]
            said = {(What.ROW_MOVED, number), (What.ROW_MOVED, other + 1 - first)}
        case "edit":
            listed[at] = listed[at].replace(b"1", b"2", 1) if b"1" in listed[at] else listed[at] + b" "
            said = {(What.ROW_CHANGED, number)}
        case _:
            listed[at] = listed[at][:-1]
            said = {(What.ROW_CHANGED, number)}
    return name, rows.joined(listed), said


@settings(max_examples=60)
@given(disturbed())
def test_one_row_otherwise_is_named(given_: tuple[str, bytes, set[tuple[What, int]]]) -> None:
    name, content, said = given_
    named = {(what, row) for what, file, row in refound(name, content) if file == name}
    assert named & said


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_file_left_out_or_otherwise_is_named(name: str) -> None:
    assert name in {file for _, file, _ in refound(name, None)}
    assert name in {file for _, file, _ in refound(name, WHOLE[name] + b" ")}


def test_what_does_not_belong_here_is_named() -> None:
    more: Files = {**WHOLE, "note.txt": b"believe me"}
    assert (What.FILE_ADDED, "note.txt") in {(f.what, f.file) for f in found(archive.write(more))}
    assert [f.what for f in found(bundles.bundle() + b"behind")] == [What.CONTAINER]
    shuffled = dict(reversed(WHOLE.items()))
    assert [f.what for f in found(archive.write(shuffled))] == [What.CONTAINER]


def forged(name: str, content: bytes, seed: bytes) -> bytes:
    """Everything made to fit again by somebody who holds this key: other files, sums, signature."""
    files = {n: c for n, c in WHOLE.items() if n not in checking.APART} | {name: content}
    listed = rows.lines(files[bundle.ROWS])
    read = [rows.read(line, bundles.PERSON) for line in listed]
    files |= {bundle.KEY: signature.beside(seed)}
    files |= {bundle.TABLE: rows.table(read), bundle.PROOFS: rows.proofs(listed, read)}
    said = json.loads(WHOLE[bundle.MANIFEST])
    said["rows"] = bundle.sums(listed, [one.device for one in read])
    said["files"] = {n: bundle._digest(c) for n, c in files.items()}
    return archive.write(service.signed({n: files[n] for n in sorted(files)}, terms.pretty(said), seed))


def test_another_key_is_not_the_platforms() -> None:
    stranger = bytes(32)
    data = forged(bundle.BLIND, WHOLE[bundle.BLIND], stranger)
    assert [f.what for f in found(data)] == [What.KEY_UNKNOWN]
    unasked = checking.check(data)
    assert unasked.holds
    assert unasked.is_known is None
    assert unasked.key == signing.key_id(signing.public(stranger))


def test_a_verdict_that_does_not_follow_is_found_even_if_the_platform_signed_it() -> None:
    said = json.loads(WHOLE[bundle.VERDICTS])
    said["told"][0]["opened_us"] += 60_000_000
    data = forged(bundle.VERDICTS, terms.pretty(said), bundles.SEED)
    assert {f.what for f in found(data)} == {What.TOLD_OTHERWISE}


def test_a_head_of_the_ledger_must_be_signed_by_its_own_key() -> None:
    body = wire.write(Head(7, bundles.material().made.at, signing.public(bundles.SEED), wire.NOTHING, {}))
    signed = Signed(body, heads.sign(bundles.SEED, body))
    forged = (Signed(body, bytes(64)), Signed(b"x", bytes(64)))
    for head, wrong in ((signed, ()), *((one, ("ledger",)) for one in forged)):
        material = replace(bundles.material(), head=head)
        data, _ = service.packed(material, bundles.SEED, paper=bundles.paper())
        assert tuple(finding.detail for finding in found(data)) == wrong


def test_reports_made_up_afterwards_contradict_what_the_verdicts_cite() -> None:
    listed = rows.lines(WHOLE[bundle.ROWS])
    at = next(n for n, line in enumerate(listed) if b'"sequence":600001,' in line)
    listed[at] = listed[at].replace(b'"satellites":null', b'"satellites":9')
    data = forged(bundle.ROWS, rows.joined(listed), bundles.SEED)
    assert {(f.what, f.row) for f in found(data)} == {(What.CITED_OTHERWISE, at + 1)}
