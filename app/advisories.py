"""Known weaknesses of the locked packages, asked of OSV's database; those we bear have a reason and a day."""

import json
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import httpx

from app.private.place import ROOT
from core import clock

LOCKS: Final = ("requirements/bench.txt", "requirements/tools.txt", "dashboards/web/package-lock.json")
EXCUSED: Final = ROOT / "requirements/advisories.toml"
ASKED: Final = "EJAZO_ADVISORIES"
"""Where OSV's interface answers; unset: nobody is asked, and the check says so."""
WAIT_S: Final = 30
SPECS: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^\s\\;]+)", re.MULTILINE)


class NotAskedError(Exception):
    """No answer is no clean bill."""


@dataclass(frozen=True, slots=True)
class Package:
    ecosystem: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Excuse:
    """A weakness that does not reach us, or that nobody has mended yet."""

    id: str
    package: str
    why: str
    until: date


def check() -> str:
    """What is to be mended; empty: nothing is."""
    return "\n".join(wrong(found(packages()), excuses(EXCUSED.read_text("utf-8")), today=clock.today()))


def packages() -> set[Package]:
    every: set[Package] = set()
    for name in LOCKS:
        text = (ROOT / name).read_text("utf-8")
        every |= set(of_npm(text) if name.endswith(".json") else of_python(text))
    return every


def of_python(text: str) -> Iterator[Package]:
    yield from (Package("PyPI", name, version) for name, version in SPECS.findall(text))


def of_npm(text: str) -> Iterator[Package]:
    for place, said in json.loads(text)["packages"].items():
        if place:
            yield Package("npm", place.rpartition("node_modules/")[2], said["version"])


def excuses(text: str) -> list[Excuse]:
    said = tomllib.loads(text).get("excused", [])
    return [Excuse(one["id"], one["package"], one["why"], one["until"]) for one in said]


def found(some: set[Package], *, through: httpx.BaseTransport | None = None) -> dict[Package, list[str]]:
    """Numbers of the weaknesses of each package that has any."""
    where = os.environ.get(ASKED)
    if not where:
        raise NotAskedError(f"{ASKED} names nobody to ask")
    asked = sorted(some, key=lambda one: (one.ecosystem, one.name, one.version))
    body = {"queries": [_query(one) for one in asked]}
    try:
        with httpx.Client(transport=through, timeout=WAIT_S) as client:
            answer = client.post(f"{where}/v1/querybatch", json=body).raise_for_status().json()
        results: list[dict[str, Any]] = answer["results"]
    except (httpx.HTTPError, ValueError, KeyError) as why:
        raise NotAskedError(type(why).__name__) from why
    if len(results) != len(asked):
        raise NotAskedError("fewer answers than questions")
    said = zip(asked, results, strict=True)
    return {one: [weak["id"] for weak in result["vulns"]] for one, result in said if result.get("vulns")}


def _query(one: Package) -> dict[str, Any]:
    return {"package": {"ecosystem": one.ecosystem, "name": one.name}, "version": one.version}


def wrong(weak: dict[Package, list[str]], borne: list[Excuse], *, today: date) -> Iterator[str]:
    """Weaknesses without excuse; excuses that have run out, or that nothing needs any more."""
    excused = {(one.package, one.id): one for one in borne}
    met = set()
    for package, numbers in weak.items():
        for number in numbers:
            excuse = excused.get((package.name, number))
            met.add((package.name, number))
            if excuse is None:
                yield f"{package.name} {package.version}: {number}"
            elif excuse.until < today:
                yield f"{package.name} {package.version}: {number} was borne until {excuse.until}"
    for (name, number), one in excused.items():
        if (name, number) not in met:
            yield f"{name}: {number} needs no excuse any more ({one.why})"
