"""The printed report: what is claimed, on what it rests, how sure it is, and what it does not prove."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from core import i18n
from core.clock import HERE, from_us
from core.paper import Paper
from geofence.evidence import maps
from geofence.evidence.maps import GAP_US, Outlined
from geofence.evidence.model import Material, Recorded
from geofence.model import BreachKind, Hours, Term
from tracking.model import Fix

Say = Callable[..., str]
COMMAND: Final = "ejazo evidence verify FILE --keys KEYS"
WIDTH: Final = 180.0
HIGH: Final = 105.0
AROUND_US: Final = 1_200_000_000
"""Of the map of one breach: so long before its beginning, and after."""
MOST_MAPS: Final = 8
MOST_ROWS: Final = 60
"""Fixes printed of one breach; all of them stand in the files."""
OF_PLACE: Final = frozenset(
    {
        BreachKind.EXCLUSION_ENTERED,
        BreachKind.EXCLUSION_CROSSED,
        BreachKind.INCLUSION_LEFT,
        BreachKind.CURFEW,
        BreachKind.BOUNDARY_LEFT,
    }
)


def printed(material: Material, say: Say, *, fonts: Path, root: str, key: str) -> bytes:
    """A4; the same material gives the same bytes."""
    made = material.made
    mark = say("training.word") if material.is_training else ""
    paper = Paper(fonts, title=say("evidence.title"), made_at=made.at, mark=mark)
    paper.text(say("evidence.proves"), size=9, style="B")
    paper.pairs(_facts(material, say))
    fixes = [report for report in material.reports if isinstance(report, Fix)]
    within = [fix for fix in fixes if fix.taken_us >= material.asked.since_us]
    _overview(paper, material, within, say)
    _verdicts(paper, material, say)
    _rules(paper, material, say)
    _silences(paper, material, within, say)
    for one in _mapped(material):
        _breach(paper, material, fixes, one=one, say=say)
    _proof(paper, material, say, root=root, key=key)
    return paper.finished()


def _facts(material: Material, say: Say) -> list[tuple[str, str]]:
    asked, made, language = material.asked, material.made, material.made.language
    devices = "; ".join(f"{one.serial} ({one.model})" for one in material.devices) or "—"
    period = f"{_moment(language, asked.since_us)} – {_moment(language, asked.until_us)}"
    return [
        (say("evidence.number"), made.number),
        (say("evidence.person"), f"{material.whose.name}, {material.whose.number}"),
        (say("evidence.period"), f"{period} ({say('evidence.tashkent')})"),
        (say("evidence.act"), asked.act),
        (say("evidence.reason"), asked.reason),
        (say("evidence.made_by"), f"{made.name} ({made.login}), {i18n.moment(language, made.at)}"),
        (say("evidence.devices"), devices),
        (say("evidence.engine"), f"{material.engine}; {', '.join(sorted(material.policies))}"),
    ]


def _overview(paper: Paper, material: Material, fixes: Sequence[Fix], say: Say) -> None:
    _head(paper, say("evidence.overview"))
    if not fixes:
        paper.text(say("evidence.no_fixes"))
        return
    _map(paper, fixes, _zones(material.duty.terms))
    paper.text(say("evidence.legend"), size=7.5)


def _head(paper: Paper, said: str, *, room: float = 35.0) -> None:
    """A heading, not alone at the foot of a page."""
    if paper.pdf.get_y() + room > paper.pdf.h - paper.pdf.b_margin:
        paper.pdf.add_page()
    paper.text(said, size=12, style="B")


def _map(paper: Paper, fixes: Sequence[Fix], zones: Sequence[Outlined], marks: Sequence[Fix] = ()) -> None:
    pdf = paper.pdf
    if pdf.get_y() + HIGH + 5 > pdf.h - pdf.b_margin:
        pdf.add_page()
    top = pdf.get_y()
    maps.draw(pdf, (pdf.l_margin, top, WIDTH, HIGH), fixes, zones=zones, marks=marks)
    pdf.set_xy(pdf.l_margin, top + HIGH + 2)


def _zones(terms: Sequence[Term]) -> list[Outlined]:
    """Each version of a zone once."""
    found = {(term.zone, term.zone_version, term.kind): term for term in terms}
    return [Outlined(term.shape, term.kind) for term in found.values()]


def _verdicts(paper: Paper, material: Material, say: Say) -> None:
    _head(paper, say("evidence.verdicts"))
    if not material.recorded:
        paper.text(say("evidence.no_verdicts"))
        return
    head = [say(f"evidence.head_{name}") for name in ("breach", "what", "opened", "closed", "sure", "again")]
    rows = [_verdict(material, one, say) for one in material.recorded]
    paper.table(head, rows, widths=(10, 38, 22, 22, 14, 30))
    paper.text(say("evidence.sure_means"), size=7.5)


def _verdict(material: Material, one: Recorded, say: Say) -> list[str]:
    language, episode = material.made.language, one.episode
    zone = f": {material.zones.get(episode.subject, '')}" if episode.kind in OF_PLACE else ""
    posterior = (episode.opening or {}).get("posterior")
    sure = "—" if posterior is None else f"{100 * max(posterior, 1 - posterior):.1f} %"
    return [
        str(one.id or "—"),
        say(f"alert.kind.{episode.kind}") + zone,
        _moment(language, episode.opened_us),
        _moment(language, episode.closed_us) if episode.closed_us else say("evidence.open"),
        sure,
        say(f"evidence.match.{one.match.replace(' ', '_')}"),
    ]


def _rules(paper: Paper, material: Material, say: Say) -> None:
    _head(paper, say("evidence.rules"))
    head = [say(f"evidence.head_{name}") for name in ("zone", "what", "version", "valid", "hours")]
    rows = [_term(material, term, say) for term in material.duty.terms]
    if rows:
        paper.table(head, rows, widths=(34, 28, 12, 42, 40))
    else:
        paper.text(say("evidence.no_rules"))


def _term(material: Material, term: Term, say: Say) -> list[str]:
    language = material.made.language
    until = _moment(language, term.until_us) if term.until_us else say("evidence.open")
    windows = "; ".join(_week(term.hours, say))
    away = "; ".join(
        f"{say('condition.absence')} {_moment(language, a.since_us)} – {_moment(language, a.until_us)}"
        for a in term.absences
    )
    return [
        material.zones.get(term.condition, str(term.zone)),
        say(f"condition.{term.kind}"),
        str(term.zone_version),
        f"{_moment(language, term.since_us)} – {until}",
        "; ".join(part for part in (windows or say("condition.always"), away) if part),
    ]


def _week(hours: Hours, say: Say) -> Iterator[str]:
    """Days with the same hours together."""
    by_day: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for day in range(7):
        held = tuple((w.starts, w.ends) for w in hours.weekly if w.weekday == day)
        if held:
            by_day.setdefault(held, []).append(day)
    for held, days in by_day.items():
        names = ", ".join(say(f"condition.day.{day}") for day in days)
        yield f"{names} {', '.join(f'{_clock(starts)}–{_clock(ends)}' for starts, ends in held)}"
    for special in hours.exceptions:
        times = ", ".join(f"{_clock(starts)}–{_clock(ends)}" for starts, ends in special.windows)
        yield f"{special.on:%d.%m.%Y} {times or say('condition.free')}"


def _silences(paper: Paper, material: Material, fixes: Sequence[Fix], say: Say) -> None:
    """Gaps of the person's fixes, and times in which the platform itself did not listen."""
    language = material.made.language
    gaps = [(a.taken_us, b.taken_us) for a, b in pairwise(fixes) if b.taken_us - a.taken_us > GAP_US]
    for name, spans in (("gaps", gaps), ("blind", list(material.blind))):
        _head(paper, say(f"evidence.{name}"))
        if not spans:
            paper.text(say(f"evidence.no_{name}"))
            continue
        rows = [
            [_moment(language, since), _moment(language, until), f"{(until - since) / 60e6:.1f}"]
            for since, until in spans
        ]
        head = [say(f"evidence.head_{name}") for name in ("opened", "closed", "minutes")]
        paper.table(head, rows, widths=(40, 40, 20), numbers=(2,))
    if material.absent:
        lost = sum(last - first + 1 for ranges in material.absent.values() for first, last in ranges)
        paper.text(say("evidence.absent", count=lost))


def _mapped(material: Material) -> list[Recorded]:
    """Breaches of places with a map of their own: the one asked about, else the first."""
    wanted = material.asked.breach
    found = [one for one in material.recorded if one.episode.kind in OF_PLACE]
    return [one for one in found if wanted in {None, one.id}][:MOST_MAPS]


def _breach(paper: Paper, material: Material, fixes: Sequence[Fix], *, one: Recorded, say: Say) -> None:
    episode, language = one.episode, material.made.language
    name = say(f"alert.kind.{episode.kind}")
    paper.pdf.add_page()
    paper.text(f"{name}, {_moment(language, episode.opened_us)}", size=12, style="B")
    until_us = min(episode.closed_us or episode.opened_us, episode.opened_us + 3 * AROUND_US) + AROUND_US
    near = _between(fixes, episode.opened_us - AROUND_US, until_us)
    sights = list(_sights(one))
    cited = {(sight["device"], sight["sequence"]) for sight in sights}
    marks = [fix for fix in near if (fix.device, fix.sequence) in cited]
    if near:
        terms = [t for t in material.duty.terms if t.condition == episode.subject]
        _map(paper, near, _zones(terms), marks)
        paper.text(say("evidence.legend_breach"), size=7.5)
    paper.text(say("evidence.decided"), size=10, style="B")
    _fixes(paper, sights, say)
    paper.text(say("evidence.around", count=min(len(near), MOST_ROWS)), size=10, style="B")
    _listed(paper, near[:MOST_ROWS], say)


def _between(fixes: Sequence[Fix], since_us: int, until_us: int) -> Sequence[Fix]:
    times = [fix.taken_us for fix in fixes]
    return fixes[bisect_left(times, since_us) : bisect_left(times, until_us)]


def _sights(one: Recorded) -> Iterator[dict[str, Any]]:
    for side in (one.episode.opening, one.episode.closing):
        yield from (sight for sight in (side or {}).get("fixes", ()) if "distance_m" in sight)


def _fixes(paper: Paper, sights: Sequence[dict[str, Any]], say: Say) -> None:
    """+ outside, − inside the zone."""
    head = [say(f"evidence.head_{name}") for name in ("time", "report", "distance", "accuracy", "weight")]
    rows = [
        [
            i18n.clock(from_us(sight["taken_us"])),
            f"{sight['device']} · {sight['sequence']}",
            f"{sight['distance_m']:+.0f} m",
            f"± {sight['accuracy_m']:.0f} m" + (f" ({say('alert.assumed')})" if sight["is_assumed"] else ""),
            f"{sight['weight']:.2f}",
        ]
        for sight in sights
    ]
    if rows:
        paper.table(head, rows, widths=(20, 34, 22, 30, 16), numbers=(2, 3, 4))


def _listed(paper: Paper, fixes: Sequence[Fix], say: Say) -> None:
    head = [say(f"evidence.head_{name}") for name in ("time", "report", "place", "accuracy", "received")]
    rows = [
        [
            i18n.clock(from_us(fix.taken_us)),
            f"{fix.device} · {fix.sequence}",
            f"{fix.lat:.6f}, {fix.lon:.6f}",
            f"± {fix.accuracy_m:.0f} m" if fix.accuracy_m else "—",
            i18n.clock(from_us(fix.received_us)),
        ]
        for fix in fixes
    ]
    if rows:
        paper.table(head, rows, widths=(20, 34, 40, 20, 22), numbers=(3,))


def _proof(paper: Paper, material: Material, say: Say, *, root: str, key: str) -> None:
    _head(paper, say("evidence.proof"))
    paper.pairs(
        [
            (say("evidence.rows"), str(len(material.reports))),
            (say("evidence.root"), root),
            (say("evidence.key"), key),
            (say("evidence.command"), COMMAND),
        ]
    )
    paper.text(say("evidence.validated"))
    paper.text(say("evidence.limits"))


def _moment(language: str, us: int) -> str:
    return f"{i18n.day(language, from_us(us).astimezone(HERE).date())} {i18n.clock(from_us(us))}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
