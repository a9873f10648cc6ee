"""Home, away, unknown: by the filter that decides about breaches, and nothing is claimed across a gap."""

from geofence.rules import whereabouts
from geofence.rules.whereabouts import Where
from scene import POLICIES, a_fix, a_term, at, circle, daily
from tracking.model import Fix

HOME = a_term("curfew", circle(100), hours=daily(130, 140), until_us=at(1))


def told(fixes: list[Fix], since: float = 0, until: float = 60) -> list[tuple[str, float, float]]:
    found = whereabouts.spans(fixes, HOME, policies=POLICIES, since_us=at(since), until_us=at(until))
    assert [a.until_us for a in found[:-1]] == [b.since_us for b in found[1:]], "no time is left out"
    assert (found[0].since_us, found[-1].until_us) == (at(since), at(until))
    return [(str(s.where), (s.since_us - at(0)) / 60e6, (s.until_us - at(0)) / 60e6) for s in found]


def test_a_day_in_three_words() -> None:
    fixes = [a_fix(n, 0) for n in range(5, 20)] + [a_fix(n, 600) for n in range(20, 30)]
    said = told(fixes)
    assert [word for word, _, _ in said][:2] == ["unknown", "home"]
    assert said[0][2] <= 7, "a few fixes make it sure"
    assert said[-2][0] == "away"
    assert said[-1] == ("unknown", 34, 60), "five minutes after the last fix nothing is known"


def test_a_gap_is_unknown_and_no_home_means_nothing_is_known() -> None:
    fixes = [a_fix(n, 0) for n in [*range(10), *range(30, 40)]]
    assert ("unknown", 14, 30) in told(fixes)
    assert told([]) == [("unknown", 0, 60)]
    period = {"since_us": at(0), "until_us": at(60)}
    assert [s.where for s in whereabouts.spans(fixes, None, policies=POLICIES, **period)] == [Where.UNKNOWN]


def test_stops_last_ten_minutes_within_reach() -> None:
    still = [a_fix(n, n % 3 * 10) for n in range(12)]
    going = [a_fix(12 + n, 200 * (n + 1)) for n in range(8)]
    short = [a_fix(20 + n, 3000) for n in range(9)]
    found = whereabouts.stops(still + going + short)
    assert [(s.since_us, s.until_us) for s in found] == [(at(0), at(11))]
    apart = [a_fix(n, 0) for n in (0, 4, 8, 14, 18)]
    assert whereabouts.stops(apart) == []
    assert whereabouts.gaps(apart) == [(at(8), at(14))]
