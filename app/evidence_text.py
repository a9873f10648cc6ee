"""What `ejazo evidence verify` prints: in plain words what holds, and where something does not."""

from collections.abc import Callable, Iterator

from core import i18n
from core.clock import HERE, from_us
from core.ledger import wire
from geofence.evidence.model import Checked, Finding, Judged
from geofence.evidence.wire import bundle

Say = Callable[..., str]
SHOWN = 100


def text(checked: Checked, say: Say, *, name: str, language: str) -> Iterator[str]:
    yield say("evidence.checked", name=name)
    if checked.is_training:
        yield say("training.bundle")
    if checked.manifest:
        yield _of_what(checked, say, language)
    if checked.key:
        known = "is_known" if checked.is_known else "not_checked"
        yield f"{say('evidence.signed', name=checked.key)} {say(f'evidence.{known}')}"
    if checked.is_judged and (signed := bundle.head_of(checked.manifest)):
        head = wire.read(signed.body)
        yield say("evidence.after_head", number=str(head.number), at=head.at.isoformat())
    yield say("evidence.holds" if checked.holds else "evidence.broken")
    for finding in checked.findings[:SHOWN]:
        yield f"  {_finding(finding, say)}"
    if len(checked.findings) > SHOWN:
        yield f"  … {len(checked.findings) - SHOWN}"
    if not checked.is_judged:
        yield say("evidence.not_judged")
        return
    yield say("evidence.judged")
    yield from (f"  {_judged(one, say, language)}" for one in checked.judged)
    yield say("evidence.proves")


def _of_what(checked: Checked, say: Say, language: str) -> str:
    said = checked.manifest
    period = said["period"]
    return say(
        "evidence.of_what",
        number=said.get("number", "?"),
        at=str(said.get("made", {}).get("at", "?")),
        act=str(said.get("act", "?")),
        person=str(said["person"].get("number", "?")),
        since=_local(int(period["since_us"]), language),
        until=_local(int(period["until_us"]), language),
    )


def _finding(finding: Finding, say: Say) -> str:
    place = say("evidence.file", file=finding.file)
    if finding.row is not None:
        place = say("evidence.row", file=finding.file, row=str(finding.row))
    detail = f" ({finding.detail})" if finding.detail else ""
    return f"{place}: {say(f'evidence.what.{finding.what}')}{detail}"


def _judged(one: Judged, say: Say, language: str) -> str:
    episode = one.episode
    end = _local(episode.closed_us, language) if episode.closed_us else say("evidence.open")
    named = f"{say('evidence.head_breach')} {one.breach or '—'}, {say(f'alert.kind.{episode.kind}')}"
    match = say(f"evidence.match.{one.match.replace(' ', '_')}")
    return f"{named}, {_local(episode.opened_us, language)} – {end}: {match}"


def _local(us: int, language: str) -> str:
    at = from_us(us).astimezone(HERE)
    return f"{i18n.day(language, at.date())} {at:%H:%M:%S}"
