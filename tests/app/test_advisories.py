"""A known weakness of a package fails the check, unless a reason stands beside it and its day is not over."""

import json
from datetime import date, timedelta

import httpx
import pytest

from app import advisories
from app.advisories import Excuse, NotAskedError, Package

TODAY = date(2026, 11, 27)
WEAK = Package("PyPI", "weak", "1.0")
SOUND = Package("npm", "@a/sound", "2.0.0")


def answering(request: httpx.Request) -> httpx.Response:
    """OSV, as far as it is asked."""
    said = json.loads(request.content)["queries"]
    weak = [{"vulns": [{"id": "GHSA-1"}]} if one["package"]["name"] == "weak" else {} for one in said]
    return httpx.Response(200, json={"results": weak})


def wrong(*borne: Excuse) -> list[str]:
    found = advisories.found({WEAK, SOUND}, through=httpx.MockTransport(answering))
    return list(advisories.wrong(found, list(borne), today=TODAY))


def test_what_is_weak_is_named_unless_it_is_excused_for_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(advisories.ASKED, "https://osv.example")
    excuse = Excuse("GHSA-1", "weak", "never called", TODAY)
    assert wrong() == ["weak 1.0: GHSA-1"]
    assert wrong(excuse) == []
    (late,) = wrong(Excuse("GHSA-1", "weak", "x", TODAY - timedelta(days=1)))
    assert "borne until" in late
    (needless,) = wrong(excuse, Excuse("GHSA-2", "weak", "gone", TODAY))
    assert "needs no excuse" in needless


def test_no_answer_is_no_clean_bill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(advisories.ASKED, raising=False)
    with pytest.raises(NotAskedError):
        advisories.found({WEAK})
    monkeypatch.setenv(advisories.ASKED, "https://osv.example")
    for answer in (httpx.Response(503), httpx.Response(200, json={"results": []}), httpx.Response(200)):
        with pytest.raises(NotAskedError):
            advisories.found({WEAK}, through=httpx.MockTransport(lambda _, answer=answer: answer))


def test_every_locked_package_is_asked_about_and_every_excuse_says_why() -> None:
    some = advisories.packages()
    assert {"sqlalchemy", "uv", "maplibre-gl"} <= {one.name for one in some}
    assert {one.ecosystem for one in some} == {"PyPI", "npm"}
    assert all(one.version[0].isdigit() for one in some)
    borne = advisories.excuses(advisories.EXCUSED.read_text("utf-8"))
    assert all(one.why and one.until for one in borne)
    assert advisories.excuses('[[excused]]\nid="G"\npackage="p"\nwhy="w"\nuntil=2027-01-31\n') == [
        Excuse("G", "p", "w", date(2027, 1, 31))
    ]
