"""The files of a bundle, and the manifest that names each by its digest and is signed."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from core.ledger.model import Signed
from core.times import from_us
from geofence.evidence.model import Device, Files, Material
from geofence.evidence.rules import tree
from geofence.evidence.wire import rows, terms, verdicts

FORMAT: Final = "ejazo-evidence-1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "signature.jws"
KEY: Final = "key.json"
ROWS: Final = "reports.jsonl"
TABLE: Final = "reports.csv"
PROOFS: Final = "proofs/rows.csv"
TERMS: Final = "rules/terms.json"
BEGIN: Final = "rules/begin.json"
VERDICTS: Final = "verdicts.json"
BLIND: Final = "blind.json"
POLICIES: Final = "rules/policies/"
REPORT: Final = "report.pdf"


def files(material: Material) -> Files:
    """All but the report, the manifest, the signature and its key."""
    listed = [rows.row(report) for report in material.reports]
    blind = [[since, until] for since, until in material.blind]
    return {
        ROWS: rows.joined(listed),
        TABLE: rows.table(material.reports),
        VERDICTS: verdicts.write(material),
        TERMS: terms.duty(material.duty, material.zones),
        BEGIN: terms.standing(material.begin),
        BLIND: terms.pretty({"part": "ingest", "spans_us": blind}),
        **{f"{POLICIES}{name}.toml": text.encode() for name, text in sorted(material.policies.items())},
        PROOFS: rows.proofs(listed, material.reports),
    }


def manifest(material: Material, held: Files) -> bytes:
    asked, made = material.asked, material.made
    return terms.pretty(
        {
            "format": FORMAT,
            **({"training": True} if material.is_training else {}),
            "number": made.number,
            "made": {
                "at": made.at.isoformat(),
                "by": made.name,
                "login": made.login,
                "language": made.language,
            },
            "act": asked.act,
            "reason": asked.reason,
            "person": {"id": asked.person, "number": material.whose.number, "name": material.whose.name},
            "period": {
                "since_us": asked.since_us,
                "until_us": asked.until_us,
                "since": from_us(asked.since_us).isoformat(),
                "until": from_us(asked.until_us).isoformat(),
            },
            "breach": asked.breach,
            "devices": [_device(one) for one in material.devices],
            "engine": material.engine,
            "policies": sorted(material.policies),
            "told": verdicts.digest(material.told),
            "rows": summed(material),
            "audit": {"action": "evidence:export", "number": made.number},
            "ledger": _head(material.head),
            "files": {name: _digest(content) for name, content in held.items()},
        }
    )


def summed(material: Material) -> dict[str, Any]:
    return sums([rows.row(one) for one in material.reports], [one.device for one in material.reports])


def sums(listed: list[bytes], devices: list[Any]) -> dict[str, Any]:
    """How many rows, the root of their tree, and where each device's chain ends."""
    leaves = [tree.leaf(one) for one in listed]
    chain = tree.chained(zip(devices, leaves, strict=True))
    chains: dict[str, dict[str, Any]] = {}
    for device, head in zip(devices, chain, strict=True):
        before = chains.get(str(device), {"rows": 0})
        chains[str(device)] = {"rows": before["rows"] + 1, "head": head.hex()}
    return {"count": len(listed), "root": tree.root(leaves).hex(), "chains": chains}


def read(content: bytes) -> dict[str, Any]:
    """Nothing where it is no manifest of this form."""
    try:
        said = json.loads(content)
        fit = said["format"] == FORMAT and isinstance(said["files"], dict) and isinstance(said["rows"], dict)
        int(said["period"]["since_us"]), int(said["period"]["until_us"]), int(said["person"]["id"])
    except (ValueError, KeyError, TypeError):
        return {}
    return said if fit else {}


def is_digest(said: Any, content: bytes) -> bool:
    return bool(said == _digest(content))


def _head(signed: Signed | None) -> dict[str, str] | None:
    """The newest head as it was signed: the bundle is younger than all that it covers."""
    if signed is None:
        return None
    return {"head": signed.body.decode("ascii"), "signature": signed.signature.hex()}


def head_of(manifest: Mapping[str, Any]) -> Signed | None:
    """None: there was none. ValueError or KeyError: this is none."""
    said = manifest.get("ledger")
    return said and Signed(said["head"].encode("ascii"), bytes.fromhex(said["signature"]))


def _digest(content: bytes) -> dict[str, Any]:
    return {"sha256": sha256(content).hexdigest(), "bytes": len(content)}


def _device(one: Device) -> dict[str, Any]:
    return {
        "id": one.id,
        "serial": one.serial,
        "model": one.model,
        "lot": one.lot,
        "firmware": one.firmware,
    }
