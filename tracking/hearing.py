"""Which reports of a batch are new, and the marks after it.

The usual device goes on counting where it stopped, whatever is missing below: that is seen for all of them at
once. Who repeats, leaves a hole, fills one, or says anything but fixes is looked at number by number."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.model import DeviceId
from tracking import rules
from tracking.fixes import I8
from tracking.marks import Marks, News
from tracking.model import Ranges
from tracking.wire import Decoded

Bools = NDArray[np.bool_]


@dataclass(slots=True)
class Heard:
    news: News
    fix_is_new: Bools
    """Of devices that do not count, every one: the key decides."""
    event_is_new: list[bool]
    rejected_is_new: list[bool]
    lost: tuple[tuple[DeviceId, Ranges], ...] = ()
    """Numbers that devices gave up for good."""


def hear(decoded: Decoded, known: Marks) -> Heard:
    fixes, counts = decoded.fixes, _counts(decoded)
    special = _special(decoded)
    order = np.lexsort((fixes.sequence, fixes.device))
    device, sequence = fixes.device[order], fixes.sequence[order]
    first = np.flatnonzero(np.diff(device, prepend=-1))
    sizes = np.diff(first, append=len(device))
    ids = device[first]
    usual = _goes_on(sequence, first, sizes, known.goes_on(ids)) & counts[order][first]
    usual &= ~np.isin(ids, np.fromiter(special, np.int64, len(special)))
    last = sequence[first + sizes - 1]
    news = News(ids[usual], last[usual], decoded.spoke, decoded.spoke_us, {})
    is_new = np.ones(len(fixes), bool)
    slow = order[np.repeat(~usual, sizes)]
    slow = slow[counts[slow]]
    found = Heard(news, is_new, [True] * len(decoded.events), [True] * len(decoded.rejected))
    if len(slow) or special:
        spoke = dict(zip(decoded.spoke.tolist(), decoded.spoke_us.tolist(), strict=True))
        slow = np.sort(slow)
        is_mixed = np.isin(fixes.device[slow], np.fromiter(special, np.int64, len(special)))
        _fixes_alone(decoded, known, slow[~is_mixed], found, spoke=spoke)
        _carefully(decoded, known, slow[is_mixed], found, spoke=spoke)
        found.lost = _give_up(decoded, found.news)
    return found


def _counts(decoded: Decoded) -> Bools:
    """Whose device counts its reports?"""
    if not decoded.phones:
        return np.ones(len(decoded.fixes), bool)
    return np.isin(decoded.fixes.device, list(decoded.phones), invert=True)


def _special(decoded: Decoded) -> set[DeviceId]:
    """Devices that said something besides fixes."""
    said = {e.device for e in decoded.events} | {h.device for h in decoded.holdings}
    said |= {r.device for r in decoded.rejected if r.device is not None and r.sequence is not None}
    return said - decoded.phones


def _goes_on(sequence: I8, first: I8, sizes: I8, expected: I8) -> Bools:
    """Of each device: do its numbers follow one another from the expected one on?"""
    if not len(first):
        return np.zeros(0, bool)
    place = np.arange(len(sequence)) - np.repeat(first, sizes)
    follows = sequence == np.repeat(expected, sizes) + place
    return np.logical_and.reduceat(follows, first)


def _fixes_alone(decoded: Decoded, known: Marks, rows: I8, found: Heard, *, spoke: dict[int, int]) -> None:
    """The fixes in these rows, of devices that said nothing else, each device at once."""
    rows = rows[np.argsort(decoded.fixes.device[rows], kind="stable")]
    device, numbers = decoded.fixes.device[rows], decoded.fixes.sequence[rows].tolist()
    begins = np.flatnonzero(np.diff(device, prepend=-1))
    for whose, (begin, end) in zip(
        device[begins].tolist(), pairwise([*begins.tolist(), len(rows)]), strict=True
    ):
        mark, new = rules.heard(known[DeviceId(whose)], numbers[begin:end], at_us=spoke[whose])
        found.news.others[DeviceId(whose)] = mark
        if not all(new):
            found.fix_is_new[rows[begin:end]] = new


def _carefully(decoded: Decoded, known: Marks, rows: I8, found: Heard, *, spoke: dict[int, int]) -> None:
    """The fixes in these rows and everything else that bears a number, in the order of arrival."""
    first, second = len(decoded.fixes), len(decoded.fixes) + len(decoded.events)
    said: dict[DeviceId, list[tuple[int, int]]] = {}
    fixes = decoded.fixes
    for at, device, number in zip(
        rows.tolist(), fixes.device[rows].tolist(), fixes.sequence[rows].tolist(), strict=True
    ):
        said.setdefault(DeviceId(device), []).append((at, number))
    for at, event in enumerate(decoded.events, first):
        said.setdefault(event.device, []).append((at, event.sequence))
    for at, bad in enumerate(decoded.rejected, second):
        if bad.device is not None and bad.sequence is not None:
            said.setdefault(bad.device, []).append((at, bad.sequence))
    for holding in decoded.holdings:
        said.setdefault(holding.device, [])
    for device in said.keys() - decoded.phones:
        places = said[device]
        mark, new = rules.heard(known[device], [number for _, number in places], at_us=spoke[device])
        found.news.others[device] = mark
        for (at, _), is_new in zip(places, new, strict=True):
            if at < first:
                found.fix_is_new[at] = is_new
            elif at < second:
                found.event_is_new[at - first] = is_new
            else:
                found.rejected_is_new[at - second] = is_new


def _give_up(decoded: Decoded, news: News) -> tuple[tuple[DeviceId, Ranges], ...]:
    """What devices no longer hold counts as answered, so that nobody waits for it."""
    lost = []
    for holding in decoded.holdings:
        mark = news.others[holding.device]
        stored, missing = rules.give_up(mark.stored, oldest=holding.oldest, lost=holding.lost)
        if missing:
            news.others[holding.device] = replace(mark, stored=stored)
            lost.append((holding.device, missing))
    return tuple(lost)
